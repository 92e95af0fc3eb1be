"""Clones as each CI service makes them: real fetches of a real repository, with the service's own refspecs and depths.

The repository that they are made of has a pull request that takes a field away in its first commit and touches
something else in its second, and a `main` that moved on meanwhile. Whoever compares with the wrong commit sees no
break, or another team's change as well.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from repositories import USERS, Repository, breaking, contract

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = "contracts/orders.yaml"
PULL, HEAD, QUEUED = "refs/pull/7/merge", "refs/pull/7/head", "refs/heads/gh-readonly-queue/main/pr-7-0123"
ZEROS = "0" * 40


class Server:
    """What the service clones, and the commits in it by name."""

    def __init__(self, root: Path) -> None:
        self.repository = made = Repository(root, "server")
        for key in ("uploadpack.allowAnySHA1InWant", "uploadpack.allowFilter"):
            made.git("config", key, "true")
        self.url = f"file://{made.folder}"
        self.commits: dict[str, str] = {}
        self.commits["before"] = made.commit({USERS: contract(), ORDERS: contract("shop.orders")})
        self.commits["fork point"] = made.commit({"README.md": "x"})
        made.git("branch", "release/1.x")
        made.branch("feature")
        self.commits["first push"] = made.commit({USERS: breaking()})
        self.commits["change"] = made.commit({"notes.txt": "x"})
        made.git("checkout", "-q", "main")
        self.commits["main"] = made.commit({ORDERS: contract("shop.orders", "1.1.0", more="description: all of them")})
        self.commits["merge"] = self._merge("main", "feature")
        self.commits["ahead"] = self._ahead()
        self.commits["train"] = self._merge(self.commits["ahead"], "feature")
        for ref, name in {
            PULL: "merge", HEAD: "change", QUEUED: "train", "refs/merge-requests/7/head": "change",
            "refs/pipelines/1": "change", "refs/pipelines/2": "merge", "refs/pipelines/3": "train",
            "refs/pipelines/4": "main", "refs/tags/v1": "fork point",
        }.items():  # fmt: skip
            made.git("update-ref", ref, self.commits[name])
        made.git("checkout", "-q", "main")

    def _merge(self, target: str, source: str) -> str:
        self.repository.git("checkout", "-q", "--detach", target)
        self.repository.git("merge", "-q", "--no-ff", "-m", "merge", source)
        return self.repository.git("rev-parse", "HEAD")

    def _ahead(self) -> str:
        """Return the result of another change, which waits in front of this one."""
        self.repository.git("checkout", "-q", "--detach", "main")
        return self.repository.commit({"contracts/ahead.yaml": contract("team.ahead")})

    def push(self) -> None:
        """Let another team's change arrive on main."""
        self.repository.commit({ORDERS: contract("shop.orders", "1.2.0", more="description: all of them, now")})
        self.commits["main"] = self.repository.git("rev-parse", "main")

    def begin(self) -> Repository:
        """Return an empty clone: `git init` and a remote, as most services begin."""
        clone = Repository(self.repository.root, "clone")
        clone.git("remote", "add", "origin", self.url)
        return clone

    def clone(self, *options: str) -> Repository:
        """Return what `git clone` makes."""
        root = self.repository.root
        self.repository.git("clone", "-q", "--template=", *options, self.url, "clone", cwd=root)
        return Repository(root, "clone", init=None)


def github(server: Server, ref: str = PULL, depth: int = 0) -> Repository:
    """As actions/checkout does it (src/ref-helper.ts): with depth 0 every branch, else the one commit."""
    clone = server.begin()
    commit = server.repository.git("rev-parse", f"{ref}^{{commit}}")
    branch = ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else ""
    local = f"refs/remotes/origin/{branch}" if branch else ref.replace("refs/pull/", "refs/remotes/pull/")
    fetch = ("fetch", "-q", "--no-tags", "--prune", "--no-recurse-submodules")
    if depth == 0:
        clone.git(*fetch, "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        clone.git(*fetch, "origin", f"+{commit}:{local}")
    else:
        clone.git(*fetch, f"--depth={depth}", "origin", f"+{commit}:{local}")
    clone.git("checkout", "-q", "--force", *(("-B", branch) if branch else ()), local)
    return clone


def gitlab(server: Server, pipeline: int = 1, branch: str = "", depth: int = 0) -> Repository:
    """As the runner does it: the pipeline's ref, its branch in a branch pipeline, every branch with depth 0."""
    clone = server.begin()
    heads = "*" if depth == 0 else branch
    specs = [f"+refs/pipelines/{pipeline}:refs/pipelines/{pipeline}"]
    specs += [f"+refs/heads/{heads}:refs/remotes/origin/{heads}"] if heads else []
    clone.git("fetch", "-q", "--prune", *((f"--depth={depth}",) if depth else ()), "origin", *specs)
    clone.git("checkout", "-q", "-f", "--detach", f"refs/pipelines/{pipeline}")
    return clone


def azure(server: Server, ref: str = PULL, depth: int = 0) -> Repository:
    """As the agent does it: the pull request's merge commit, detached."""
    clone = server.begin()
    local = ref.replace("refs/heads/", "refs/remotes/origin/").replace("refs/pull/", "refs/remotes/pull/")
    shallow = (f"--depth={depth}",) if depth else ()
    specs = ["+refs/heads/*:refs/remotes/origin/*"] if not depth else []
    clone.git("fetch", "-q", "--force", "--prune", *shallow, "origin", *specs, f"+{ref}:{local}")
    clone.git("checkout", "-q", "--force", "--detach", local)
    return clone


def bitbucket(server: Server, depth: int = 0) -> Repository:
    """As Pipelines does it: in a pull request the destination is merged into the source's branch, at any depth."""
    if depth:
        return server.clone("--branch=feature", f"--depth={depth}")
    clone = server.clone("--branch=feature")
    clone.git("merge", "-q", "--no-edit", server.commits["main"])
    return clone


def buildkite(server: Server, *options: str) -> Repository:
    """As the agent does it in a new folder."""
    clone = server.clone(*options)
    clone.git("fetch", "-q", "origin", HEAD)
    clone.git("checkout", "-q", "-f", "--detach", server.commits["change"])
    return clone


def jenkins(server: Server, *, merges: bool = True) -> Repository:
    """As the Git plugin does it for a pull request: merged with the target, or as it is, without the target."""
    clone = server.begin()
    specs = ["+refs/pull/7/head:refs/remotes/origin/PR-7"]
    specs += ["+refs/heads/main:refs/remotes/origin/main"] if merges else []
    clone.git("fetch", "-q", "--no-tags", "--force", "origin", *specs)
    clone.git("checkout", "-q", "-f", "--detach", "refs/remotes/origin/PR-7")
    if merges:
        clone.git("merge", "-q", "--no-edit", "refs/remotes/origin/main")
    return clone


def circleci(server: Server, *options: str) -> Repository:
    """As the checkout step does it; `--filter=blob:none` makes it blobless."""
    clone = server.clone("--no-checkout", *options)
    clone.git("checkout", "-q", "--force", "-B", "feature", server.commits["change"])
    return clone


def event(server: Server, content: object) -> dict[str, str]:
    """Return the variable that names a file with GitHub's description of an event."""
    path = server.repository.root / "event.json"
    path.write_text(json.dumps(content), "utf-8")
    return {"GITHUB_EVENT_PATH": str(path)}

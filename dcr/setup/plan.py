"""What setting a repository up comes to: files to write, lines for people to add, and what is there already."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import UsageError
from dcr.git.repository import discover
from dcr.git.worktree import read_file
from dcr.git.writing.new_files import NewFile, create_all
from dcr.git.writing.rewrites import UnwritableFileError
from dcr.lint import own_policy
from dcr.setup import hooks
from dcr.setup.contracts import find_contracts, globs_for
from dcr.setup.platforms import STAND_IN, named, seen, starter
from dcr.setup.settings import lines_for, needs, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dcr.git.repository import Repository
    from dcr.setup.contracts import Found
    from dcr.setup.platforms import Platform

CODE_OWNERS = (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_OURS = re.compile(rb"\bdcr\b")


class Wish(NamedTuple):
    """What the caller wants: the hook (`pre-commit`, `git` or `none`), the CI (`auto`, a name or `none`), owners.

    `source` is what pip installs dcr from, None when that is not known.
    """

    hook: str = "pre-commit"
    ci: str = "auto"
    owners: tuple[str, ...] = ()
    source: str | None = None


class Step(NamedTuple):
    """One file of the setting up: `text` is its whole content to `write`, lines to `add`, or empty when it is `there`.

    `path` is as people would type it from the repository's root.
    """

    what: str
    path: str
    why: str
    text: str = ""
    executable: bool = False


WRITE, ADD, THERE, LEFT = "write", "add", "there", "left"


class Plan(NamedTuple):
    """The steps for a repository, what was found in it, and what its people do next."""

    top: str
    found: Found
    steps: tuple[Step, ...]
    following: tuple[str, ...]

    def carry_out(self) -> None:
        """Write all that is to be written, or nothing. Raises `UnwritableFileError`."""
        writes = [each for each in self.steps if each.what == WRITE]
        create_all(self.top, [NewFile(each.path, each.text.encode(), each.executable) for each in writes])


def plan(folder: str, wish: Wish, progress: Callable[[str], None] = lambda _: None) -> Plan:
    """Return what setting up the repository around a folder comes to; nothing is written.

    Raises a `DcrError` outside a repository, in a bare one, and for what cannot be read or written through.
    """
    repository = discover(folder)
    if repository.top is None:
        raise UsageError("this repository is bare: it has no files to set up", "run dcr init in a clone of it")
    found = find_contracts(repository, progress)
    policy_file, steps = _policy(repository, found)
    platform = seen(repository) if wish.ci == "auto" else None
    service, told_by = (named(wish.ci), "--ci") if wish.ci not in ("auto", "none") else platform or (None, "")
    steps += _hook(repository, wish)
    if wish.ci != "none":
        steps += _ci(repository, service, told_by, wish.source)
    steps += _code_owners(repository, service, policy_file, wish.owners)
    return Plan(repository.top, found, tuple(steps), tuple(_following(steps, wish, repository)))


def _content(repository: Repository, path: str) -> bytes | None:
    """Return a file's content, None when there is none. Raises for what stands in its place and is no file."""
    top = repository.top or ""
    if not os.path.lexists(os.path.join(top, path)):
        return None
    content = read_file(top, path)
    if isinstance(content, str):
        raise UnwritableFileError(f"'{path}' is {content}, which is not written through", "put a file of its own there")
    return content


def _policy(repository: Repository, found: Found) -> tuple[str, list[Step]]:
    """Return the file that holds the policy, and the step for it."""
    globs = globs_for(found)
    policy, source = own_policy(repository.top or "")
    if _content(repository, "dcr.toml") is None and source == "defaults":
        why = "what is a contract, and how strictly it is judged"
        return "dcr.toml", [Step(WRITE, "dcr.toml", why, settings(found, globs, repository))]
    path = "dcr.toml" if source == "defaults" else source
    if needs(found, policy):
        return path, [Step(ADD, path, "its globs do not cover every contract found", lines_for(globs))]
    return path, [Step(THERE, path, "covers the contracts found")]


def _hook(repository: Repository, wish: Wish) -> list[Step]:
    if wish.hook == "none":
        return []
    if wish.hook == "git":
        return _git_hooks(repository)
    for path in hooks.CONFIGURATIONS:
        content = _content(repository, path)
        if content is not None and _OURS.search(content):
            return [Step(THERE, path, "runs dcr")]
        if content is not None:
            text = hooks.entries(wish.source)
            return [Step(ADD, path, "checks commits and pushes; below 'repos:'", text)]
    why = "checks commits and pushes"
    return [Step(WRITE, hooks.CONFIGURATIONS[0], why, hooks.configuration(wish.source))]


def _git_hooks(repository: Repository) -> list[Step]:
    folder, own = hooks.folder_of_hooks(repository)
    steps = []
    for name, command in hooks.SCRIPTS.items():
        path = os.path.relpath(os.path.join(folder, name), os.path.realpath(repository.top or ""))
        there = os.path.lexists(os.path.join(folder, name))
        content = read_file(folder, name) if there else None
        if isinstance(content, bytes) and _OURS.search(content):
            steps.append(Step(THERE, path, "runs dcr"))
        elif there or not own or path.startswith(".."):
            why = "git runs it from there" if not there else "it is there, and runs something else"
            steps.append(Step(ADD, path, why, f"{command}\n"))
        else:
            steps.append(Step(WRITE, path, f"{name} runs {command}", hooks.script(name), executable=True))
    return steps


def _ci(repository: Repository, service: Platform | None, told_by: str, source: str | None) -> list[Step]:
    if service is None:
        return [Step(LEFT, "CI", "no service is seen here; --ci NAME writes a file for it")]
    for path in _configurations(repository, service):
        content = _content(repository, path)
        if content is not None and _OURS.search(content):
            return [Step(THERE, path, f"{service.name} runs dcr")]
    text = starter(service, source)
    what = WRITE if _content(repository, service.path) is None else ADD
    return [Step(what, service.path, f"runs dcr on pull requests ({service.name}, by {told_by})", text)]


def _configurations(repository: Repository, service: Platform) -> Iterator[str]:
    """Yield the files in which a service may be told to run dcr: GitHub reads a whole folder."""
    yield service.path
    folder = os.path.dirname(service.path)
    full = os.path.join(repository.top or "", folder)
    if folder and os.path.isdir(full) and not os.path.islink(full):
        yield from (f"{folder}/{name}" for name in sorted(os.listdir(full)) if name.endswith((".yml", ".yaml")))


def _code_owners(
    repository: Repository, service: Platform | None, policy_file: str, owners: Sequence[str]
) -> list[Step]:
    """Return the step that has the policy and the acceptances guarded; who guards them is never guessed."""
    guarded = (policy_file, "dcr.accepted.yaml", "dcr.baseline.json")
    missing: tuple[str, ...] = guarded
    path = next((each for each in CODE_OWNERS if _content(repository, each) is not None), None)
    if path is not None:
        content = _content(repository, path) or b""
        missing = tuple(each for each in guarded if each.encode() not in content)
    if not missing:
        return [Step(THERE, path or "", "guards the policy, acceptances and the baseline")]
    text = "".join(f"/{each} {' '.join(owners) or '@the-team-that-decides'}\n" for each in missing)
    why = "who decides on the policy, on acceptances and on a baseline"
    if path is None and owners:
        return [Step(WRITE, service.code_owners if service else "CODEOWNERS", why, text)]
    return [Step(ADD, path or (service.code_owners if service else "CODEOWNERS"), why, text)]


def _following(steps: Sequence[Step], wish: Wish, repository: Repository) -> Iterator[str]:
    """Yield what to type next, in order."""
    inside = [each.path for each in steps if each.what == WRITE and not each.path.startswith(".git/")]
    yield "dcr lint"
    if wish.hook == "pre-commit" and not os.path.exists(os.path.join(repository.common_dir, "hooks", "pre-commit")):
        yield "pre-commit install"
    for each in steps:
        if each.what == WRITE and STAND_IN in each.text:
            yield f"edit {each.path}: in place of {STAND_IN}, where you install dcr from"
    if inside:
        yield f"git add {' '.join(inside)}"
        yield 'git commit --message "Check data contracts"'

"""What setting a repository up comes to: files to write, lines for people to add, and what is there already."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import UsageError
from dcr.git.repository import discover_repository
from dcr.git.worktree import read_file
from dcr.git.writing.new_files import NewFile, create_files
from dcr.git.writing.rewrites import UnwritableFileError
from dcr.lint import read_policy
from dcr.setup import hooks
from dcr.setup.contracts import choose_globs, find_contracts
from dcr.setup.platforms import PLACEHOLDER, detect_platform, get_platform, read_template
from dcr.setup.settings import format_globs, format_settings, has_uncovered_contracts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dcr.git.repository import Repository
    from dcr.setup.contracts import FoundContracts
    from dcr.setup.platforms import Platform

CODE_OWNERS = (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_DCR_NAME = re.compile(rb"\bdcr\b")


class SetupOptions(NamedTuple):
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

    action: str
    path: str
    reason: str
    text: str = ""
    executable: bool = False


WRITE, ADD, EXISTS, SKIPPED = "write", "add", "there", "left"


class SetupPlan(NamedTuple):
    """The steps for a repository, what was found in it, and what its people do next."""

    top: str
    found: FoundContracts
    steps: tuple[Step, ...]
    next_commands: tuple[str, ...]

    def apply(self) -> None:
        """Write all that is to be written, or nothing. Raises `UnwritableFileError`."""
        writes = [each for each in self.steps if each.action == WRITE]
        create_files(self.top, [NewFile(each.path, each.text.encode(), each.executable) for each in writes])


def make_plan(folder: str, wish: SetupOptions, progress: Callable[[str], None] = lambda _: None) -> SetupPlan:
    """Return what setting up the repository around a folder comes to; nothing is written.

    Raises a `DcrError` outside a repository, in a bare one, and for what cannot be read or written through.
    """
    repository = discover_repository(folder)
    if repository.top is None:
        raise UsageError("this repository is bare: it has no files to set up", "run dcr init in a clone of it")
    found = find_contracts(repository, progress)
    policy_file, steps = _plan_policy(repository, found)
    platform = detect_platform(repository) if wish.ci == "auto" else None
    service, told_by = (get_platform(wish.ci), "--ci") if wish.ci not in ("auto", "none") else platform or (None, "")
    steps += _plan_hook(repository, wish)
    if wish.ci != "none":
        steps += _plan_ci(repository, service, told_by, wish.source)
    steps += _plan_code_owners(repository, service, policy_file, wish.owners)
    return SetupPlan(repository.top, found, tuple(steps), tuple(_list_next_commands(steps, wish, repository)))


def _read_file(repository: Repository, path: str) -> bytes | None:
    """Return a file's content, None when there is none. Raises for what stands in its place and is no file."""
    top = repository.top or ""
    if not os.path.lexists(os.path.join(top, path)):
        return None
    content = read_file(top, path)
    if isinstance(content, str):
        raise UnwritableFileError(f"'{path}' is {content}, which is not written through", "put a file of its own there")
    return content


def _plan_policy(repository: Repository, found: FoundContracts) -> tuple[str, list[Step]]:
    """Return the file that holds the policy, and the step for it."""
    globs = choose_globs(found)
    policy, source = read_policy(repository.top or "")
    if _read_file(repository, "dcr.toml") is None and source == "defaults":
        why = "what is a contract, and how strictly it is judged"
        return "dcr.toml", [Step(WRITE, "dcr.toml", why, format_settings(found, globs, repository))]
    path = "dcr.toml" if source == "defaults" else source
    if has_uncovered_contracts(found, policy):
        return path, [Step(ADD, path, "its globs do not cover every contract found", format_globs(globs))]
    return path, [Step(EXISTS, path, "covers the contracts found")]


def _plan_hook(repository: Repository, wish: SetupOptions) -> list[Step]:
    if wish.hook == "none":
        return []
    if wish.hook == "git":
        return _plan_git_hooks(repository)
    for path in hooks.CONFIGURATIONS:
        content = _read_file(repository, path)
        if content is not None and _DCR_NAME.search(content):
            return [Step(EXISTS, path, "runs dcr")]
        if content is not None:
            text = hooks.format_entry(wish.source)
            return [Step(ADD, path, "checks commits and pushes; below 'repos:'", text)]
    why = "checks commits and pushes"
    return [Step(WRITE, hooks.CONFIGURATIONS[0], why, hooks.format_configuration(wish.source))]


def _plan_git_hooks(repository: Repository) -> list[Step]:
    folder, own = hooks.get_hooks_folder(repository)
    steps = []
    for name, command in hooks.SCRIPTS.items():
        path = os.path.relpath(os.path.join(folder, name), os.path.realpath(repository.top or ""))
        there = os.path.lexists(os.path.join(folder, name))
        content = read_file(folder, name) if there else None
        if isinstance(content, bytes) and _DCR_NAME.search(content):
            steps.append(Step(EXISTS, path, "runs dcr"))
        elif there or not own or path.startswith(".."):
            why = "git runs it from there" if not there else "it is there, and runs something else"
            steps.append(Step(ADD, path, why, f"{command}\n"))
        else:
            steps.append(Step(WRITE, path, f"{name} runs {command}", hooks.format_script(name), executable=True))
    return steps


def _plan_ci(repository: Repository, service: Platform | None, told_by: str, source: str | None) -> list[Step]:
    if service is None:
        return [Step(SKIPPED, "CI", "no service is seen here; --ci NAME writes a file for it")]
    for path in _list_configurations(repository, service):
        content = _read_file(repository, path)
        if content is not None and _DCR_NAME.search(content):
            return [Step(EXISTS, path, f"{service.name} runs dcr")]
    text = read_template(service, source)
    what = WRITE if _read_file(repository, service.path) is None else ADD
    return [Step(what, service.path, f"runs dcr on pull requests ({service.name}, by {told_by})", text)]


def _list_configurations(repository: Repository, service: Platform) -> Iterator[str]:
    """Yield the files in which a service may be told to run dcr: GitHub reads a whole folder."""
    yield service.path
    folder = os.path.dirname(service.path)
    full = os.path.join(repository.top or "", folder)
    if folder and os.path.isdir(full) and not os.path.islink(full):
        yield from (f"{folder}/{name}" for name in sorted(os.listdir(full)) if name.endswith((".yml", ".yaml")))


def _plan_code_owners(
    repository: Repository, service: Platform | None, policy_file: str, owners: Sequence[str]
) -> list[Step]:
    """Return the step that has the policy and the acceptances guarded; who guards them is never guessed."""
    guarded = (policy_file, "dcr.accepted.yaml", "dcr.baseline.json")
    missing: tuple[str, ...] = guarded
    path = next((each for each in CODE_OWNERS if _read_file(repository, each) is not None), None)
    if path is not None:
        content = _read_file(repository, path) or b""
        missing = tuple(each for each in guarded if each.encode() not in content)
    if not missing:
        return [Step(EXISTS, path or "", "guards the policy, acceptances and the baseline")]
    text = "".join(f"/{each} {' '.join(owners) or '@the-team-that-decides'}\n" for each in missing)
    why = "who decides on the policy, on acceptances and on a baseline"
    if path is None and owners:
        return [Step(WRITE, service.code_owners if service else "CODEOWNERS", why, text)]
    return [Step(ADD, path or (service.code_owners if service else "CODEOWNERS"), why, text)]


def _list_next_commands(steps: Sequence[Step], wish: SetupOptions, repository: Repository) -> Iterator[str]:
    """Yield what to type next, in order."""
    inside = [each.path for each in steps if each.action == WRITE and not each.path.startswith(".git/")]
    yield "dcr lint"
    if wish.hook == "pre-commit" and not os.path.exists(os.path.join(repository.common_dir, "hooks", "pre-commit")):
        yield "pre-commit install"
    for each in steps:
        if each.action == WRITE and PLACEHOLDER in each.text:
            yield f"edit {each.path}: in place of {PLACEHOLDER}, where you install dcr from"
    if inside:
        yield f"git add {' '.join(inside)}"
        yield 'git commit --message "Check data contracts"'

"""Plans the setup of a repository: files to write, lines to add, and files that need no change."""

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
from dcr.setup.consumers import EXAMPLE_PATH, find_consumer_setup
from dcr.setup.contracts import find_contracts
from dcr.setup.platforms import PLACEHOLDER, detect_platform, get_platform, read_template
from dcr.setup.scope_globs import choose_globs
from dcr.setup.settings import format_globs, format_settings, has_uncovered_contracts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dcr.git.repository import Repository
    from dcr.setup.contracts import FoundContracts
    from dcr.setup.platforms import Platform

CODE_OWNERS = (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_DCR_NAME = re.compile(rb"\bdcr\b")


class SetupOptions(NamedTuple):
    """The options of `dcr init`: the hook (`pre-commit`, `git`, `none`), the CI (`auto`, a name, `none`), the owners.

    `source` is where pip installs dcr from, or None if unknown. `consumers` adds an example of a consumer file.
    """

    hook: str = "pre-commit"
    ci: str = "auto"
    owners: tuple[str, ...] = ()
    source: str | None = None
    consumers: bool = False


class Step(NamedTuple):
    """The action for one file. `text` is its content for `WRITE`, the missing lines for `ADD`, or else empty.

    `path` is relative to the root of the repository.
    """

    action: str
    path: str
    reason: str
    text: str = ""
    executable: bool = False


WRITE, ADD, EXISTS, SKIPPED = "write", "add", "exists", "skipped"


class SetupPlan(NamedTuple):
    """The steps for a repository, the contracts in it, and the commands to run next."""

    top: str
    found: FoundContracts
    steps: tuple[Step, ...]
    next_commands: tuple[str, ...]

    def apply(self) -> None:
        """Write all files. Raise `UnwritableFileError` and write none if one is impossible."""
        steps = [step for step in self.steps if step.action == WRITE]
        create_files(self.top, [NewFile(step.path, step.text.encode(), step.executable) for step in steps])


def make_plan(folder: str, options: SetupOptions, progress: Callable[[str], None] = lambda _: None) -> SetupPlan:
    """Return the plan for the repository of a folder, without writing anything.

    Raise a `DcrError` outside a repository, in a bare one, and for files that cannot be read or written.
    """
    repository = discover_repository(folder)
    if repository.top is None:
        raise UsageError("this repository is bare: it has no files to set up", "run dcr init in a clone")
    found = find_contracts(repository, progress)
    policy_file, steps = _plan_policy(repository, found)
    platform = detect_platform(repository) if options.ci == "auto" else None
    service, origin = platform or (None, "")
    if options.ci not in ("auto", "none"):
        service, origin = get_platform(options.ci), "set by --ci"
    steps += _plan_hook(repository, options)
    if options.ci != "none":
        steps += _plan_ci(repository, service, origin, options.source)
    steps += _plan_code_owners(repository, service, policy_file, options.owners)
    if found.contracts or options.consumers:
        steps.append(_plan_consumers(repository, found, options))
    return SetupPlan(repository.top, found, tuple(steps), tuple(_list_next_commands(steps, options, repository)))


def _read_file(repository: Repository, path: str) -> bytes | None:
    """Return the content of a file, or None. Raise `UnwritableFileError` if it is not a regular file."""
    top = repository.top or ""
    if not os.path.lexists(os.path.join(top, path)):
        return None
    content = read_file(top, path)
    if isinstance(content, str):
        message = f"'{path}' is {content}, which dcr does not write to"
        raise UnwritableFileError(message, "replace it with a regular file")
    return content


def _plan_policy(repository: Repository, found: FoundContracts) -> tuple[str, list[Step]]:
    """Return the policy file and its step."""
    globs = choose_globs(found)
    policy, source = read_policy(repository.top or "")
    if _read_file(repository, "dcr.toml") is None and source == "defaults":
        reason = "where contracts are, and how strictly they are checked"
        return "dcr.toml", [Step(WRITE, "dcr.toml", reason, format_settings(found, globs, repository))]
    path = "dcr.toml" if source == "defaults" else source
    if has_uncovered_contracts(found, policy):
        return path, [Step(ADD, path, "its globs do not cover every contract", format_globs(globs))]
    return path, [Step(EXISTS, path, "covers every contract")]


def _plan_hook(repository: Repository, options: SetupOptions) -> list[Step]:
    if options.hook == "none":
        return []
    if options.hook == "git":
        return _plan_git_hooks(repository)
    for path in hooks.CONFIGURATIONS:
        content = _read_file(repository, path)
        if content is not None and _DCR_NAME.search(content):
            return [Step(EXISTS, path, "runs dcr")]
        if content is not None:
            text = hooks.format_entry(options.source)
            return [Step(ADD, path, "checks commits and pushes; add it below 'repos:'", text)]
    text = hooks.format_configuration(options.source)
    return [Step(WRITE, hooks.CONFIGURATIONS[0], "checks commits and pushes", text)]


def _plan_git_hooks(repository: Repository) -> list[Step]:
    folder, is_default = hooks.get_hooks_folder(repository)
    steps = []
    for name, command in hooks.SCRIPTS.items():
        path = os.path.relpath(os.path.join(folder, name), os.path.realpath(repository.top or ""))
        exists = os.path.lexists(os.path.join(folder, name))
        content = read_file(folder, name) if exists else None
        if isinstance(content, bytes) and _DCR_NAME.search(content):
            steps.append(Step(EXISTS, path, "runs dcr"))
        elif exists or not is_default or path.startswith(".."):
            reason = "exists, and runs another command" if exists else "git runs hooks from this folder"
            steps.append(Step(ADD, path, reason, f"{command}\n"))
        else:
            steps.append(Step(WRITE, path, f"{name} runs {command}", hooks.format_script(name), executable=True))
    return steps


def _plan_ci(repository: Repository, service: Platform | None, origin: str, source: str | None) -> list[Step]:
    if service is None:
        return [Step(SKIPPED, "CI", "no CI service detected; --ci NAME writes its file")]
    for path in _list_configurations(repository, service):
        content = _read_file(repository, path)
        if content is not None and _DCR_NAME.search(content):
            return [Step(EXISTS, path, f"{service.name} runs dcr")]
    text = read_template(service, source)
    what = WRITE if _read_file(repository, service.path) is None else ADD
    return [Step(what, service.path, f"runs dcr on pull requests ({service.name}, {origin})", text)]


def _list_configurations(repository: Repository, service: Platform) -> Iterator[str]:
    """Yield the files that may configure a service to run dcr. GitHub reads all files in a folder."""
    yield service.path
    folder = os.path.dirname(service.path)
    full = os.path.join(repository.top or "", folder)
    if folder and os.path.isdir(full) and not os.path.islink(full):
        yield from (f"{folder}/{name}" for name in sorted(os.listdir(full)) if name.endswith((".yml", ".yaml")))


def _plan_code_owners(
    repository: Repository, service: Platform | None, policy_file: str, owners: Sequence[str]
) -> list[Step]:
    """Return the step that protects the policy and the acceptances. The owners are never guessed."""
    guarded = (policy_file, "dcr.accepted.yaml", "dcr.baseline.json")
    missing: tuple[str, ...] = guarded
    path = next((each for each in CODE_OWNERS if _read_file(repository, each) is not None), None)
    if path is not None:
        content = _read_file(repository, path) or b""
        missing = tuple(each for each in guarded if each.encode() not in content)
    if not missing:
        return [Step(EXISTS, path or "", "has owners of the policy, the acceptances and the baseline")]
    text = "".join(f"/{each} {' '.join(owners) or '@your-data-team'}\n" for each in missing)
    reason = "the owners of the policy, the acceptances and the baseline"
    if path is None and owners:
        return [Step(WRITE, service.code_owners if service else "CODEOWNERS", reason, text)]
    return [Step(ADD, path or (service.code_owners if service else "CODEOWNERS"), reason, text)]


def _plan_consumers(repository: Repository, found: FoundContracts, options: SetupOptions) -> Step:
    """Return the step of an example, which is written only on request."""
    setup = find_consumer_setup(repository, found)
    if setup.declared:
        return Step(EXISTS, "consumers", setup.declared)
    if options.consumers and setup.example is not None:
        return Step(WRITE, EXAMPLE_PATH, "an example of a consumer file, commented out", setup.example)
    offer = "; --consumers writes an example" if setup.example is not None else ""
    reason = f"none declared: dcr consumers add NAME --dataset ID declares who uses a dataset{offer}"
    return Step(SKIPPED, "consumers", reason)


def _list_next_commands(steps: Sequence[Step], options: SetupOptions, repository: Repository) -> Iterator[str]:
    """Yield the commands to run next, in order."""
    inside = [each.path for each in steps if each.action == WRITE and not each.path.startswith(".git/")]
    yield "dcr lint"
    if options.hook == "pre-commit" and not os.path.exists(os.path.join(repository.common_dir, "hooks", "pre-commit")):
        yield "pre-commit install"
    for each in steps:
        if each.action == WRITE and PLACEHOLDER in each.text:
            yield f"edit {each.path}: replace {PLACEHOLDER} with your source of dcr"
    if inside:
        yield f"git add {' '.join(inside)}"
        yield 'git commit --message "Check data contracts"'

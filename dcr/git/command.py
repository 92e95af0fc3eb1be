"""Runs every git command, with fixed flags, a fixed environment and a time limit.

Commands are run directly and not through GitPython, whose import takes about as long as a whole check of an unchanged
repository (bench/README.md has the figures). Only `writing.temporary_repository` uses GitPython.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from typing import NamedTuple

from dcr.errors import DcrError

FLAGS = (
    "--no-replace-objects",
    "--literal-pathspecs",
    "--no-optional-locks",
    "--no-pager",
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.untrackedCache=false",
    "-c", "core.warnAmbiguousRefs=true",
    "-c", "core.quotePath=false",
    "-c", "safe.bareRepository=explicit",
    "-c", "protocol.allow=never",
    "-c", "submodule.recurse=false",
    "-c", "color.ui=false",
    "-c", "log.showSignature=false",
    "-c", "gc.auto=0",
    "-c", "maintenance.auto=false",
)  # fmt: skip
"""Make a command safe in a repository that an attacker prepared."""

_TRACE_VARIABLES = {"GIT_TRACE2_EVENT": "2", "GIT_TRACE2_EVENT_BRIEF": "1"}
_TRACE_EVENT_PREFIX = '{"event":"'
_EXIT_EVENT = re.compile(r'\{"event":"atexit",.*"code":(\d+)\}\Z')

_QUARANTINE_VARIABLES = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH")
REFETCH_COMMAND = "git fetch --refetch --no-filter origin"
"""Fetches all missing objects; without `--no-filter` a partial clone stays partial."""

TIME_LIMIT = 120.0
"""The seconds that one git command may take, unless `DCR_GIT_TIMEOUT` is set."""

_MAX_TIME_LIMIT = 86_400.0


class GitMissingError(DcrError):
    """Git is not installed, or cannot be started."""


class GitFailedError(DcrError):
    """A git command failed or returned an incomplete answer."""


class PartialCloneError(GitFailedError):
    """A partial clone lacks a requested object, and dcr never fetches."""


class GitResult(NamedTuple):
    """The exit code, output and error output of a git command."""

    exit_code: int
    stdout: bytes
    stderr: str


class Git(NamedTuple):
    """Runs git commands in one folder, with the variables of a hook that belong to that repository."""

    folder: str
    variables: dict[str, str] = {}  # noqa: RUF012 (never modified)

    def run(self, *arguments: str, stdin: bytes | None = None, exit_codes: tuple[int, ...] = (0,)) -> bytes:
        """Return a command's output. Raise `GitFailedError` for an unexpected exit code."""
        result = self.run_unchecked(*arguments, stdin=stdin)
        if result.exit_code not in exit_codes:
            raise create_git_error(arguments, result)
        return result.stdout

    def run_unchecked(self, *arguments: str, stdin: bytes | None = None) -> GitResult:
        """Return a command's output and exit code. Raise `GitFailedError` if it is killed or exceeds the time limit."""
        process = self.start(*arguments, has_stdin=stdin is not None)
        limit = read_time_limit()
        try:
            stdout, stderr = process.communicate(stdin, timeout=limit)
        except subprocess.TimeoutExpired as error:
            _abandon(process)
            raise create_timeout_error(_get_command_name(arguments), limit) from error
        result = GitResult(process.returncode, stdout, stderr.decode("utf-8", "replace").strip())
        if result.exit_code < 0:
            raise create_git_error(arguments, result)
        return result

    def run_traced(self, *arguments: str) -> GitResult:
        """Return a command's result if git's own trace confirms the exit code. Raise `GitFailedError` otherwise.

        Use this where an empty output is an answer. The trace is on stderr (git's api-trace2); a program that only
        poses as git does not write it.
        """
        result = self._replace(variables={**self.variables, **_TRACE_VARIABLES}).run_unchecked(*arguments)
        lines = result.stderr.splitlines()
        events = [line for line in lines if line.startswith(_TRACE_EVENT_PREFIX)]
        stderr = "\n".join(line for line in lines if not line.startswith(_TRACE_EVENT_PREFIX))
        exit_event = _EXIT_EVENT.match(events[-1]) if events else None
        if exit_event is None or int(exit_event[1]) != result.exit_code:
            raise create_git_error(arguments, GitResult(0 if result.exit_code == 1 else result.exit_code, b"", stderr))
        return result._replace(stderr=stderr)

    def start(self, *arguments: str, has_stdin: bool = False) -> subprocess.Popen[bytes]:
        """Start a command in the fixed environment, with pipes for its output."""
        try:
            return subprocess.Popen(
                ["git", *FLAGS, *arguments],
                stdin=subprocess.PIPE if has_stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.folder,
                env=build_environment(self.variables),
            )
        except OSError as error:
            if not os.path.isdir(self.folder):
                raise GitMissingError(f"folder '{self.folder}' does not exist") from error
            if isinstance(error, FileNotFoundError):
                raise GitMissingError("git is not installed", "install git 2.31 or newer, then try again") from error
            reason = (error.strerror or "unknown").lower()
            raise GitMissingError(
                f"git cannot be started: {reason}", "find out which git is first on PATH: command -v git"
            ) from error


def build_environment(variables: dict[str, str]) -> dict[str, str]:
    """Return the user's environment, with fixed values and `variables` in place of all GIT_* variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    if "GIT_QUARANTINE_PATH" in os.environ:  # in a receiving hook only these lead to the new objects
        kept.update({name: os.environ[name] for name in _QUARANTINE_VARIABLES if name in os.environ})
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": "",
        **variables,
    }


def read_time_limit() -> float:
    """Return the seconds that one command may take. Raise `DcrError` if the variable is not a valid number."""
    value = os.environ.get("DCR_GIT_TIMEOUT")
    if value is None:
        return TIME_LIMIT
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= _MAX_TIME_LIMIT:  # also true for nan
        raise DcrError(f"DCR_GIT_TIMEOUT is '{value}', expected seconds", "unset DCR_GIT_TIMEOUT")
    return seconds


def create_timeout_error(command: str, limit: float) -> GitFailedError:
    """Return the error for a command that exceeded the time limit."""
    return GitFailedError(
        f"git {command} did not finish within {limit:g} seconds",
        "run it again, or raise the limit: DCR_GIT_TIMEOUT=600 dcr check",
    )


def split_records(listing: bytes) -> list[str]:
    """Return the entries of a listing that are each followed by NUL. Raise `GitFailedError` if the last one is not."""
    entries = listing.decode("utf-8", "surrogateescape").split("\0")
    if entries.pop():
        raise GitFailedError("git returned an incomplete listing", "run it again")
    return entries


def _abandon(process: subprocess.Popen[bytes]) -> None:
    """Kill git. Programs that it started, such as ssh, may keep its pipes open: do not wait for their end."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _get_command_name(arguments: tuple[str, ...]) -> str:
    values = (before == "-c" for before in ("", *arguments))
    return next(
        argument for argument, is_value in zip(arguments, values, strict=False) if argument[:1] != "-" and not is_value
    )


def create_git_error(arguments: tuple[str, ...], result: GitResult) -> GitFailedError:
    """Return the error for a command without a usable answer, with a hint for git's message."""
    last_line = result.stderr.splitlines()[-1] if result.stderr else ""
    command = _get_command_name(arguments)
    if result.exit_code < 0:
        return GitFailedError(f"git {command} was killed by signal {-result.exit_code}", "run it again")
    if "dubious ownership" in result.stderr:
        return GitFailedError(
            "git does not trust this repository, which belongs to another user",
            'run: git config --global --add safe.directory "$(pwd)"',
        )
    failure = f"failed with exit code {result.exit_code}" if result.exit_code else "returned an incomplete answer"
    error_class = PartialCloneError if "promisor" in result.stderr else GitFailedError
    message = f"git {command} {failure}: {last_line}" if last_line else f"git {command} {failure}"
    return error_class(message, _find_failure_hint(result.stderr))


def _find_failure_hint(stderr: str) -> str:
    if "promisor" in stderr:
        from dcr.git import ci  # noqa: PLC0415 (some services make partial clones by default)

        setting = f"{ci.find_clone_setting(os.environ)}; or " if ci.makes_partial_clones(os.environ) else ""
        return f"this clone is partial, and dcr never fetches; {setting}run: {REFETCH_COMMAND}"
    if any(phrase in stderr for phrase in ("bad object", "missing", "unable to read", "corrupt", "not found")):
        return f"the repository lacks objects; run: {REFETCH_COMMAND}; or list them with: git fsck"
    if "broken ref" in stderr:
        return "find the broken ref with: git fsck; remove it with: git update-ref -d REF; then run: git fetch"
    if "index" in stderr:
        return "find what is wrong with the index: git status"
    return ""

"""The one gateway to git: fixed flags and environment, argument lists, bytes out, a checked exit, a time limit.

Plumbing commands are run directly rather than through GitPython: importing it costs about as much as a
whole check of an unchanged repository (bench/README.md has the figures). `scratch` uses it, where dcr makes
repositories of its own.
"""

from __future__ import annotations

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
"""What makes a command safe on a repository that a stranger prepared."""

_TRACE_VARIABLES = {"GIT_TRACE2_EVENT": "2", "GIT_TRACE2_EVENT_BRIEF": "1"}
_TRACE_EVENT_PREFIX = '{"event":"'
_EXIT_EVENT = re.compile(r'\{"event":"atexit",.*"code":(\d+)\}\Z')

_QUARANTINE_VARIABLES = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH")
REFETCH_COMMAND = "git fetch --refetch --no-filter origin"
"""Brings what a clone lacks; without `--no-filter` a partial clone stays partial."""

TIME_LIMIT = 120.0
"""Seconds that one git command may take; `DCR_GIT_TIMEOUT` changes it."""

_MAX_TIME_LIMIT = 86_400.0


class GitMissingError(DcrError):
    """There is no git program."""


class GitFailedError(DcrError):
    """A git command ended in a way that answers nothing."""


class PartialCloneError(GitFailedError):
    """A partial clone lacks an object that was asked for, and nothing is fetched."""


class GitResult(NamedTuple):
    """What a git command gave: its exit code, output and complaints."""

    exit_code: int
    stdout: bytes
    stderr: str


class Git(NamedTuple):
    """Runs git commands in one folder, with the hooks' variables that were found to belong there."""

    folder: str
    variables: dict[str, str] = {}  # noqa: RUF012 (never written to)

    def run(self, *arguments: str, given: bytes | None = None, codes: tuple[int, ...] = (0,)) -> bytes:
        """Return a command's output. Raises `GitFailedError` for any exit code that is not expected."""
        answer = self.run_unchecked(*arguments, given=given)
        if answer.exit_code not in codes:
            raise create_git_error(arguments, answer)
        return answer.stdout

    def run_unchecked(self, *arguments: str, given: bytes | None = None) -> GitResult:
        """Return a command's output and exit code, whatever it is. A signal or time-out raises."""
        process = self.start(*arguments, reads=given is not None)
        limit = read_time_limit()
        try:
            out, err = process.communicate(given, timeout=limit)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.communicate()
            raise create_timeout_error(_get_command_name(arguments), limit) from error
        answer = GitResult(process.returncode, out, err.decode("utf-8", "replace").strip())
        if answer.exit_code < 0:
            raise create_git_error(arguments, answer)
        return answer

    def run_traced(self, *arguments: str) -> GitResult:
        """Ask, where even an empty answer says something, and insist that git itself tells how it ended.

        Its own trace says so on stderr (git's api-trace2), which nothing that only looks like git would do.
        """
        answer = self._replace(variables={**self.variables, **_TRACE_VARIABLES}).run_unchecked(*arguments)
        lines = answer.stderr.splitlines()
        events = [line for line in lines if line.startswith(_TRACE_EVENT_PREFIX)]
        complaint = "\n".join(line for line in lines if not line.startswith(_TRACE_EVENT_PREFIX))
        ending = _EXIT_EVENT.match(events[-1]) if events else None
        if ending is None or int(ending[1]) != answer.exit_code:
            raise create_git_error(
                arguments, GitResult(0 if answer.exit_code == 1 else answer.exit_code, b"", complaint)
            )
        return answer._replace(stderr=complaint)

    def start(self, *arguments: str, reads: bool = False) -> subprocess.Popen[bytes]:
        """Start a command with pipes on all sides, in the fixed environment."""
        try:
            return subprocess.Popen(
                ["git", *FLAGS, *arguments],
                stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.folder,
                env=build_environment(self.variables),
            )
        except OSError as error:
            if not os.path.isdir(self.folder):
                raise GitMissingError(f"the folder '{self.folder}' does not exist") from error
            if isinstance(error, FileNotFoundError):
                raise GitMissingError("git is not installed", "install git 2.31 or newer, then try again") from error
            reason = (error.strerror or "unknown").lower()
            raise GitMissingError(
                f"git cannot be started: {reason}", "see which git comes first on PATH: command -v git"
            ) from error


def build_environment(variables: dict[str, str]) -> dict[str, str]:
    """Return the environment git runs in: the user's, with every GIT_* replaced by fixed ones and `variables`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    if "GIT_QUARANTINE_PATH" in os.environ:  # inside a receiving hook the new objects are only found this way
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
    """Return the seconds one command may take. Raises `DcrError` when the variable is no number."""
    written = os.environ.get("DCR_GIT_TIMEOUT")
    if written is None:
        return TIME_LIMIT
    try:
        seconds = float(written)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= _MAX_TIME_LIMIT:  # which is false for nan too
        raise DcrError(f"DCR_GIT_TIMEOUT is '{written}', expected seconds", "unset DCR_GIT_TIMEOUT")
    return seconds


def create_timeout_error(command: str, limit: float) -> GitFailedError:
    """Return the error for a command that took longer than it may."""
    return GitFailedError(
        f"git {command} did not end within {limit:g} seconds",
        "run it again, or give it longer: DCR_GIT_TIMEOUT=600 dcr check",
    )


def split_records(listing: bytes) -> list[str]:
    """Return the entries of a listing that ends each with NUL. Raises `GitFailedError` for one that was cut."""
    entries = listing.decode("utf-8", "surrogateescape").split("\0")
    if entries.pop():
        raise GitFailedError("git gave half a listing", "run it again")
    return entries


def create_git_error(arguments: tuple[str, ...], answer: GitResult) -> GitFailedError:
    """Return the error for a command that answered nothing, with the hint that fits git's complaint."""
    complaint = answer.stderr.splitlines()[-1] if answer.stderr else ""
    command = _get_command_name(arguments)
    if answer.exit_code < 0:
        return GitFailedError(f"git {command} was killed by signal {-answer.exit_code}", "run it again")
    if "dubious ownership" in answer.stderr:
        return GitFailedError(
            "git does not trust this repository: it belongs to another user",
            'git config --global --add safe.directory "$(pwd)"',
        )
    message = f"git {command} " + (f"ended with {answer.exit_code}" if answer.exit_code else "gave no full answer")
    kind = PartialCloneError if "promisor" in answer.stderr else GitFailedError
    return kind(f"{message}: {complaint}" if complaint else message, _find_failure_hint(answer.stderr))


def _get_command_name(arguments: tuple[str, ...]) -> str:
    return next(each for each in arguments if not each.startswith("-"))


def _find_failure_hint(complaint: str) -> str:
    if "promisor" in complaint:
        from dcr.git import ci  # noqa: PLC0415 (a service may make such clones by itself)

        setting = f"{ci.find_clone_setting(os.environ)}; or " if ci.makes_partial_clones(os.environ) else ""
        return f"this clone is partial and dcr fetches nothing: {setting}{REFETCH_COMMAND}"
    if any(
        word in complaint for word in ("bad object", "missing", "unable to read", "corrupt", "promisor", "not found")
    ):
        return f"the repository lacks objects: {REFETCH_COMMAND}, or git fsck to see which"
    if "broken ref" in complaint:
        return "git fsck shows which ref is broken; git update-ref -d REF takes it away, and git fetch brings it back"
    if "index" in complaint:
        return "git status shows what is wrong with the index"
    return ""

"""Show what a change does to contracts in git's own diffs. Without arguments: how to set it up.

git calls it with both sides of a file and gets the semantic change, then the text diff; with --textconv, with one
file, and gets its text and below it what the contract says, one fact a line.
"""

import contextlib
import os
import select
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dcr.cli.output import get_style, get_working_folder
from dcr.errors import DcrError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.rendering.listings.patch import FilePair
    from dcr.rendering.style import Style

EXAMPLE = "Example: dcr git-diff-driver --textconv contracts/users.yaml"
_WITHOUT_RENAME, _WITH_RENAME = 7, 9
"""How many arguments git gives (git help git, GIT_EXTERNAL_DIFF)."""
_UNWRAPPED_WIDTH = 1_000
"""Columns where no terminal shows it: what is said of a change then stays on one line."""


def git_diff_driver(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="What git hands over: a path, then file, id and mode of both sides.", metavar="FILES..."),
    ] = None,
    textconv: Annotated[bool, typer.Option("--textconv", help="Print one file and what it says.")] = False,
) -> None:
    """Print to stdout."""
    given = files or []
    if textconv and len(given) == 1:
        answer: Callable[[], bytes] = lambda: _format_textconv(given[0])  # noqa: E731 (one of four)
    elif textconv:
        raise UsageError(f"--textconv takes one file, not {len(given)}", "dcr git-diff-driver shows how it is set up")
    elif not given:
        answer = _format_setup_guide
    elif len(given) == 1:
        answer = lambda: _format_unmerged(given[0])  # noqa: E731
    elif len(given) in (_WITHOUT_RENAME, _WITH_RENAME):
        answer = lambda: _format_change(given)  # noqa: E731
    else:
        raise UsageError(
            f"git hands 1, 7 or 9 arguments over, not {len(given)}", "dcr git-diff-driver shows how it is set up"
        )
    if not _is_stdout_closed():
        with contextlib.suppress(BrokenPipeError):  # the pager was left: git would call it a death of this program
            sys.stdout.buffer.write(answer())
            sys.stdout.buffer.flush()


def _is_stdout_closed() -> bool:
    """Whether stdout is a pipe that nobody reads any more; git still calls for each file that is left."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
        return any(event & select.POLLERR for _, event in poll.poll(0))
    except (OSError, ValueError):
        return False


def _format_change(given: list[str]) -> bytes:
    from dcr.git.contracts.diff_files import parse_diff_file
    from dcr.git.text_diff import diff_texts, wants_color
    from dcr.rendering.listings.patch import header

    pair = _parse_file_pair(given)
    folder = get_working_folder()
    color = not os.environ.get("NO_COLOR") and wants_color(folder, terminal=_is_on_terminal())
    previous = parse_diff_file(pair.path, pair.old, pair.old_mode)
    proposed = parse_diff_file(pair.new_path, pair.new, pair.new_mode)
    told = ""
    if any(side is not None and side.format for side in (previous, proposed)):
        from dcr.rendering.listings.file_change import render

        told = render(previous, proposed, *_read_modes(folder), _get_output_style(color=color))
    if told and os.environ.get("GIT_DIFF_PATH_COUNTER", "1") != "1":
        told = f"\n{told}"  # set off from the file before
    diff = diff_texts(folder, pair.old, pair.new, color=color)
    return _encode(told + header(pair, diff, color=color)) + diff.hunks


def _parse_file_pair(given: list[str]) -> "FilePair":
    from dcr.rendering.listings.patch import FilePair

    path, old, _, old_mode, new, _, new_mode, *renamed = given
    return FilePair(path, old, old_mode, new, new_mode, *(renamed or [path]))


def _read_modes(folder: str) -> "tuple[Callable[[str], str], str]":
    """Return the modes that the working tree's policy sets, and what to say where it cannot be understood."""
    from dcr.lint import read_policy
    from dcr.policy.policy import Policy

    try:
        return read_policy(folder)[0].get_mode, ""
    except DcrError as error:
        return Policy().get_mode, f"judged by the defaults: {error.message}"


def _is_on_terminal() -> bool:
    """Whether somebody sees the output in a terminal; what goes to git's pager is seen there, though it is a pipe."""
    seen = sys.stdout.isatty() or os.environ.get("GIT_PAGER_IN_USE") == "true"
    return seen and os.environ.get("TERM", "dumb") != "dumb"


def _get_output_style(*, color: bool) -> "Style":
    from dcr.rendering.style import Style

    plain = get_style("never")
    return Style(plain.width if _is_on_terminal() else _UNWRAPPED_WIDTH, color=color, unicode=plain.unicode)


def _format_textconv(file: str) -> bytes:
    from dcr.formats import read_content
    from dcr.git.contracts.diff_files import is_binary, read_diff_file, read_whole_file
    from dcr.rendering.listings.outline import outline

    content = read_diff_file(file)
    if is_binary(content):
        return _encode(_format_binary(file))
    lines = outline(read_content(file, content))
    whole = read_whole_file(file)
    if not lines:
        return whole
    if whole and not whole.endswith(b"\n"):
        whole += b"\n\\ No newline at end of file\n"
    return whole + _encode("".join(f"{line}\n" for line in ("", *lines)))


def _format_binary(file: str) -> str:
    import hashlib

    from dcr.git.contracts.diff_files import read_whole_file

    content = read_whole_file(file)
    return f"binary, {len(content)} bytes, {hashlib.blake2b(content, digest_size=8).hexdigest()}\n"


def _format_unmerged(path: str) -> bytes:
    from dcr.rendering.listings.patch import quote_path

    return _encode(f"* Unmerged path {quote_path(path)}\n")  # as git says it


def _format_setup_guide() -> bytes:
    from dcr.git.repository import NotARepositoryError, discover_repository
    from dcr.lint import read_policy
    from dcr.policy.policy import Policy
    from dcr.rendering.listings.diff_setup import render_setup

    try:
        top = discover_repository(get_working_folder()).top
    except NotARepositoryError:
        top = None
    return _encode(render_setup(read_policy(top)[0] if top else Policy()))


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")

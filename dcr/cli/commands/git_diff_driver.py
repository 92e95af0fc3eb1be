"""Show what a change does to contracts, in git's own diffs. Without arguments, print how to set it up.

git passes both contents of a file and gets the contract changes and the text diff. With --textconv, git passes one
file and gets its text and a summary of its contracts.
"""

import contextlib
import os
import select
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dcr.cli.terminal import get_style
from dcr.cli.working_folder import get_working_folder
from dcr.errors import DcrError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.rendering.listings.patch import FilePair
    from dcr.rendering.style import Style

EXAMPLE = "Example: dcr git-diff-driver --textconv contracts/users.yaml"
_WITHOUT_RENAME, _WITH_RENAME = 7, 9
"""The number of arguments that git passes (see git help git, GIT_EXTERNAL_DIFF)."""
_HINT = "dcr git-diff-driver shows how to set it up"
_UNWRAPPED_WIDTH = 1_000
"""The width in columns of output that no terminal shows: each message stays on one line."""


def git_diff_driver(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="From git: a path, then file, id and mode of both contents.", metavar="FILES..."),
    ] = None,
    textconv: Annotated[
        bool, typer.Option("--textconv", help="Print one file and a summary of its contracts.")
    ] = False,
) -> None:
    """Print the diff to stdout."""
    arguments = files or []
    if textconv and len(arguments) == 1:
        run: Callable[[], bytes] = lambda: _format_textconv(arguments[0])  # noqa: E731 (one of four cases)
    elif textconv:
        raise UsageError(f"--textconv takes one file, found {len(arguments)}", _HINT)
    elif not arguments:
        run = _format_setup_guide
    elif len(arguments) == 1:
        run = lambda: _format_unmerged(arguments[0])  # noqa: E731
    elif len(arguments) in (_WITHOUT_RENAME, _WITH_RENAME):
        run = lambda: _format_change(arguments)  # noqa: E731
    else:
        raise UsageError(
            f"expected 1, 7 or 9 arguments from git, found {len(arguments)}",
            _HINT,
        )
    if not _is_stdout_closed():
        with contextlib.suppress(BrokenPipeError):  # the user left the pager: git would report a crash
            sys.stdout.buffer.write(run())
            sys.stdout.buffer.flush()


def _is_stdout_closed() -> bool:
    """Return whether stdout is a pipe that was closed. Git still calls the driver for each remaining file."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
        return any(event & select.POLLERR for _, event in poll.poll(0))
    except (OSError, ValueError):
        return False


def _format_change(arguments: list[str]) -> bytes:
    from dcr.git.contracts.diff_files import parse_diff_file
    from dcr.git.text_diff import diff_texts, wants_color
    from dcr.rendering.listings.patch import header

    pair = _parse_file_pair(arguments)
    folder = get_working_folder()
    color = not os.environ.get("NO_COLOR") and wants_color(folder, terminal=_is_on_terminal())
    previous = parse_diff_file(pair.path, pair.old, pair.old_mode)
    proposed = parse_diff_file(pair.new_path, pair.new, pair.new_mode)
    changes = ""
    if any(reading is not None and reading.format for reading in (previous, proposed)):
        from dcr.rendering.listings.file_change import render

        changes = render(previous, proposed, *_read_modes(folder), _get_output_style(color=color))
    if changes and os.environ.get("GIT_DIFF_PATH_COUNTER", "1") != "1":
        changes = f"\n{changes}"  # a blank line after the previous file
    diff = diff_texts(folder, pair.old, pair.new, color=color)
    return _encode(changes + header(pair, diff, color=color)) + diff.hunks


def _parse_file_pair(arguments: list[str]) -> "FilePair":
    from dcr.rendering.listings.patch import FilePair

    path, old, _, old_mode, new, _, new_mode, *renamed = arguments
    return FilePair(path, old, old_mode, new, new_mode, *(renamed or [path]))


def _read_modes(folder: str) -> "tuple[Callable[[str], str], str]":
    """Return the modes of the working tree's policy, and a message if the policy cannot be read."""
    from dcr.lint import read_policy
    from dcr.policy.policy import Policy

    try:
        return read_policy(folder)[0].get_mode, ""
    except DcrError as error:
        return Policy().get_mode, f"checked with the default policy: {error.message}"


def _is_on_terminal() -> bool:
    """Return whether a terminal shows the output, directly or through git's pager."""
    is_shown = sys.stdout.isatty() or os.environ.get("GIT_PAGER_IN_USE") == "true"
    return is_shown and os.environ.get("TERM", "dumb") != "dumb"


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

    return _encode(f"* Unmerged path {quote_path(path)}\n")  # the same words as git


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

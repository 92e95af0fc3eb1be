"""Runs the command line and turns every error into an exit code.

Exit codes: 0 nothing at error severity, 1 issues, 2 could not check, 3 a bug in dcr.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import io
import os
import sys
from typing import TYPE_CHECKING

from dcr.cli.exits import EXIT_BUG, EXIT_INTERRUPTED, EXIT_NOT_CHECKED, print_note

if TYPE_CHECKING:
    from dcr.errors import DcrError

ISSUE_TRACKER = "the dcr issue tracker"
_OUTCOMES = {
    **dict.fromkeys(("bump", "deprecate", "archive", "accept", "owners", "site"), "nothing was written"),
    **dict.fromkeys(("datasets", "log", "show", "blame", "diff"), "nothing was shown"),
}
"""What did not happen when a command ends with 2; of all others, nothing was checked."""


def main() -> None:
    """Run the command that the arguments name, and exit."""
    _restart_in_utf8_mode()
    gc.disable()  # one short run: collecting costs a tenth of it and frees nothing
    _prepare_streams()
    code = _run_command()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # its reader went away, or it is full: said already
            stream.flush()
    os._exit(code)  # taking every module apart again costs another tenth


def _restart_in_utf8_mode() -> None:
    """Start Python again, in its UTF-8 mode, where the locale has another encoding for names of files and arguments.

    Git's names are UTF-8, or bytes that nothing else may be made of, and few of them fit another encoding. What is
    printed keeps the encoding that the locale asks for. Source: PEP 540.
    """
    if sys.getfilesystemencoding() == "utf-8" or sys.flags.utf8_mode or not sys.executable or not sys.orig_argv[1:]:
        return
    if sys.stdout is not None and not os.environ.get("PYTHONIOENCODING", "").partition(":")[0]:
        os.environ["PYTHONIOENCODING"] = sys.stdout.encoding
    with contextlib.suppress(OSError):
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 (itself, no shell)


def _prepare_streams() -> None:
    """Let output go nowhere where a stream is closed, and let no encoding refuse a character."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (open as long as the run)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run_command() -> int:
    try:
        from dcr.cli.app import run_command

        code = run_command(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return EXIT_NOT_CHECKED  # the reader went away (`dcr check | head`); nobody is left to tell
    except OSError as error:
        return _print_error(_find_stdout_error(error) or error)
    except Exception as error:  # noqa: BLE001 (the one place: an uncaught error must not look like "issues")
        return _print_error(error)
    return code


def _find_stdout_error(error: OSError) -> Exception | None:
    """Return what to say when stdout takes no more; whatever names a file is about that file."""
    from dcr.errors import DcrError

    if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
        return None
    reason = (error.strerror or "unknown").lower()
    return DcrError(f"stdout cannot be written: {reason}", "write where there is room")


def _get_outcome(error: DcrError) -> str:
    """Return what did not happen: what the error itself says, or else what the command is for."""
    from dcr.errors import DcrError

    if error.undone != DcrError.undone:
        return error.undone
    return _OUTCOMES.get(next(iter(sys.argv[1:]), ""), error.undone)


def _print_error(error: Exception) -> int:
    from dcr.errors import DcrError
    from dcr.text.printable import escape_ci_commands, make_printable

    if isinstance(error, DcrError):
        print_note(escape_ci_commands(f"dcr: {_get_outcome(error)}: {make_printable(error.message)}"))
        if error.hint:
            print_note(escape_ci_commands(f"  hint: {make_printable(error.hint)}"))
        return EXIT_NOT_CHECKED
    import traceback

    from dcr.version import __version__

    trace = "".join(traceback.format_exception(error)).rstrip("\n")
    print_note("\n".join(escape_ci_commands(make_printable(line)) for line in trace.split("\n")))
    print_note(f"dcr {__version__}: this is a bug in dcr, and nothing was checked")
    print_note(f"  hint: report it with the lines above to {ISSUE_TRACKER}")
    return EXIT_BUG

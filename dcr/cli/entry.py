"""Runs the command line and turns every error into an exit code.

Exit codes: 0 no issues at error severity, 1 issues, 2 not checked, 3 a bug in dcr.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import io
import os
import sys
from typing import TYPE_CHECKING

from dcr.cli.exit_codes import EXIT_BUG, EXIT_INTERRUPTED, EXIT_NOT_CHECKED
from dcr.cli.messages import print_error, print_line

if TYPE_CHECKING:
    from dcr.errors import DcrError

ISSUE_TRACKER = "the dcr issue tracker"
_CONSEQUENCES = {
    **dict.fromkeys(
        ("bump", "deprecate", "archive", "accept", "owners", "init", "site", "token", "consumers add"),
        "nothing was written",
    ),
    **dict.fromkeys(
        ("datasets", "log", "show", "blame", "consumers", "impact", "diff", "explain", "schema"), "nothing was shown"
    ),
    "serve": "nothing was served",
    "fleet": "nothing was shown",
    "fleet serve": "nothing was served",
    "fleet site": "nothing was written",
    "fleet sync": "the sync did not finish",
}
"""What a command did not do when it exits with 2. The default is that nothing was checked."""


def main() -> None:
    """Run the command that the arguments name, and exit."""
    _restart_in_utf8_mode()
    gc.disable()  # a run is short: collecting takes a tenth of it and frees nothing
    _prepare_streams()
    code = _run_command()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # closed or full: already reported
            stream.flush()
    os._exit(code)  # unloading every module takes another tenth


def _restart_in_utf8_mode() -> None:
    """Restart Python in UTF-8 mode if the locale has another encoding for file names and arguments.

    Git stores names as bytes, usually UTF-8, and most locales cannot represent all of them. The output keeps the
    locale's encoding. Source: PEP 540.
    """
    if sys.getfilesystemencoding() == "utf-8" or sys.flags.utf8_mode or not sys.executable or not sys.orig_argv[1:]:
        return
    if sys.stdout is not None and not os.environ.get("PYTHONIOENCODING", "").partition(":")[0]:
        os.environ["PYTHONIOENCODING"] = sys.stdout.encoding
    with contextlib.suppress(OSError):
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 (itself, no shell)


def _prepare_streams() -> None:
    """Replace closed streams, and escape characters that the encoding does not have."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (open until the process ends)
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
        return EXIT_NOT_CHECKED  # the reader closed the pipe, as in `dcr check | head`
    except OSError as error:
        return _print_error(_find_stdout_error(error) or error)
    except Exception as error:  # noqa: BLE001 (the only one: an uncaught error must not look like "issues")
        return _print_error(error)
    return code


def _find_stdout_error(error: OSError) -> DcrError | None:
    """Return the error of a stdout that cannot be written. An error with a file name is about that file."""
    from dcr.errors import DcrError

    if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
        return None
    reason = (error.strerror or "unknown").lower()
    return DcrError(f"cannot write to stdout: {reason}", "write to a disk with free space")


def _print_error(error: Exception) -> int:
    from dcr.errors import DcrError

    if isinstance(error, DcrError):
        consequence = error.consequence
        if consequence == DcrError.consequence:  # not set by the error itself
            command = _CONSEQUENCES.get(" ".join(sys.argv[1:2]), consequence)
            consequence = _CONSEQUENCES.get(" ".join(sys.argv[1:3]), command)
        print_error(f"{error.message} ({consequence})", error.hint)
        return EXIT_NOT_CHECKED
    import traceback

    from dcr.text.printable import make_printable
    from dcr.version import __version__

    for line in "".join(traceback.format_exception(error)).rstrip("\n").split("\n"):
        print_line(make_printable(line))
    print_error(
        f"this is a bug in dcr {__version__} (nothing was checked)",
        f"report it with the lines above to {ISSUE_TRACKER}",
    )
    return EXIT_BUG

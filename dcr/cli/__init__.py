"""The command line: options in, exit code out. The only room that prints or exits.

`main` is the one place where errors become exit codes: 0 nothing at error severity, 1 issues, 2 could not
check, 3 a bug in dcr.
"""

from __future__ import annotations

import gc
import os
import sys

EXIT_ISSUES, EXIT_NOT_CHECKED, EXIT_BUG, EXIT_INTERRUPTED = 1, 2, 3, 130
REPORT_BUGS_AT = "the dcr issue tracker"


def main() -> None:
    """Run the command that the arguments name, and exit."""
    gc.disable()  # one short run: collecting costs a tenth of it and frees nothing
    sys.exit(_run())


def _run() -> int:
    try:
        from dcr.cli.app import run

        code = run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (`dcr check | head`); nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_NOT_CHECKED
    except Exception as error:  # noqa: BLE001 (the one place: an uncaught error must not look like "issues")
        return _explain(error)
    return code


def _explain(error: Exception) -> int:
    from dcr.errors import DcrError
    from dcr.reporters.printable import printable

    if isinstance(error, DcrError):
        print(f"dcr: nothing was checked: {printable(error.message)}", file=sys.stderr)
        if error.hint:
            print(f"  hint: {printable(error.hint)}", file=sys.stderr)
        return EXIT_NOT_CHECKED
    import traceback

    from dcr.version import __version__

    trace = "".join(traceback.format_exception(error)).rstrip("\n")
    print("\n".join(printable(line) for line in trace.split("\n")), file=sys.stderr)
    print(f"dcr {__version__}: this is a bug in dcr, and nothing was checked", file=sys.stderr)
    print(f"  hint: report it with the lines above to {REPORT_BUGS_AT}", file=sys.stderr)
    return EXIT_BUG

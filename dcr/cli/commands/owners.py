"""Check owners against CODEOWNERS, or read a Decision Card.

check: the file of each contract must belong to a handle of its team, which [teams] of the policy maps. Each team needs
a contact of its own.

from-decision-card: prints the owners for a contract, first the buyer with the contact, then the decision maker. With
--write, replaces the owners of a dataset. A card is a text, or JSON with "buyer": {"name": .., "contact": ..} and
"decision_maker": {"role": .., "name": ..}.
"""

import os
import stat
import sys
from typing import Annotated

import typer

from dcr.cli.edits import apply_edits, require_one_line
from dcr.cli.messages import print_warning
from dcr.cli.options import (
    ColorOption,
    DryRunOption,
    FailOnOption,
    FormatsOption,
    OutputOption,
    QuietOption,
    choice_option,
    complete_with,
    require_choice,
)
from dcr.cli.progress import make_progress
from dcr.cli.report_output import OutputOptions, ReportOptions
from dcr.cli.working_folder import get_working_folder
from dcr.codeowners.services import SERVICES, get_title
from dcr.contract.contract import Owner
from dcr.decision_card import MAX_BYTES, DecisionCardError, parse_owners
from dcr.editing.owners import assign_owners
from dcr.editing.text.contracts import build_owner_entry
from dcr.editing.text.quoting import quote
from dcr.errors import UsageError
from dcr.owners_check import OwnersRequest, check_owners
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr owners from-decision-card card.json --write users.daily_active"
_CHECK, _CARD = "check", "from-decision-card"
_ACTIONS = (_CHECK, _CARD)


def owners(
    action: Annotated[
        str,
        typer.Argument(
            help=f"One of: {', '.join(_ACTIONS)}.", metavar="ACTION", autocompletion=complete_with(*_ACTIONS)
        ),
    ],
    card: Annotated[
        str | None, typer.Argument(help="The file of the card; - reads stdin (from-decision-card).", metavar="CARD")
    ] = None,
    write: Annotated[
        str | None,
        typer.Option(help="Write the owners to this dataset's contract (from-decision-card).", metavar="DATASET"),
    ] = None,
    dry_run: DryRunOption = False,
    ref: Annotated[
        str | None,
        typer.Option("--ref", help="Check this commit (check). Default: the working tree.", metavar="REF"),
    ] = None,
    service: Annotated[
        str | None,
        choice_option(
            "--service", choices=SERVICES, metavar="SERVICE", note="Default: that of the CI job or of the file (check)."
        ),
    ] = None,
    format: FormatsOption = None,  # noqa: A002 (the option's name)
    output: OutputOption = None,
    fail_on: FailOnOption = None,
    quiet: QuietOption = False,
    color: ColorOption = "auto",
) -> None:
    """Write the report of a check and exit with 1 if there are issues, or print or write the owners of a card."""
    if action not in _ACTIONS:
        raise UsageError(f"unknown action '{action}'", format_suggestion(action, _ACTIONS) or EXAMPLE)
    if action == _CHECK:
        _reject(_CHECK, {"CARD": card, "--write": write, "--dry-run": dry_run})
        options = ReportOptions(format, output, fail_on, None, False, OutputOptions(color, quiet))
        raise typer.Exit(_check(OwnersRequest(get_working_folder(), ref, service, fail_on), options))
    _reject(
        _CARD,
        {"--ref": ref, "--service": service, "--format": format, "--output": output, "--fail-on": fail_on,
         "--quiet": quiet},
    )  # fmt: skip
    if card is None:
        raise UsageError("the file of the card is missing", EXAMPLE)
    card_owners = parse_owners("stdin" if card == "-" else card, _read_card(card))
    if write is not None:
        edit = assign_owners(get_working_folder(), require_one_line("--write", write), card_owners)
        apply_edits([edit], dry_run=dry_run)
        return
    print(_format_owners(card_owners), end="")


def _reject(action: str, given: dict[str, object]) -> None:
    """Raise `UsageError` if an argument was given that the action does not have."""
    unknown = next((name for name, value in given.items() if value or value == ""), None)
    if unknown is not None:
        raise UsageError(f"{unknown} cannot be used with {action}", "see dcr owners --help")


def _check(request: OwnersRequest, options: ReportOptions) -> int:
    """Write the reports of a check and return the exit code."""
    require_choice("--service", request.service, SERVICES)
    targets = options.check()
    with make_progress(verbose=False) as progress:
        result = check_owners(request, progress)
    file = result.code_owners
    for ignored in file.rules.ignored:
        print_warning(f"{get_title(file.service)} ignores {file.path}:{ignored.line}: {ignored.reason}")
    for problem in result.unreadable:
        print_warning(f"cannot read {problem}", "see dcr lint")
    return options.finish("owners", result.report, targets, None)


def _read_card(path: str) -> bytes:
    """Return the content of a card, up to one byte more than a card may have."""
    if path == "-" and sys.stdin is None:
        raise DecisionCardError("stdin is closed", "name the file of the card")
    try:
        if path == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(MAX_BYTES + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "not a file name").lower()
        raise DecisionCardError(f"cannot read '{path}': {reason}", "check the path") from error
    if content is None:
        raise DecisionCardError(f"'{path}' is not a regular file", "name the file of the card")
    return content


def _format_owners(card_owners: tuple[Owner, ...]) -> str:
    """Return owners as the YAML of a contract."""
    lines = ["owners:"]
    for owner in card_owners:
        pairs = [f"{key}: {quote(value)}" for key, value in build_owner_entry(owner).items()]
        lines += [f"  - {pairs[0]}", *(f"    {pair}" for pair in pairs[1:])]
    return "".join(f"{line}\n" for line in lines)

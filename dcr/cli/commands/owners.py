"""Turn a Decision Card into owners: the buyer with its contact first, then who decided, without one.

Prints YAML to paste into a contract, or writes it into the one that --write names, in place of the owners it has. A
card is JSON with "buyer": {"name": .., "contact": ..} and "decision_maker": {"role": .., "name": ..}, or a text.
"""

import os
import stat
import sys
from typing import Annotated

import typer

from dcr.cli.edits import DRY_RUN_HELP, apply_edits, require_one_line
from dcr.cli.output import get_working_folder
from dcr.contract.contract import Owner
from dcr.decision_card import MAX_BYTES, DecisionCardError, parse_owners
from dcr.editing.lifecycle import assign_owners
from dcr.editing.text.contracts import build_owner_entry
from dcr.editing.text.quoting import quote
from dcr.errors import UsageError
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr owners from-decision-card card.json --write users.daily_active"
_SOURCES = ("from-decision-card",)


def owners(
    source: Annotated[str, typer.Argument(help="What to read: from-decision-card.", metavar="from-decision-card")],
    card: Annotated[str, typer.Argument(help="The card's file; - is stdin.", metavar="CARD")],
    write: Annotated[
        str | None, typer.Option(help="Write into this dataset's contract instead of printing.", metavar="DATASET")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=DRY_RUN_HELP)] = False,
) -> None:
    """Run the edit."""
    if source not in _SOURCES:
        raise UsageError(f"there is no source of owners '{source}'", format_suggestion(source, _SOURCES) or EXAMPLE)
    found = parse_owners("stdin" if card == "-" else card, _read_card(card))
    if write is not None:
        apply_edits([assign_owners(get_working_folder(), require_one_line("--write", write), found)], dry_run=dry_run)
        return
    print(_format_owners(found), end="")


def _read_card(path: str) -> bytes:
    """Return a card's bytes, one more than are read at most."""
    if path == "-" and sys.stdin is None:
        raise DecisionCardError("stdin is closed", "name the card's file")
    try:
        if path == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(MAX_BYTES + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "no such name").lower()
        raise DecisionCardError(f"'{path}' cannot be read: {reason}", "check the path") from error
    if content is None:
        raise DecisionCardError(f"'{path}' is no regular file", "name the card's file")
    return content


def _format_owners(found: tuple[Owner, ...]) -> str:
    lines = ["owners:"]
    for owner in found:
        lines += [f"{'    ' if number else '  - '}{key}: {quote(value)}" for number, (key, value) in _pairs(owner)]
    return "".join(f"{line}\n" for line in lines)


def _pairs(owner: Owner) -> list[tuple[int, tuple[str, str]]]:
    return list(enumerate(build_owner_entry(owner).items()))

"""Extract owners from a Decision Card: first the buyer with the contact, then the decision maker.

Prints YAML for a contract. With --write, replaces the owners of a dataset. A card is a text, or JSON with
"buyer": {"name": .., "contact": ..} and "decision_maker": {"role": .., "name": ..}.
"""

import os
import stat
import sys
from typing import Annotated

import typer

from dcr.cli.edits import apply_edits, require_one_line
from dcr.cli.options import DryRunOption
from dcr.cli.working_folder import get_working_folder
from dcr.contract.contract import Owner
from dcr.decision_card import MAX_BYTES, DecisionCardError, parse_owners
from dcr.editing.owners import assign_owners
from dcr.editing.text.contracts import build_owner_entry
from dcr.editing.text.quoting import quote
from dcr.errors import UsageError
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr owners from-decision-card card.json --write users.daily_active"
_SOURCES = ("from-decision-card",)


def owners(
    source: Annotated[
        str, typer.Argument(help="The kind of source: from-decision-card.", metavar="from-decision-card")
    ],
    card: Annotated[str, typer.Argument(help="The file of the card; - reads stdin.", metavar="CARD")],
    write: Annotated[
        str | None, typer.Option(help="Write the owners to this dataset's contract.", metavar="DATASET")
    ] = None,
    dry_run: DryRunOption = False,
) -> None:
    """Print or write the owners."""
    if source not in _SOURCES:
        raise UsageError(f"unknown source of owners '{source}'", format_suggestion(source, _SOURCES) or EXAMPLE)
    card_owners = parse_owners("stdin" if card == "-" else card, _read_card(card))
    if write is not None:
        edit = assign_owners(get_working_folder(), require_one_line("--write", write), card_owners)
        apply_edits([edit], dry_run=dry_run)
        return
    print(_format_owners(card_owners), end="")


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

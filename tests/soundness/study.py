"""The study: many pairs of contracts, read by dcr, judged by its engine, with rows to hold its verdicts against."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from dcr.compatibility.engine import Verdict, judge
from dcr.compatibility.modes import BACKWARD, FORWARD
from dcr.compatibility.pairs import ContractPair
from dcr.formats import read

from .edits import edited, retuned, rewritten, shuffled
from .generate import contract, narrow_contract, written
from .judge import Judge, Refusal, refusals
from .rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.compatibility.issue import Issue
    from dcr.contract.contract import Contract

    from .judge import Mapping

SEED = os.environ.get("DCR_SOUNDNESS_SEED", "1")
EDITED = int(os.environ.get("DCR_SOUNDNESS_PAIRS", "2200"))
RETUNED, REWRITTEN, SHUFFLED, UNCHANGED = 2_000, 400, 150, 50
DIRECTIONS = (BACKWARD, FORWARD)

KINDS = {
    BACKWARD: {
        "removed": "field_removed",
        "required": "field_required_added",
        "type": "field_type_changed",
        "enum": "field_enum_shrunk",
        "constraint": "field_constraint_tightened",
    },
    FORWARD: {
        "required": "field_required_removed",
        "type": "field_type_changed",
        "enum": "field_enum_expanded",
        "constraint": "field_constraint_loosened",
    },
}
"""The kind of issue that has to be there for each cause a row is refused for."""
GROUPS = ({"minimum", "exclusive_minimum"}, {"maximum", "exclusive_maximum"})


@dataclass
class Case:
    """One pair: both sides as mappings and as text, dcr's verdicts by mode, and rows for each direction."""

    name: str
    edits: tuple[str, ...]
    previous: Judge
    proposed: Judge
    texts: tuple[bytes, bytes]
    verdicts: dict[str, Verdict]
    rows: dict[str, list[Mapping]]
    found: dict[str, list[tuple[Mapping, set[Refusal]]]] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """Return what kind of pair it is: edited, rewritten, shuffled or unchanged."""
        return self.name.partition(" ")[0]

    def issues(self, mode: str) -> list[Issue]:
        """Return what field rules say under a mode."""
        return [issue for issue in self.verdicts[mode].issues if issue.kind.startswith("field_")]

    def sides(self, direction: str) -> tuple[Judge, Judge]:
        """Return whose rows are read, and by whom."""
        return (self.previous, self.proposed) if direction == BACKWARD else (self.proposed, self.previous)

    def reader(self, direction: str) -> object:
        """Return the reader's schema: new readers are strict, old readers ignore what they do not know."""
        return self.proposed.strict if direction == BACKWARD else self.previous.lenient

    def refused(self, direction: str) -> list[tuple[Mapping, set[Refusal]]]:
        """Return the writer's rows that the reader refuses, each with every reason."""
        if direction not in self.found:
            reader = self.reader(direction)
            judged = ((row, refusals(reader, row)) for row in self.rows[direction])
            self.found[direction] = [(row, reasons) for row, reasons in judged if reasons]
        return self.found[direction]

    def told(self, *more: object) -> str:
        """Return everything needed to see and repeat the case."""
        before, after = (text.decode() for text in self.texts)
        said = "\n".join(f"  {mode}: {issue}" for mode in DIRECTIONS for issue in self.issues(mode))
        rest = "\n".join(f"  {each}" for each in more)
        return f"\n{self.name} (seed {SEED}): {self.edits}\n{rest}\n--- previous\n{before}--- proposed\n{after}\n{said}\n"


def explains(issue: Issue, refusal: Refusal, direction: str) -> bool:
    """Whether an issue says what jsonschema found: the same field, and the kind that its cause owes."""
    if issue.kind == "field_type_changed" and refusal.path.startswith((f"{issue.field}.", f"{issue.field}[]")):
        return True  # json became something with fields or elements
    if issue.field != refusal.path:
        return False
    if issue.kind == "field_type_changed":
        return refusal.cause != "required"
    owed = KINDS[direction].get(refusal.cause)
    if owed is not None:
        return issue.kind == owed
    group = next((group for group in GROUPS if refusal.cause in group), {refusal.cause})
    return issue.kind == KINDS[direction]["constraint"] and constraint_of(issue) in group


def constraint_of(issue: Issue) -> str:
    """Return the constraint that an issue of kind field_constraint_… is about, as its message names it."""
    rest = issue.message.removeprefix(f"field '{issue.field}' ")
    return "unique" if "unique" in rest else rest.split()[1]


def study() -> list[Case]:
    """Return every case of the study, the same each time for the same seed."""
    drawn = [
        *(_case(f"edited {n}", contract, lambda rng, each: edited(rng, each, rng.randint(1, 3))) for n in range(EDITED)),
        *(_case(f"retuned {n}", narrow_contract, lambda rng, each: retuned(rng, each, 1)) for n in range(RETUNED)),
        *(_case(f"rewritten {n}", contract, lambda rng, each: rewritten(rng, each, 2)) for n in range(REWRITTEN)),
        *(_case(f"shuffled {n}", contract, lambda rng, each: (shuffled(rng, each), ("shuffled",))) for n in range(SHUFFLED)),
        *(_case(f"unchanged {n}", contract, lambda _, each: (each, ("unchanged",))) for n in range(UNCHANGED)),
    ]
    return drawn


def _case(
    name: str,
    draw: Callable[[Random], Mapping],
    edit: Callable[[Random, Mapping], tuple[Mapping, tuple[str, ...]]],
) -> Case:
    rng = Random(f"{SEED} {name}")
    while True:
        previous = draw(rng)
        proposed, edits = edit(rng, previous)
        if not edits:
            continue
        if not name.startswith(("shuffled", "unchanged")):
            proposed["version"] = "2.0.0"
        texts = written(previous, rng), written(proposed, rng)
        before, after = (_read(text) for text in texts)
        if before is None or after is None:
            continue
        rows = {BACKWARD: rows_of(previous, proposed), FORWARD: rows_of(proposed, previous)}
        if not (rows[BACKWARD] and rows[FORWARD]):
            continue
        pair = ContractPair(before, after)
        verdicts = {mode: judge(pair, mode) for mode in (*DIRECTIONS, "full")}
        return Case(name, edits, Judge(previous), Judge(proposed), texts, verdicts, rows)


def _read(text: bytes) -> Contract | None:
    """Return the contract that dcr reads in a text, or None when it is not a valid one."""
    reading = read("contracts/orders.yaml", text)
    assert reading.format == "native"
    return reading.contracts[0] if reading.contracts else None

"""Builds the study: many pairs of contracts with dcr's verdicts, and rows to test these."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from dcr.compatibility.engine import Verdict, run_rules
from dcr.compatibility.modes import BACKWARD, FORWARD
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.severities import ERROR
from dcr.formats import read_content

from .edits import edited, retuned, shuffled
from .generate import contract, either, narrow_contract, written
from .judge import Judge, Refusal, refusals
from .rewrites import rewritten
from .rows import inhabited, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.compatibility.issue import Issue
    from dcr.contract.contract import Contract

    from .judge import Mapping

    Draw = Callable[[Random], Mapping]
    Edit = Callable[[Random, Mapping], tuple[Mapping, tuple[str, ...]]]

SEED = os.environ.get("DCR_SOUNDNESS_SEED", "1")
EDITED = int(os.environ.get("DCR_SOUNDNESS_PAIRS", "2200"))
RETUNED, REWRITTEN = EDITED, EDITED // 5
SHUFFLED, UNCHANGED = 150, 50
DIRECTIONS = (BACKWARD, FORWARD)


@dataclass
class Case:
    """One pair: both sides as mappings and as text, dcr's verdicts by mode, and rows for each direction."""

    name: str
    edits: tuple[str, ...]
    previous: Judge
    proposed: Judge
    texts: tuple[bytes, bytes]
    pair: ContractPair
    verdicts: dict[str, Verdict]
    rows: dict[str, list[Mapping]]
    found: dict[str, list[tuple[Mapping, set[Refusal]]]] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """Return what kind of pair it is: edited, rewritten, shuffled or unchanged."""
        return self.name.partition(" ")[0]

    def issues(self, mode: str) -> list[Issue]:
        """Return the issues of field rules in a mode."""
        return [issue for issue in self.verdicts[mode].issues if issue.kind.startswith("field_")]

    def breaks(self, direction: str) -> bool:
        """Whether a field rule calls the pair broken."""
        return any(issue.severity == ERROR for issue in self.issues(direction))

    def sides(self, direction: str) -> tuple[Judge, Judge]:
        """Return whose rows are read, and by whom."""
        return (self.previous, self.proposed) if direction == BACKWARD else (self.proposed, self.previous)

    def reader(self, direction: str) -> Any:
        """Return the reader's schema: new readers are strict, old readers ignore what they do not know."""
        return self.proposed.strict if direction == BACKWARD else self.previous.lenient

    def refused(self, direction: str) -> list[tuple[Mapping, set[Refusal]]]:
        """Return the writer's rows that the reader refuses, each with every reason."""
        if direction not in self.found:
            reader = self.reader(direction)
            judged = ((row, refusals(reader, row)) for row in self.rows[direction])
            self.found[direction] = [(row, reasons) for row, reasons in judged if reasons]
        return self.found[direction]

    def describe(self, *more: object) -> str:
        """Return everything needed to see and repeat the case."""
        before, after = (text.decode() for text in self.texts)
        issues = [
            f"{mode}: {issue.message}, witness {issue.witness}" for mode in DIRECTIONS for issue in self.issues(mode)
        ]
        heading = "\n  ".join(map(str, (f"{self.name} (seed {SEED}): {self.edits}", *more, *issues)))
        return f"\n{heading}\n--- previous\n{before}\n--- proposed\n{after}\n"


def study() -> list[Case]:
    """Return every case of the study, the same each time for the same seed."""
    families: tuple[tuple[str, int, Draw, Edit], ...] = (
        ("edited", EDITED, contract, lambda rng, each: edited(rng, each, rng.randint(1, 3))),
        ("retuned", RETUNED, narrow_contract, lambda rng, each: retuned(rng, each, 1)),
        ("rewritten", REWRITTEN, either, lambda rng, each: rewritten(rng, each, 2)),
        ("shuffled", SHUFFLED, contract, lambda rng, each: (shuffled(rng, each), ("shuffled",))),
        ("unchanged", UNCHANGED, contract, lambda _, each: (each, ("unchanged",))),
    )
    return [_case(f"{name} {n}", draw, edit) for name, count, draw, edit in families for n in range(count)]


def _case(name: str, draw: Draw, edit: Edit) -> Case:
    rng = Random(f"{SEED} {name}")
    while True:
        previous = draw(rng)
        proposed, edits = edit(rng, previous)
        if not name.startswith(("shuffled", "unchanged")):
            proposed["version"] = "2.0.0"
        texts = written(previous, rng), written(proposed, rng)
        found = case_of(name, edits, (previous, proposed), texts) if edits else None
        if found is not None:
            return found


def case_of(
    name: str, edits: tuple[str, ...], sides: tuple[Mapping, Mapping], texts: tuple[bytes, bytes]
) -> Case | None:
    """Return a pair with its verdicts and rows; None when a side is not valid or has a field without values."""
    before, after = (_read(text) for text in texts)
    if before is None or after is None or not all(inhabited(side) for side in sides):
        return None
    previous, proposed = sides
    pair = ContractPair(before, after)
    verdicts = {mode: run_rules(pair, mode) for mode in (*DIRECTIONS, "full")}
    rows = {BACKWARD: rows_of(previous, proposed), FORWARD: rows_of(proposed, previous)}
    return Case(name, edits, Judge(previous), Judge(proposed), texts, pair, verdicts, rows)


def _read(text: bytes) -> Contract | None:
    """Return the contract that dcr reads in a text, or None when it is not a valid one."""
    reading = read_content("contracts/orders.yaml", text)
    assert reading.format == "native"
    return reading.contracts[0] if reading.contracts else None

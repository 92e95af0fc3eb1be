"""Builds the pairs of the study in foreign formats, and from one format to another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from dcr.compatibility.engine import run_rules
from dcr.compatibility.matching import MatchContext, match_contracts
from dcr.compatibility.modes import BACKWARD, FORWARD, MODES
from dcr.formats import read_content

from .documents import parse_document
from .foreign import as_dbt, as_dcs, as_native, as_odcs, reduce_to_dbt
from .generate import NAMES
from .judge import Judge
from .rows import rows_of
from .study import SEED, Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.pairs import ContractPair

    from .judge import Mapping

    Write = Callable[[Mapping, Random], bytes]

WRITERS: dict[str, Write] = {"native": as_native, "odcs": as_odcs, "dcs": as_dcs, "dbt": as_dbt}
FORMATS = ("odcs", "dcs")
EVERY = 4
"""Of the study's pairs, every so many are read through the other formats."""
ODD_NAMES = (
    'say "hi"', "it's", "a: b", "#no", "{x}", "- y", "1.10", "NO", "~", "<<", "2024-01-01", "*star", "&and", "@at",
    "a\\b", "Ünï", "$ref", "type", "items", "fields", "required", "true", "0", "q?", "a,b", "日本", "x\u00a0y",
)  # fmt: skip
PATH = "contracts/orders.yaml"
AROUND = MatchContext(find_claims=lambda _: {}, find_out_of_scope=lambda _: {}, get_published=dict)


@dataclass(frozen=True)
class ForeignPair:
    """One pair of the study in native format, in each foreign format, from one format to another, and as dbt's."""

    native: Case
    foreign: dict[str, Case]
    formats: tuple[str, str]
    mixed: Case
    dbt: tuple[Case, Case]


MIXES = (
    ("dcs", "odcs"), ("dcs", "odcs"), ("odcs", "dcs"), ("native", "odcs"), ("odcs", "native"), ("native", "dcs"),
    ("dcs", "native"),
)  # fmt: skip


def list_foreign_pairs(cases: list[Case]) -> Iterator[ForeignPair]:
    """Yield some of the study's pairs read through every format, the same each time for the same seed."""
    for case in cases[::EVERY]:
        rng = Random(f"{SEED} abroad {case.name}")
        sides = renamed(rng, case.previous.contract, rekeyed(rng, case.proposed.contract))
        smaller = reduce_to_dbt(sides[0]), reduce_to_dbt(sides[1])
        formats = rng.choice(MIXES)
        yield ForeignPair(
            build_case(case.name, case.edits, sides, ("native", "native"), rng),
            {name: build_case(case.name, case.edits, sides, (name, name), rng) for name in FORMATS},
            formats,
            build_case(case.name, case.edits, sides, formats, rng),
            (
                build_case(case.name, case.edits, smaller, ("native", "native"), rng),
                build_case(case.name, case.edits, smaller, ("dbt", "dbt"), rng),
            ),
        )


def build_case(
    name: str, edits: tuple[str, ...], sides: tuple[Mapping, Mapping], formats: tuple[str, str], rng: Random
) -> Case:
    """Return a pair in the given formats, with verdicts of dcr and a judge for its documents."""
    writers = WRITERS if formats[0] == formats[1] else {**WRITERS, "odcs": partial(as_odcs, tolerant_rules=False)}
    before, after = (writers[each](side, rng) for each, side in zip(formats, sides, strict=True))
    previous, proposed = (
        Judge(parse_document(text) if each in FORMATS else side)
        for each, side, text in zip(formats, sides, (before, after), strict=True)
    )
    pair, verdicts = run_on_texts(before, after)
    return Case(f"{name}, {' to '.join(formats)}", edits, previous, proposed, (before, after), pair, verdicts, {})


def with_rows(case: Case) -> Case:
    """Return a case with rows for its documents."""
    before, after = case.previous.contract, case.proposed.contract
    case.rows |= {BACKWARD: rows_of(before, after), FORWARD: rows_of(after, before)}
    return case


def run_on_texts(
    before: bytes, after: bytes, modes: tuple[str, ...] = MODES
) -> tuple[ContractPair, dict[str, Verdict]]:
    """Return the pair of two texts of a file, and its verdict in each mode."""
    readings = [{PATH: read_content(PATH, text)} for text in (before, after)]
    (matched,) = match_contracts(*readings, AROUND)
    assert matched.pair.both is not None, f"{before.decode()}\n{after.decode()}"
    return matched.pair, {mode: run_rules(matched.pair, mode) for mode in modes}


def rekeyed(rng: Random, contract: Mapping) -> Mapping:
    """Return a contract, at times with another order of its key, or without it; the study itself leaves keys alone."""
    key = contract.get("primary_key")
    if not key or contract["version"] == "1.0.0" or rng.random() < 0.8:
        return contract
    other = rng.choice((key[::-1], key[1:], key[:1]))
    return {
        **{name: each for name, each in contract.items() if name != "primary_key"},
        **({"primary_key": other} if other else {}),
    }


def renamed(rng: Random, *sides: Mapping) -> tuple[Mapping, ...]:
    """Return contracts with some names that a file format might trip over, the same on every side."""
    odd = dict(zip(rng.sample(NAMES, 6), rng.sample(ODD_NAMES, 6), strict=True)) if rng.random() < 0.5 else {}
    return tuple(_named(side, odd) for side in sides)


def _named(mapping: Any, odd: dict[str, str]) -> Any:
    if isinstance(mapping, list):
        return [_named(each, odd) for each in mapping]
    if not isinstance(mapping, dict):
        return mapping
    found = {key: _named(value, odd) if key in ("fields", "items") else value for key, value in mapping.items()}
    found |= {"name": odd.get(mapping["name"], mapping["name"])} if "name" in mapping else {}
    found |= (
        {"primary_key": [odd.get(each, each) for each in mapping["primary_key"]]} if "primary_key" in mapping else {}
    )
    return found

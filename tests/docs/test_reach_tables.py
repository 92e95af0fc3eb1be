"""Every cell of "Which uses a break reaches" in docs/semantics.md, checked in one real repository.

Each cell is a declared consumer. For each there are look-alikes that no break may reach: the same use of another
dataset, of a field that does not change, of other versions, and one that has ended. `pytest --accept` rewrites cells.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from doc_pages import ROOT, rows, section
from repositories import Repository

from dcr.check import Request, check
from dcr.compatibility.reach import EVERY_USE, FORMER_ID, LOST_VALUES, NEW_VALUES
from dcr.compatibility.reach import ROWS as ROWS_REACHED
from dcr.compatibility.rule import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.report.report import Report

PAGE = ROOT / "docs/semantics.md"
FIELD_TABLE, DATASET_TABLE = "### Uses of a field", "### Uses of the dataset"
USE_TABLE, KIND_TABLE = "### Versions and the end of a use", "### Kinds by what they reach"
ABSENT, NOT_APPLICABLE = "`absent`", "-"
MODES = ("backward", "forward")
LISTED = re.compile(r"`([^`]+)` (\w+|\?)")
CELLS = {
    EVERY_USE: ["yes", "yes", "yes"],
    FORMER_ID: ["of the former id", "of the former id", "of the former id"],
    ROWS_REACHED: ["no", "no", "yes"],
    LOST_VALUES: ["no", "on a lost value", "yes"],
    NEW_VALUES: ["no", "without a branch for a new value", "yes"],
}

Mapping = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One row of the first two tables, and the keys of both contracts."""

    number: int
    cells: tuple[str, ...]
    is_about_a_field: bool

    def __str__(self) -> str:
        return self.cells[0]

    @property
    def dataset_id(self) -> str:
        return f"reach.d{self.number}"

    def build_contract(self, cell: str, dataset_id: str, version: str) -> str | None:
        """Return the contract that a cell describes, None if it is absent."""
        keys: Mapping = {"fields": [{"name": name, "type": "string"} for name in ("id", "day", "note")]}
        if self.is_about_a_field:
            twin = self.cells[1] if self.cells[1] != ABSENT else "`type: string`"
            keys["fields"] += [{"name": "twin", **parse(twin)}]
            keys["fields"] += [] if cell == ABSENT else [{"name": "it", **parse(cell)}]
        elif cell == ABSENT:
            return None
        else:
            keys |= parse(cell)
        return yaml.safe_dump({"dataset_id": dataset_id, "version": version, "owners": [{"team": "docs"}], **keys})

    def list_uses(self) -> Iterator[tuple[str, Mapping]]:
        """Yield each use that the row has a verdict on, with a name that is unique in the row."""
        if not self.is_about_a_field:
            columns = [{"fields": [name]} for name in ("id", "day", "note")] + [{}, {"reads": "rows"}]
            yield from ((str(number), use) for number, use in enumerate(columns, start=3))
            return
        it = {"fields": ["it"]}
        yield from (("3", it), ("5", {}), ("7", {**it, "reads": "rows"}), ("8", {"reads": "rows"}))
        yield from (
            (f"4_{number}", {"fields": [path]}) for number, (path, _) in enumerate(LISTED.findall(self.cells[4]))
        )
        for number, (values, _) in enumerate(LISTED.findall(self.cells[6])):
            yield f"6_{number}", {"fields": ["id"], "values": {"it": yaml.safe_load(values)}}

    def fill(self, find_verdict: dict[str, str]) -> tuple[str, ...]:
        """Return the cells with the verdicts by the names of their uses."""

        def fill_cell(number: int, cell: str) -> str:
            if number < 3 or cell == NOT_APPLICABLE:
                return cell
            if str(number) in find_verdict:
                return find_verdict[str(number)]
            pairs = enumerate(LISTED.findall(cell))
            return ", ".join(f"`{written}` {find_verdict[f'{number}_{index}']}" for index, (written, _) in pairs)

        return tuple(fill_cell(number, cell) for number, cell in enumerate(self.cells))


def parse(cell: str) -> Mapping:
    parsed: Mapping = yaml.safe_load(f"{{{cell.strip('`')}}}")
    return parsed


def list_rows() -> list[Row]:
    tables = [(heading, cells) for heading in (FIELD_TABLE, DATASET_TABLE) for cells in rows(section(PAGE, heading))]
    return [Row(number, tuple(cells), heading == FIELD_TABLE) for number, (heading, cells) in enumerate(tables)]


def list_narrowed_uses() -> list[list[str]]:
    escaped = [re.sub(r"\\\|", "\0", line) for line in section(PAGE, USE_TABLE).splitlines()]
    return [[cell.replace("\0", "|") for cell in cells] for cells in rows("\n".join(escaped))]


def list_lookalikes(row: Row, use: Mapping) -> Iterator[tuple[str, str, Mapping]]:
    """Yield uses that no break may reach: a name, the dataset, and the use."""
    yield "other", f"other.d{row.number}", use
    yield "newer", row.dataset_id, {**use, "versions": ">=2"}
    yield "over", row.dataset_id, {**use, "until": "2000-01-01"}
    if row.is_about_a_field and "fields" in use:
        renamed = re.sub(r'"it\b', '"twin', json.dumps(use))
        yield "twin", row.dataset_id, json.loads(renamed)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Return a repository whose working tree makes the change of each row."""
    made = Repository(tmp_path_factory.mktemp("reach"))
    for row in list_rows():
        for dataset_id in (row.dataset_id, f"other.d{row.number}"):
            text = row.build_contract(row.cells[1], dataset_id, "1.4.0")
            assert text is not None
            made.write(f"contracts/{dataset_id}.yaml", text)
        for name, use in row.list_uses():
            declare(made, f"{row}: {name}", row.number, name, row.dataset_id, use)
            current = {**use, "versions": "^1.4", "until": "9999-12-31"}
            declare(made, f"{row}: {name}", row.number, f"{name}.current", row.dataset_id, current)
            for kind, dataset_id, lookalike in list_lookalikes(row, use):
                declare(made, f"{row}: {name}", row.number, f"{name}.{kind}", dataset_id, lookalike)
    for number, (use_text, _) in enumerate(list_narrowed_uses()):
        declare(made, use_text, "narrowed", str(number), "reach.d0", {"fields": ["it"], **parse(use_text)})
    made.commit()
    made.branch()
    for row in list_rows():
        text = row.build_contract(row.cells[2], row.dataset_id, "2.0.0")
        if text is None:
            (made.folder / f"contracts/{row.dataset_id}.yaml").unlink()
        else:
            made.write(f"contracts/{row.dataset_id}.yaml", text)
    return made


def declare(
    repository: Repository, description: str, group: int | str, name: str, dataset_id: str, use: Mapping
) -> None:
    document = {
        "consumer": f"r{group}.{name}", "owners": [{"team": "docs"}], "description": description,
        "uses": [{"dataset": dataset_id, **use}],
    }  # fmt: skip
    repository.write(f"consumers/r{group}/{name}.yaml", yaml.safe_dump(document))


@pytest.fixture(scope="module")
def reached(repository: Repository) -> dict[str, set[str]]:
    """Return the modes in which a break lists each consumer."""
    found: dict[str, set[str]] = {}
    for mode in MODES:
        for name in list_reached(check(Request(str(repository.folder), base="main", mode=mode))):
            found.setdefault(name, set()).add(mode)
    return found


def list_reached(report: Report) -> set[str]:
    issues = [issue for contract in report.contracts for issue in contract.issues]
    return {consumer.name for issue in issues for consumer in issue.consumers or ()}


def describe(modes: set[str]) -> str:
    return "both" if len(modes) == 2 else next(iter(modes), "no")


@pytest.mark.parametrize("row", list_rows(), ids=str)
def test_a_break_reaches_the_uses_that_the_table_lists(
    row: Row, reached: dict[str, set[str]], request: pytest.FixtureRequest
) -> None:
    verdicts = {name: describe(reached.get(f"r{row.number}.{name}", set())) for name, _ in row.list_uses()}
    filled = row.fill(verdicts)
    if request.config.getoption("--accept") and filled != row.cells:
        rewrite(row.cells, filled)
    else:
        assert filled == row.cells


def rewrite(cells: tuple[str, ...] | list[str], filled: tuple[str, ...] | list[str]) -> None:
    text = PAGE.read_text("utf-8")
    before, after = (f"| {' | '.join(each)} |\n" for each in (cells, filled))
    assert text.count(before) == 1
    PAGE.write_text(text.replace(before, after), "utf-8")


@pytest.mark.parametrize("row", list_rows(), ids=str)
def test_a_lookalike_of_each_cell_is_not_reached(row: Row, reached: dict[str, set[str]]) -> None:
    for name, use in row.list_uses():
        own = reached.get(f"r{row.number}.{name}", set())
        assert reached.get(f"r{row.number}.{name}.current", set()) == own
        for kind, *_ in list_lookalikes(row, use):
            assert f"r{row.number}.{name}.{kind}" not in reached


def test_a_use_is_reached_by_its_versions_and_its_last_day(
    reached: dict[str, set[str]], request: pytest.FixtureRequest
) -> None:
    for number, (use_text, verdict) in enumerate(list_narrowed_uses()):
        actual = "yes" if f"rnarrowed.{number}" in reached else "no"
        if request.config.getoption("--accept") and actual != verdict:
            rewrite([use_text.replace("|", r"\|"), verdict], [use_text.replace("|", r"\|"), actual])
        else:
            assert (use_text, verdict) == (use_text, actual)


def test_a_break_in_both_modes_reaches_the_uses_of_both(repository: Repository, reached: dict[str, set[str]]) -> None:
    assert list_reached(check(Request(str(repository.folder), base="main", mode="full"))) == set(reached)


def test_the_table_of_kinds_has_every_rule_that_reaches_a_use(request: pytest.FixtureRequest) -> None:
    """`pytest tests/rules/test_reach_of_kinds.py` checks the same on the fixtures of each rule."""
    listed = {kind: rule.reaches for kind, rule in sorted(load_rules().items()) if rule.reaches}
    expected = [[f"`{kind}`", *CELLS[reaches]] for kind, reaches in listed.items()]
    if request.config.getoption("--accept") and rows(section(PAGE, KIND_TABLE)) != expected:
        text = PAGE.read_text("utf-8")
        start = text.index("|---|", text.index(KIND_TABLE))
        end = text.find("\n\n", start)
        table = "\n".join(["|---|---|---|---|", *(f"| {' | '.join(cells)} |" for cells in expected)])
        PAGE.write_text(text[:start] + table + (text[end:] if end > 0 else "\n"), "utf-8")
    else:
        assert rows(section(PAGE, KIND_TABLE)) == expected


def test_the_field_table_has_every_native_kind_that_reaches_a_use_of_a_field(repository: Repository) -> None:
    report = check(Request(str(repository.folder), base="main", mode="full"))
    shown = {issue.kind for contract in report.contracts for issue in contract.issues if issue.reach}
    native = {kind for kind, rule in load_rules().items() if rule.reaches and kind.startswith(("field_", "primary_"))}
    assert shown >= native - {"field_embedding_changed", "field_resurrected"}  # a foreign key, and a history

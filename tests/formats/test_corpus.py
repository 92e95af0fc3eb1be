"""Real files: public contracts and their histories, where a collection of them is next to the checkout."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from dcr.compatibility.engine import run_rules
from dcr.compatibility.matching import MatchContext, match_contracts
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.severities import ERROR
from dcr.formats import read_content
from dcr.formats.parsed_file import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.issue import Issue

CORPUS = Path(os.environ.get("DCR_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
EXAMPLES = sorted(CORPUS.glob("odcs-examples/*.yaml"))
PAIRS = sorted(each for each in CORPUS.glob("pairs/*/*") if each.is_dir())
ALONE = MatchContext(lambda _: {}, lambda _: {}, dict)
LIKE_ANY_CHANGE = {"version_not_semver", "value_not_understood", "value_ambiguous"}
"""The issues of the proposed file itself, whether it changed or not."""

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir()
    and "DCR_CORPUS" not in os.environ,  # a missing or incomplete collection that was requested is not skipped
    reason=f"there is no collection of real contracts in '{CORPUS.name}'",
)


def _named(path: Path) -> str:
    return "/".join(path.relative_to(CORPUS).parts[-2:])


every_example = pytest.mark.parametrize("file", EXAMPLES, ids=_named)
every_pair = pytest.mark.parametrize("folder", PAIRS, ids=_named)
every_file = pytest.mark.parametrize(
    "file", [*EXAMPLES, *(file for folder in PAIRS for file in sorted(folder.glob("*.yaml")))], ids=_named
)


def reading(file: Path) -> ParsedFile:
    """Return what a file holds, under one name for both sides of a change."""
    return read_content("contract.yaml", file.read_bytes()) if file.exists() else ParsedFile("contract.yaml", None)


def list_issues(folder: Path) -> list[Issue]:
    """Return every issue of a change, as a check of one changed file would."""
    before, after = (reading(folder / f"{side}.yaml") for side in ("previous", "proposed"))
    matched = match_contracts({before.path: before}, {after.path: after}, ALONE)
    return [issue for each in matched for mode in ("backward", "full") for issue in run_rules(each.pair, mode).issues]


def parsed(file: Path) -> Any:
    """Return what another YAML reader sees; None when it refuses the file."""
    try:
        return yaml.safe_load(file.read_bytes()) if file.exists() else None
    except (yaml.YAMLError, ValueError):
        return None


def formats_of(value: Any) -> Iterator[str]:
    """Yield the formats that a file names itself to be, by the words their standards have for it."""
    if not isinstance(value, dict):
        return
    if value.get("kind") == "DataContract":
        yield "odcs"
    if "dataContractSpecification" in value:
        yield "dcs"
    models = value.get("models")
    if isinstance(models, list) and any(_enforced(each) for each in models if isinstance(each, dict)):
        yield "dbt"


def _enforced(model: dict[str, Any]) -> bool:
    holders = (model, model.get("config"))
    contracts = (each.get("contract") for each in holders if isinstance(each, dict))
    return any(isinstance(each, dict) and each.get("enforced") is True for each in contracts)


def test_the_collection_is_whole() -> None:
    assert len(EXAMPLES) == 18
    assert len(PAIRS) == 61


@every_example
def test_an_official_example_has_no_error(file: Path) -> None:
    found = reading(file)
    assert found.format == "odcs"
    pairs = [ContractPair(None, each, proposed_problems=found.problems) for each in found.contracts]
    pairs = pairs or [ContractPair(None, None, proposed_problems=found.problems)]
    errors = [issue for each in pairs for issue in run_rules(each, "none").issues if issue.severity == ERROR]
    assert errors == []


@every_file
def test_a_file_that_names_its_format_is_read_as_that(file: Path) -> None:
    expected = list(formats_of(parsed(file)))
    if expected:
        assert [reading(file).format] == expected


@every_file
def test_a_file_compared_with_itself_is_silent(file: Path) -> None:
    found = reading(file)
    for contract in found.contracts:
        issues = run_rules(ContractPair(contract, contract, proposed_problems=found.problems), "full").issues
        assert {each.kind for each in issues} <= LIKE_ANY_CHANGE


@every_pair
def test_a_change_is_judged_and_every_issue_has_a_place(folder: Path) -> None:
    lengths = [len(file.read_bytes().splitlines()) for file in folder.glob("*.yaml")]
    for issue in list_issues(folder):
        assert issue.message
        assert issue.location is not None
        assert 1 <= issue.location.line <= max(lengths)


@every_pair
def test_a_change_of_nothing_but_spelling_is_silent(folder: Path) -> None:
    before, after = (parsed(folder / f"{side}.yaml") for side in ("previous", "proposed"))
    if before is None or before != after:
        return
    assert {each.kind for each in list_issues(folder)} <= LIKE_ANY_CHANGE

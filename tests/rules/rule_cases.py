"""Reads the fixture folders of the rules, `<kind>/<case>/`, into pairs and runs the rules on them.

A folder holds `previous.yaml`, `proposed.yaml` (either may be absent) and `expected.txt`. More files are optional:
`published.yaml` is the base's newest version, `older.yaml` the last readable one before `previous.yaml`, `also.yaml`
another file that defines the dataset, `earlier.yaml` an older version in the history. `options.toml` sets what a native
file cannot contain: `mode` (`full` by default), `out_of_scope`, `now_about`, the `dataset` of a file with several,
versions and physical types, `min_deprecation_days`, `today`, the dates of `deprecated_since` (the contract has an empty
name), and versions of the history that are `unread`. The folders of rules about consumers are described in
`consumer_cases.py`.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dcr.codeowners import github, gitlab
from dcr.codeowners.services import CodeOwnersFile
from dcr.compatibility.engine import Verdict, run_rules
from dcr.compatibility.history import DeprecationPeriod, HistoryContext, Redefinition, ReleasedVersion
from dcr.compatibility.migration import find_former_id, make_comparable
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.reintroductions import find_reintroductions, list_additions
from dcr.compatibility.rule import CONSUMER, CONSUMER_KIND_PREFIXES, RUN, USE, Rule, load_rules
from dcr.contract.contract import join_path
from dcr.formats import read_as_former_format, read_content
from dcr.formats.parsed_file import ParsedFile, UnenforcedDataset
from dcr.formats.unread_keys import filter_keys, list_changed_keys
from dcr.git.history import Commit
from dcr.owners_check import find_ownerships, list_owned_contracts
from dcr.registry.redefinitions import RedefinitionSearch

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.compatibility.ownership import Ownership
    from dcr.contract.contract import Contract, Field

FOLDER = Path(__file__).parent
OPTIONS = {
    "mode", "out_of_scope", "now_about", "previous_version", "proposed_version",
    "previous_physical_types", "proposed_physical_types", "min_deprecation_days", "today", "deprecated_since", "unread",
    "dataset", "code_owners", "service", "teams",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One fixture folder."""

    kind: str
    name: str

    @property
    def folder(self) -> Path:
        return FOLDER / self.kind / self.name

    @property
    def options(self) -> dict[str, Any]:
        file = self.folder / "options.toml"
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    @property
    def mode(self) -> str:
        return str(self.options.get("mode", "full"))

    def text(self, side: str) -> str | None:
        file = self.folder / f"{side}.yaml"
        return file.read_text(encoding="utf-8") if file.exists() else None

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


def all_cases(*, about_consumers: bool = False) -> list[Case]:
    """Return the cases of the rules about contracts, or of those about consumers."""
    cases = [Case(folder.parent.name, folder.name) for folder in sorted(FOLDER.glob("*/*/")) if "__" not in folder.name]
    return [each for each in cases if each.kind.startswith(CONSUMER_KIND_PREFIXES) is about_consumers]


def known_to_fail(cases: list[Case], defects: dict[str, str]) -> list[Any]:
    """Return the cases as parameters, those with a known defect of dcr marked as expected failures."""
    reasons = {each: defects.get(str(each)) for each in cases}
    return [
        pytest.param(each, marks=[pytest.mark.xfail(reason=reason, strict=True)] if reason else [], id=str(each))
        for each, reason in reasons.items()
    ]


def rules_under_test() -> dict[str, Rule]:
    """Return the rules that can be tested with two files; those about the run are tested where runs are."""
    return {kind: rule for kind, rule in load_rules().items() if rule.about not in (RUN, USE, CONSUMER)}


def pair_of(texts: dict[str, str | None], options: dict[str, Any]) -> ContractPair:
    """Return the pair that a case's texts and options describe."""
    sides = {side: _read(side, text) for side, text in texts.items()}
    previous, proposed = _side("previous", sides, options), _side("proposed", sides, options)
    crossed = previous is not None and proposed is not None and previous.format != proposed.format
    former = find_former_id(previous, proposed) if crossed and proposed else None
    if crossed and previous and proposed:
        previous, proposed = make_comparable(previous, proposed)
    pair = ContractPair(
        previous or _first(sides["older"]),
        proposed,
        former_id=former,
        published=_first(sides["published"]),
        previous_problems=sides["previous"].problems,
        proposed_problems=sides["proposed"].problems,
        duplicates=tuple(each.section.locate("dataset_id") for each in sides["also"].contracts if each.section),
        out_of_scope=options.get("out_of_scope"),
        replaced_by=options.get("now_about"),
        unenforced=_unenforced(texts["proposed"], previous) if proposed is None else None,
    )
    unread = () if proposed is None or previous is None else list_changed_keys(sides["previous"], sides["proposed"])
    about = filter_keys(unread, proposed.dataset_id if proposed else None)
    return pair._replace(
        history=_past(pair, _first(sides["earlier"]), options), unread_keys=about, ownership=_ownership(sides, options)
    )


def _ownership(sides: dict[str, ParsedFile], options: dict[str, Any]) -> Ownership | None:
    """Return how the option `code_owners` covers the first proposed contract, after those of the file `also`."""
    if "code_owners" not in options:
        return None
    service = options.get("service", "github")
    rules = {"github": github, "gitlab": gitlab}[service].parse(options["code_owners"])
    contracts = [each for side in ("also", "proposed") for each in list_owned_contracts(sides[side])]
    teams = {team: tuple([given] if isinstance(given, str) else given) for team, given in options["teams"].items()}
    file = CodeOwnersFile("CODEOWNERS", service, rules)
    return find_ownerships(contracts, file, teams, "dcr.toml")[len(list(list_owned_contracts(sides["also"])))]


def _unenforced(text: str | None, previous: Contract | None) -> UnenforcedDataset | None:
    """Return where the dataset is defined without an enforced contract."""
    if text is None or previous is None:
        return None
    reading = _read("proposed", text)
    if reading.format is None:
        reading = read_as_former_format("proposed.yaml", text.encode(), {previous.format})
    return reading.unenforced.get(previous.dataset_id)


def _past(pair: ContractPair, earlier: Contract | None, options: dict[str, Any]) -> HistoryContext | None:
    fields, values = find_reintroductions(list_additions(pair), [ReleasedVersion(earlier)] if earlier else [], "native")
    deprecation = None
    if "min_deprecation_days" in options:
        since = dict(options.get("deprecated_since", {}))
        own = since.pop("", None)
        deprecation = DeprecationPeriod(options["min_deprecation_days"], options["today"], since, own)
    past = HistoryContext(fields, values, deprecation, tuple(options.get("unread", ())), _redefinition(pair, earlier))
    return past if past != HistoryContext() else None


def _redefinition(pair: ContractPair, earlier: Contract | None) -> Redefinition | None:
    if earlier is None or pair.previous is None or pair.is_unchanged:
        return None
    search = RedefinitionSearch(pair.previous.version)
    search.add(pair.previous, Commit("b" * 40, "b", "b@example.com", "2024-02-10T12:00:00+00:00", "change it"))
    search.add(earlier, Commit("a" * 40, "a", "a@example.com", "2024-01-05T12:00:00+00:00", "add it"))
    return search.build()


def texts_of(case: Case) -> dict[str, str | None]:
    return {side: case.text(side) for side in ("previous", "proposed", "published", "older", "also", "earlier")}


@cache
def pair_in(case: Case) -> ContractPair:
    return pair_of(texts_of(case), case.options)


def verdict_on(case: Case, mode: str | None = None) -> Verdict:
    return run_rules(pair_in(case), mode or case.mode)


def rendered(issue: Issue) -> str:
    """Return an issue's canonical line, followed by indented lines for the rest."""
    place = issue.location
    at = f"{place.path}:{place.line}:{place.column}" if place else "nowhere"
    lines = [f"{at}: {issue.severity}: {issue.message} [{issue.kind}]"]
    if issue.hint:
        lines.append(f"  hint: {issue.hint}")
    if issue.breaks:
        lines.append(f"  breaks: {issue.breaks}" + (f" ({', '.join(issue.modes)})" if issue.modes else ""))
    if issue.witness:
        seen = issue.witness
        witness = {"row": seen.row, "accepted_by": seen.accepted_by, "refused_by": seen.refused_by}
        times = {"times": seen.times} if seen.times > 1 else {}
        lines.append(f"  witness: {json.dumps(witness | times, ensure_ascii=False, allow_nan=False)}")
    return "\n".join(lines)


def _read(side: str, text: str | None) -> ParsedFile:
    name = f"{side}.yaml"
    return ParsedFile(name, None) if text is None else read_content(name, text.encode())


def _first(reading: ParsedFile, dataset_id: str | None = None) -> Contract | None:
    return next((each for each in reading.contracts if dataset_id in (None, each.dataset_id)), None)


def _side(side: str, sides: dict[str, ParsedFile], options: dict[str, Any]) -> Contract | None:
    contract = _first(sides[side], options.get("dataset"))
    if contract is None:
        return None
    stored = options.get(f"{side}_physical_types", {})
    version = options.get(f"{side}_version", contract.version)
    return replace(contract, version=version, fields=_stored_as(contract.fields, stored, ""))


def _stored_as(fields: tuple[Field, ...], stored: dict[str, str], parent: str) -> tuple[Field, ...]:
    named = ((join_path(parent, each.name), each) for each in fields)
    return tuple(
        replace(each, physical_type=stored.get(path), fields=_stored_as(each.fields, stored, path))
        for path, each in named
    )

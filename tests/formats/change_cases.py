"""The fixture folders of the formats: `changes/<format>/<case>/`, a change of one file and its issues.

A folder holds `previous.yaml` and `proposed.yaml` (either may be absent) and `expected.txt`: each issue's canonical
line, its location by key, and the hint. Where a file has several datasets, each dataset with an issue has a heading.
Everything is checked in mode `full`. A folder `<format>_to_<format>` is about files that change their format; a case
`real_…` shows, in files of our own, what a public project did to its contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from foreign_texts import NOTHING_AROUND

from dcr.compatibility.engine import run_rules
from dcr.compatibility.issue_locations import create_location_resolver
from dcr.compatibility.matching import match_contracts
from dcr.formats import read_as_former_format, read_content
from dcr.report.report import MODIFIED, ContractReport, deduplicate_file_issues

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue

FOLDER = Path(__file__).parent / "changes"
SIDES = ("previous", "proposed")
PATH = "contract.yaml"


@dataclass(frozen=True)
class Case:
    """One fixture folder."""

    format: str
    name: str

    @property
    def folder(self) -> Path:
        return FOLDER / self.format / self.name

    @property
    def expected(self) -> str:
        return (self.folder / "expected.txt").read_text(encoding="utf-8")

    def text(self, side: str) -> str | None:
        """Return a side as it is on disk; None for one that is not there."""
        file = self.folder / f"{side}.yaml"
        return file.read_bytes().decode() if file.exists() else None

    @property
    def texts(self) -> tuple[str | None, str | None]:
        return self.text("previous"), self.text("proposed")

    def __str__(self) -> str:
        return f"{self.format}/{self.name}"


@cache
def all_cases() -> tuple[Case, ...]:
    return tuple(Case(each.parent.name, each.name) for each in sorted(FOLDER.glob("*/*/")))


def list_reports(before: str | None, after: str | None, mode: str = "full") -> list[ContractReport]:
    """Return what `dcr check` reports of a change of one file, for each of its datasets, places named."""
    texts = (before, after)
    previous, proposed = ({} if each is None else {PATH: read_content(PATH, each.encode())} for each in texts)
    if before is not None and after is not None and proposed[PATH].format is None:
        proposed = {PATH: read_as_former_format(PATH, after.encode(), {previous[PATH].format or ""})}
    named = create_location_resolver(previous, proposed)
    reports = []
    for each in match_contracts(previous, proposed, NOTHING_AROUND):
        verdict = run_rules(each.pair, mode)
        reports.append(_report(each.dataset_id, mode, verdict.required_bump, tuple(map(named, verdict.issues))))
    return deduplicate_file_issues(reports)


def _report(dataset_id: str | None, mode: str, required_bump: str, issues: tuple[Issue, ...]) -> ContractReport:
    return ContractReport(
        dataset_id=dataset_id, path=PATH, previous_path=PATH, change=MODIFIED, mode=mode, previous=None, proposed=None,
        previous_commit=None, required_bump=required_bump, actual_bump=None, issues=issues,
    )  # fmt: skip


def rendered(reports: list[ContractReport]) -> str:
    """Return the lines of `expected.txt`."""
    lines = []
    for report in reports:
        if len(reports) > 1 and report.issues:
            lines.append(f"# {report.dataset_id}")
        for issue in report.issues:
            place = issue.location
            assert place is not None, issue
            lines.append(f"{place.path}:{place.line}:{place.column}: {issue.severity}: {issue.message} [{issue.kind}]")
            lines += [f"  at: {place.key}"] if place.key else []
            lines += [f"  hint: {issue.hint}"] if issue.hint else []
    return "".join(f"{each}\n" for each in lines)

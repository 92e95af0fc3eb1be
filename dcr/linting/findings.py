"""Defines what is found in one file: its datasets, and the issues of its contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.report.report import UNCHANGED, ContractReport

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.contract.contract import Contract
    from dcr.linting.blobs import BlobKey
    from dcr.parsing.location import Location

UNKNOWN = "unknown"
"""The format of a file whose format cannot be determined."""


class FoundDataset(NamedTuple):
    """A dataset and its location. It is small, because thousands of them are in memory at once."""

    dataset_id: str
    version: str
    location: Location
    is_alias: bool = False


class FileFindings(NamedTuple):
    """What was found in one file; `format` is None if it is no contract.

    `reports` are those of the contracts with issues, as the policy adjusts them. `has_findings` is whether a rule found
    anything, even if the policy switches it off. `dataset_id` is the id that an unreadable file declares. `contracts`
    are those that consumers use, without sections.
    """

    path: str
    format: str | None
    datasets: tuple[FoundDataset, ...] = ()
    reports: tuple[ContractReport, ...] = ()
    has_findings: bool = False
    is_unreadable: bool = False
    dataset_id: str | None = None
    contracts: tuple[Contract, ...] = ()

    @property
    def contract_count(self) -> int:
        """The number of datasets, without aliases of versions."""
        return sum(not dataset.is_alias for dataset in self.datasets)


class LintedFile(NamedTuple):
    """A file to lint. One that is `explicit`, because the user named it, has to be a contract."""

    path: str
    is_explicit: bool = False


class ReadFile(NamedTuple):
    """The findings in a file, and the key of its content; None if nobody needs it, or it is not a regular file."""

    findings: FileFindings
    blob: BlobKey | None


def build_report(dataset_id: str | None, version: str | None, path: str, issues: tuple[Issue, ...]) -> ContractReport:
    """Return the report of a contract by itself."""
    return ContractReport(dataset_id, path, None, UNCHANGED, None, None, version, None, "none", None, issues)

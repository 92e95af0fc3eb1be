"""Reads files of the working tree, and runs the rules on each contract by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.engine import run_rules
from dcr.compatibility.issue_locations import create_location_resolver
from dcr.compatibility.pairs import ContractPair
from dcr.contract.compact import without_sections
from dcr.formats import read_content
from dcr.formats.parsed_file import ParsedFile, Problem
from dcr.formats.unread_keys import filter_keys, list_unread_keys
from dcr.git.worktree import read_file
from dcr.linting.blobs import identify_blob
from dcr.linting.findings import UNKNOWN, FileFindings, FoundDataset, LintedFile, ReadFile, build_report
from dcr.parsing.location import Location
from dcr.policy.detection import is_contract, may_be_contract
from dcr.policy.policy import StricterPolicy
from dcr.policy.policy_application import apply_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dcr.contract.contract import Contract
    from dcr.formats.unread_keys import UnreadKey
    from dcr.linting.options import ReadingOptions
    from dcr.report.report import ContractReport


def prepare_reading(options: ReadingOptions) -> Callable[[tuple[LintedFile, ...]], list[ReadFile]]:
    """Return a function that reads some files, in order. It raises `UnreadableFileError`."""
    reader = _FileReader(options)
    return lambda files: [reader.read(file) for file in files]


class _FileReader:
    """Reads files and runs the rules, with the policy of one run."""

    def __init__(self, options: ReadingOptions) -> None:
        self._options = options
        self._scope = options.policy.scope
        self._policy = StricterPolicy(options.policy, options.policy)

    def read(self, file: LintedFile) -> ReadFile:
        """Return the findings in a file. Raise `UnreadableFileError`."""
        content = read_file(self._options.top, file.path)
        blob = identify_blob(content, self._options.hash_name) if isinstance(content, bytes) else None
        parsed = self._parse(file, content)
        if parsed.format is None:
            return ReadFile(FileFindings(file.path, None), blob)
        unread_keys = list_unread_keys(parsed) if self._options.strict else ()
        checked = list(_check_file(parsed, self._policy, unread_keys))
        used_ids = self._options.used_ids
        return ReadFile(
            FileFindings(
                file.path,
                parsed.format,
                tuple(_locate_dataset(contract, file.path) for contract in parsed.contracts),
                tuple(report for report in checked if report.issues),
                bool(checked),
                parsed.is_unreadable,
                parsed.dataset_id if parsed.is_unreadable else None,
                tuple(without_sections(contract) for contract in parsed.contracts if contract.dataset_id in used_ids)
                if used_ids
                else (),
            ),
            blob,
        )

    def _parse(self, file: LintedFile, content: bytes | str) -> ParsedFile:
        """Return a file, parsed, without a format if it is no contract."""
        scope, path = self._scope, file.path
        may_be_other = scope.by_content and not file.is_explicit and not scope.matches_globs(path)
        if may_be_other and not (isinstance(content, bytes) and may_be_contract(content)):
            return ParsedFile(path, None)
        if not isinstance(content, bytes):
            problem = Problem(Location(path), f"the file is {content}", "replace it with the contract itself")
            return ParsedFile(path, UNKNOWN, problems=(problem,))
        parsed = read_content(path, content, needs_fields=bool(self._options.used_ids))
        if may_be_other and not is_contract(parsed, content):
            return ParsedFile(path, None)
        if file.is_explicit and parsed.format is None:
            hint = "a contract has dataset_id, version and fields; see: dcr schema contract"
            return ParsedFile(path, UNKNOWN, problems=(Problem(Location(path), "the file is not a contract", hint),))
        return parsed


def _locate_dataset(contract: Contract, path: str) -> FoundDataset:
    location = contract.section.locate("dataset_id") if contract.section else Location(path)
    return FoundDataset(contract.dataset_id, contract.version, location, contract.alias_of is not None)


def _check_file(
    parsed: ParsedFile, policy: StricterPolicy, unread_keys: tuple[UnreadKey, ...]
) -> Iterator[ContractReport]:
    """Yield a report for each contract in which a rule finds anything."""
    if not parsed.contracts:
        pair = ContractPair(None, None, proposed_problems=parsed.problems, unread_keys=unread_keys)
        yield from _check_pair(parsed, None, pair, policy)
    for number, contract in enumerate(contract for contract in parsed.contracts if not contract.alias_of):
        problems = tuple(
            problem
            for problem in parsed.problems
            if problem.dataset_id == contract.dataset_id or (number == 0 and not problem.dataset_id)
        )
        keys = filter_keys(unread_keys, contract.dataset_id) if unread_keys else ()
        pair = ContractPair(None, contract, proposed_problems=problems, unread_keys=keys)
        yield from _check_pair(parsed, contract, pair, policy)


def _check_pair(
    parsed: ParsedFile, contract: Contract | None, pair: ContractPair, policy: StricterPolicy
) -> Iterator[ContractReport]:
    """Yield a report if a rule finds anything, without issues if the policy switches them off."""
    verdict = run_rules(pair, "none")
    if verdict.issues:
        issues = apply_policy(verdict, pair, policy, (), "")
        issues = tuple(map(create_location_resolver({}, {parsed.path: parsed}), issues))
        dataset_id = contract.dataset_id if contract else parsed.dataset_id
        yield build_report(dataset_id, contract.version if contract else None, parsed.path, issues)

"""Prints to stderr what `--verbose` adds: what was compared, under which policy, in which files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.cli.messages import print_note
from dcr.git.changes import INDEX, WORKTREE
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.report.report import ContractReport, Report

_HEAD_NAMES = {WORKTREE: "the working tree", INDEX: "the index"}


def print_run_details(report: Report) -> None:
    """Print the base, the head, the policy, the files in scope and each compared contract."""
    for line in _format_details(report):
        print_note(line)


def _format_details(report: Report) -> Iterator[str]:
    head = _HEAD_NAMES.get(report.head, f"commit {report.head}")
    if report.base is not None:
        base = report.base
        if report.merged:
            yield f"base: {base.commit} ({base.ref})"
            head = f"{head}, merged into the base"
        else:
            for commit in (base.merge_base, *base.others):
                yield f"base: {commit}, the merge base with {base.ref} ({base.commit})"
        yield f"base set by: {base.source}"
    yield f"head: {head}"
    yield f"policy: {report.policy}"
    contracts = "contracts not counted" if report.total is None else format_count(report.total, "contract file")
    yield f"in scope: {format_count(report.files, 'file')} ({report.scope}), {contracts}"
    yield f"changed files without contracts: {report.non_contracts:,}"
    if report.base is not None:
        yield f"compared: {format_count(len(report.contracts), 'dataset')}"
        for contract in report.contracts:
            yield f"  {_format_contract(contract)}"


def _format_contract(contract: ContractReport) -> str:
    versions = " → ".join(dict.fromkeys(version or "none" for version in (contract.previous, contract.proposed)))
    parts = [contract.dataset_id or "no dataset", contract.change, versions, contract.mode or "no mode"]
    return f"{contract.path}: {', '.join(parts)}; {format_count(len(contract.issues), 'issue')}"

"""What `--verbose` says of a run on stderr, beside the time of each step: what was read, and from where."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dcr.cli.exits import print_note
from dcr.git.changes import INDEX, WORKTREE
from dcr.report.summary import format_count
from dcr.text.printable import escape_ci_commands, make_printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.report.report import ContractReport, Report

_HEAD_NAMES = {WORKTREE: "the working tree", INDEX: "the index"}


class StepTimer:
    """Says how long each step of a run took, once it is over; what `Progress` is to a run that is not verbose."""

    def __init__(self) -> None:
        self._activity, self._started = "getting ready", time.monotonic()

    def __call__(self, doing: str) -> None:
        """Note what is being done from now on."""
        now = time.monotonic()
        print_note(f"dcr: {self._activity}: {(now - self._started) * 1000:,.0f} ms")
        self._activity, self._started = doing, now

    def finish(self) -> None:
        """Say the last step."""
        self("")


def print_run_details(report: Report) -> None:
    """Write a line for the base, the proposed side, the policy, the files in scope, and each contract looked at."""
    for line in _format_details(report):
        print_note(escape_ci_commands(f"dcr: {line}"))


def _format_details(report: Report) -> Iterator[str]:
    proposed = _HEAD_NAMES.get(report.head, f"commit {make_printable(report.head)}")
    if report.base is not None:
        base = report.base
        if report.merged:
            yield f"previous: {base.commit}, which is {make_printable(base.ref)}"
            proposed = f"{proposed}, merged with that"
        else:
            for each in (base.merge_base, *base.others):
                yield f"previous: {each}, the merge-base with {make_printable(base.ref)} ({base.commit})"
        yield f"base named by: {make_printable(base.source)}"
    yield f"proposed: {proposed}"
    yield f"policy: {make_printable(report.policy)}"
    held = "contracts not counted" if report.total is None else format_count(report.total, "contract file")
    yield f"in scope: {format_count(report.files, 'file')} ({make_printable(report.scope)}), {held}"
    yield f"no contracts: {format_count(report.non_contracts, 'file')}"
    if report.base is not None:
        yield f"looked at: {format_count(len(report.contracts), 'dataset')}"
        yield from (f"  {_format_contract(each)}" for each in report.contracts)


def _format_contract(contract: ContractReport) -> str:
    versions = " → ".join(dict.fromkeys(each or "none" for each in (contract.previous, contract.proposed)))
    facts = [contract.dataset_id or "no dataset", contract.change, versions, contract.mode or "no mode"]
    return make_printable(f"{contract.path}: {', '.join(facts)}; {format_count(len(contract.issues), 'issue')}")

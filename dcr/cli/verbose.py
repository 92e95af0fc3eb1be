"""What `--verbose` says of a run on stderr, beside the time of each step: what was read, and from where."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dcr.cli.exits import note
from dcr.git.changes import INDEX, WORKTREE
from dcr.report.summary import counted
from dcr.text.printable import defused, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.report.report import ContractReport, Report

_SIDES = {WORKTREE: "the working tree", INDEX: "the index"}


class Steps:
    """Says how long each step of a run took, once it is over; what `Progress` is to a run that is not verbose."""

    def __init__(self) -> None:
        self._doing, self._since = "getting ready", time.monotonic()

    def __call__(self, doing: str) -> None:
        """Note what is being done from now on."""
        now = time.monotonic()
        note(f"dcr: {self._doing}: {(now - self._since) * 1000:,.0f} ms")
        self._doing, self._since = doing, now

    def done(self) -> None:
        """Say the last step."""
        self("")


def say_what_was_read(report: Report) -> None:
    """Write a line for the base, the proposed side, the policy, the files in scope, and each contract looked at."""
    for line in _lines(report):
        note(defused(f"dcr: {line}"))


def _lines(report: Report) -> Iterator[str]:
    proposed = _SIDES.get(report.head, f"commit {printable(report.head)}")
    if report.base is not None:
        base = report.base
        if report.merged:
            yield f"previous: {base.commit}, which is {printable(base.ref)}"
            proposed = f"{proposed}, merged with that"
        else:
            for each in (base.merge_base, *base.others):
                yield f"previous: {each}, the merge-base with {printable(base.ref)} ({base.commit})"
        yield f"base named by: {printable(base.source)}"
    yield f"proposed: {proposed}"
    yield f"policy: {printable(report.policy)}"
    held = "contracts not counted" if report.total is None else counted(report.total, "contract file")
    yield f"in scope: {counted(report.files, 'file')} ({printable(report.scope)}), {held}"
    yield f"no contracts: {counted(report.left_alone, 'file')}"
    if report.base is not None:
        yield f"looked at: {counted(len(report.contracts), 'dataset')}"
        yield from (f"  {_contract(each)}" for each in report.contracts)


def _contract(contract: ContractReport) -> str:
    versions = " → ".join(dict.fromkeys(each or "none" for each in (contract.previous, contract.proposed)))
    facts = [contract.dataset_id or "no dataset", contract.change, versions, contract.mode or "no mode"]
    return printable(f"{contract.path}: {', '.join(facts)}; {counted(len(contract.issues), 'issue')}")

"""Judges one pair in full: against the merge base, older versions where a mode asks, and without what the base did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.engine import run_rules

if TYPE_CHECKING:
    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.older_versions import OlderVerdict
    from dcr.compatibility.pairs import ContractPair


def check_pair(pair: ContractPair, mode: str) -> tuple[Verdict, tuple[OlderVerdict, ...]]:
    """Return the verdict on a pair, and those on older versions where a transitive mode asked for them."""
    verdict: Verdict
    older: tuple[OlderVerdict, ...] = ()
    if pair.older_versions:
        from dcr.compatibility.older_versions import check_all_versions  # noqa: PLC0415 (transitive modes alone pay for it)

        verdict, older = check_all_versions(pair, mode)
    else:
        verdict = run_rules(pair, mode)
    if pair.published is None:
        return verdict, older
    from dcr.compatibility.base_issues import drop_base_issues  # noqa: PLC0415 (where the base has gone on)

    return drop_base_issues(pair, mode, verdict, older)

"""Judges one pair in full: against the merge base, older versions where a mode asks, and without what the base did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.engine import judge

if TYPE_CHECKING:
    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.pairs import ContractPair
    from dcr.compatibility.transitive import Older


def judge_pair(pair: ContractPair, mode: str) -> tuple[Verdict, tuple[Older, ...]]:
    """Return the verdict on a pair, and those on older versions where a transitive mode asked for them."""
    verdict: Verdict
    older: tuple[Older, ...] = ()
    if pair.earlier:
        from dcr.compatibility.transitive import judge_all  # noqa: PLC0415 (transitive modes alone pay for it)

        verdict, older = judge_all(pair, mode)
    else:
        verdict = judge(pair, mode)
    if pair.published is None:
        return verdict, older
    from dcr.compatibility.three_way import without_base_breaks  # noqa: PLC0415 (where the base has gone on)

    return without_base_breaks(pair, mode, verdict, older)

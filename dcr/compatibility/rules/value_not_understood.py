"""A value cannot be interpreted, so dcr does not compare it.

Why it breaks
    A foreign format allows more than dcr can interpret: an unknown status or unit, a reference to another file, a
    field without a name. dcr does not see changes of such a value.

Instead
    Write the value as the format's standard defines it, or review its changes by hand. docs/formats.md lists what
    dcr reads.

Example
    slaProperties:
      - {property: latency, value: 4, unit: h}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.wording import number_problems
from dcr.formats._foreign.nodes import format_canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, severity=WARNING)
def value_not_understood(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each new value of the proposed file that dcr cannot interpret."""
    problems = [problem for problem in pair.proposed_problems if not problem.is_understood]
    new = [
        problem
        for problem in problems
        if problem.identity not in pair.known_problems or (problem.is_persistent and _may_have_changed(pair))
    ]
    for problem, detail in number_problems(new):
        yield Finding(problem.message, problem.hint, detail=detail, location=problem.location, field=problem.field)


def _may_have_changed(pair: ContractPair) -> bool:
    """Return whether the file contains other keys or values than before, which dcr may not read."""
    if pair.both is None or not pair.is_unchanged:
        return True
    texts = [
        format_canonical(contract.section.node) if contract.section and contract.section.node else None
        for contract in pair.both
    ]
    return None in texts or texts[0] != texts[1]

"""A value that matters to the contract could not be understood, so it is not compared.

Why it breaks
    A foreign format says more than dcr can read for certain: an unknown status or unit, a reference to
    another file, a field without a name. A change there goes unseen, and nobody should think otherwise.

Instead
    Write the value as the format's standard does, or review changes of it by hand. docs/formats.md lists what
    is read.

Example
    slaProperties:
      - {property: latency, value: 4, unit: h}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.wording import numbered
from dcr.formats._foreign.mapping import source_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, severity=WARNING)
def value_not_understood(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each value of the proposed file that is not understood, and was not there before."""
    notes = [each for each in pair.proposed_problems if not each.understood]
    new = [each for each in notes if each.identity not in pair.known_problems or (each.standing and _may_differ(pair))]
    for problem, detail in numbered(new):
        yield Finding(problem.message, problem.hint, detail=detail, location=problem.location, field=problem.field)


def _may_differ(pair: ContractPair) -> bool:
    """Whether something may have changed that is not read: the file holds other keys or values than before."""
    if pair.both is None or not pair.unchanged:
        return True
    texts = [source_text(each.place.node) if each.place and each.place.node else None for each in pair.both]
    return None in texts or texts[0] != texts[1]

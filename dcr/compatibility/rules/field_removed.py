"""A field that consumers could select no longer exists.

Why it breaks
    Queries, dashboards and typed readers name this field. After the change they fail, or silently read
    nulls. That holds for an optional field too: somebody still selects it.

Instead
    Mark it `deprecated: true` and release that, tell its readers, and remove it once nobody reads it. If it
    was renamed, add the new name beside the old one first. Where the policy sets min_deprecation_days, a field that
    was marked on the base for that long may go without an issue, and an earlier removal is told its day.

Example
    fields:
      - {name: ltv, type: number, required: false, deprecated: true}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.counterexamples.rows import NoValueError, build_smallest_value
from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.severities import OFF
from dcr.compatibility.wording import describe_deprecation, describe_early_removal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair


@rule(about=FIELD, modes=(BACKWARD,), bump=MAJOR, breaks=CONSUMERS)
def field_removed(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when only the previous contract has the field."""
    if pair.previous is None or pair.proposed is not None:
        return
    if pair.history and pair.history.may_remove(pair.path):
        yield Finding("", severity=OFF)  # it owes a bump all the same
        return
    message = f"field '{pair.path}' was removed"
    marked, how = describe_deprecation(pair.get_key_name("deprecated"))
    hint = f"keep it {marked}, and remove it once nobody reads it"
    if pair.renamed_to:
        hint = f"probably renamed to '{pair.renamed_to}': keep '{pair.previous.name}' beside it until readers moved"
    if pair.history and pair.history.deprecation:
        told, when = describe_early_removal(pair.history.deprecation, pair.path, how)
        message, hint = message + told, f"{hint}; {when}" if pair.renamed_to else when
    try:
        value = build_smallest_value(pair.previous)
    except NoValueError:
        yield Finding(message, hint)
    else:
        yield Finding(message, hint, value=value, needs_witness=True)

"""A field was removed.

Why it breaks
    Queries, dashboards and typed readers select this field. After the change they fail, or read nulls without an
    error. This is also true of optional fields.

Instead
    Mark the field `deprecated: true`, release that, notify its readers, and remove it when nobody reads it. To rename a
    field, first add the new name and keep the old one. If the policy sets min_deprecation_days, a field may be removed
    once it has been deprecated on the base for that many days; the hint names the first day.

Example
    fields:
      - {name: ltv, type: number, required: false, deprecated: true}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.counterexamples.rows import NoValueError, build_minimal_value
from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.severities import OFF
from dcr.compatibility.wording import describe_deprecation, describe_early_removal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair


@rule(about=FIELD, modes=(BACKWARD,), bump=MAJOR, breaks=CONSUMERS, impact="queries and joins that select it")
def field_removed(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when only the previous contract has the field."""
    if pair.previous is None or pair.proposed is not None:
        return
    if pair.history and pair.history.may_remove(pair.path):
        yield Finding("", severity=OFF)  # the removal still requires a bump
        return
    message = f"field '{pair.path}' was removed"
    kept, mark = describe_deprecation(pair.get_key_name("deprecated"))
    hint = f"keep it {kept}, then remove it"
    if pair.renamed_to:
        name = pair.previous.name
        hint = f"probably renamed to '{pair.renamed_to}': keep '{name}' as well until its readers have migrated"
    if pair.history and pair.history.deprecation:
        reason, advice = describe_early_removal(pair.history.deprecation, pair.path, mark)
        message, hint = message + reason, f"{hint}; {advice}" if pair.renamed_to else advice
    try:
        value = build_minimal_value(pair.previous)
    except NoValueError:
        yield Finding(message, hint)
    else:
        yield Finding(message, hint, value=value, needs_witness=True)

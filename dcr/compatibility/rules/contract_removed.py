"""A contract was removed before it was archived.

Why it breaks
    Consumers lose the contract without notice, and nothing checks later changes of the data.

Instead
    Set `status: deprecated` with a `deprecation_uri`, later set `status: archived`, and then delete the file. To move
    a contract, move the file: the dataset_id identifies it. If the policy sets min_deprecation_days, a contract may be
    removed once it has been deprecated or archived on the base for that many days.

Example
    status: deprecated
    deprecation_uri: https://example.com/migrate-users
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.wording import describe_early_removal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.contract import Contract


@rule(about=CONTRACT, bump=MAJOR, breaks=CONSUMERS)
def contract_removed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when only the previous contract exists and it was not archived."""
    if pair.previous is None or pair.proposed is not None or pair.unenforced or pair.previous.alias_of:
        return  # it lost its enforcement only, or it is the alias of a version
    deprecation = pair.history.deprecation if pair.history else None
    if deprecation.is_over(deprecation.contract_date) if deprecation else pair.previous.status == "archived":
        return
    if any(problem.is_fatal for problem in pair.proposed_problems):
        return  # the file is there and cannot be read, which is said already
    message = f"the contract of '{pair.previous.dataset_id}' was removed"
    if pair.previous.has_status:
        message += f" {_describe_status(pair.previous)}"
    native = pair.previous.format == "native"
    hint = (_build_native_hint if native else _build_foreign_hint)(pair.previous, pair.replaced_by)
    if deprecation:
        told, when = describe_early_removal(deprecation, None, "bring it back and deprecate it")
        message, hint = f"{message},{told}", f"{hint}; {when}" if pair.replaced_by else when
    yield Finding(message, hint, key="dataset_id" if native else "dataset", location=pair.removed_at)


def _describe_status(previous: Contract) -> str:
    """Return what its status was; that of a dbt model is the day on which it may go."""
    word = previous.section.get_key_name("status") if previous.section else "status"
    said = previous.written_status or previous.status
    return f"before its {word} '{said}'" if previous.is_changed_in_place else f"while its {word} is '{said}'"


def _build_native_hint(previous: Contract, now_about: str | None) -> str:
    if now_about:
        return f"the file is now about '{now_about}': write dataset_id: {previous.dataset_id}, or archive it first"
    next_status = "archived" if previous.status == "deprecated" else "deprecated and a deprecation_uri"
    return f"bring the file back with status: {next_status}; delete it once it is archived"


def _build_foreign_hint(previous: Contract, now_about: str | None) -> str:
    word = previous.section.get_key_name("status") if previous.section else "status"
    until = f"with a {word}" if previous.is_changed_in_place else f"with {word}: deprecated"
    over = "once that day is over" if previous.is_changed_in_place else f"once its {word} is retired"
    back = f"bring it back {until}, and remove it {over}"
    return f"it was probably renamed to '{now_about}', and readers know the old name: {back}" if now_about else back

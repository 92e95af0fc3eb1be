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


@rule(about=CONTRACT, bump=MAJOR, breaks=CONSUMERS, impact="everything that reads the dataset")
def contract_removed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when only the previous contract exists and it was not archived."""
    if pair.previous is None or pair.proposed is not None or pair.unenforced or pair.previous.alias_of:
        return  # contract_enforcement_removed reports it, or the pair of the aliased version does
    deprecation = pair.history.deprecation if pair.history else None
    if deprecation.is_over(deprecation.contract_date) if deprecation else pair.previous.status == "archived":
        return
    if any(problem.is_fatal for problem in pair.proposed_problems):
        return  # the file exists but cannot be read: contract_invalid reports it
    message = f"the contract of '{pair.previous.dataset_id}' was removed"
    if pair.previous.has_status:
        message += f" {_describe_status(pair.previous)}"
    native = pair.previous.format == "native"
    hint = (_build_native_hint if native else _build_foreign_hint)(pair.previous, pair.replaced_by)
    if deprecation:
        reason, advice = describe_early_removal(deprecation, None, "restore it and deprecate it")
        message, hint = f"{message},{reason}", f"{hint}; {advice}" if pair.replaced_by else advice
    yield Finding(message, hint, key="dataset_id" if native else "dataset", location=pair.removed_at)


def _describe_status(previous: Contract) -> str:
    """Return the status of a contract in words; that of a dbt model is the date of its removal."""
    key = previous.section.get_key_name("status") if previous.section else "status"
    status = previous.written_status or previous.status
    return f"before its {key} '{status}'" if previous.is_changed_in_place else f"while its {key} was '{status}'"


def _build_native_hint(previous: Contract, replaced_by: str | None) -> str:
    if replaced_by:
        key = f"dataset_id: {previous.dataset_id}"
        return f"the file now defines '{replaced_by}': write {key}, or archive the old contract first"
    next_status = "archived" if previous.status == "deprecated" else "deprecated and a deprecation_uri"
    return f"restore the file with status: {next_status}; delete it once it is archived"


def _build_foreign_hint(previous: Contract, replaced_by: str | None) -> str:
    key = previous.section.get_key_name("status") if previous.section else "status"
    hint = f"restore it with {key}: deprecated, and remove it once its {key} is retired"
    if previous.is_changed_in_place:
        hint = f"restore it with a {key}, and remove it once that date has passed"
    return f"probably renamed to '{replaced_by}', but readers use the old name: {hint}" if replaced_by else hint

"""Builds hints for breaking changes of dbt models: how to add a version and keep the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.contract import Contract


def add_version_hint(pair: ContractPair, hint: str) -> str:
    """Return the hint of a breaking change, preceded by how to keep both versions of a dbt model.

    A reference without a version resolves to the latest one, so the old version has to stay the latest.
    """
    previous, proposed = pair.previous, pair.proposed
    if proposed is None or not proposed.is_changed_in_place:
        return hint
    if proposed.alias_of is None:
        return f"{_build_new_version_hint(proposed, previous or proposed)}; or {hint}"
    if previous is not None and previous.alias_of is not None:
        return f"write latest_version: {previous.version} until readers that name no version have migrated; or {hint}"
    return f"keep the previous model as one of its versions, and write that version as latest_version; or {hint}"


def _build_new_version_hint(contract: Contract, before: Contract) -> str:
    if contract.version:
        return (
            "keep this version and add a new one (versions: - v: …), "
            f"with latest_version: {contract.latest or contract.version}"
        )
    name = (before.terms.physical_name if before.terms else None) or contract.dataset_id
    return (
        "keep this model as version 1 and make the change in version 2, with version 1 as the latest "
        f"(versions: [{{v: 1, config: {{alias: {name}}}}}, {{v: 2, …}}], latest_version: 1)"
    )

"""Says how to make a breaking change where versions do not grow: in a version beside the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.contract import Contract


def add_version_hint(pair: ContractPair, hint: str) -> str:
    """Return the hint of a breaking change; of a dbt model, first how both versions can be kept.

    A reference without a version means the latest one: a new version breaks nobody only while that stays the old one.
    """
    previous, proposed = pair.previous, pair.proposed
    if proposed is None or not proposed.is_changed_in_place:
        return hint
    if proposed.alias_of is None:
        return f"{_build_new_version_hint(proposed, previous or proposed)}; or {hint}"
    if previous is not None and previous.alias_of is not None:
        return f"write latest_version: {previous.version} until those who name no version have moved; or {hint}"
    return f"keep the model as it was in one of its versions, and write that one as latest_version; or {hint}"


def _build_new_version_hint(contract: Contract, before: Contract) -> str:
    if contract.version:
        return (
            "leave this version as it is and add a new one beside it (versions: - v: …), "
            f"with latest_version: {contract.latest or contract.version}"
        )
    name = (before.terms.physical_name if before.terms else None) or contract.dataset_id
    return (
        "give the model versions: this one as it is, the change in a new one, the old one as the latest "
        f"(versions: [{{v: 1, config: {{alias: {name}}}}}, {{v: 2, …}}], latest_version: 1)"
    )

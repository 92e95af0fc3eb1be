"""Matches and formats the service levels of two versions of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.terms.pairs import find_term_pair, match_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.terms import ServiceLevel


def match_service_levels(pair: ContractPair) -> Iterator[tuple[ServiceLevel, ServiceLevel | None]]:
    """Yield each previous service level with its match by id, or by name, element and driver."""
    terms = find_term_pair(pair)
    if terms is None:
        return
    keys = (
        lambda level: level.id and (level.id, level.name),
        lambda level: (level.name, level.element, level.driver),
        lambda level: (level.name, level.element),
        lambda level: (level.name,),
    )
    yield from match_terms(terms.previous.service_levels, terms.proposed.service_levels, keys)


def format_service_level(level: ServiceLevel) -> str:
    """Return the value of a service level with its unit and its element."""
    value = " ".join(part for part in (level.value, level.unit) if part)
    more = f" (valueExt '{level.value_ext}')" if level.value_ext is not None else ""
    element = f" for {level.element}" if level.element else ""
    return f"'{value}'{more}{element}"

"""Renders whom a change reaches in a fleet, as `dcr fleet impact` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.fleet.listings.documents import header_document
from dcr.rendering.listings.impact import impact_document
from dcr.rendering.listings.impact import render as render_impact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.fleet.impact import FleetImpact
    from dcr.rendering.style import Style


def render(impacts: Sequence[FleetImpact], style: Style) -> str:
    """Return the impact for each repository that defines the dataset."""
    return "\n".join(render_impact(each.impact, f"{each.change} in {each.repository}", style) for each in impacts)


def document(index_name: str, impacts: Iterable[FleetImpact]) -> dict[str, Any]:
    """Return the impacts as a JSON document."""
    return {
        **header_document(index_name),
        "impacts": [{"repository": each.repository, **impact_document(each.impact, each.change)} for each in impacts],
    }

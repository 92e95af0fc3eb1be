"""What narrows the issues down: by state, kind, contract and words. Hidden until the script makes it work."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dcr.rendering.reports._html.issues import STATES, state_of
from dcr.rendering.reports._html.markup import Markup, block, element, join

if TYPE_CHECKING:
    from dcr.rendering.reports._html.groups import Group


def filters(grouped: list[Group]) -> Markup:
    """Return the form; each choice that the report has says how many issues it is about."""
    issues = [issue for each in grouped for issue in each.issues]
    states = [state_of(issue) for issue in issues]
    kinds = Counter(issue.kind for issue in issues)
    contracts = [(each.anchor, f"{each.name} ({len(each.issues):,})") for each in grouped if each.issues]
    boxes = [_box(state, states.count(state)) for state in STATES if state in states]
    return block(
        "form",
        element("h2", "Filter", id="filter"),
        block("fieldset", element("legend", "Severity"), boxes),
        _choice("kind", "Kind", [(kind, f"{kind} ({kinds[kind]:,})") for kind in sorted(kinds)]),
        _choice("contract", "Contract", contracts),
        element(
            "p",
            element("label", "Text", for_="filter-text"),
            element("input", type="search", id="filter-text", autocomplete="off", spellcheck="false"),
        ),
        element("p", element("output", f"{len(issues):,} of {len(issues):,} issues", id="shown"), class_="shown"),
        element(
            "p",
            element("button", "Clear filters", type="reset"),
            element("button", "Unfold all", type="button", id="unfold", hidden=True),
            class_="buttons",
        ),
        id="filters",
        role="search",
        aria_labelledby="filter",
        hidden=True,
    )


def _box(state: str, number: int) -> Markup:
    box = element("input", type="checkbox", name="state", value=state, checked=True)
    return element("label", box, element("span", state, class_=f"badge {state}"), " ", element("span", f"{number:,}"))


def _choice(name: str, label: str, options: list[tuple[str, str]]) -> Markup:
    listed = [element("option", "all", value=""), *(element("option", words, value=value) for value, words in options)]
    written = element("label", label, for_=f"filter-{name}")
    return element("p", join(written, block("select", listed, id=f"filter-{name}", name=name)))

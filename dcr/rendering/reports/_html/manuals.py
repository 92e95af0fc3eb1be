"""What the kinds of a report mean: the rules' manuals, so that the page explains itself without a network."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from dcr.compatibility.rule import load_rules
from dcr.rendering.reports._html.markup import Markup, block, element

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODE = "Example"


def manuals(kinds: Iterable[str]) -> Markup | None:
    """Return the manual of each kind, once; nothing without kinds."""
    rules = load_rules()
    wanted = sorted({kind for kind in kinds if kind in rules})
    if not wanted:
        return None
    heading = element("h2", "What the kinds mean", id="kinds")
    return block(
        "section",
        heading,
        [_manual(kind, rules[kind].manual) for kind in wanted],
        class_="manuals",
        aria_labelledby="kinds",
    )


def _manual(kind: str, manual: str) -> Markup:
    summary, *parts = re.split(r"\n\n(?=\S)", manual)
    opened = element("summary", element("h3", element("code", kind)), " ", element("span", _flowing(summary)))
    return block("details", opened, [_part(*part.partition("\n")[::2]) for part in parts], id=f"kind-{kind}")


def _part(title: str, words: str) -> Markup:
    """Return a part of a manual: its title stands on the first line, its words are indented below."""
    if title != _CODE:
        return block("div", element("h4", title), element("p", _flowing(words)))
    lines = [element("span", line, Markup("\n"), class_="line") for line in textwrap.dedent(words).splitlines()]
    return block("div", element("h4", title), element("pre", element("code", lines)))


def _flowing(words: str) -> str:
    return " ".join(words.split())

"""HTML as values: text is escaped wherever it is put, and only `element` makes what is not.

A template engine would let one forgotten filter through; here text and markup are two types.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, TypeAlias

from dcr.text.printable import escape_ci_markers, make_printable

if TYPE_CHECKING:
    from collections.abc import Iterable


class Markup(str):
    """HTML that stands as it is."""

    __slots__ = ()


Content: TypeAlias = "str | Iterable[Content] | None"
"""Markup, text (which is anything else that is a string), nothing, or several of them."""

Value: TypeAlias = "str | int | bool | None"

_VOID = frozenset(("meta", "link", "input"))


def text(written: str) -> Markup:
    """Return untrusted text as HTML that shows it and nothing else, in an element or a quoted attribute.

    Line breaks are written out, so no line of the page begins with it.
    """
    return Markup(escape_ci_markers(escape(make_printable(written)), escape="&#35;"))


def join(*content: Content, between: str = "") -> Markup:
    """Return some content as one piece of HTML."""
    return Markup(between.join(_pieces(content)))


def element(name: str, /, *content: Content, **attributes: Value) -> Markup:
    """Return an element. Attributes that are None or False are left out, those that are True have no value.

    `class_` is `class`, and `aria_label` is `aria-label`.
    """
    opened = f"<{name}{''.join(_attribute(*each) for each in attributes.items())}>"
    return Markup(opened if name in _VOID else f"{opened}{''.join(_pieces(content))}</{name}>")


def block(name: str, /, *content: Content, **attributes: Value) -> Markup:
    """Return an element whose parts stand on lines of their own."""
    inside = Markup("\n".join(each for each in _pieces(content) if each))
    return element(name, Markup(f"\n{inside}\n"), **attributes)


def hidden(words: str) -> Markup:
    """Return words for those who hear the page and do not see it."""
    return element("span", words, class_="unseen")


def _attribute(name: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(str(value))}"'


def _pieces(content: Iterable[Content]) -> Iterable[str]:
    for each in content:
        if isinstance(each, Markup):
            yield each
        elif isinstance(each, str):
            yield text(each)
        elif each is not None:
            yield from _pieces(each)

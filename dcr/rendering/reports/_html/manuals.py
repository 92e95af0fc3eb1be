"""Splits the rules' manuals into parts, so that the page explains its kinds without a network."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.rule import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Part(NamedTuple):
    """A part of a manual: a paragraph, or the lines of an example."""

    title: str
    text: str
    lines: list[str]


class Manual(NamedTuple):
    """The manual of one kind."""

    kind: str
    summary: str
    parts: list[Part]


def list_manuals(kinds: Iterable[str]) -> Iterator[Manual]:
    """Yield the manual of each kind once, sorted by kind."""
    rules = load_rules()
    for kind in sorted({kind for kind in kinds if kind in rules}):
        summary, *parts = re.split(r"\n\n(?=\S)", rules[kind].manual)
        yield Manual(kind, _unwrap(summary), [_part(*part.partition("\n")[::2]) for part in parts])


def _part(title: str, body: str) -> Part:
    return Part(title, _unwrap(body), textwrap.dedent(body).splitlines() if title == "Example" else [])


def _unwrap(text: str) -> str:
    return " ".join(text.split())

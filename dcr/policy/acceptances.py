"""Holds the acceptances of one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dcr.compatibility.acceptance import Acceptance
    from dcr.formats.parsed_file import Problem


class Acceptances(NamedTuple):
    """The acceptances of one version; `existing` are the keys of those that existed before this change."""

    entries: tuple[Acceptance, ...] = ()
    problems: tuple[Problem, ...] = ()
    existing: frozenset[tuple[object, ...]] = frozenset()

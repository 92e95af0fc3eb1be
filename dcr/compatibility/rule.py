"""What a rule is: data about one kind of issue, and a function that yields findings from one matched pair."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.compatibility import rules
from dcr.compatibility.counterexamples.rows import ABSENT
from dcr.compatibility.semver import PATCH
from dcr.compatibility.severities import ERROR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dcr.parsing.location import Location

FIELD, CONTRACT, RUN = "field", "contract", "run"
"""What a rule is about: each field, the contract as a whole, or the run itself."""


class Finding(NamedTuple):
    """What one rule saw on one pair. Empty values mean: as the rule says, or as the pair shows.

    `value` is what the field holds in a row that proves the break (`ABSENT` with `needs_witness` set: the field left
    out), `forward_value` the same where a forward break needs another value. `key` is the contract key to
    point at, `detail` what tells two findings of one kind on one field apart. `against` is the version that it breaks
    against and `previous_location` the place there, where that is not the pair's own previous one. `field` is the path
    of the field that a finding on a whole contract is about. A finding whose
    severity is `off` is only counted for the bump it owes.
    """

    message: str
    hint: str = ""
    modes: tuple[str, ...] = ()
    key: str | None = None
    detail: str = ""
    severity: str = ""
    breaks: str = ""
    bump: str = ""
    value: Any = ABSENT
    forward_value: Any = NotImplemented
    needs_witness: bool = False
    times: int = 1
    location: Location | None = None
    against: str = ""
    previous_location: Location | None = None
    field: str | None = None


class Rule(NamedTuple):
    """One kind of issue. `modes` is empty for a rule that always runs."""

    kind: str
    about: str
    modes: tuple[str, ...]
    severity: str
    bump: str
    breaks: str | None
    find: Callable[[Any], Iterator[Finding | str]]
    module: str

    @property
    def manual(self) -> str:
        """The rule's manual: its module's docstring."""
        return (sys.modules[self.module].__doc__ or "").strip()

    @property
    def summary(self) -> str:
        """The manual's first sentence."""
        return self.manual.partition("\n")[0].rstrip(".")


def rule(
    *,
    about: str,
    modes: tuple[str, ...] = (),
    severity: str = ERROR,
    bump: str = PATCH,
    breaks: str | None = None,
) -> Callable[[Callable[[Any], Iterator[Finding | str]]], Rule]:
    """Make a rule of a function; the function's name is the kind, its module's docstring the manual."""

    def declare(find: Callable[[Any], Iterator[Finding | str]]) -> Rule:
        return Rule(find.__name__, about, modes, severity, bump, breaks, find, find.__module__)

    return declare


FOREIGN_KIND_PREFIXES = (
    "constraint_enforcement_", "contract_enforcement_", "field_embedding_", "measure_logic_", "physical_name_",
    "quality_rule_", "relationship_", "semantic_type_", "server_", "sla_",
)  # fmt: skip
"""How the kinds begin that compare what dcr's own format cannot say: a check of it does not even load their rules."""


@lru_cache(maxsize=1)
def load_rules() -> dict[str, Rule]:
    """Return every rule by its kind, found by walking the `rules` folder."""
    return {kind: _load_rule(kind) for kind in rules.list_kinds()}


def _load_rule(kind: str) -> Rule:
    found: Rule = getattr(import_module(f"{rules.__name__}.{kind}"), kind)
    return found


@lru_cache(maxsize=8)
def load_rules_about(about: str, *, foreign: bool) -> tuple[Rule, ...]:
    """Return the rules that look at fields, at contracts, or at the run.

    `foreign` is whether one of the sides is of a foreign format.
    """
    kinds = (kind for kind in rules.list_kinds() if foreign or not kind.startswith(FOREIGN_KIND_PREFIXES))
    return tuple(each for each in map(_load_rule, kinds) if each.about == about)

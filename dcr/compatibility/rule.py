"""Defines a rule: the data of one kind of issue, and a function that yields findings from a pair."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.compatibility import rules
from dcr.compatibility.counterexamples.rows import ABSENT
from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.reach import EVERY_USE, ROWS
from dcr.compatibility.semver import PATCH
from dcr.compatibility.severities import ERROR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dcr.parsing.location import Location

FIELD, CONTRACT, RUN, USE, CONSUMER = "field", "contract", "run", "use", "consumer"
"""What a rule checks: each field, the whole contract, the run itself, each use of a dataset that a consumer declares,
or the whole consumer."""

CONSUMER_KIND_PREFIXES = ("consumer_", "use_")
"""Prefixes of kinds about a consumer and its uses; a check of contracts does not load their rules."""


class Finding(NamedTuple):
    """One finding of a rule. Empty values stand for those of the rule or of the pair.

    - `value`: the field's value in a witness row; `ABSENT` if the row lacks the field
    - `forward_value`: the same for a forward break, if it needs another value
    - `key`: the key of the contract to which the issue points
    - `detail`: part of the fingerprint; it distinguishes findings of one kind on one field
    - `against` and `previous_location`: the broken version, if it is not the pair's previous one
    - `field`: the path of the field, for a finding of a rule about the contract
    - `fields`: the paths of the fields that it concerns, if there are several

    A finding with the severity `off` only counts for the required bump.
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
    fields: tuple[str, ...] = ()


class Rule(NamedTuple):
    """One kind of issue. `modes` is empty for a rule that runs in every mode.

    `breaks` is who breaks, if the modes do not decide it, and `impact` what breaks for them, in words. `reaches` is
    what the issue breaks for declared consumers (see `dcr.compatibility.reach`), empty if it breaks nobody.
    """

    kind: str
    about: str
    modes: tuple[str, ...]
    severity: str
    bump: str
    breaks: str | None
    find: Callable[[Any], Iterator[Finding | str]]
    module: str
    impact: str = ""
    reaches: str = ""

    @property
    def manual(self) -> str:
        """The docstring of the rule's module."""
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
    impact: str = "",
    reaches: str | None = None,
) -> Callable[[Callable[[Any], Iterator[Finding | str]]], Rule]:
    """Return a decorator that makes a rule of a function; the function's name is the kind.

    Without `reaches`, a rule that breaks consumers reaches every use, and a rule with modes those that validate rows.
    """
    reached = reaches if reaches is not None else EVERY_USE if breaks == CONSUMERS else ROWS if modes else ""

    def decorate(find: Callable[[Any], Iterator[Finding | str]]) -> Rule:
        return Rule(find.__name__, about, modes, severity, bump, breaks, find, find.__module__, impact, reached)

    return decorate


FOREIGN_KIND_PREFIXES = (
    "constraint_enforcement_", "contract_enforcement_", "field_embedding_", "measure_logic_", "physical_name_",
    "quality_rule_", "relationship_", "semantic_type_", "server_", "sla_",
)  # fmt: skip
"""Prefixes of kinds that native contracts cannot have; a check of these does not load their rules."""


@lru_cache(maxsize=1)
def load_rules() -> dict[str, Rule]:
    """Return every rule by its kind, found by walking the `rules` folder."""
    return {kind: get_rule(kind) for kind in rules.list_kinds()}


def get_rule(kind: str) -> Rule:
    """Return the rule of a kind, which must exist."""
    loaded: Rule = getattr(import_module(f"{rules.__name__}.{kind}"), kind)
    return loaded


@lru_cache(maxsize=8)
def load_rules_about(about: str, *, foreign: bool) -> tuple[Rule, ...]:
    """Return the rules about fields, about contracts, about the run, about uses, or about consumers.

    `foreign` is whether one of the contracts has a foreign format.
    """
    of_consumers = about in (USE, CONSUMER)
    kinds = (
        kind
        for kind in rules.list_kinds()
        if kind.startswith(CONSUMER_KIND_PREFIXES) is of_consumers
        and (foreign or not kind.startswith(FOREIGN_KIND_PREFIXES))
    )
    return tuple(loaded for loaded in map(get_rule, kinds) if loaded.about == about)

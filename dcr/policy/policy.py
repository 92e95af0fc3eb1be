"""Defines the settings of a policy, and which of two policies is stricter. docs/policy.md describes them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.modes import MODES, combine_modes
from dcr.compatibility.severities import ERROR, INFO, OFF, WARNING
from dcr.policy.consumer_settings import ConsumerSettings, StricterConsumerSettings
from dcr.policy.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.policy.index_settings import IndexSettings

FILES = ("dcr.toml", "pyproject.toml")
"""Files that may contain a policy, at the root of the repository."""

DEFAULT_GLOBS = ("contracts*/**/*.yaml", "contracts*/**/*.yml")
"""Where a file that cannot be read is treated as a contract, if contracts are detected by content."""

SEVERITY_LEVELS = (OFF, INFO, WARNING, ERROR)
_FAIL_ORDER = ("never", "error", "warning")
CHOICES: dict[str, tuple[str, ...]] = {
    "mode": MODES,
    "fail_on": _FAIL_ORDER,
    "breaking": ("allow-with-major", "forbid"),
    "draft": ("warn", "enforce"),
    "accept_from": ("proposed", "base"),
    "transitive_within": ("major", "history"),
}
"""Settings with a fixed set of values; the last one is the strictest, except for `mode`."""


_NO_ENTRIES: Mapping[str, str] = {}
_NO_TEAMS: Mapping[str, tuple[str, ...]] = {}


MAX_DAYS = 36_500

FIXED_SEVERITY_KINDS = frozenset(
    (
        "contract_invalid", "consumer_invalid", "acceptance_expired", "acceptance_unused", "acceptance_malformed",
        "index_unavailable",
    )
)  # fmt: skip
"""Kinds whose severity no policy can change, because they report something that cannot be read."""


SETTING_NAMES = {"index_settings": "index"}
"""The settings whose fields have other names: tuples have a method `index`."""


class Policy(NamedTuple):
    """A repository's settings; the defaults are those of a repository without a policy.

    Without `contracts`, contracts are detected by content. `modes` maps patterns of dataset ids to modes; the first
    match applies. `severity` maps kinds to `error`, `warning`, `info` or `off`. `min_deprecation_days` is 0 if the
    policy requires no deprecation period. `teams` maps the teams of owners to their handles in CODEOWNERS.
    """

    contracts: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    base: str | None = None
    mode: str = "backward"
    fail_on: str = "error"
    breaking: str = "forbid"
    draft: str = "enforce"
    accept_from: str = "proposed"
    modes: Mapping[str, str] = _NO_ENTRIES
    severity: Mapping[str, str] = _NO_ENTRIES
    transitive_within: str = "history"
    min_deprecation_days: int = 0
    consumers: ConsumerSettings = ConsumerSettings()
    teams: Mapping[str, tuple[str, ...]] = _NO_TEAMS
    index_settings: IndexSettings | None = None

    @property
    def scope(self) -> Scope:
        """The files that may be contracts."""
        return Scope(self.contracts or DEFAULT_GLOBS, self.exclude, by_content=not self.contracts)

    def get_mode(self, dataset_id: str) -> str:
        """Return the mode of a dataset."""
        return next((mode for pattern, mode in self.modes.items() if fnmatchcase(dataset_id, pattern)), self.mode)


class StricterPolicy(NamedTuple):
    """Two policies combined: where they differ, the stricter setting applies."""

    first: Policy
    second: Policy

    @property
    def contracts(self) -> tuple[str, ...]:
        """Globs of either policy."""
        return tuple(dict.fromkeys((*self.first.contracts, *self.second.contracts)))

    @property
    def scope(self) -> Scope:
        """The files in scope of either policy; detection by content applies if either policy uses it."""
        scopes = (self.first.scope, self.second.scope)
        globs = dict.fromkeys(glob for scope in scopes for glob in scope.globs)
        return Scope(globs, self.exclude, by_content=any(scope.by_content for scope in scopes))

    @property
    def exclude(self) -> tuple[str, ...]:
        """Globs that both policies exclude."""
        return tuple(glob for glob in self.first.exclude if glob in self.second.exclude)

    def get_choice(self, name: str) -> str:
        """Return the stricter value of a setting with a fixed set of values."""
        values: list[str] = [getattr(self.first, name), getattr(self.second, name)]
        return max(values, key=CHOICES[name].index)

    @property
    def consumers(self) -> StricterConsumerSettings:
        """The stricter settings about consumers."""
        return StricterConsumerSettings(self.first.consumers, self.second.consumers)

    @property
    def index_settings(self) -> IndexSettings | None:
        """The index that the first policy sets, which is the base's: a change must not choose where dcr connects to."""
        return self.first.index_settings

    @property
    def min_deprecation_days(self) -> int:
        """How long something has to be deprecated before it may be removed; 0 if neither policy requires it."""
        return max(self.first.min_deprecation_days, self.second.min_deprecation_days)

    def get_mode(self, dataset_id: str) -> str:
        """Return the mode that checks everything that the mode of either policy checks."""
        return combine_modes(self.first.get_mode(dataset_id), self.second.get_mode(dataset_id))

    def get_severity(self, kind: str, default: str) -> str:
        """Return the worse severity of both policies; `default` is that of the rule."""
        severities = (policy.severity.get(kind, default) for policy in (self.first, self.second))
        return max(severities, key=SEVERITY_LEVELS.index)

    @property
    def teams(self) -> Mapping[str, tuple[str, ...]]:
        """The handles of each team; the first policy's, which is the base's, where both map a team."""
        return {**self.second.teams, **self.first.teams}


def list_differences(first: Policy, second: Policy) -> tuple[str, ...]:
    """Return the names of the settings that differ between two policies."""

    def get_setting(policy: Policy, name: str) -> object:
        value = getattr(policy, name)
        return list(value.items()) if name == "modes" else value  # the order of patterns matters

    different = (field for field in Policy._fields if get_setting(first, field) != get_setting(second, field))
    return tuple(SETTING_NAMES.get(field, field) for field in different)

"""Reads the policy from `dcr.toml` or from `[tool.dcr]` in pyproject.toml.

docs/policy.md defines the settings. They are validated without models, since every run of a hook reads them.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.compatibility.modes import MODES, combine_modes
from dcr.compatibility.severities import ERROR, INFO, OFF, WARNING
from dcr.errors import PolicyError
from dcr.policy.consumer_settings import CHOICES as CONSUMER_CHOICES
from dcr.policy.consumer_settings import ConsumerSettings, StricterConsumerSettings
from dcr.policy.scope import Scope
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    ("contract_invalid", "consumer_invalid", "acceptance_expired", "acceptance_unused", "acceptance_malformed")
)
"""Kinds whose severity no policy can change, because they report something that cannot be read."""


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


def parse_policy(path: str, content: bytes, kinds: Iterable[str]) -> Policy | None:
    """Return the policy in a file, or None for a pyproject.toml without `[tool.dcr]`.

    Raise `PolicyError` with the file and the key if the policy is invalid.
    """
    if path.endswith("pyproject.toml") and b"dcr" not in content:
        return None
    import tomllib  # noqa: PLC0415 (only repositories with a policy need it)

    try:
        document: Any = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"invalid TOML in '{path}': {error}", f"fix '{path}'; see: dcr schema policy") from error
    if path.endswith("pyproject.toml"):
        tool = document.get("tool")
        document = tool.get("dcr") if isinstance(tool, dict) else None
        if document is None:
            return None
    return _build_policy(path, document, frozenset(kinds))


def _build_policy(path: str, document: Any, kinds: frozenset[str]) -> Policy:
    if not isinstance(document, dict):
        raise PolicyError(f"'{path}': the policy is not a table", "see: dcr schema policy")
    known = list(Policy._fields)
    settings: dict[str, Any] = {}
    for key, value in document.items():
        if key not in known:
            raise PolicyError(
                f"'{path}': unknown setting '{key}'", format_suggestion(key, known) or "see: dcr schema policy"
            )
        settings[key] = _parse_setting(path, key, value, kinds)
    return Policy(**settings)


def _parse_setting(path: str, key: str, value: Any, kinds: frozenset[str]) -> Any:
    if key in CHOICES:
        if not isinstance(value, str) or value not in CHOICES[key]:
            raise _build_value_error(path, key, value, CHOICES[key])
        return value
    if key == "base":
        if not isinstance(value, str) or not value:
            raise PolicyError(f"'{path}': base is {value!r}, expected a ref", 'write base = "origin/main"')
        return value
    if key in ("contracts", "exclude"):
        return _parse_globs(path, key, value)
    if key == "min_deprecation_days":
        if type(value) is not int or not 0 <= value <= MAX_DAYS:
            raise PolicyError(f"'{path}': {key} is {value!r}, expected a number of days", f"write {key} = 90")
        return value
    if key in ("consumers", "teams"):
        from dcr.policy.teams import parse_teams  # noqa: PLC0415 (few policies have any)

        return parse_teams(path, value) if key == "teams" else _parse_consumers(path, value)
    return _parse_entries(path, key, value, kinds)


def _parse_consumers(path: str, value: Any) -> ConsumerSettings:
    """Return the settings about consumers, from a table or from a list of globs. Raise `PolicyError`."""
    table = {"paths": value} if isinstance(value, str | list) else value
    if not isinstance(table, dict):
        raise PolicyError(f"'{path}': consumers is not a table", 'write [consumers] and breaking = "declared" below it')
    known = ConsumerSettings._fields
    settings: dict[str, Any] = {}
    for key, setting in table.items():
        name = f"consumers.{key}"
        if key not in known:
            hint = format_suggestion(key, known) or "see: dcr schema policy"
            raise PolicyError(f"'{path}': unknown setting '{name}'", hint)
        if key in CONSUMER_CHOICES:
            if setting not in CONSUMER_CHOICES[key]:
                raise _build_value_error(path, name, setting, CONSUMER_CHOICES[key])
            settings[key] = setting
        elif key == "paths":
            settings[key] = _parse_globs(path, name, setting)
        else:
            settings[key] = _parse_patterns(path, name, setting)
    return ConsumerSettings(**settings)


def _parse_patterns(path: str, key: str, value: Any) -> tuple[str, ...]:
    patterns = [value] if isinstance(value, str) else value
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) and pattern for pattern in patterns):
        raise PolicyError(f"'{path}': {key} is not a list of patterns of dataset ids", f'write {key} = ["users.*"]')
    return tuple(patterns)


def _parse_entries(path: str, key: str, value: Any, kinds: frozenset[str]) -> dict[str, str]:
    """Return the entries of `modes` or `severity`. Raise `PolicyError` for an invalid one."""
    if not isinstance(value, dict):
        raise PolicyError(f"'{path}': {key} is not a table", f"write [{key}] and one line for each entry")
    allowed = SEVERITY_LEVELS if key == "severity" else MODES
    for name, word in value.items():
        if key == "severity" and name not in kinds:
            raise PolicyError(
                f"'{path}': severity of unknown kind '{name}'", format_suggestion(name, kinds) or "dcr explain"
            )
        if key == "severity" and name in FIXED_SEVERITY_KINDS:
            raise PolicyError(
                f"'{path}': the severity of '{name}' cannot be changed", "remove the line: it is always an error"
            )
        if word not in allowed:
            raise _build_value_error(path, f"{key}.{name}", word, allowed)
    return dict(value)


def _parse_globs(path: str, key: str, value: Any) -> tuple[str, ...]:
    globs = [value] if isinstance(value, str) else value
    if not isinstance(globs, list) or not all(isinstance(glob, str) and glob for glob in globs):
        raise PolicyError(f"'{path}': {key} is not a list of globs", f'write {key} = ["contracts/**/*.yaml"]')
    for glob in globs:
        if (
            glob.startswith(("/", "./"))
            or glob.endswith("/")
            or ".." in glob.split("/")
            or "\\" in glob
            or re.search(r"[\[\]{}]", glob)
        ):
            raise PolicyError(
                f"'{path}': glob '{glob}' is not relative to the repository, or uses other wildcards than * ** and ?",
                f'write {key} = ["contracts/**/*.yaml"]',
            )
    if key != "exclude" and not globs:
        raise PolicyError(f"'{path}': {key} is empty, so nothing would be checked", "remove it to use the default")
    return tuple(globs)


def _build_value_error(path: str, key: str, value: Any, allowed: tuple[str, ...]) -> PolicyError:
    hint = format_suggestion(value, allowed) if isinstance(value, str) else ""
    return PolicyError(f"'{path}': {key} is {value!r}, expected one of {', '.join(allowed)}", hint)


def list_differences(first: Policy, second: Policy) -> tuple[str, ...]:
    """Return the names of the settings that differ between two policies."""

    def get_setting(policy: Policy, name: str) -> object:
        value = getattr(policy, name)
        return list(value.items()) if name == "modes" else value  # the order of patterns matters

    return tuple(name for name in Policy._fields if get_setting(first, name) != get_setting(second, name))

"""Parses the policy in `dcr.toml` or in `[tool.dcr]` of pyproject.toml.

The settings are validated without models, since every run of a hook reads them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dcr.compatibility.modes import MODES
from dcr.errors import PolicyError
from dcr.policy.consumer_settings import CHOICES as CONSUMER_CHOICES
from dcr.policy.consumer_settings import ConsumerSettings
from dcr.policy.policy import CHOICES, FIXED_SEVERITY_KINDS, MAX_DAYS, SETTING_NAMES, SEVERITY_LEVELS, Policy
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dcr.policy.index_settings import IndexSettings


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
    return Policy(**_parse_settings(path, document, frozenset(kinds)))


def _parse_settings(path: str, document: Any, kinds: frozenset[str]) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise PolicyError(f"'{path}': the policy is not a table", "see: dcr schema policy")
    fields = {SETTING_NAMES.get(field, field): field for field in Policy._fields}
    settings: dict[str, Any] = {}
    for key, value in document.items():
        if key not in fields:
            raise PolicyError(
                f"'{path}': unknown setting '{key}'", format_suggestion(key, fields) or "see: dcr schema policy"
            )
        settings[fields[key]] = _parse_setting(path, key, value, kinds)
    return settings


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
    if key in _TABLES:
        return _TABLES[key](path, value)
    return _parse_entries(path, key, value, kinds)


def _parse_teams(path: str, value: Any) -> dict[str, tuple[str, ...]]:
    from dcr.policy.teams import parse_teams  # noqa: PLC0415 (few policies have any)

    return parse_teams(path, value)


def _parse_index(path: str, value: Any) -> IndexSettings:
    from dcr.policy.index_settings import parse_index  # noqa: PLC0415 (few policies have one)

    return parse_index(path, value)


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


_TABLES: Mapping[str, Callable[[str, Any], Any]] = {
    "consumers": _parse_consumers,
    "index": _parse_index,
    "teams": _parse_teams,
}


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

"""Reads the table `index` of a policy: where other repositories' consumers are, and what to do without them.

A change cannot choose the index: only the policy of the base counts.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from dcr.errors import PolicyError
from dcr.text.suggestions import format_suggestion

FAIL, WARN = "error", "warning"
UNAVAILABLE = (WARN, FAIL)
"""What happens if the index cannot be used: a warning, or exit code 2."""

DEFAULT_MAX_AGE = "2d"
MAX_AGE = r"^[1-9][0-9]{0,4}[mhd]$"
"""A number of minutes, hours or days."""

URL = r"^(?:sqlite:///|postgresql(?:\+psycopg)?://)\S+$"
"""The address of an index: a SQLite file, or a PostgreSQL database."""

_SECONDS = {"m": 60, "h": 3600, "d": 86_400}
_PASSWORD = re.compile(r"^[^/]*//[^/@?\s]*:[^@?\s]*@|[?&](?:ssl)?password=")
_EXAMPLE = 'write url = "postgresql://dcr@db.example.org/contracts"'


class IndexSettings(NamedTuple):
    """The index of the declared consumers of many repositories.

    - `url`: its address, None without an index
    - `max_age`: how long ago each repository may have been read, such as `12h`
    - `unavailable`: `error` if a check fails without a usable index, `warning` if it only warns
    - `repository`: the name of this repository in the index; None to find it by the addresses of its remotes
    """

    url: str | None = None
    max_age: str = DEFAULT_MAX_AGE
    unavailable: str = FAIL
    repository: str | None = None

    @property
    def max_age_seconds(self) -> int:
        """The age in seconds at which the index is too old."""
        return parse_age(self.max_age)


def parse_age(text: str) -> int:
    """Return the seconds of an age such as `12h`. Raise ValueError if it is none."""
    if not re.fullmatch(MAX_AGE, text):
        raise ValueError(text)
    return int(text[:-1]) * _SECONDS[text[-1]]


def parse_index(path: str, value: Any) -> IndexSettings:
    """Return the settings of an index, from a table or from its address alone. Raise `PolicyError`."""
    table = {"url": value} if isinstance(value, str) else value
    if not isinstance(table, dict):
        raise PolicyError(f"'{path}': index is not a table", _EXAMPLE)
    for key, setting in table.items():
        if key not in IndexSettings._fields:
            hint = format_suggestion(key, IndexSettings._fields) or "see: dcr schema policy"
            raise PolicyError(f"'{path}': unknown setting 'index.{key}'", hint)
        _check_setting(path, key, setting)
    if "url" not in table:
        raise PolicyError(f"'{path}': index has no url", _EXAMPLE)
    return IndexSettings(**table)


def _check_setting(path: str, key: str, value: Any) -> None:
    if key == "url":
        if not isinstance(value, str) or not re.fullmatch(URL, value):
            raise PolicyError(f"'{path}': index.url is not the address of a SQLite or PostgreSQL database", _EXAMPLE)
        if has_password(value):
            raise PolicyError(
                f"'{path}': index.url contains a password, which everyone who reads the policy would have",
                "remove it, and set PGPASSWORD or PGPASSFILE where dcr runs",
            )
    elif key == "max_age":
        if not isinstance(value, str) or not re.fullmatch(MAX_AGE, value):
            raise PolicyError(f"'{path}': index.max_age is {value!r}, expected an age", 'write max_age = "12h"')
    elif key == "unavailable":
        if value not in UNAVAILABLE:
            hint = format_suggestion(value, UNAVAILABLE) if isinstance(value, str) else ""
            allowed = ", ".join(UNAVAILABLE)
            raise PolicyError(f"'{path}': index.unavailable is {value!r}, expected one of {allowed}", hint)
    elif not isinstance(value, str) or not value.strip():
        raise PolicyError(f"'{path}': index.repository is {value!r}, expected a name", 'write repository = "shop"')


def has_password(url: str) -> bool:
    """Return whether an address contains a password."""
    return bool(_PASSWORD.search(url))

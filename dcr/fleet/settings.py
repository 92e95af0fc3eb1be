"""Reads `fleet.toml`, which lists the repositories of a fleet and where their mirrors and the index are."""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.errors import DcrError
from dcr.fleet.addresses import AddressError, derive_name, parse_address
from dcr.git.refs import BadRefError, check_ref_format
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dcr.git.mirrors import Remote

FILE = "fleet.toml"
DEFAULT_FOLDER = ".dcr-fleet"
"""The folder of the mirrors and of the index, next to `fleet.toml`, unless it names others."""

_KEYS = ("repositories", "command", "mirrors", "index")
_ENTRY_KEYS = ("address", "name", "ref")
MAX_NAME = 200


class FleetSettingsError(DcrError):
    """`fleet.toml` cannot be read."""


class FleetRepository(NamedTuple):
    """A repository of the fleet; without a `ref` it is read at its default branch."""

    name: str
    address: str
    remote: Remote
    ref: str | None = None


class FleetSettings(NamedTuple):
    """The settings of a fleet. `command` prints more repositories, `mirrors` is an absolute path."""

    path: str
    repositories: tuple[FleetRepository, ...]
    command: tuple[str, ...]
    mirrors: str
    index_url: str

    @property
    def folder(self) -> str:
        """The folder of `fleet.toml`."""
        return os.path.dirname(self.path)


def read_settings(path: str) -> FleetSettings:
    """Return the settings of a file. Raise `FleetSettingsError` with the key that is invalid."""
    path = os.path.abspath(path)
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise FleetSettingsError(
            f"cannot read '{path}': {reason}", "create it, or name another file: --fleet FILE; see docs/fleet.md"
        ) from error
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FleetSettingsError(f"invalid TOML in '{path}': {error}", f"fix '{path}'") from error
    return _build_settings(path, document)


def _build_settings(path: str, document: dict[str, Any]) -> FleetSettings:
    _check_keys(path, document, _KEYS, "")
    folder = os.path.dirname(path)
    entries = document.get("repositories", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise FleetSettingsError(f"'{path}': repositories is not a list of tables", "write [[repositories]]")
    repositories = tuple(_build_entry(path, number, entry) for number, entry in enumerate(entries, 1))
    command = document.get("command", [])
    if not isinstance(command, list) or not all(isinstance(word, str) and word for word in command):
        raise FleetSettingsError(f"'{path}': command is not a list of words", 'write command = ["./list.sh"]')
    if not repositories and not command:
        raise FleetSettingsError(f"'{path}' lists no repositories", "write [[repositories]] or command = […]")
    check_names(path, repositories)
    mirrors = _get_text(path, document, "mirrors") or os.path.join(DEFAULT_FOLDER, "mirrors")
    index = _get_text(path, document, "index") or f"sqlite:///{DEFAULT_FOLDER}/index.db"
    return FleetSettings(path, repositories, tuple(command), os.path.join(folder, mirrors), index)


def _build_entry(path: str, number: int, entry: Mapping[str, Any]) -> FleetRepository:
    place = f"repositories[{number}]"
    _check_keys(path, entry, _ENTRY_KEYS, f"{place}.")
    texts = {key: _get_text(path, entry, key, f"{place}.") for key in _ENTRY_KEYS}
    if texts["address"] is None:
        raise FleetSettingsError(f"'{path}': {place} has no address", 'write address = "../contracts"')
    return create_repository(f"'{path}': {place}", os.path.dirname(path), texts["address"], texts["name"], texts["ref"])


def create_repository(
    place: str, folder: str, address: str, name: str | None = None, ref: str | None = None
) -> FleetRepository:
    """Return an entry of the fleet; `place` is where it is written, for errors. Raise `FleetSettingsError`."""
    try:
        remote = parse_address(address, folder)
        if ref is not None:
            check_ref_format(ref, "ref = ")
    except (AddressError, BadRefError) as error:
        raise FleetSettingsError(f"{place}: {error.message}", error.hint) from error
    name = name or derive_name(address)
    if not is_valid_name(name):
        raise FleetSettingsError(f"{place}: the name is not printable or longer than {MAX_NAME}", 'write name = "…"')
    return FleetRepository(name, address, remote, ref)


def is_valid_name(name: str) -> bool:
    """Return whether a repository can have this name in an index."""
    return len(name) <= MAX_NAME and name.isprintable()


def check_names(path: str, repositories: Iterable[FleetRepository]) -> None:
    """Raise `FleetSettingsError` if two repositories have one name."""
    seen: dict[str, str] = {}
    for repository in repositories:
        if repository.name in seen:
            raise FleetSettingsError(
                f"'{path}': two repositories have the name '{repository.name}': "
                f"{seen[repository.name]} and {repository.address}",
                'give one of them another name: name = "…"',
            )
        seen[repository.name] = repository.address


def _check_keys(path: str, table: Mapping[str, Any], known: tuple[str, ...], prefix: str) -> None:
    for key in table:
        if key not in known:
            hint = format_suggestion(key, known) or f"choose one of: {', '.join(known)}"
            raise FleetSettingsError(f"'{path}': unknown setting '{prefix}{key}'", hint)


def _get_text(path: str, table: Mapping[str, Any], key: str, prefix: str = "") -> str | None:
    value = table.get(key)
    if value is not None and (not isinstance(value, str) or not value):
        raise FleetSettingsError(f"'{path}': {prefix}{key} is {value!r}, expected a text", f'write {key} = "…"')
    return value

"""Detects the format of contract files and reads them; each module of this package reads one format.

A format module has `NAME`, and `detect(root)`, `find_dataset_id(root)` and `read(path, root)`, which take the composed
mapping node. It is found by walking this folder, so that a new format needs only its own module and fixtures.

It may have `defines_datasets(root)`, for a file without contracts that had some before the change, `list_parts(root)`,
which returns the list of datasets that can be read independently, and `read_headers(path, root)`, which is `read` with
contracts that have no fields. A module whose name begins with
`_` is part of another one.
"""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from yaml import MappingNode, Node

from dcr.formats.parsed_file import ParsedFile, Problem
from dcr.parsing.location import Location
from dcr.parsing.plain_tree import is_plain
from dcr.parsing.yaml_reader import InvalidYamlError, check_tree, compose

if TYPE_CHECKING:
    from collections.abc import Collection

_SUPPORT_MODULES = ("completeness", "parsed_file", "parts", "unread_keys")
_REQUIRED_KEYS = {"dbt": "models", "dcs": "dataContractSpecification"}
"""A key that every file of a format has: its module is not loaded without it, to keep a check short."""


class Format(Protocol):
    """The interface of the modules of this package."""

    NAME: str

    def detect(self, root: MappingNode) -> bool:
        """Return whether a file with these top-level keys is, or is meant to be, a contract of this format."""

    def find_dataset_id(self, root: MappingNode) -> str | None:
        """Return the dataset id that the top level of an invalid file declares, or None."""

    def read(self, path: str, root: MappingNode) -> ParsedFile:
        """Return the contracts of a file of this format. Raise `InvalidYamlError` if it exceeds the limits."""


@lru_cache(maxsize=1)
def list_formats() -> tuple[Format, ...]:
    """Return every format, sorted by name."""
    return tuple(map(_load_format, _list_format_names()))


@lru_cache(maxsize=1)
def _list_format_names() -> tuple[str, ...]:
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in modules if not name.startswith("_") and name not in _SUPPORT_MODULES))


def _load_format(name: str) -> Format:
    return cast("Format", import_module(f"{__name__}.{name}"))


def read_content(path: str, content: bytes, *, needs_fields: bool = True) -> ParsedFile:
    """Return the contracts of the file at `path` with the given bytes; their fields may be left out if not needed.

    The content never raises an error: a file that cannot be read is a `ParsedFile` with a fatal problem.
    """
    try:
        root = compose(content)
    except InvalidYamlError as error:
        return _build_failed_file(path, error, None)
    return read_tree(path, root, needs_fields=needs_fields)


def read_as_former_format(path: str, content: bytes, former_formats: Collection[str]) -> ParsedFile:
    """Return a file that no format detects, read as one of its former formats if it defines datasets of that format.

    Such a file is not a contract, so its problems are left out.
    """
    try:
        root = compose(content)
    except InvalidYamlError:
        return ParsedFile(path, None)
    for file_format in list_formats():
        defines_datasets = getattr(file_format, "defines_datasets", None)
        if file_format.NAME not in former_formats or defines_datasets is None or not isinstance(root, MappingNode):
            continue
        if defines_datasets(root):
            parsed = _read_with(file_format, path, root)
            return ParsedFile(path, None) if parsed.is_unreadable else parsed._replace(problems=())
    return ParsedFile(path, None)


def read_tree(path: str, root: Node | None, *, needs_fields: bool = True) -> ParsedFile:
    """Return the contracts of a file from its composed text; their fields may be left out if not needed."""
    file_format = detect_format(root) if isinstance(root, MappingNode) else None
    if file_format is None or not isinstance(root, MappingNode):
        return ParsedFile(path, None)
    return _read_with(file_format, path, root, needs_fields=needs_fields)


def _read_with(file_format: Format, path: str, root: MappingNode, *, needs_fields: bool = True) -> ParsedFile:
    read = file_format.read if needs_fields else getattr(file_format, "read_headers", file_format.read)
    try:
        if not is_plain(root):
            check_tree(root)
        return read(path, root)._replace(root=root)
    except InvalidYamlError as error:
        return _build_failed_file(path, error, file_format.NAME)._replace(dataset_id=file_format.find_dataset_id(root))


def detect_format(root: MappingNode) -> Format | None:
    """Return the format that a file is, or is meant to be, a contract of."""
    keys = {key.value for key, _ in root.value if isinstance(key.value, str)}
    names = (name for name in _list_format_names() if name not in _REQUIRED_KEYS or _REQUIRED_KEYS[name] in keys)
    return next((file_format for file_format in map(_load_format, names) if file_format.detect(root)), None)


def _build_failed_file(path: str, error: InvalidYamlError, name: str | None) -> ParsedFile:
    problem = Problem(Location(path, error.line, error.column), error.message, error.hint)
    return ParsedFile(path, name or "unknown", problems=(problem,))

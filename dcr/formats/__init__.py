"""Files to contracts: each module in this folder reads one format and says how to tell it.

A format module has `NAME`, `detect(root)` and `claimed(root)` on the composed mapping node, and
`read(path, root)`; it is found by walking this folder, so adding one touches its own file and its fixtures
only. It may have `continues(root)`, for a file that it does not detect and that it read before the change, and
`list_parts(root)`, which says where a checked file lists datasets that can be read one without the others. A module
whose name begins with `_` is a part of another one.
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

_SUPPORT_MODULES = ("parsed_file", "parts", "unread_keys")
_REQUIRED_KEYS = {"dbt": "models", "dcs": "dataContractSpecification"}
"""A key without which a file is not of a format: its reader is then not even loaded, since a check is short."""


class Format(Protocol):
    """What every module of this folder offers."""

    NAME: str

    def detect(self, root: MappingNode) -> bool:
        """Whether a file with these top-level keys is, or tries to be, a contract of this format."""

    def find_dataset_id(self, root: MappingNode) -> str | None:
        """Return the dataset a file says it is about, as far as its top level tells; for files that are refused."""

    def read(self, path: str, root: MappingNode) -> ParsedFile:
        """Return the contracts of a file this format detected; raises `InvalidYamlError` for one that is too much."""


@lru_cache(maxsize=1)
def list_formats() -> tuple[Format, ...]:
    """Return every format, in the order of their names."""
    return tuple(map(_load_format, _list_format_names()))


@lru_cache(maxsize=1)
def _list_format_names() -> tuple[str, ...]:
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in modules if not name.startswith("_") and name not in _SUPPORT_MODULES))


def _load_format(name: str) -> Format:
    return cast("Format", import_module(f"{__name__}.{name}"))


def read_content(path: str, content: bytes) -> ParsedFile:
    """Return what the file at `path` holds; `content` is its bytes.

    Never raises for what is in the file: a file that cannot be read is a `ParsedFile` with a fatal problem.
    """
    try:
        root = compose(content)
    except InvalidYamlError as error:
        return _build_failed_file(path, error, None)
    return read_tree(path, root)


def read_as_former_format(path: str, content: bytes, formerly: Collection[str]) -> ParsedFile:
    """Return a file that no format detects as one of the formats that files had before, if it defines datasets of it.

    It is no contract, so what else is odd about it is nobody's business.
    """
    try:
        root = compose(content)
    except InvalidYamlError:
        return ParsedFile(path, None)
    for each in list_formats():
        continues = getattr(each, "continues", None)
        if each.NAME in formerly and continues is not None and isinstance(root, MappingNode) and continues(root):
            found = _read_with(each, path, root)
            return ParsedFile(path, None) if found.is_unreadable else found._replace(problems=())
    return ParsedFile(path, None)


def read_tree(path: str, root: Node | None) -> ParsedFile:
    """Return what a file holds whose text is composed already."""
    found = detect_format(root) if isinstance(root, MappingNode) else None
    if found is None or not isinstance(root, MappingNode):
        return ParsedFile(path, None)
    return _read_with(found, path, root)


def _read_with(found: Format, path: str, root: MappingNode) -> ParsedFile:
    try:
        if not is_plain(root):
            check_tree(root)
        return found.read(path, root)._replace(root=root)
    except InvalidYamlError as error:
        return _build_failed_file(path, error, found.NAME)._replace(dataset_id=found.find_dataset_id(root))


def detect_format(root: MappingNode) -> Format | None:
    """Return the format a file is, or tries to be, a contract of."""
    keys = {key.value for key, _ in root.value if isinstance(key.value, str)}
    asked = (
        _load_format(name)
        for name in _list_format_names()
        if name not in _REQUIRED_KEYS or _REQUIRED_KEYS[name] in keys
    )
    return next((each for each in asked if each.detect(root)), None)


def _build_failed_file(path: str, error: InvalidYamlError, name: str | None) -> ParsedFile:
    problem = Problem(Location(path, error.line, error.column), error.message, error.hint)
    return ParsedFile(path, name or "unknown", problems=(problem,))

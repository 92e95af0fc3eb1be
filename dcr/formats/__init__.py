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

from dcr.formats.reading import Problem, Reading
from dcr.parsing.location import Location
from dcr.parsing.plain_tree import is_plain
from dcr.parsing.reader import YamlRefusedError, check_tree, compose

if TYPE_CHECKING:
    from collections.abc import Collection

_NOT_FORMATS = ("parts", "reading", "unread_keys")
_NEEDED_KEYS = {"dbt": "models", "dcs": "dataContractSpecification"}
"""A key without which a file is not of a format: its reader is then not even loaded, since a check is short."""


class Format(Protocol):
    """What every module of this folder offers."""

    NAME: str

    def detect(self, root: MappingNode) -> bool:
        """Whether a file with these top-level keys is, or tries to be, a contract of this format."""

    def claimed(self, root: MappingNode) -> str | None:
        """Return the dataset a file says it is about, as far as its top level tells; for files that are refused."""

    def read(self, path: str, root: MappingNode) -> Reading:
        """Return the contracts of a file this format detected; raises `YamlRefusedError` for one that is too much."""


@lru_cache(maxsize=1)
def formats() -> tuple[Format, ...]:
    """Return every format, in the order of their names."""
    return tuple(map(_loaded, _names()))


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in modules if not name.startswith("_") and name not in _NOT_FORMATS))


def _loaded(name: str) -> Format:
    return cast("Format", import_module(f"{__name__}.{name}"))


def read(path: str, content: bytes) -> Reading:
    """Return what the file at `path` holds; `content` is its bytes.

    Never raises for what is in the file: a file that cannot be read is a `Reading` with a fatal problem.
    """
    try:
        root = compose(content)
    except YamlRefusedError as error:
        return _refused(path, error, None)
    return read_composed(path, root)


def reread(path: str, content: bytes, formerly: Collection[str]) -> Reading:
    """Return a file that no format detects as one of the formats that files had before, if it defines datasets of it.

    It is no contract, so what else is odd about it is nobody's business.
    """
    try:
        root = compose(content)
    except YamlRefusedError:
        return Reading(path, None)
    for each in formats():
        continues = getattr(each, "continues", None)
        if each.NAME in formerly and continues is not None and isinstance(root, MappingNode) and continues(root):
            found = _read_as(each, path, root)
            return Reading(path, None) if found.unreadable else found._replace(problems=())
    return Reading(path, None)


def read_composed(path: str, root: Node | None) -> Reading:
    """Return what a file holds whose text is composed already."""
    found = detected(root) if isinstance(root, MappingNode) else None
    if found is None or not isinstance(root, MappingNode):
        return Reading(path, None)
    return _read_as(found, path, root)


def _read_as(found: Format, path: str, root: MappingNode) -> Reading:
    try:
        if not is_plain(root):
            check_tree(root)
        return found.read(path, root)._replace(root=root)
    except YamlRefusedError as error:
        return _refused(path, error, found.NAME)._replace(dataset_id=found.claimed(root))


def detected(root: MappingNode) -> Format | None:
    """Return the format a file is, or tries to be, a contract of."""
    keys = {key.value for key, _ in root.value if isinstance(key.value, str)}
    asked = (_loaded(name) for name in _names() if name not in _NEEDED_KEYS or _NEEDED_KEYS[name] in keys)
    return next((each for each in asked if each.detect(root)), None)


def _refused(path: str, error: YamlRefusedError, name: str | None) -> Reading:
    problem = Problem(Location(path, error.line, error.column), error.message, error.hint)
    return Reading(path, name or "unknown", problems=(problem,))

"""Readers of files that declare consumers; each module reads one format.

A module has `NAME`, `detect(root)`, which decides by the top-level keys of the composed mapping whether a file declares
consumers in this format, and `read(path, root)`, which returns a `ParsedConsumers` and never raises. It is found by
walking this folder. A module whose name begins with `_` is part of another one. Code is recognized by the suffix of its
file.
"""

from __future__ import annotations

import codecs
import pkgutil
import re
from functools import lru_cache
from importlib import import_module
from typing import Protocol, cast

from yaml import MappingNode

from dcr.consumers.consumer import ParsedConsumers
from dcr.consumers.readers._dbt.code import CODE_SUFFIXES, read_code
from dcr.formats.parsed_file import Problem
from dcr.parsing.location import Location
from dcr.parsing.yaml_reader import InvalidYamlError, check_tree, compose

UNREADABLE = "unreadable"
"""The format of a file that is no valid YAML."""

_TOP_LEVEL_KEY = re.compile(
    rb"""(?:^(?:\xef\xbb\xbf)?|\A\s*\{\s*)["']?(?:consumer|uses|dataUsageAgreementSpecification)["']?[ \t]*:""",
    re.MULTILINE,
)


class ConsumerReader(Protocol):
    """The interface of the modules of this package."""

    NAME: str

    def detect(self, root: MappingNode) -> bool:
        """Return whether a file with these top-level keys declares, or is meant to declare, consumers."""

    def read(self, path: str, root: MappingNode) -> ParsedConsumers:
        """Return the consumers that the file declares, and its problems."""


@lru_cache(maxsize=1)
def list_readers() -> tuple[ConsumerReader, ...]:
    """Return every reader, sorted by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return tuple(map(_load_reader, names))


def may_declare_consumers(content: bytes) -> bool:
    """Return whether a text that is no valid YAML is probably meant to declare consumers, by its top-level keys."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", "replace").encode("utf-8", "replace")
    return _TOP_LEVEL_KEY.search(content) is not None


def read_consumers(path: str, content: bytes) -> ParsedConsumers:
    """Return the consumers that a file declares. Never raise: a file that cannot be read has problems."""
    if path.endswith(CODE_SUFFIXES):
        return read_code(path, content)
    try:
        root = compose(content)
        if root is not None:
            check_tree(root)
    except InvalidYamlError as error:
        problem = Problem(Location(path, error.line, error.column), error.message, error.hint)
        return ParsedConsumers(path, UNREADABLE, problems=(problem,))
    if not isinstance(root, MappingNode):
        return ParsedConsumers(path, None)
    reader = _find_reader(root)
    return reader.read(path, root) if reader else ParsedConsumers(path, None)


def _find_reader(root: MappingNode) -> ConsumerReader | None:
    """Return the reader of a file. The others are loaded only if it is not the one of dcr's own consumer files."""
    native = _load_reader("native")
    return native if native.detect(root) else next((reader for reader in list_readers() if reader.detect(root)), None)


def _load_reader(name: str) -> ConsumerReader:
    return cast("ConsumerReader", import_module(f"{__name__}.{name}"))

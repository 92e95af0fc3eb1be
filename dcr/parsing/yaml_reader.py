"""Composes YAML text into nodes, and rejects ambiguous and oversized documents.

It uses libyaml's parser if PyYAML was built with it. The format modules interpret the nodes.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

import yaml

from dcr.parsing.parser_errors import find_parser_hint, format_parser_error

try:
    from yaml._yaml import CParser as _Parser

    HAS_LIBYAML = True
except ImportError:  # PyYAML was built without libyaml: slower, with the same results
    HAS_LIBYAML = False

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 200_000
MAX_SCALAR = 100_000
MAX_REPEATS = 10_000

_SAFE_DEPTH = 1_000  # far below the recursion limit of the composer
_LFS_HEADER = "version https://git-lfs.github.com/spec/"
_CONFLICT_MARKER = re.compile(r"^(?:<{7} |>{7} |\|{7} |={7}$)", re.MULTILINE)
_DEEP_BLOCK = re.compile(r"\n(?: {500}|[ \t]*(?:[-?:][ \t]+){200})")  # a literal start is found much faster than ^
_INVALID_CHARACTER = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]"
CONTROL_CHARACTER = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]"  # compiled on first use


class InvalidYamlError(Exception):
    """The text is not valid YAML, or exceeds a limit; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.column, self.hint = message, line, column, hint


class _UntaggedResolver:
    """Resolver hooks that set no tags, so that every tag was written by the author."""

    def resolve(self, _kind: type, _value: str | None, _implicit: object) -> str:
        return ""

    def descend_resolver(self, _parent: object, _index: object) -> None: ...

    def ascend_resolver(self) -> None: ...

    def check_resolver_prefix(self, *_: object) -> bool:
        return False

    def add_implicit_resolver(self, *_: object) -> None: ...


if HAS_LIBYAML:

    class _Composer(_UntaggedResolver, _Parser):
        pass

else:
    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class _Composer(_UntaggedResolver, Reader, Scanner, Parser, Composer):  # type: ignore[no-redef]
        def __init__(self, stream: str) -> None:
            Reader.__init__(self, stream)
            Scanner.__init__(self)
            Parser.__init__(self)
            Composer.__init__(self)


def compose(content: bytes) -> yaml.Node | None:
    """Return the single document of `content` as nodes, or None if it is empty.

    The limits on aliases, depth and keys are left to `check_tree`, which runs once the file is known to be a contract.
    Raise `InvalidYamlError` with the location if `content` is invalid.
    """
    text = decode(content)
    if text.startswith(_LFS_HEADER):
        raise InvalidYamlError(
            "this is a Git LFS pointer, not the contract", 1, 1, "store contracts in git itself: git lfs untrack"
        )
    if "<<<<<<< " in text or ">>>>>>> " in text:
        conflict = _CONFLICT_MARKER.search(text)
        if conflict:
            line, column = _get_position(text, conflict.start())
            raise InvalidYamlError(
                "merge conflict marker in the file", line, column, "resolve the conflict, then save the file"
            )
    if not text.isascii():
        _check_line_breaks(text)
    if text.count("[") + text.count("{") > _SAFE_DEPTH or _DEEP_BLOCK.search(f"\n{text}"):
        _check_depth(text)
    try:
        return _compose_document(text)
    except yaml.reader.ReaderError as error:
        match = re.search(_INVALID_CHARACTER, text)
        line, column = _get_position(text, match.start()) if match else (1, 1)
        code = ord(match.group()) if match else 0
        raise InvalidYamlError(f"control character U+{code:04X} is not allowed in YAML", line, column) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise InvalidYamlError(format_parser_error(error), line, column, find_parser_hint(error, text)) from error
    except yaml.YAMLError as error:
        raise InvalidYamlError(f"invalid YAML: {error}") from error


def decode(content: bytes) -> str:
    """Return the text of a file without a byte order mark. Raise `InvalidYamlError` if it is too large or not UTF-8."""
    if len(content) > MAX_BYTES:
        raise InvalidYamlError(
            f"the file has more than {MAX_BYTES:,} bytes, the maximum size of a contract", 1, 1, "split the contract"
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = len(content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8-sig", "replace")) + 1
        raise InvalidYamlError(
            f"byte 0x{content[error.start]:02X} is not UTF-8", line, column, "save the file as UTF-8"
        ) from error
    return text.removeprefix("\ufeff")


def check_tree(root: yaml.Node) -> None:
    """Raise `InvalidYamlError` for the first tag, duplicate or complex key, or exceeded limit of a tree."""
    _TreeChecker().check(root, 1)


class _TreeChecker:
    """Visits each node once, and counts the size of an aliased node for each alias."""

    def __init__(self) -> None:
        self.total = 0
        self.sizes: dict[int, int] = {}
        self.heights: dict[int, int] = {}
        self.repeats: dict[int, int] = {}
        self.open: set[int] = set()

    def check(self, node: Any, depth: int) -> int:
        """Return the number of nodes in `node` after expanding its aliases."""
        key = id(node)
        known = self.sizes.get(key)
        if known is not None:
            return self._count_repeat(node, known, depth)
        if key in self.open:
            raise _create_error(node, "the anchor contains itself", "write the value out")
        if depth > MAX_DEPTH:
            raise _create_error(node, f"nested more than {MAX_DEPTH} levels deep")
        if node.tag:
            raise _create_error(node, f"tag '{truncate(node.tag)}' is not supported", "remove the tag")
        size = height = 1
        value = node.value
        if type(value) is str:
            if not value.isprintable():
                _check_scalar(node)
            elif len(value) > MAX_SCALAR:
                raise _create_error(node, f"the value has {len(value):,} characters, expected at most {MAX_SCALAR:,}")
        else:
            self.open.add(key)
            if type(node) is yaml.MappingNode:
                size += self._check_mapping(node, depth)
            else:
                for each in value:
                    size += self.check(each, depth + 1)
            self.open.discard(key)
            below = value if node.id == "sequence" else (each for _, each in value)
            height += max((self.heights[id(each)] for each in below), default=0)
        self.total += 1
        self.sizes[key], self.heights[key] = size, height
        self._check_limit(node, size)
        return size

    def _check_mapping(self, node: Any, depth: int) -> int:
        keys: dict[str, Any] = {}
        size = 0
        for key, value in node.value:
            if type(key.value) is not str:
                raise _create_error(key, "the key is a list or a mapping, expected a string")
            if key.value in keys:
                line = keys[key.value].start_mark.line + 1
                raise _create_error(
                    key, f"duplicate key '{truncate(key.value)}', first on line {line}", "keep one of them"
                )
            keys[key.value] = key
            size += self.check(key, depth + 1) if id(key) not in self.sizes else 1
            size += self.check(value, depth + 1)
        return size

    def _count_repeat(self, node: Any, size: int, depth: int) -> int:
        if depth + self.heights[id(node)] - 1 > MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep after expanding aliases"
            raise _create_error(node, message, "write the values out, or nest less")
        times = self.repeats.get(id(node), 0) + 1
        self.repeats[id(node)] = times
        if times > MAX_REPEATS:
            raise _create_error(node, f"the anchor is used more than {MAX_REPEATS:,} times")
        self.total += size
        self._check_limit(node, size)
        return size

    def _check_limit(self, node: Any, size: int) -> None:
        if size > MAX_NODES or self.total > MAX_NODES:
            raise _create_error(
                node,
                f"more than {MAX_NODES:,} values after expanding aliases",
                "write the values out, or split the file",
            )


def _check_scalar(node: Any) -> None:
    match = re.search(CONTROL_CHARACTER, node.value)
    if match:
        raise _create_error(node, f"control character U+{ord(match.group()):04X} in a value", "remove the character")
    if len(node.value) > MAX_SCALAR:
        raise _create_error(node, f"the value has {len(node.value):,} characters, expected at most {MAX_SCALAR:,}")


def _compose_document(text: str) -> yaml.Node | None:
    loader = _Composer(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
    finally:
        if HAS_LIBYAML:
            loader.dispose()
    return node


def _check_line_breaks(text: str) -> None:
    """Raise `InvalidYamlError` for a line break of libyaml that editors do not show, since it can end a comment."""
    match = re.search("[\x85\u2028\u2029]", text)
    if match:
        line, column = _get_position(text, match.start())
        raise InvalidYamlError(
            f"control character U+{ord(match.group()):04X} is a line break in YAML 1.1, but not in editors",
            line, column, "remove the character",
        )  # fmt: skip


def _check_depth(text: str) -> None:
    """Raise `InvalidYamlError` if a text is nested too deep for the composer, by its events, without recursion.

    Newer versions of libyaml have a limit of their own, and read so far ahead that they fail before the first event.
    PyYAML's own parser locates the problem in that case.
    """
    try:
        _count_depth(_Composer(text))
    except yaml.MarkedYAMLError as error:
        if "nesting depth" in (error.problem or ""):
            with contextlib.suppress(yaml.YAMLError):
                _count_depth(yaml.SafeLoader(text))
    except yaml.YAMLError:
        return  # the composer raises the same error


def _count_depth(parser: Any) -> None:
    depth = 0
    while parser.check_event():
        event = parser.get_event()
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                mark: Any = event.start_mark
                raise InvalidYamlError(f"nested more than {MAX_DEPTH} levels deep", mark.line + 1, mark.column + 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _get_position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _create_error(node: Any, message: str, hint: str = "") -> InvalidYamlError:
    mark = node.start_mark
    return InvalidYamlError(message, mark.line + 1, mark.column + 1, hint)


def truncate(text: str, limit: int = 60) -> str:
    """Return `text`, truncated for a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"

"""YAML text to located nodes, with limits: whatever could mislead or exhaust a reader is refused by name.

Uses libyaml's parser when PyYAML has it. What the nodes mean is left to the formats.
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
except ImportError:  # PyYAML built without libyaml: slower, same answers
    HAS_LIBYAML = False

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 200_000
MAX_SCALAR = 100_000
MAX_REPEATS = 10_000

_SAFE_DEPTH = 1_000  # far below what the composer's recursion survives
_LFS_HEADER = "version https://git-lfs.github.com/spec/"
_CONFLICT_MARKER = re.compile(r"^(?:<{7} |>{7} |\|{7} |={7}$)", re.MULTILINE)
_DEEP_BLOCK = re.compile(r"^ {500}|^[ \t]*(?:[-?:][ \t]+){200}", re.MULTILINE)
_INVALID_CHARACTER = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]"
CONTROL_CHARACTER = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]"  # compiled when first needed


class InvalidYamlError(Exception):
    """The text is not YAML that dcr reads; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.column, self.hint = message, line, column, hint


class _UntaggedResolver:
    """Resolver hooks that leave every node untagged: any tag that is there was written by the author."""

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
    """Return the one document of `content` as nodes, or None when it is empty.

    Every limit of this module has been checked on what is returned, except those on alias expansion,
    depth and keys: `check_tree` does those, once something is known to be a contract's file.
    Raises `InvalidYamlError` with the place.
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
                "a merge conflict marker is left in the file", line, column, "resolve the conflict and save the file"
            )
    if not text.isascii():
        _check_line_breaks(text)
    if text.count("[") + text.count("{") > _SAFE_DEPTH or _DEEP_BLOCK.search(text):
        _check_depth(text)
    try:
        return _compose_document(text)
    except yaml.reader.ReaderError as error:
        bad = re.search(_INVALID_CHARACTER, text)
        line, column = _get_position(text, bad.start()) if bad else (1, 1)
        code = ord(bad.group()) if bad else 0
        raise InvalidYamlError(f"control character U+{code:04X} is not allowed in YAML", line, column) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise InvalidYamlError(format_parser_error(error), line, column, find_parser_hint(error, text)) from error
    except yaml.YAMLError as error:
        raise InvalidYamlError(f"this is not YAML: {error}") from error


def decode(content: bytes) -> str:
    """Return the text of a file: strict UTF-8, a byte order mark dropped. Raises `InvalidYamlError`."""
    if len(content) > MAX_BYTES:
        raise InvalidYamlError(
            f"the file has more than {MAX_BYTES:,} bytes, the most a contract may have", 1, 1, "split the contract"
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
    """Refuse tags, duplicate or complex keys, overdeep and over-expanded trees.

    Raises `InvalidYamlError` at the first place that is refused.
    """
    _TreeChecker().check(root, 1)


class _TreeChecker:
    """Walks a node graph once per node; an aliased node's size is counted as often as it is repeated."""

    def __init__(self) -> None:
        self.total = 0
        self.sizes: dict[int, int] = {}
        self.heights: dict[int, int] = {}
        self.repeats: dict[int, int] = {}
        self.open: set[int] = set()

    def check(self, node: Any, depth: int) -> int:
        """Return how many nodes `node` stands for once its aliases are written out."""
        key = id(node)
        known = self.sizes.get(key)
        if known is not None:
            return self._count_repeat(node, known, depth)
        if key in self.open:
            raise _create_error(node, "an anchor holds itself", "write the value out")
        if depth > MAX_DEPTH:
            raise _create_error(node, f"nested more than {MAX_DEPTH} levels deep")
        if node.tag:
            raise _create_error(node, f"the tag '{truncate(node.tag)}' is not read", "remove the tag")
        size = height = 1
        value = node.value
        if type(value) is str:
            if not value.isprintable():
                _check_scalar(node)
            elif len(value) > MAX_SCALAR:
                raise _create_error(node, f"a value of {len(value):,} characters; at most {MAX_SCALAR:,} are read")
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
        first: dict[str, Any] = {}
        size = 0
        for key, value in node.value:
            if type(key.value) is not str:
                raise _create_error(key, "a key that is itself a list or mapping is not read")
            if key.value in first:
                line = first[key.value].start_mark.line + 1
                raise _create_error(
                    key, f"the key '{truncate(key.value)}' is written twice, first on line {line}", "keep one of them"
                )
            first[key.value] = key
            size += self.check(key, depth + 1) if id(key) not in self.sizes else 1
            size += self.check(value, depth + 1)
        return size

    def _count_repeat(self, node: Any, size: int, depth: int) -> int:
        if depth + self.heights[id(node)] - 1 > MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep once aliases are written out"
            raise _create_error(node, message, "write the values out, or nest less")
        times = self.repeats.get(id(node), 0) + 1
        self.repeats[id(node)] = times
        if times > MAX_REPEATS:
            raise _create_error(node, f"one anchor is repeated more than {MAX_REPEATS:,} times")
        self.total += size
        self._check_limit(node, size)
        return size

    def _check_limit(self, node: Any, size: int) -> None:
        if size > MAX_NODES or self.total > MAX_NODES:
            raise _create_error(
                node, f"more than {MAX_NODES:,} values once aliases are written out", "write the values out, or split"
            )


def _check_scalar(node: Any) -> None:
    bad = re.search(CONTROL_CHARACTER, node.value)
    if bad:
        raise _create_error(node, f"control character U+{ord(bad.group()):04X} in a value", "remove the character")
    if len(node.value) > MAX_SCALAR:
        raise _create_error(node, f"a value of {len(node.value):,} characters; at most {MAX_SCALAR:,} are read")


def _compose_document(text: str) -> yaml.Node | None:
    loader = _Composer(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
    finally:
        if HAS_LIBYAML:
            loader.dispose()
    return node


def _check_line_breaks(text: str) -> None:
    """Refuse characters that libyaml ends a line at and editors do not: a comment could hold live YAML."""
    found = re.search("[\x85\u2028\u2029]", text)
    if found:
        line, column = _get_position(text, found.start())
        raise InvalidYamlError(
            f"control character U+{ord(found.group()):04X} is a line break to YAML 1.1, and editors show none",
            line, column, "remove the character",
        )  # fmt: skip


def _check_depth(text: str) -> None:
    """Count depth on the event stream, which needs no recursion, before the composer sees the text.

    Newer libyaml has a limit of its own, and reads so far ahead that it gives up before it tells of the first
    level: PyYAML's own parser finds the place then.
    """
    try:
        _count_depth(_Composer(text))
    except yaml.MarkedYAMLError as error:
        if "nesting depth" in (error.problem or ""):
            with contextlib.suppress(yaml.YAMLError):
                _count_depth(yaml.SafeLoader(text))
    except yaml.YAMLError:
        return  # the composer meets the same error, and reports it


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
    """Return `text` cut to what fits into a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"

"""Holds the calls of `ref` in a template or in Python code, and turns them into uses of models."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.consumer import Use
from dcr.consumers.targets import ModelTarget
from dcr.parsing.location import Location, SourceNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.formats._dbt.references import Reference

_MAX_GUESSED_VERSIONS = 20

MODEL = "model"
"""The kind of block of code that is in no other one."""


class Block(NamedTuple):
    """The part of a file that is one resource: its kind, such as `snapshot`, and its name if the code has it."""

    kind: str
    name: str = ""


class RefCall(NamedTuple):
    """A call of `ref`, the block that contains it, and its line, from 1."""

    reference: Reference
    block: Block
    line: int = 1


class Code(NamedTuple):
    """The calls of `ref` in one file. `literals` has the text of each literal of a block, with the line of the first.

    `disabled` are the blocks that are never built.
    """

    calls: tuple[RefCall, ...] = ()
    literals: Mapping[Block, Mapping[str, int]] = MappingProxyType({})
    disabled: frozenset[Block] = frozenset()


def list_uses(code: Code, path: str, block: Block, lines: list[str]) -> Iterator[Use]:
    """Yield the uses of a block, each model once.

    A computed name or version may be each of the block's literals.
    """
    found: dict[tuple[str, str | None], Use] = {}
    for call in code.calls:
        if call.block != block:
            continue
        for dataset_id, package, line in _list_targets(call, code.literals.get(block, {})):
            location = _locate(path, line, dataset_id, lines)
            section = SourceNode(path, None, None, {"dataset": location})
            use = build_use(dataset_id, package, section)
            found.setdefault((dataset_id, package), use)
    yield from found.values()


def list_expression_uses(code: Code, section: SourceNode) -> Iterator[Use]:
    """Yield the uses of one value of a property file."""
    for call in code.calls:
        for dataset_id, package, _ in _list_targets(call, code.literals.get(call.block, {})):
            yield build_use(dataset_id, package, section)


def build_use(dataset_id: str, package: str | None, section: SourceNode) -> Use:
    """Return a use of all fields of a dbt model, which need not have a contract."""
    return Use(dataset_id, section=section, is_strict=False, target=ModelTarget(package))


def _list_targets(call: RefCall, literals: Mapping[str, int]) -> Iterator[tuple[str, str | None, int]]:
    """Yield the dataset id, the package and the line of each model that a call may mean."""
    names, version, is_literal = call.reference.names, call.reference.version, call.reference.is_literal
    package = names[-2] if len(names) > 1 else None
    versions = [version]
    if version is None and not is_literal:
        versions += [literal for literal in literals if literal.isdecimal()][:_MAX_GUESSED_VERSIONS]
    for name, line in [(names[-1], call.line)] if names else literals.items():
        for number in versions:
            yield name + (f".v{number}" if number else ""), package, line


def _locate(path: str, line: int, dataset_id: str, lines: list[str]) -> Location:
    name = dataset_id.rpartition(".v")[0] or dataset_id
    text = lines[line - 1] if line <= len(lines) else ""
    positions = [text.find(f"{quote}{name}{quote}") for quote in ("'", '"')]
    return Location(path, line, max(*positions, 0) + 1)

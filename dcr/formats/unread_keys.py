"""Lists the keys of a foreign file that dcr does not read: all of them, or those that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.contract.contract import walk_fields
from dcr.formats._foreign.nodes import list_entries
from dcr.parsing.location import locate_node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.contract.contract import Contract
    from dcr.formats._keys.comparison import FoundKey, KeyContext
    from dcr.formats._keys.vocabulary import Vocabulary
    from dcr.formats.parsed_file import ParsedFile
    from dcr.parsing.location import Location


class UnreadKey(NamedTuple):
    """A key that dcr does not read, with its value on both sides; None where it is not written.

    `datasets` are those it belongs to, none for the whole file. `is_uncompared` is whether it is listed without a
    comparison. An empty `key_path` represents the rest of very many keys.
    """

    key_path: str
    previous: str | None
    proposed: str | None
    location: Location
    previous_location: Location | None = None
    datasets: tuple[str, ...] = ()
    field: str | None = None
    suggestion: str = ""
    is_uncompared: bool = False


def list_unread_keys(parsed: ParsedFile) -> tuple[UnreadKey, ...]:
    """Return every key of a file that is not read."""
    return tuple(key._replace(is_uncompared=True) for key in _compare_files(None, parsed))


def list_changed_keys(previous: ParsedFile, proposed: ParsedFile) -> tuple[UnreadKey, ...]:
    """Return every key that is not read and differs between two versions of a file.

    If the format differs too, no key has a counterpart: every key that neither format reads is removed or added. A file
    that cannot be read is not compared; that is reported elsewhere.
    """
    if previous.root is None or proposed.root is None:
        return ()
    if previous.format == proposed.format:
        return tuple(_compare_files(previous, proposed))
    root_location = locate_node(proposed.path, proposed.root)
    removed = (
        key._replace(
            previous=key.proposed, proposed=None, previous_location=key.location, location=root_location,
            datasets=(), field=None,
        )
        for key in _compare_files(None, previous, is_new=True)
    )  # fmt: skip
    return *removed, *_compare_files(None, proposed, is_new=True)


def filter_keys(keys: Iterable[UnreadKey], dataset_id: str | None) -> tuple[UnreadKey, ...]:
    """Return the keys of a dataset and those of the whole file."""
    return tuple(key for key in keys if not key.datasets or dataset_id in key.datasets)


def _compare_files(previous: ParsedFile | None, proposed: ParsedFile, *, is_new: bool = False) -> Iterator[UnreadKey]:
    # Only a changed foreign file needs these.
    from dcr.formats._keys.comparison import MAX_KEYS, KeyComparison  # noqa: PLC0415
    from dcr.formats._keys.vocabularies import find_vocabulary  # noqa: PLC0415

    vocabulary = find_vocabulary(proposed.format or "")
    if vocabulary is None or proposed.root is None:
        return
    comparison = KeyComparison(vocabulary)
    comparison.compare_files(previous.root if previous else None, proposed.root, is_new=is_new)
    if not comparison.keys:
        return
    noted_positions = {(problem.location.line, problem.location.column) for problem in proposed.problems}
    before, after = (_NodeIndex(side, vocabulary) if side else None for side in (previous, proposed))
    for number, key in enumerate(comparison.keys):
        if number == MAX_KEYS:
            yield UnreadKey("", None, None, locate_node(proposed.path, proposed.root))
            return
        if any(node is not None and _get_position(node) in noted_positions for node in (key.keys[1], key.values[1])):
            continue  # the reader has already reported this value as not understood
        datasets, field = _resolve_context(key.context, before, after)
        if datasets or key.context.dataset is None or not vocabulary.ignores_non_datasets:
            yield _build_unread_key(key, previous, proposed, (datasets, field))


def _build_unread_key(
    key: FoundKey, previous: ParsedFile | None, proposed: ParsedFile, subject: tuple[tuple[str, ...], str | None]
) -> UnreadKey:
    from dcr.formats._keys.nodes import format_node  # noqa: PLC0415

    (old_key, new_key), (old, new) = key.keys, key.values
    old_node = old_key or old
    return UnreadKey(
        key.path,
        None if old is None else format_node(old),
        None if new is None else format_node(new),
        locate_node(proposed.path, key.parent if new is None else new_key or new),
        locate_node(previous.path, old_node) if previous and old_node is not None else None,
        *subject,
        suggestion=key.suggestion,
    )


def _get_position(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _resolve_context(
    context: KeyContext, before: _NodeIndex | None, after: _NodeIndex | None
) -> tuple[tuple[str, ...], str | None]:
    """Return the datasets and the field of a key, taken from the side that has them."""
    if context.dataset is None:
        return (), None
    side, index = (1, after) if context.dataset[1] is not None else (0, before)
    contracts = index.find_contracts(context.dataset[side]) if index else []
    field = None
    for nodes, name in reversed(context.fields) if index and contracts else ():
        field = field or (
            index.find_field_path(contracts[0], nodes[side], name) if index and nodes[side] is not None else None
        )
    return tuple(contract.dataset_id for contract in contracts), field


class _NodeIndex:
    """The contracts and fields of a file by the nodes that they were read from."""

    def __init__(self, parsed: ParsedFile, vocabulary: Vocabulary) -> None:
        self.datasets_key = vocabulary.nested_datasets_key
        self.contracts_by_node: dict[int, list[Contract]] = {}
        self.paths: dict[str, dict[int, list[str]]] = {}
        for contract in parsed.contracts:
            if contract.fields_section is not None:
                self.contracts_by_node.setdefault(id(contract.fields_section.node), []).append(contract)

    def find_contracts(self, node: Any) -> list[Contract]:
        """Return the contracts that were read from a mapping or from the datasets nested in it."""
        nodes = [node]
        for key, value in list_entries(node):
            if key.value == self.datasets_key and isinstance(value.value, list):
                nodes += value.value
        return [contract for each in nodes for contract in self.contracts_by_node.get(id(each), ())]

    def find_field_path(self, contract: Contract, node: Any, name: str) -> str | None:
        """Return the path of the field that was read from a mapping; `name` distinguishes the copies of an anchor."""
        if contract.dataset_id not in self.paths:
            paths_by_node: dict[int, list[str]] = {}
            for path, field in walk_fields(contract.fields):
                if field.section is not None:
                    paths_by_node.setdefault(id(field.section.node), []).append(path)
            self.paths[contract.dataset_id] = paths_by_node
        paths = self.paths[contract.dataset_id].get(id(node), [])
        return next((path for path in paths if path == name or path.endswith(f".{name}")), next(iter(paths), None))

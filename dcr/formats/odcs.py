"""Open Data Contract Standard, v2.2 to v3.2: each object of `schema` is a dataset `<id>/<name>` of the file's version.

Source: bitol.io, Open Data Contract Standard; the lines of docs/formats.md name its sections.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dcr.contract.contract import Contract
from dcr.formats._foreign.lifecycle import get_later_status
from dcr.formats._foreign.mapping import SourceMapping
from dcr.formats._foreign.notes import Notes
from dcr.formats._odcs import terms
from dcr.formats._odcs.fields import Edition, read_fields
from dcr.formats.parsed_file import DatasetList, ParsedFile, Problem, convert_notes
from dcr.formats.parts import find_dataset_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import MappingNode

    from dcr.parsing.location import Location

NAME = "odcs"
_KNOWN_VERSIONS = r"v?(2\.[23]|3\.[0-2])(\.|$)"
_OBJECT_KEYS = {
    "dataset": "name",
    "fields": "properties",
    "primary_key": "properties",
    "physical_name": "physicalName",
}
_OBJECT_KEYS_V2 = {**_OBJECT_KEYS, "dataset": "table", "fields": "columns", "primary_key": "columns"}
_FILE_KEYS = {
    "dataset_id": "id", "owners": "team", "freshness_sla": "slaProperties", "fields": "schema", "version": "version",
    "status": "status", "service_levels": "slaProperties", "servers": "servers",
}  # fmt: skip


def detect(root: MappingNode) -> bool:
    """Whether the file names itself a DataContract, or has the standard's version with a schema."""
    values = {key.value: value for key, value in root.value if isinstance(key.value, str)}
    kind = values.get("kind")
    if kind is not None and kind.value == "DataContract":
        return True
    return "apiVersion" in values and ("schema" in values or "dataset" in values) and kind is None


def find_dataset_id(root: MappingNode) -> str | None:
    """Return None: one file holds many datasets."""
    del root
    return None


def list_parts(root: MappingNode) -> DatasetList | None:
    """Return the objects of the schema, if each is named and has properties: no other one then matters to it."""
    found = find_dataset_entries(root, "schema")
    if found is None or found[0][1].id != "sequence":
        return None
    for each in found[1]:
        values = {key.value: value for key, value in each.value}
        name = values.get("name")
        if name is None or name.id != "scalar" or not name.value or "properties" not in values or "<<" in values:
            return None
    version = next((value for key, value in root.value if key.value == "version"), None)
    return DatasetList(found[0], SourceMapping("", root, Notes()).text("version") or "", version)


def read(path: str, root: MappingNode) -> ParsedFile:
    """Return a contract for each object of the file's schema, and notes on what is not understood."""
    notes = Notes()
    tree = SourceMapping(path, root, notes)
    file_id = tree.text("id", "uuid")
    if not file_id:
        problem = Problem(tree.locate(), "id is missing", "add id: it is what the contract's history hangs on")
        return ParsedFile(path, NAME, problems=(problem,))
    file = _FileReader(tree, file_id)
    objects = [] if file.holds_columns else list(_list_objects(tree, columns=file.edition.uses_columns))
    contracts: dict[str, Contract] = {}
    for name, each in objects:
        shown = name or each.text("name", "table", "physicalName")
        if shown is None and len(objects) > 1:
            notes(each.locate(), "an object of the schema has no name, and is not compared", "add name")
        elif shown in contracts:
            message = f"two objects of the schema are named '{shown}'; the first is compared"
            notes(each.locate("name"), message, "rename one")
        else:
            contracts[shown or ""] = file.build_contract(shown, each)
            notes.dataset_id = None
    if not objects and not file.holds_columns:
        there = "schema" in tree or "dataset" in tree
        what = "the schema has no objects" if there else "the file has no schema"
        hint = "list its objects" if there else "add schema"
        notes(tree.locate("schema"), f"{what}, so nothing is compared", hint, standing=True)
    listed_at = tree.locate("schema" if "schema" in tree else "dataset")
    size = (notes.columns, notes.datasets, 0)
    return ParsedFile(path, NAME, tuple(contracts.values()), convert_notes(notes), file_id, listed_at, size=size)


def _list_objects(tree: SourceMapping, *, columns: bool) -> Iterator[tuple[str | None, SourceMapping]]:
    single = tree.mapping("schema")
    if single is not None and "properties" in single:  # one object where the standard has a list of them
        yield single.text("name", "physicalName"), single
    else:
        yield from tree.named_mappings("dataset", "table") if columns else tree.named_mappings("schema", "name")


class _FileReader:
    """What all objects of a file share."""

    def __init__(self, tree: SourceMapping, file_id: str) -> None:
        self.tree, self.id = tree, file_id
        marks = "deprecated" if _check_version(tree) else "customProperties"
        self.edition = Edition(terms.FieldTermCollector(""), "dataset" in tree and "schema" not in tree, marks)
        self.holds_columns = _check_schema_shape(tree)
        self.owners = tuple(terms.read_owners(tree))
        self.status = terms.read_status(tree)
        self.promises = terms.read_freshness_promises(tree)
        self.uri = terms.find_deprecation_uri(tree)
        self.terms = terms.FileTerms(tree)

    def build_contract(self, name: str | None, each: SourceMapping) -> Contract:
        """Return the contract of one object."""
        tree, columns = self.tree, self.edition.uses_columns
        dataset_id = f"{self.id}/{name or 'schema'}"
        tree.note.count_dataset(each.locate(), dataset_id)
        lag, lag_at = terms.find_freshness(self.promises, name or "")
        at_fields = terms.FieldTermCollector(name or "schema")
        found = read_fields(each, "columns" if columns else "properties", self.edition._replace(collector=at_fields))
        if not found:
            what = "columns" if columns else "properties"
            message = f"the object has no {what}, so nothing of it is compared"
            tree.note(each.locate(what), message, f"write its {what} out", standing=True)
        key, key_at = _read_primary_key(
            list(each.named_mappings("columns", "column") if columns else each.named_mappings("properties", "name"))
        )
        places = terms.locate_object_status(each)
        contract = Contract(
            dataset_id=dataset_id,
            version=tree.text("version") or "",
            fields=found,
            description=each.text("description"),
            status=self.status,
            primary_key=key,
            owners=self.owners,
            freshness_sla=lag,
            deprecation_uri=self.uri,
            section=tree.section({**_FILE_KEYS, "freshness_sla": lag_at}, places),
            dataset_section=each.section(_OBJECT_KEYS_V2 if columns else _OBJECT_KEYS, key_at),
            format=NAME,
            has_name=name is not None,
            has_status=tree.text("status") is not None or bool(places),
        )
        if each.flag("deprecated"):
            contract = replace(contract, status=get_later_status(contract.status, "deprecated"))
        return replace(contract, terms=self.terms.build_object_terms(each, name or "schema", at_fields))


def _check_version(tree: SourceMapping) -> bool:
    """Note an edition of the standard that is not known; return whether it has the key `deprecated` (v3.2)."""
    version = tree.text("apiVersion")
    if version is not None and not re.match(_KNOWN_VERSIONS, version):
        message = f"apiVersion '{version}' is not known, and the file is read as v3.2"
        tree.note(tree.locate("apiVersion"), message, "known: v2.2 to v3.2; compare by hand what is new", standing=True)
        return True
    return version is not None and re.match(r"v?3\.2(\.|$)", version) is not None


def _check_schema_shape(tree: SourceMapping) -> bool:
    """Note a schema that lists columns where the standard has objects with properties; return whether it does."""
    entries = (
        []
        if "schema" not in tree or _is_object(tree.mapping("schema"))
        else [each for _, each in tree.named_mappings("schema", "name")]
    )
    if not entries or any(_is_object(each) for each in entries):
        return False
    if not any(_is_column(each) for each in entries):
        return False
    message = "the schema lists columns, and not objects with properties, so nothing is compared"
    hint = "write schema: [{name: <table>, properties: [<the columns>]}]"
    tree.note(tree.locate("schema"), message, hint, standing=True)
    return True


def _is_object(entry: SourceMapping | None) -> bool:
    return entry is not None and "properties" in entry


_COLUMN_KEYS = frozenset(("logicalTypeOptions", "required", "primaryKey", "unique", "enum", "items", "type"))


def _is_column(entry: SourceMapping) -> bool:
    """Whether an entry has what only a column has: another logical type than object, or keys of a property."""
    logical = entry.text("logicalType")
    return (logical is not None and logical != "object") or not _COLUMN_KEYS.isdisjoint(entry.pairs)


def _read_primary_key(columns: list[tuple[str | None, SourceMapping]]) -> tuple[tuple[str, ...], dict[str, Location]]:
    """Return the key's columns, and where flags say of a column whether it is one."""
    keyed, flags = [], {}
    for order, (name, column) in enumerate(columns):
        word = next((each for each in _KEY_FLAGS if column.flag(each) is not None), None)
        if not name or not word:
            continue
        flags[f"primary_key.{name}"] = column.locate(word)
        if column.flag(word):
            position = column.number("primaryKeyPosition")
            keyed.append((position if position is not None and position > 0 else 10**6, order, name))
    keyed.sort()
    key = tuple(name for _, _, name in keyed)
    return key, flags | {"primary_key": flags[f"primary_key.{key[0]}"]} if key else flags


_KEY_FLAGS = ("primaryKey", "isPrimaryKey", "isPrimary")

"""Reads the Open Data Contract Standard, v2.2 to v3.2: each object of `schema` is a dataset `<id>/<name>`.

Source: bitol.io, Open Data Contract Standard; docs/formats.md names the sections.
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
from dcr.formats.completeness import has_custom_completeness_mark
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
    """Return whether the file is of the kind DataContract, or has the standard's version and a schema."""
    values = {key.value: value for key, value in root.value if isinstance(key.value, str)}
    kind = values.get("kind")
    if kind is not None and kind.value == "DataContract":
        return True
    return "apiVersion" in values and ("schema" in values or "dataset" in values) and kind is None


def find_dataset_id(root: MappingNode) -> str | None:
    """Return None: one file has many datasets."""
    del root
    return None


def list_parts(root: MappingNode) -> DatasetList | None:
    """Return the objects of the schema if each has a name and properties: they are then independent of each other."""
    entries = find_dataset_entries(root, "schema")
    if entries is None or entries[0][1].id != "sequence":
        return None
    for item in entries[1]:
        values = {key.value: value for key, value in item.value}
        name = values.get("name")
        if name is None or name.id != "scalar" or not name.value or "properties" not in values or "<<" in values:
            return None
    version = next((value for key, value in root.value if key.value == "version"), None)
    return DatasetList(entries[0], SourceMapping("", root, Notes()).text("version") or "", version)


def read(path: str, root: MappingNode) -> ParsedFile:
    """Return a contract for each object of the file's schema, and notes on what is not understood."""
    notes = Notes()
    root_mapping = SourceMapping(path, root, notes)
    file_id = root_mapping.text("id", "uuid")
    if not file_id:
        problem = Problem(root_mapping.locate(), "id is missing", "add id: it identifies the contract in its history")
        return ParsedFile(path, NAME, problems=(problem,))
    reader = _FileReader(root_mapping, file_id)
    objects = (
        [] if reader.holds_columns else list(_list_objects(root_mapping, uses_columns=reader.edition.uses_columns))
    )
    contracts: dict[str, Contract] = {}
    for name, item in objects:
        label = name or item.text("name", "table", "physicalName")
        if label is None and len(objects) > 1:
            notes.add(item.locate(), "an object of the schema has no name, and is not compared", "add name")
        elif label in contracts:
            message = f"duplicate schema object '{label}'; only the first is compared"
            notes.add(item.locate("name"), message, "rename one of them")
        else:
            contracts[label or ""] = reader.build_contract(label, item)
            notes.dataset_id = None
    if not objects and not reader.holds_columns:
        has_schema = "schema" in root_mapping or "dataset" in root_mapping
        message = "the schema has no objects" if has_schema else "the file has no schema"
        hint = "list its objects" if has_schema else "add schema"
        notes.add(root_mapping.locate("schema"), f"{message}, so nothing is compared", hint, is_persistent=True)
    list_location = root_mapping.locate("schema" if "schema" in root_mapping else "dataset")
    size = (notes.columns, notes.datasets, 0)
    return ParsedFile(path, NAME, tuple(contracts.values()), convert_notes(notes), file_id, list_location, size=size)


def _list_objects(mapping: SourceMapping, *, uses_columns: bool) -> Iterator[tuple[str | None, SourceMapping]]:
    single = mapping.mapping("schema")
    if single is not None and "properties" in single:  # one object instead of a list
        yield single.text("name", "physicalName"), single
    else:
        yield from (
            mapping.named_mappings("dataset", "table") if uses_columns else mapping.named_mappings("schema", "name")
        )


class _FileReader:
    """The parts of a file that all its objects share."""

    def __init__(self, root_mapping: SourceMapping, file_id: str) -> None:
        self.root_mapping, self.id = root_mapping, file_id
        marks = "deprecated" if _check_version(root_mapping) else "customProperties"
        self.edition = Edition(
            terms.FieldTermCollector(""), "dataset" in root_mapping and "schema" not in root_mapping, marks
        )
        self.holds_columns = _check_schema_shape(root_mapping)
        self.owners = tuple(terms.read_owners(root_mapping))
        self.status = terms.read_status(root_mapping)
        self.promises = terms.read_freshness_promises(root_mapping)
        self.deprecation_uri = terms.find_deprecation_uri(root_mapping)
        self.terms = terms.FileTerms(root_mapping)
        self.consumers_complete = has_custom_completeness_mark(root_mapping)

    def build_contract(self, name: str | None, item: SourceMapping) -> Contract:
        """Return the contract of one object."""
        root_mapping, uses_columns = self.root_mapping, self.edition.uses_columns
        dataset_id = f"{self.id}/{name or 'schema'}"
        root_mapping.notes.count_dataset(item.locate(), dataset_id)
        freshness, freshness_key = terms.find_freshness(self.promises, name or "")
        collector = terms.FieldTermCollector(name or "schema")
        fields = read_fields(
            item, "columns" if uses_columns else "properties", self.edition._replace(collector=collector)
        )
        if not fields:
            key_name = "columns" if uses_columns else "properties"
            message = f"the object has no {key_name}, so nothing of it is compared"
            root_mapping.notes.add(item.locate(key_name), message, f"list its {key_name}", is_persistent=True)
        primary_key, key_locations = _read_primary_key(
            list(
                item.named_mappings("columns", "column") if uses_columns else item.named_mappings("properties", "name")
            )
        )
        status_locations = terms.locate_object_status(item)
        contract = Contract(
            dataset_id=dataset_id,
            version=root_mapping.text("version") or "",
            fields=fields,
            description=item.text("description"),
            status=self.status,
            primary_key=primary_key,
            owners=self.owners,
            freshness_sla=freshness,
            deprecation_uri=self.deprecation_uri,
            section=root_mapping.section({**_FILE_KEYS, "freshness_sla": freshness_key}, status_locations),
            dataset_section=item.section(_OBJECT_KEYS_V2 if uses_columns else _OBJECT_KEYS, key_locations),
            format=NAME,
            has_name=name is not None,
            has_status=root_mapping.text("status") is not None or bool(status_locations),
            consumers_complete=self.consumers_complete or has_custom_completeness_mark(item),
        )
        if item.flag("deprecated"):
            contract = replace(contract, status=get_later_status(contract.status, "deprecated"))
        return replace(contract, terms=self.terms.build_object_terms(item, name or "schema", collector))


def _check_version(mapping: SourceMapping) -> bool:
    """Note an unknown edition of the standard; return whether the edition has the key `deprecated` (v3.2)."""
    version = mapping.text("apiVersion")
    if version is not None and not re.match(_KNOWN_VERSIONS, version):
        message = f"unknown apiVersion '{version}', read as v3.2"
        mapping.notes.add(
            mapping.locate("apiVersion"),
            message,
            "known versions: v2.2 to v3.2; compare new keys by hand",
            is_persistent=True,
        )
        return True
    return version is not None and re.match(r"v?3\.2(\.|$)", version) is not None


def _check_schema_shape(mapping: SourceMapping) -> bool:
    """Note a schema that lists columns instead of objects with properties; return whether it does."""
    entries = (
        []
        if "schema" not in mapping or _is_object(mapping.mapping("schema"))
        else [entry for _, entry in mapping.named_mappings("schema", "name")]
    )
    if not entries or any(_is_object(entry) for entry in entries):
        return False
    if not any(_is_column(entry) for entry in entries):
        return False
    message = "the schema lists columns instead of objects with properties, so nothing is compared"
    hint = "write schema: [{name: <table>, properties: [<the columns>]}]"
    mapping.notes.add(mapping.locate("schema"), message, hint, is_persistent=True)
    return True


def _is_object(entry: SourceMapping | None) -> bool:
    return entry is not None and "properties" in entry


_COLUMN_KEYS = frozenset(("logicalTypeOptions", "required", "primaryKey", "unique", "enum", "items", "type"))


def _is_column(entry: SourceMapping) -> bool:
    """Return whether an entry has what only a column has: another logical type than object, or keys of a property."""
    logical = entry.text("logicalType")
    return (logical is not None and logical != "object") or not _COLUMN_KEYS.isdisjoint(entry.pairs)


def _read_primary_key(columns: list[tuple[str | None, SourceMapping]]) -> tuple[tuple[str, ...], dict[str, Location]]:
    """Return the columns of the primary key, and the locations of the flags that define it."""
    key_columns, flags = [], {}
    for order, (name, column) in enumerate(columns):
        flag = next((candidate for candidate in _KEY_FLAGS if column.flag(candidate) is not None), None)
        if not name or not flag:
            continue
        flags[f"primary_key.{name}"] = column.locate(flag)
        if column.flag(flag):
            position = column.number("primaryKeyPosition")
            key_columns.append((position if position is not None and position > 0 else 10**6, order, name))
    key_columns.sort()
    key = tuple(name for _, _, name in key_columns)
    return key, flags | {"primary_key": flags[f"primary_key.{key[0]}"]} if key else flags


_KEY_FLAGS = ("primaryKey", "isPrimaryKey", "isPrimary")

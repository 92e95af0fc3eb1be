"""Sets the version, status and owners in the text of a contract, with the keys of its format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import STATUSES, Contract, Owner
from dcr.editing.text import lists
from dcr.editing.text.document import EditRefusedError, YamlDocument
from dcr.editing.text.keys import KeyPosition, set_key
from dcr.editing.text.quoting import quote
from dcr.formats import read_content
from dcr.formats._odcs.terms import DEPRECATION_PROPERTY
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dcr.formats.parsed_file import ParsedFile

DEPRECATED, ARCHIVED = STATUSES[2:]


class _FormatKeys(NamedTuple):
    """The keys of a format, and its status for archived datasets."""

    version: KeyPosition
    status: KeyPosition
    archived_status: str


_NATIVE_KEYS = ("version", "dataset_id")
_ODCS_KEYS = ("version", "name", "id", "uuid", "apiVersion", "kind")
_DCS_KEYS = ("version", "title", "owner")
_FORMATS = {
    "native": _FormatKeys(KeyPosition((), "version", _NATIVE_KEYS), KeyPosition((), "status", _NATIVE_KEYS), ARCHIVED),
    "odcs": _FormatKeys(KeyPosition((), "version", _ODCS_KEYS), KeyPosition((), "status", _ODCS_KEYS), "retired"),
    "dcs": _FormatKeys(
        KeyPosition(("info",), "version", _DCS_KEYS), KeyPosition(("info",), "status", _DCS_KEYS), "retired"
    ),
}


def set_version(reading: ParsedFile, content: bytes, version: str) -> bytes:
    """Return the content of a file with another version of all its datasets. Raise `EditRefusedError` if unsafe."""
    keys = _get_format_keys(reading, "version", "add a new version (versions: - v: …)")
    document = YamlDocument(reading.path, content, f'write version: "{version}" yourself')
    after = set_key(document, keys.version, version)
    return _verify_contracts(reading, after, lambda contract: replace(contract, version=version))


def set_deprecated(reading: ParsedFile, content: bytes, uri: str) -> bytes:
    """Return the content of a deprecated contract with the address of its migration plan.

    Raise `EditRefusedError` if the edit is unsafe.
    """
    keys = _get_format_keys(reading, "status", "write deprecation_date on the version")
    archived = next((contract for contract in reading.contracts if contract.status == ARCHIVED), None)
    if archived is not None:
        hint = "an archived dataset stays archived; deprecate the dataset that replaces it"
        raise EditRefusedError(_locate_key(archived, "status"), f"'{archived.dataset_id}' is archived", hint)
    document = YamlDocument(reading.path, content, f"write status: deprecated and {quote(uri)} yourself")
    if reading.format == "dcs":
        message = "the Data Contract Specification has no key for the address of a migration plan"
        raise EditRefusedError(
            _locate_key(reading.contracts[0], "status"), message, "write info.status: deprecated yourself"
        )
    document = document if _has_status(reading, DEPRECATED) else set_key(document, keys.status, DEPRECATED)
    if reading.format == "native":
        document = set_key(document, KeyPosition((), "deprecation_uri", ("status", *_NATIVE_KEYS)), uri)
    else:
        document = _set_custom_property(document, DEPRECATION_PROPERTY, uri)
    return _verify_contracts(
        reading, document, lambda contract: replace(contract, status=DEPRECATED, deprecation_uri=uri)
    )


def set_archived(reading: ParsedFile, content: bytes) -> bytes:
    """Return the content of an archived contract. Raise `EditRefusedError` if the edit is unsafe."""
    keys = _get_format_keys(reading, "status", "write a deprecation_date in the past")
    if _has_status(reading, ARCHIVED):
        return content
    document = YamlDocument(reading.path, content, f"write status: {keys.archived_status} yourself")
    after = set_key(document, keys.status, keys.archived_status)
    return _verify_contracts(reading, after, lambda contract: replace(contract, status=ARCHIVED))


def set_owners(reading: ParsedFile, content: bytes, owners: Sequence[Owner]) -> bytes:
    """Return the content of a native contract with new owners. Raise `EditRefusedError` if the edit is unsafe."""
    if _get_format_keys(reading, "owners", "write meta.owner yourself") is not _FORMATS["native"]:
        location = _locate_key(reading.contracts[0], "owners")
        message = "owners can be written only to native contracts: other formats name people and accounts"
        raise EditRefusedError(location, message, "write them yourself, with the keys of the format")
    document = YamlDocument(reading.path, content, "write them yourself; without --write, dcr prints them")
    after = lists.replace_list(
        document, KeyPosition((), "owners", ("status", *_NATIVE_KEYS)), [build_owner_entry(owner) for owner in owners]
    )
    return _verify_contracts(reading, after, lambda contract: replace(contract, owners=tuple(owners)))


def build_owner_entry(owner: Owner) -> dict[str, str]:
    """Return the keys and values of an owner."""
    return {"team": owner.team} | ({"contact": owner.contact} if owner.contact is not None else {})


def _get_format_keys(reading: ParsedFile, key: str, instead: str) -> _FormatKeys:
    if not reading.contracts:
        raise EditRefusedError(Location(reading.path), "the file contains no contract", f"dcr lint {reading.path}")
    keys = _FORMATS.get(reading.format or "")
    if keys is not None:
        return keys
    location = _locate_key(reading.contracts[0], key)
    raise EditRefusedError(location, f"dcr cannot edit the {key} in dbt: dbt keeps all versions", instead)


def _has_status(reading: ParsedFile, status: str) -> bool:
    return all(contract.status == status for contract in reading.contracts)


def _set_custom_property(document: YamlDocument, name: str, value: str) -> YamlDocument:
    """Return an ODCS document with a custom property set."""
    pair = document.find_pair(document.root, "customProperties")
    for number, item in enumerate(pair[1].value if pair and pair[1].id == "sequence" else ()):
        property_pair = document.find_pair(item, "property") if item.id == "mapping" else None
        if property_pair is not None and property_pair[1].value == name:
            return set_key(document, KeyPosition(("customProperties", number), "value", ("property",)), value)
    return lists.append_entry(
        document, KeyPosition((), "customProperties", ("status", *_ODCS_KEYS)), {"property": name, "value": value}
    )


def _verify_contracts(reading: ParsedFile, document: YamlDocument, change: Callable[[Contract], Contract]) -> bytes:
    """Return the content of a document after verifying its contracts. Raise `EditRefusedError` if they differ."""
    content = document.content
    after = read_content(reading.path, content)
    expected = tuple(change(contract) for contract in reading.contracts)
    known = {problem.message for problem in reading.problems}
    new = [problem for problem in after.problems if problem.message not in known]
    if after.contracts != expected or after.format != reading.format or new:
        location = _locate_key(reading.contracts[0], None)
        raise EditRefusedError(location, "the edited file would have another meaning", document.manual_hint)
    return content


def _locate_key(contract: Contract, key: str | None) -> Location:
    return contract.section.locate(key) if contract.section else Location(contract.path)

"""Renders one version of a contract, as its file or as format-neutral JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dcr.rendering.listings.json_documents import commit_document, header_document
from dcr.rendering.listings.page import CYAN, DIM, GREEN, YELLOW
from dcr.text.printable import escape_ci_commands

if TYPE_CHECKING:
    from dcr.contract.contract import Contract, Field
    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Snapshot
    from dcr.registry.version_lookup import VersionMatch
    from dcr.rendering.style import Style


def render(text: bytes, style: Style) -> str:
    """Return a file with every line printable, and coloured if the style has colours."""
    lines = text.decode("utf-8", "surrogateescape").removeprefix("\ufeff").splitlines()
    plain = "".join(f"{escape_ci_commands(style.sanitize(line.expandtabs(2)))}\n" for line in lines)
    return highlight(plain) if style.color else plain


def document(opened: Snapshot, history: History, found: VersionMatch, contract: Contract) -> dict[str, Any]:
    """Return the contract as a JSON document, with its file and the other definitions of its version."""
    return {
        **header_document(opened, history),
        "introduced": commit_document(_introduced(history, found)),
        "as_of": commit_document(found.revision.commit),
        "path": found.revision.path,
        "format": contract.format,
        "also": [{"digest": each.digest, **commit_document(each.first.commit)} for each in found.other_releases],
        "contract": contract_document(contract),
    }


def _introduced(history: History, found: VersionMatch) -> Any:
    facts = found.revision.facts
    releases = history.list_releases(facts.dataset_id) if facts else []
    return next(each.first.commit for each in releases if facts and (each.version, each.digest) == facts[1:4:2])


def contract_document(contract: Contract) -> dict[str, Any]:
    """Return a contract under the keys of the native format, without empty values."""
    sla = contract.freshness_sla
    return _without_empty({
        "dataset_id": contract.dataset_id,
        "version": contract.version,
        "description": contract.description,
        "status": contract.status,
        "primary_key": list(contract.primary_key) or None,
        "owners": [_without_empty(owner._asdict()) for owner in contract.owners] or None,
        "freshness_sla": _without_empty(sla._asdict()) if sla else None,
        "deprecation_uri": contract.deprecation_uri,
        "fields": [_field_document(field) for field in contract.fields],
    })  # fmt: skip


def _field_document(field: Field) -> dict[str, Any]:
    return _without_empty({
        "name": field.name or None,
        "type": field.type,
        "physical_type": field.physical_type,
        "required": field.required,
        "description": field.description,
        "deprecated": field.deprecated or None,
        "enum": None if field.enum is None else list(field.enum),
        **field.constraints,
        "fields": [_field_document(child) for child in field.fields] or None,
        "items": _field_document(field.items) if field.items else None,
    })  # fmt: skip


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


_TOKENS = re.compile(
    r"""(?P<comment>(?:^|(?<=\s))\#.*$) | (?P<quoted>"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*')
      | (?P<key>[A-Za-z_][\w.-]*(?=:(?:\s|$)))
      | (?P<value>(?<=[\s\[,])(?:true|false|null|-?\d+(?:\.\d+)?)(?=[\s,\]}]|$))""",
    re.MULTILINE | re.VERBOSE,
)
_COLORS = {"comment": DIM, "quoted": GREEN, "key": CYAN, "value": YELLOW}


def highlight(text: str) -> str:
    """Return YAML in colours. The text is matched by patterns and not parsed."""
    return _TOKENS.sub(lambda match: f"\x1b[{_COLORS[match.lastgroup or 'key']}m{match[0]}\x1b[0m", text)

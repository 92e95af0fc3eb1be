"""One version of a contract: its file as it was, or what it says in dcr's words, whatever its format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dcr.rendering.listings.json_documents import commit_document, opening
from dcr.rendering.listings.lines import CYAN, DIM, GREEN, YELLOW
from dcr.rendering.reports._layout import Layout
from dcr.text.printable import defused

if TYPE_CHECKING:
    from dcr.contract.contract import Contract, Field
    from dcr.registry.history.timeline import History
    from dcr.registry.lookup import Found
    from dcr.registry.snapshot import Opened
    from dcr.rendering.style import Style


def render(text: bytes, style: Style) -> str:
    """Return a file for people: every line printable, and coloured where the terminal takes it."""
    shown = Layout(style.width, style.unicode).shown
    lines = text.decode("utf-8", "surrogateescape").removeprefix("\ufeff").splitlines()
    plain = "".join(f"{defused(shown(line.expandtabs(2)))}\n" for line in lines)
    return highlighted(plain) if style.color else plain


def document(opened: Opened, history: History, found: Found, contract: Contract) -> dict[str, Any]:
    """Return the contract as plain values, with where it stood and what else its version means."""
    return {
        **opening(opened, history),
        "introduced": commit_document(_introduced(history, found)),
        "as_of": commit_document(found.state.commit),
        "path": found.state.path,
        "format": contract.format,
        "also": [{"digest": each.digest, **commit_document(each.first.commit)} for each in found.others],
        "contract": contract_document(contract),
    }


def _introduced(history: History, found: Found) -> Any:
    facts = found.state.facts
    releases = history.released(facts.dataset_id) if facts else []
    return next(each.first.commit for each in releases if facts and (each.version, each.digest) == facts[1:4:2])


def contract_document(contract: Contract) -> dict[str, Any]:
    """Return what a contract says in the words of dcr's own format; what is not said is left out."""
    sla = contract.freshness_sla
    return _said({
        "dataset_id": contract.dataset_id,
        "version": contract.version,
        "description": contract.description,
        "status": contract.status,
        "primary_key": list(contract.primary_key) or None,
        "owners": [_said(each._asdict()) for each in contract.owners] or None,
        "freshness_sla": _said(sla._asdict()) if sla else None,
        "deprecation_uri": contract.deprecation_uri,
        "fields": [_field(each) for each in contract.fields],
    })  # fmt: skip


def _field(field: Field) -> dict[str, Any]:
    return _said({
        "name": field.name or None,
        "type": field.type,
        "physical_type": field.physical_type,
        "required": field.required,
        "description": field.description,
        "deprecated": field.deprecated or None,
        "enum": None if field.enum is None else list(field.enum),
        **field.constraints,
        "fields": [_field(each) for each in field.fields] or None,
        "items": _field(field.items) if field.items else None,
    })  # fmt: skip


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


_TOKENS = re.compile(
    r"""(?P<comment>(?:^|(?<=\s))\#.*$) | (?P<quoted>"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*')
      | (?P<key>[A-Za-z_][\w.-]*(?=:(?:\s|$)))
      | (?P<value>(?<=[\s\[,])(?:true|false|null|-?\d+(?:\.\d+)?)(?=[\s,\]}]|$))""",
    re.MULTILINE | re.VERBOSE,
)
_LOOKS = {"comment": DIM, "quoted": GREEN, "key": CYAN, "value": YELLOW}


def highlighted(text: str) -> str:
    """Return YAML in colours: a help to the eye, told by how a line looks and not by parsing it."""
    return _TOKENS.sub(lambda found: f"\x1b[{_LOOKS[found.lastgroup or 'key']}m{found[0]}\x1b[0m", text)

"""Reads the Data Usage Agreement Specification 0.0.1: the consumer of an agreement uses a data contract.

Source: datausageagreement.com and its JSON Schema.
"""

from __future__ import annotations

import contextlib
import re
from datetime import date
from typing import TYPE_CHECKING

from dcr.consumers.consumer import Consumer, ParsedConsumers, Use
from dcr.consumers.targets import ContractTarget
from dcr.contract.contract import Owner
from dcr.formats._foreign.mapping import SourceMapping
from dcr.formats._foreign.notes import Notes
from dcr.formats.parsed_file import convert_notes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import MappingNode

NAME = "data usage agreement"
SPECIFICATION_KEY = "dataUsageAgreementSpecification"
_APPROVED = "approved"
_STATUSES = ("requested", _APPROVED, "rejected")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:$|[T ])", re.ASCII)
_ANY_PORT = "*"


def detect(root: MappingNode) -> bool:
    """Return whether the file has the version of the specification."""
    return any(key.value == SPECIFICATION_KEY for key, _ in root.value)


def read(path: str, root: MappingNode) -> ParsedConsumers:
    """Return the consumer of an agreement. One that is requested, rejected or inactive has none."""
    notes = Notes()
    agreement = SourceMapping(path, root, notes)
    consumers = tuple(_read_consumers(agreement)) if _is_in_force(agreement) else ()
    return ParsedConsumers(path, NAME, consumers, convert_notes(notes))


def _is_in_force(agreement: SourceMapping) -> bool:
    info = agreement.mapping("info")
    if info is None:
        return True
    status = (info.text("status") or _APPROVED).lower()
    if status not in _STATUSES:
        message = f"status is '{status}', expected requested, approved or rejected; it is read as approved"
        agreement.notes.add(info.locate("status"), message, "write approved")
        status = _APPROVED
    return status == _APPROVED and info.flag("active") is not False


def _read_consumers(agreement: SourceMapping) -> Iterator[Consumer]:
    """Yield the data product, team or user that consumes, if the agreement names its data contract."""
    consumer, provider = agreement.mapping("consumer"), agreement.mapping("provider")
    name = consumer.text("dataProductId", "teamId", "userId") if consumer is not None else None
    if consumer is None or name is None:
        message = "the agreement has no consumer, and is not read"
        agreement.notes.add(
            agreement.locate("consumer"), message, "add a dataProductId, a teamId or a userId to consumer"
        )
        return
    keys = ("dataContractId", "outputPortId")
    key = next((key for key in keys if provider is not None and provider.text(key)), None)
    contract_id = provider.text(key) if provider is not None and key is not None else None
    if contract_id is None or contract_id == _ANY_PORT:
        message = "the agreement names no data contract, so it is not known what it uses"
        agreement.notes.add(
            agreement.locate("provider"), message, "add dataContractId to provider: the id of the contract"
        )
        return
    team, user = consumer.text("teamId"), consumer.text("userId")
    owners = (Owner(team, user),) if team else (Owner(user, user),) if user else ()
    info = agreement.mapping("info")
    section = agreement.section({
        "consumer": "consumer", "owners": "consumer", "uses": "provider", "dataset": f"provider.{key}",
        "until": "info.endDate",
    })  # fmt: skip
    use = Use(contract_id, until=_read_end(info), section=section, is_strict=False, target=ContractTarget(contract_id))
    yield Consumer(name, owners, (use,), info.text("purpose") if info else None, NAME, section)


def _read_end(info: SourceMapping | None) -> str | None:
    """Return the last day of an agreement as YYYY-MM-DD, None if it has no end or one that is no date."""
    text = info.text("endDate") if info is not None else None
    if info is None or text is None:
        return None
    match = _DAY.match(text)
    with contextlib.suppress(ValueError):
        if match is not None:
            return date.fromisoformat(match[1]).isoformat()
    info.notes.add(info.locate("endDate"), f"endDate is '{text}', expected a date", "write it as 2027-01-31")
    return None

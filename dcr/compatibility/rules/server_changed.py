"""A server was removed, or its address changed.

Why it breaks
    Consumers configure connections, credentials and paths for the server in the contract. When the data moves, or its
    format or delimiter changes, they read nothing or stale data until they are reconfigured.

Instead
    Add the new server and keep the old one, migrate the consumers, then remove the old one.

Example
    servers:
      - {server: production, type: postgres, host: db.example.com, port: 5432, database: sales, schema: public}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.terms.pairs import find_term_pair, match_terms
from dcr.compatibility.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair
    from dcr.compatibility.terms.pairs import TermPair
    from dcr.contract.terms import Server

_HINT = "add the new server, and keep the old one until the consumers have migrated"


@rule(about=CONTRACT, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS, impact="connections to the old address")
def server_changed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each server that was removed or has another address; a new name is no change."""
    terms = find_term_pair(pair)
    if terms is None:
        return
    keys = (lambda server: server.comparison_key, lambda server: (server.name,), lambda server: server.address)
    for before, after in match_terms(*_list_servers(pair, terms), keys):
        name = f"server '{before.name}'" if before.name else "the server"
        if after is None:
            yield Finding(
                f"{name} was removed", _HINT, key="servers", detail=before.name, previous_location=before.location
            )
        elif before.address != after.address:
            message = f"{name} changed {'; '.join(_list_changes(before, after))}"
            yield Finding(
                message, _HINT, detail=before.name, location=after.location, previous_location=before.location
            )


def _list_servers(pair: ContractPair, terms: TermPair) -> tuple[tuple[Server, ...], tuple[Server, ...]]:
    """Return the servers of both contracts; a dbt model without one is in the default schema of its project."""
    previous, proposed = terms.previous.servers, terms.proposed.servers
    if (
        not (previous or proposed)
        or pair.both is None
        or not all(contract.is_changed_in_place for contract in pair.both)
    ):
        return previous, proposed
    from dcr.contract.terms import Server  # noqa: PLC0415

    default = (Server("", ()),)
    return previous or default, proposed or default


def _list_changes(before: Server, after: Server) -> Iterator[str]:
    old, new = dict(before.address), dict(after.address)
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield f"{key} from {_format_value(old.get(key))} to {_format_value(new.get(key))}"


def _format_value(value: str | None) -> str:
    return "none" if value is None else f"'{shorten(value)}'"

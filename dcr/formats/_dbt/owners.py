"""Reads the owners of a dbt resource: an owner, the one in its meta, or its group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.contract import Owner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.formats._foreign.mapping import SourceMapping


def read_owners(resource: SourceMapping) -> Iterator[Owner]:
    """Yield the owners in the meta of a resource or of its config, or else its group."""
    config = resource.mapping("config")
    for holder in (resource.mapping("meta"), config.mapping("meta") if config else None):
        owners = list(read_named_owners(holder)) if holder is not None else []
        if owners:
            yield from owners
            return
    group = resource.text("group") or (config.text("group") if config else None)
    if group:
        yield Owner(group, None)


def read_named_owners(holder: SourceMapping) -> Iterator[Owner]:
    """Yield the owners below the key `owner`: a name, a list of names, or a mapping as in dbt's groups."""
    owner = holder.mapping("owner")
    if owner is not None:
        contact = ", ".join(owner.texts("email")) or None
        name = owner.text("name") or contact
        yield from (Owner(name, contact),) if name else ()
        return
    names = [holder.text("owner"), *(node.value for node in holder.nodes("owner") if node.id == "scalar")]
    yield from (Owner(name, None) for name in names if name)

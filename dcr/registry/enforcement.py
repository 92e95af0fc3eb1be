"""Distinguishes a removed dataset from one whose contract is only no longer enforced."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcr.compatibility.pairs import ContractPair
    from dcr.registry.history.timeline import Revision


def with_enforcement(pair: ContractPair, revision: Revision) -> ContractPair:
    """Return the pair of a removal with the location where its dataset is still defined, if it is."""
    previous = pair.previous
    if previous is None or pair.proposed is not None or not previous.is_changed_in_place:
        return pair
    from dcr.formats import read_as_former_format, read_content  # noqa: PLC0415 (few commits remove a contract)

    content = revision.loader.find_text(revision.commit.id, revision.path)
    if content is None:
        return pair
    parsed = read_content(revision.path, content)
    if parsed.format is None:
        parsed = read_as_former_format(revision.path, content, {previous.format})
    return pair._replace(unenforced=parsed.unenforced.get(previous.dataset_id))

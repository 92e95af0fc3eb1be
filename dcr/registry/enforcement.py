"""Tells a dataset of the history that was removed from one that only lost the enforcement of its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcr.compatibility.pairs import ContractPair
    from dcr.registry.history.timeline import Revision


def with_enforcement(pair: ContractPair, state: Revision) -> ContractPair:
    """Return a pair with where its dataset is still defined, after the commit that took its contract away."""
    previous = pair.previous
    if previous is None or pair.proposed is not None or not previous.is_changed_in_place:
        return pair
    from dcr.formats import read_as_former_format, read_content  # noqa: PLC0415 (few commits take a contract away)

    content = state.loader.find_text(state.commit.id, state.path)
    if content is None:
        return pair
    reading = read_content(state.path, content)
    if reading.format is None:
        reading = read_as_former_format(state.path, content, {previous.format})
    return pair._replace(unenforced=reading.unenforced.get(previous.dataset_id))

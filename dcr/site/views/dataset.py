"""Collects the data of one dataset's page and of the comparison of its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.registry.audit import judge_transitions
from dcr.registry.blame import blame
from dcr.registry.datasets import Dataset
from dcr.registry.releases import list_steps
from dcr.site.views.audit import TransitionView, view_transition
from dcr.site.views.comparison import MIN_RELEASES, build_comparison
from dcr.site.views.fields import FieldView, RemovedFieldView, view_fields, view_removed_fields
from dcr.site.views.registry import DatasetRow, build_row
from dcr.site.views.terms import TermGroup, list_facts, list_term_groups
from dcr.site.views.timeline import TimelineEntry, view_timeline
from dcr.site.views.uses import DatasetUses, UseView, view_dataset_uses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dcr.contract.contract import Contract
    from dcr.registry.history.timeline import History, Revision
    from dcr.registry.releases import HistoryStep
    from dcr.registry.snapshot import Snapshot

MAX_BATCH = 200
"""The number of revisions whose contracts are in memory together; one dataset may have more."""


class DatasetView(NamedTuple):
    """The data of one dataset's page.

    `comparison` is None for a dataset with a single release. `transitions` are its changes that have issues,
    `transition_count` is the number of all changes that were checked. `usage` is None if the repository declares no
    consumers.
    """

    row: DatasetRow
    path: str
    other_paths: tuple[str, ...]
    mode: str
    description: str
    facts: tuple[tuple[str, str], ...]
    deprecation_uri: str
    alias_of: str
    fields: tuple[FieldView, ...]
    removed_fields: tuple[RemovedFieldView, ...]
    terms: tuple[TermGroup, ...]
    timeline: tuple[TimelineEntry, ...]
    unreadable: tuple[str, ...]
    comparison: dict[str, Any] | None
    transitions: tuple[TransitionView, ...]
    transition_count: int
    usage: DatasetUses | None = None


def find_no_uses(_: str) -> None:
    """Return None: the repository declares no consumers."""


def read_datasets(
    snapshot: Snapshot,
    history: History,
    datasets: Iterable[Dataset],
    find_uses: Callable[[str], Sequence[UseView] | None] = find_no_uses,
) -> Iterator[DatasetView]:
    """Yield the data of each dataset, in order. Contracts are read in batches, so memory stays bounded.

    `find_uses` returns the uses of a dataset, or None if no consumers are declared at all. Raise `ShallowHistoryError`
    if the clone lacks commits that a rule needs.
    """
    for batch in _split(history, datasets):
        for view in _read_batch(snapshot, history, batch):
            uses = find_uses(view.row.dataset_id)
            yield view if uses is None else view._replace(usage=view_dataset_uses(uses, view.fields))


def _split(history: History, datasets: Iterable[Dataset]) -> Iterator[list[Dataset]]:
    batch: list[Dataset] = []
    revisions = 0
    for dataset in datasets:
        count = len(history.list_revisions(dataset.facts.dataset_id))
        if batch and revisions + count > MAX_BATCH:
            yield batch
            batch, revisions = [], 0
        batch.append(dataset)
        revisions += count
    if batch:
        yield batch


def find_dataset(history: History, dataset_id: str) -> Dataset | None:
    """Return one dataset of a history as `list_datasets` does, without reading the others; None if it never existed."""
    revisions = history.list_revisions(dataset_id)
    facts = next((each.facts for each in reversed(revisions) if each.facts), None)
    if facts is None:
        return None
    last = revisions[-1]
    return Dataset(facts, last, tuple(path for path in history.list_source_files(dataset_id) if path != last.path))


def list_unreadable(history: History, dataset: Dataset) -> tuple[str, ...]:
    """Return the files that may define a dataset and cannot be read at the commit, each with the reason."""
    found = dataset.facts.dataset_id
    return tuple(
        f"{each.path}: {each.message}"
        for each in history.still_unreadable
        if found in each.datasets or each.path == dataset.last.path
    )


def _read_batch(snapshot: Snapshot, history: History, batch: Sequence[Dataset]) -> Iterator[DatasetView]:
    ids = [each.facts.dataset_id for each in batch]
    revisions = [each for dataset_id in ids for each in history.list_revisions(dataset_id)]
    contracts = history.read_meanings(revisions)
    judged: dict[str, dict[Revision, HistoryStep]] = {each: {} for each in ids}
    for transition in judge_transitions(snapshot, history, ids, contracts):
        judged[transition.dataset_id][transition.step.revision] = transition.step
    for dataset in batch:
        mode = snapshot.policy.get_mode(dataset.facts.dataset_id)
        yield _build_view(history, dataset, mode, judged[dataset.facts.dataset_id], contracts)
    history.drop_contracts(ids)


def _build_view(
    history: History,
    dataset: Dataset,
    mode: str,
    judged: dict[Revision, HistoryStep],
    contracts: dict[Revision, Contract | None],
) -> DatasetView:
    dataset_id = dataset.facts.dataset_id
    revisions, steps = history.list_revisions(dataset_id), list_steps(history, dataset_id)
    contract = next(found for each in reversed(revisions) if (found := contracts[each]) is not None)
    origins = blame(revisions, (contracts[each] for each in revisions))
    timeline = view_timeline(history, dataset_id, steps, judged)
    releases = history.list_releases(dataset_id)
    return DatasetView(
        build_row(dataset),
        dataset.last.path,
        dataset.other_paths,
        mode,
        contract.description or "",
        tuple(list_facts(contract)),
        dataset.facts.deprecation_uri or "",
        dataset.facts.alias_of or "",
        view_fields(contract, origins),
        view_removed_fields(origins),
        tuple(list_term_groups(contract.terms)),
        timeline,
        list_unreadable(history, dataset),
        build_comparison(releases, contracts, timeline) if len(releases) >= MIN_RELEASES else None,
        tuple(view_transition(dataset_id, each) for each in judged.values() if each.issues),
        len(judged),
    )

"""The small facts of one file's content that history is told by; full contracts are read when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import ParsedFile
    from dcr.registry.history.native_facts import NativeFacts


class DatasetFacts(NamedTuple):
    """What one content says of one dataset.

    `digest` is equal for two contents exactly when they mean the same. `owners` are pairs of team and contact,
    `freshness` is the lag in seconds (None for one that is not understood) and what it is measured by. `alias_of` is
    the dataset of the version that those get who name none.
    """

    dataset_id: str
    version: str
    status: str
    digest: str
    owners: tuple[tuple[str, str | None], ...]
    freshness: tuple[int | None, str | None] | None
    deprecation_uri: str | None
    format: str
    alias_of: str | None = None


class FileFacts(NamedTuple):
    """What one content is: the datasets it speaks of, or why it cannot be read.

    Neither datasets nor a fault means that it is no contract at all. `declared_id` is the dataset that a content
    which cannot be read says it is about, if that can be told. `is_cacheable` is False for what may read otherwise
    on another day.
    """

    datasets: tuple[DatasetFacts, ...] = ()
    error: str | None = None
    declared_id: str | None = None
    is_cacheable: bool = True


MAX_RETAINED_BYTES = 1024 * 1024
"""Bytes of text whose contracts are kept for the questions that follow; each takes some fifty bytes of memory."""


class Retention(NamedTuple):
    """Whose contracts will be asked for: those of the datasets that it `includes`, before and after each change.

    `last_versions` asks for what the last content of each file says too, and `single_dataset_files` for files of one dataset: to read one of
    these again costs little. `max_bytes` is how many bytes of text they may take.
    """

    includes: Callable[[str], bool]
    last_versions: bool = False
    single_dataset_files: bool = True
    max_bytes: int = MAX_RETAINED_BYTES


DATE_DEPENDENT_FORMATS = (
    "dbt",
    "odcs",
)  # a model is archived once its deprecation date is over, a contract once its life is


def facts_in(sketch: NativeFacts) -> DatasetFacts:
    """Return the facts that a sketch holds."""
    return DatasetFacts(*sketch)


def collect_facts(reading: ParsedFile) -> FileFacts:
    """Return the facts of a file that was read."""
    fatal = next((each for each in reading.problems if each.is_fatal), None)
    found: dict[str, DatasetFacts] = {}
    for contract in reading.contracts:
        found.setdefault(contract.dataset_id, _build_facts(contract))
    return FileFacts(
        tuple(found.values()),
        None if fatal is None else f"line {fatal.location.line}: {fatal.message}",
        reading.dataset_id if fatal else None,
        reading.format not in DATE_DEPENDENT_FORMATS,
    )


def _build_facts(contract: Contract) -> DatasetFacts:
    from dcr.contract.digest import compute_digest  # noqa: PLC0415

    sla = contract.freshness_sla
    return DatasetFacts(
        contract.dataset_id,
        contract.version,
        contract.status,
        compute_digest(contract),
        tuple((owner.team, owner.contact) for owner in contract.owners),
        (sla.max_lag_seconds, sla.measurement) if sla else None,
        contract.deprecation_uri,
        contract.format,
        contract.alias_of,
    )


def is_same_except_version(one: DatasetFacts | None, other: DatasetFacts | None) -> bool:
    """Whether two states of a dataset differ in nothing but a version's number, if in that.

    Where versions do not grow, there is more to a number than the facts say.
    """
    if one is None or other is None:
        return one is other
    return one == other or (one.format != "dbt" and one == other._replace(version=one.version))


def facts_to_json(facts: FileFacts) -> list[Any]:
    """Return facts as JSON holds them."""
    return [facts.error, facts.declared_id, [list(each) for each in facts.datasets]]


def facts_from_json(written: Any) -> FileFacts:
    """Return facts from what JSON held. Raises `ValueError` or `TypeError` for what has another shape."""
    fault, claimed, datasets = written
    return FileFacts(tuple([_dataset_facts_from_json(*each) for each in datasets]), fault, claimed)


def _dataset_facts_from_json(*written: Any) -> DatasetFacts:
    dataset_id, version, status, digest, owners, freshness, uri, name, alias_of = written
    pairs = tuple([(team, contact) for team, contact in owners])
    return DatasetFacts(dataset_id, version, status, digest, pairs, freshness and tuple(freshness), uri, name, alias_of)


class DatasetIdFilter:
    """Whether a content may speak of a dataset at all: sound, and a search for some bytes.

    An id stands in a file as it is, but for white space, which YAML may fold, and escapes, all of which hold a
    backslash. A foreign id is put together of parts, `<id>/<object>` and `<model>.v<number>`, so that only one
    unbroken part of it is looked for.
    """

    def __init__(self, dataset_id: str) -> None:
        import re  # noqa: PLC0415

        name = dataset_id.partition(".v")[0]
        longest = max(re.split(r"[\s\"'\\/]+", name), key=len)
        self._bytes = longest.encode("utf-8", "surrogateescape")

    def __call__(self, content: bytes) -> bool:
        """Whether a content has to be read to know."""
        return self._bytes in content or b"\\" in content

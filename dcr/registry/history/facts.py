"""The small facts of one file's content that history is told by; full contracts are read when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.contract.contract import Contract
    from dcr.formats.reading import Reading
    from dcr.registry.history.native_facts import Sketch


class Facts(NamedTuple):
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

    Neither datasets nor a fault means that it is no contract at all. `claimed` is the dataset that a content
    which cannot be read says it is about, if that can be told. `lasting` is False for what may read otherwise
    on another day.
    """

    datasets: tuple[Facts, ...] = ()
    fault: str | None = None
    claimed: str | None = None
    lasting: bool = True


MAX_KEPT = 1024 * 1024
"""Bytes of text whose contracts are kept for the questions that follow; each takes some fifty bytes of memory."""


class Keep(NamedTuple):
    """Whose contracts will be asked for: those of the datasets that it `wants`, before and after each change.

    `ends` asks for what the last content of each file says too, and `singles` for files of one dataset: to read one of
    these again costs little. `room` is how many bytes of text they may take.
    """

    wants: Callable[[str], bool]
    ends: bool = False
    singles: bool = True
    room: int = MAX_KEPT


DATED = ("dbt", "odcs")  # a model is archived once its deprecation date is over, a contract once its life is


def facts_in(sketch: Sketch) -> Facts:
    """Return the facts that a sketch holds."""
    return Facts(*sketch)


def full_facts(reading: Reading) -> FileFacts:
    """Return the facts of a file that was read."""
    fatal = next((each for each in reading.problems if each.fatal), None)
    found: dict[str, Facts] = {}
    for contract in reading.contracts:
        found.setdefault(contract.dataset_id, _facts(contract))
    return FileFacts(
        tuple(found.values()),
        None if fatal is None else f"line {fatal.location.line}: {fatal.message}",
        reading.dataset_id if fatal else None,
        reading.format not in DATED,
    )


def _facts(contract: Contract) -> Facts:
    from dcr.contract.digest import digest  # noqa: PLC0415

    sla = contract.freshness_sla
    return Facts(
        contract.dataset_id,
        contract.version,
        contract.status,
        digest(contract),
        tuple((owner.team, owner.contact) for owner in contract.owners),
        (sla.max_lag_seconds, sla.measurement) if sla else None,
        contract.deprecation_uri,
        contract.format,
        contract.alias_of,
    )


def alike(one: Facts | None, other: Facts | None) -> bool:
    """Whether two states of a dataset differ in nothing but a version's number, if in that.

    Where versions do not grow, there is more to a number than the facts say.
    """
    if one is None or other is None:
        return one is other
    return one == other or (one.format != "dbt" and one == other._replace(version=one.version))


def to_plain(facts: FileFacts) -> list[Any]:
    """Return facts as JSON holds them."""
    return [facts.fault, facts.claimed, [list(each) for each in facts.datasets]]


def from_plain(written: Any) -> FileFacts:
    """Return facts from what JSON held. Raises `ValueError` or `TypeError` for what has another shape."""
    fault, claimed, datasets = written
    return FileFacts(tuple([_from_plain(*each) for each in datasets]), fault, claimed)


def _from_plain(*written: Any) -> Facts:
    dataset_id, version, status, digest, owners, freshness, uri, name, alias_of = written
    pairs = tuple([(team, contact) for team, contact in owners])
    return Facts(dataset_id, version, status, digest, pairs, freshness and tuple(freshness), uri, name, alias_of)


class MayHold:
    """Whether a content may speak of a dataset at all: sound, and a search for some bytes.

    An id stands in a file as it is, but for white space, which YAML may fold, and escapes, all of which hold a
    backslash. A foreign id is put together of parts, `<id>/<object>` and `<model>.v<number>`, so that only one
    unbroken part of it is looked for.
    """

    def __init__(self, dataset_id: str) -> None:
        import re  # noqa: PLC0415

        name = dataset_id.partition(".v")[0]
        longest = max(re.split(r"[\s\"'\\/]+", name), key=len)
        self._part = longest.encode("utf-8", "surrogateescape")

    def __call__(self, content: bytes) -> bool:
        """Whether a content has to be read to know."""
        return self._part in content or b"\\" in content

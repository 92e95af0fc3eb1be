"""Defines the facts of one file's content: the few values that a history needs without full contracts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import ParsedFile
    from dcr.registry.history.native_facts import KnownTexts


class DatasetFacts(NamedTuple):
    """The facts of one dataset in one content.

    `digest` is equal for two contents exactly if they have the same meaning. `owners` are pairs of team and contact.
    `freshness` is the lag in seconds (None if dcr cannot read it) and the measurement. `alias_of` is the id of the
    version that readers get who name no version.
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
    """The facts of one file's content: its datasets, or the error that prevents reading it.

    A content with neither datasets nor an error is not a contract. `declared_id` is the dataset id that an invalid
    content contains, if it can be found. `is_cacheable` is False if the facts depend on the current date.
    """

    datasets: tuple[DatasetFacts, ...] = ()
    error: str | None = None
    declared_id: str | None = None
    is_cacheable: bool = True


MAX_RETAINED_BYTES = 1024 * 1024
"""Bytes of text whose contracts are retained. A contract takes some fifty times its text."""


class Retention(NamedTuple):
    """Which contracts to retain while a history is read: those before and after each change of a dataset.

    `includes` selects datasets by id. `last_versions` also retains the last content of each file.
    `single_dataset_files` includes files of one dataset, which are cheap to read again. `max_bytes` limits the text
    of the retained contracts.

    With `known_texts`, equal fields of native files are one object, which is quicker, also if they were read from other
    repositories before; the contracts then have no correct locations. Facts are then not cached: the contracts are
    read every time.
    """

    includes: Callable[[str], bool]
    last_versions: bool = False
    single_dataset_files: bool = True
    max_bytes: int = MAX_RETAINED_BYTES
    known_texts: KnownTexts | None = None


DATE_DEPENDENT_FORMATS = ("dbt", "odcs")
"""Formats whose status depends on the date: a dbt model's deprecation date, an ODCS contract's end of life."""


def collect_facts(parsed: ParsedFile) -> FileFacts:
    """Return the facts of a parsed file."""
    fatal = next((problem for problem in parsed.problems if problem.is_fatal), None)
    datasets: dict[str, DatasetFacts] = {}
    for contract in parsed.contracts:
        datasets.setdefault(contract.dataset_id, _build_facts(contract))
    return FileFacts(
        tuple(datasets.values()),
        None if fatal is None else f"line {fatal.location.line}: {fatal.message}",
        parsed.dataset_id if fatal else None,
        parsed.format not in DATE_DEPENDENT_FORMATS,
    )


def _build_facts(contract: Contract) -> DatasetFacts:
    from dcr.contract.digest import compute_digest  # noqa: PLC0415 (cached facts need no digest)

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


def is_same_except_version(first: DatasetFacts | None, second: DatasetFacts | None) -> bool:
    """Return whether the facts are equal, or differ in the version number only.

    In dbt, the version number is part of a model's identity, so there the numbers must be equal too.
    """
    if first is None or second is None:
        return first is second
    return first == second or (first.format != "dbt" and first == second._replace(version=first.version))


def facts_to_json(facts: FileFacts) -> list[Any]:
    """Return facts as values that JSON can represent. Those of one readable dataset take the shortest form."""
    datasets = [_dataset_facts_to_json(dataset) for dataset in facts.datasets]
    if len(datasets) == 1 and facts.error is None and facts.declared_id is None:
        return datasets[0]
    return [facts.error, facts.declared_id, datasets]


def facts_from_json(value: Any) -> FileFacts:
    """Return the facts in a JSON value. Raise `ValueError` or `TypeError` if it has another shape."""
    if len(value) == _DATASET_LENGTH:
        return FileFacts((_dataset_facts_from_json(value),))
    error, declared_id, datasets = value
    return FileFacts(tuple([_dataset_facts_from_json(dataset) for dataset in datasets]), error, declared_id)


_DATASET_LENGTH = 8


def _dataset_facts_to_json(facts: DatasetFacts) -> list[Any]:
    import json  # noqa: PLC0415 (a check of few changes keeps no facts)

    dataset_id, version, status, digest, owners, freshness, uri, name, alias_of = facts
    return [dataset_id, version, status, digest, json.dumps([owners, freshness]), uri, name, alias_of]


def _dataset_facts_from_json(values: Any) -> DatasetFacts:
    dataset_id, version, status, digest, promises, uri, name, alias_of = values
    owners, freshness = _read_promises(promises)
    return DatasetFacts(dataset_id, version, status, digest, owners, freshness, uri, name, alias_of)


@lru_cache(maxsize=10_000)
def _read_promises(text: str) -> tuple[Any, Any]:
    """Return owners and freshness, which hardly ever change between versions."""
    import json  # noqa: PLC0415

    owners, freshness = json.loads(text)
    return tuple([(team, contact) for team, contact in owners]), freshness and tuple(freshness)


def create_dataset_filter(dataset_id: str) -> Callable[[bytes], bool]:
    """Return a function that is False for contents that cannot define a dataset.

    The function searches for the id's bytes, and never excludes a content that defines the dataset. YAML may fold the
    white space of an id, and its escapes begin with a backslash. Foreign formats build ids of parts (`<id>/<object>`,
    `<model>.v<number>`). So the function searches for the longest part of the id, or for a backslash.
    """
    import re  # noqa: PLC0415 (few runs read the history of one dataset)

    name = dataset_id.partition(".v")[0]
    longest_part = max(re.split(r"[\s\"'\\/]+", name), key=len).encode("utf-8", "surrogateescape")
    return lambda content: longest_part in content or b"\\" in content

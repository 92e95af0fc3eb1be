"""Finds what a consumer declared before a change and no longer declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.used_fields import list_ancestors
from dcr.compatibility.wording import format_short_list, shorten
from dcr.consumers.consumer import ROWS
from dcr.consumers.use_locations import UseLocator, locate_consumer, locate_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.compatibility.consumer_pairs import UsedDataset
    from dcr.consumers.consumer import Consumer, Use
    from dcr.parsing.location import Location


class RemovedUse(NamedTuple):
    """A part of a use that was removed, in words. `key` and `value` distinguish it from others of the same dataset."""

    text: str
    location: Location
    previous_location: Location
    key: str = ""
    field: str | None = None
    value: str = ""


class _Uses(NamedTuple):
    """All uses of one dataset that one version of a consumer declares."""

    consumer: Consumer
    entries: list[Use]

    @property
    def dataset(self) -> str:
        """The id of the dataset, in quotes."""
        return f"'{shorten(self.entries[0].dataset_id)}'"

    @property
    def fields(self) -> set[str] | None:
        """The used fields, None for all of them."""
        fields = [use.used_fields for use in self.entries]
        return None if None in fields else {path for paths in fields for path in paths or ()}

    @property
    def values(self) -> dict[str, set[str]]:
        """The texts of the used values by field."""
        values: dict[str, set[str]] = {}
        for use in self.entries:
            for path, members in use.values.items():
                values.setdefault(path, set()).update(member.text for member in members)
        return values

    @property
    def reads_rows(self) -> bool:
        """Whether a use validates whole rows."""
        return any(use.reads == ROWS for use in self.entries)

    @property
    def last_day(self) -> str | None:
        """The day on which the last use ends, None if there is no such day."""
        days = [use.until for use in self.entries]
        return None if None in days else max(day for day in days if day is not None)

    def contains(self, version: str) -> bool:
        """Return whether a use was built for a version."""
        return any(use.versions is None or use.versions.contains(version) for use in self.entries)

    def locate(self, key: str) -> Location:
        """Return the location of a key of the first use."""
        return locate_key(self.consumer, self.entries[0], key)


def list_removed_uses(
    previous: Consumer, proposed: Consumer | None, datasets: Mapping[str, UsedDataset], today: str
) -> Iterator[tuple[str, RemovedUse]]:
    """Yield each part of a use that was removed or narrowed, with the id of its dataset.

    A use that is over counts as removed; `today` is YYYY-MM-DD.
    """
    remaining = _group_uses(proposed, today) if proposed else {}
    for dataset_id, before in _group_uses(previous, today).items():
        after, dataset = remaining.get(dataset_id), datasets.get(dataset_id)
        if after is None:
            yield dataset_id, _describe_removed_dataset(dataset_id, before, proposed)
            continue
        parts = [*_list_removed_fields(before, after), *_list_removed_values(before, after)]
        version = dataset.contract.version if dataset and dataset.contract else None
        for part in (*parts, *_list_narrowings(before, after, version)):
            yield dataset_id, part


def _group_uses(consumer: Consumer, today: str) -> dict[str, _Uses]:
    groups: dict[str, _Uses] = {}
    for use in consumer.uses:
        if not use.is_over(today):
            groups.setdefault(use.dataset_id, _Uses(consumer, [])).entries.append(use)
    return groups


def _describe_removed_dataset(dataset_id: str, before: _Uses, proposed: Consumer | None) -> RemovedUse:
    """Describe a dataset that is no longer used, or whose remaining uses are over."""
    text, location = f"uses {before.dataset}", before.locate("dataset")
    over = [use for use in proposed.uses if use.dataset_id == dataset_id] if proposed else []
    if proposed and over:
        return RemovedUse(f"{text} since {over[0].until}", locate_key(proposed, over[0], "until"), location)
    return RemovedUse(text, locate_consumer(proposed, "uses") if proposed else location, location)


def _list_removed_fields(before: _Uses, after: _Uses) -> Iterator[RemovedUse]:
    fields, location = after.fields, after.locate("fields")
    if fields is None:
        return
    if before.fields is None:
        text = f"uses all fields of {after.dataset}, only {format_short_list(sorted(fields))}"
        yield RemovedUse(text, location, before.locate("dataset"), "fields")
        return
    for use in before.entries:
        locator = UseLocator(before.consumer, use)
        for path in use.used_fields or ():
            if not _covers(fields, path):
                fields.add(path)  # each field once
                text = f"uses field '{shorten(path)}' of {after.dataset}"
                yield RemovedUse(text, location, locator.locate_field(path), "fields", path)


def _covers(fields: set[str], path: str) -> bool:
    """Return whether a field, or an object that contains it, is one of the fields."""
    return path in fields or not fields.isdisjoint(list_ancestors(path))


def _list_removed_values(before: _Uses, after: _Uses) -> Iterator[RemovedUse]:
    remaining, fields = after.values, after.fields
    for use in before.entries:
        locator = UseLocator(before.consumer, use)
        for path, members in use.values.items():
            if fields is not None and not _covers(fields, path):
                continue  # the whole field was removed
            kept = remaining.setdefault(path, set())
            for number, member in enumerate(members):
                if member.text not in kept:
                    kept.add(member.text)
                    text = f"uses value '{shorten(member.text)}' of field '{shorten(path)}' of {after.dataset}"
                    previous_location = locator.locate_value(path, number)
                    yield RemovedUse(text, after.locate("values"), previous_location, "values", path, member.text)


def _list_narrowings(before: _Uses, after: _Uses, version: str | None) -> Iterator[RemovedUse]:
    if before.reads_rows and not after.reads_rows:
        yield RemovedUse(f"validates rows of {after.dataset}", after.locate("reads"), before.locate("reads"), "reads")
    if version is not None and before.contains(version) and not after.contains(version):
        text = f"uses version '{shorten(version)}' of {after.dataset}"
        yield RemovedUse(text, after.locate("versions"), before.locate("versions"), "versions")
    first, last = before.last_day, after.last_day
    if last is not None and (first is None or last < first):
        text = f"uses {after.dataset} after {last}"
        yield RemovedUse(text, after.locate("until"), before.locate("until"), "until")

"""Defines what the rules about consumers compare: a consumer before and after a change, and a use with its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.compatibility.history import DeprecationPeriod
    from dcr.consumers.consumer import Consumer, Use
    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import Problem
    from dcr.parsing.location import Location


class UsedDataset(NamedTuple):
    """A dataset that a consumer uses, as the proposed version defines it.

    `contract` is None if it has no contract that can be read, and `unreadable_path` is then the file that seems to
    define it. `deprecation` is the required deprecation period, if it was looked up. `known_ids` are the ids of the
    datasets that exist, for suggestions. `unjudged` is why nothing about a dataset of another repository can be judged,
    as a relative clause.
    """

    contract: Contract | None = None
    unreadable_path: str = ""
    deprecation: DeprecationPeriod | None = None
    known_ids: tuple[str, ...] = ()
    unjudged: str = ""


class CheckedUse(NamedTuple):
    """A use that a consumer declares, and the dataset that it uses.

    `previous_version` is set if a change of the contract is checked instead of a change of the consumer.
    """

    consumer: Consumer
    use: Use
    dataset: UsedDataset
    previous_version: str | None = None

    @property
    def is_in_range(self) -> bool:
        """Whether the use was built for the version of the dataset's contract."""
        contract, versions = self.dataset.contract, self.use.versions
        return contract is not None and (versions is None or versions.contains(contract.version))

    @property
    def contract(self) -> Contract | None:
        """The contract of the dataset, if the use was built for its version."""
        return self.dataset.contract if self.is_in_range else None


class ConsumerPair(NamedTuple):
    """A consumer before and after a change; one of them is None if only the other declares it.

    `path` is the file under which it is reported. `problems` are those of the proposed file. `duplicates` are other
    declarations of the same name. `datasets` are the used datasets by their ids. `today` is YYYY-MM-DD.
    """

    path: str
    previous: Consumer | None
    proposed: Consumer | None
    problems: tuple[Problem, ...] = ()
    duplicates: tuple[Location, ...] = ()
    datasets: Mapping[str, UsedDataset] = {}
    today: str = ""

    @property
    def is_unchanged(self) -> bool:
        """Whether both sides of the same file declare the same, and nothing is wrong with the proposed one."""
        if self.previous is None or self.proposed is None or self.problems or self.duplicates:
            return False
        before, after = map(_without_sections, (self.previous, self.proposed))
        return before == after and self.previous.path == self.proposed.path

    @property
    def current_uses(self) -> tuple[Use, ...]:
        """The proposed uses, without those that are over."""
        return tuple(use for use in self.proposed.uses if not use.is_over(self.today)) if self.proposed else ()


def _without_sections(consumer: Consumer) -> Consumer:
    return consumer._replace(section=None, uses=tuple(use._replace(section=None) for use in consumer.uses))

"""Defines the settings of the table `[consumers]` of a policy."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from dcr.policy.scope import Scope

if TYPE_CHECKING:
    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.contract import Contract

DEFAULT_PATHS = ("**/consumers/**/*.yaml", "**/consumers/**/*.yml")
"""Where consumers are declared, if the policy does not set it. Files that declare none are ignored there."""

DECLARED, ALL = "declared", "all"
POLICY_FILE, CONSUMERS = "owners", "consumers"
CHOICES: dict[str, tuple[str, ...]] = {"breaking": (DECLARED, ALL), "accept_by": (POLICY_FILE, CONSUMERS)}
"""Settings with a fixed set of values; the last one is the strictest."""


class ConsumerSettings(NamedTuple):
    """The settings about consumers.

    - `paths`: globs of the files that declare consumers; none for `DEFAULT_PATHS`
    - `breaking`: `all`, or `declared` if a break that reaches no declared consumer of a complete dataset is a warning
    - `accept_by`: `owners` if the repository's acceptances count, `consumers` if those in the folders of the consumers
      that a break reaches are required
    - `complete`: patterns of the ids of datasets whose consumers are all declared
    """

    paths: tuple[str, ...] = ()
    breaking: str = ALL
    accept_by: str = POLICY_FILE
    complete: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """The files that may declare consumers, by this policy."""
        return Scope(self.paths or DEFAULT_PATHS)

    def is_complete(self, dataset_id: str) -> bool:
        """Return whether all consumers of a dataset are declared, by this policy."""
        return any(fnmatchcase(dataset_id, pattern) for pattern in self.complete)


class StricterConsumerSettings(NamedTuple):
    """The settings of two policies combined: where they differ, the stricter one applies."""

    first: ConsumerSettings
    second: ConsumerSettings

    def get_choice(self, name: str) -> str:
        """Return the stricter value of a setting with a fixed set of values."""
        values: list[str] = [getattr(self.first, name), getattr(self.second, name)]
        return max(values, key=CHOICES[name].index)

    def are_complete(self, pair: ContractPair) -> bool:
        """Return whether all consumers of a dataset are declared: by the base, by its tip and by the proposed side.

        Each of them declares it in its contract or in its policy. A removed contract counts as it was.
        """
        previous, published = pair.previous, pair.published
        proposed = pair.proposed or previous
        if proposed is None:
            return False
        previous_id = pair.former_id or (previous or proposed).dataset_id
        return (
            _are_complete(self.first, previous_id, previous)
            and (published is None or _are_complete(self.first, published.dataset_id, published))
            and _are_complete(self.second, proposed.dataset_id, proposed)
        )

    @property
    def has_paths(self) -> bool:
        """Whether a policy sets the paths: a file there is meant to be a consumer, even if it cannot be read."""
        return bool(self.first.paths or self.second.paths)

    @property
    def scope(self) -> Scope:
        """The files that may declare consumers, by either policy."""
        return Scope(dict.fromkeys((*self.first.scope.globs, *self.second.scope.globs)))


def _are_complete(settings: ConsumerSettings, dataset_id: str, contract: Contract | None) -> bool:
    return (contract is not None and contract.consumers_complete) or settings.is_complete(dataset_id)

"""The history of a git repository as a registry: the same questions as to the one in memory, and read-only."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.semver import parse
from dcr.contract.models import DataContract, to_record
from dcr.errors import DcrError, typed
from dcr.git.history import whole_history
from dcr.git.repository import discover
from dcr.policy.history_needs import Question, question_of
from dcr.policy.policy import StricterPolicy
from dcr.registry.history.facts import Keep
from dcr.registry.library.arguments import UnknownContractError, one_mode, one_uri
from dcr.registry.library.compatibility import known_mode, report_on
from dcr.registry.library.interface import Registry
from dcr.registry.lookup import UNSHALLOW
from dcr.registry.pair_history import answered, told_of
from dcr.registry.snapshot import Opened, open_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.contract.contract import Contract, Field
    from dcr.registry.history.timeline import History, State
    from dcr.registry.library.compatibility import CompatibilityReport


class ReadOnlyRegistryError(DcrError):
    """The history is written by commits, not through the library."""


class AmbiguousVersionError(DcrError):
    """A version has two meanings in the history, and none is chosen silently."""


class NotExpressibleError(DcrError):
    """A contract of another format says something that the public models have no word for."""


class GitRegistry(Registry):
    """Datasets and versions as a branch's history has them, up to the commit that a ref named when this was made.

    Nothing is read before it is asked for, and nothing is written. Safe to use from several threads.
    """

    def __init__(self, folder: str, ref: str | None = None, mode: str | None = None) -> None:
        """`ref` is resolved once, the base when None; `mode` None judges each dataset as its policy says.

        Raises a `DcrError` when there is no repository, ref or policy to read.
        """
        self._asked_mode = None if mode is None else known_mode(mode)
        self._opened: Opened = open_at(discover(folder), ref)
        self._reading = threading.Lock()

    @property
    def commit(self) -> str:
        """The commit everything is read at."""
        return self._opened.commit

    def datasets(self) -> list[str]:
        """Return the ids of all datasets that ever were on the branch, in alphabetical order."""
        return self._whole.datasets()

    def __contains__(self, dataset_id: object) -> bool:
        """Whether a dataset ever was on the branch."""
        return isinstance(dataset_id, str) and dataset_id in self._whole.datasets()

    def get(self, dataset_id: str, version: str) -> DataContract:
        """Return one version, as it was last.

        Raises `UnknownContractError`, `AmbiguousVersionError` and `NotExpressibleError`.
        """
        return _model(self._newest_of(dataset_id, version).contract())

    def latest(self, dataset_id: str, *, include_non_active: bool = False) -> DataContract:
        """Return the newest active version, or the newest of any status.

        Raises as `get` does; `UnknownContractError` when there is none.
        """
        active = [
            version
            for version in self._released(dataset_id)
            if include_non_active or _status(self._states(dataset_id, version)[-1]) == "active"
        ]
        if not active:
            raise UnknownContractError(f"dataset '{dataset_id}' has no active version", "dcr log tells what it had")
        return self.get(dataset_id, active[-1])

    def history(self, dataset_id: str) -> list[DataContract]:
        """Return every version, oldest first. Raises as `get` does."""
        states = [self._newest_of(dataset_id, version) for version in self._released(dataset_id)]
        found = self._whole.meanings(states)
        return [_model(each) for each in (found[state] for state in states) if each is not None]

    def check(
        self, contract: DataContract, mode: str | None = None, *, compatibility: str | None = None
    ) -> CompatibilityReport:
        """Return what merging a contract would say: it is compared with what the branch has, in any format.

        A dataset that was removed is compared with what it was last. Raises `ArgumentError` for an unknown mode, and
        `ShallowHistoryError` where the clone may lack what it was.
        """
        mode = one_mode(mode, compatibility)
        if mode is None:
            mode = self._asked_mode or self._opened.policy.mode_of(contract.dataset_id)
        chosen = known_mode(mode)
        states = [each for each in self._whole.states(contract.dataset_id) if each.facts]
        if not states:
            whole_history(self._opened.repository, "a verdict on a dataset that is not here")
        previous = states[-1].contract() if states else None
        proposed = to_record(DataContract.model_validate(contract.model_dump()))
        pair = ContractPair(previous, proposed)
        policy = StricterPolicy(self._opened.policy, self._opened.policy)
        question = question_of(pair, chosen, policy)
        if question != Question():
            if question.whole:
                whole_history(self._opened.repository, "a transitive mode or a time of deprecation")
            told = told_of(self._whole, [contract.dataset_id])
            pair = answered(pair, question, told, policy, datetime.now(UTC).date())
        return report_on(pair, chosen)

    def register(
        self, contract: DataContract, mode: str | None = None, *, compatibility: str | None = None
    ) -> CompatibilityReport:
        """Raise `ReadOnlyRegistryError`."""
        del mode, compatibility
        raise _read_only(f"commit '{contract.dataset_id}' and merge it")

    def deprecate(
        self, dataset_id: str, version: str, deprecation_uri: str | None = None, *, uri: str | None = None
    ) -> DataContract:
        """Raise `ReadOnlyRegistryError`."""
        del version
        address = typed(one_uri(deprecation_uri, uri))
        raise _read_only(f"edit the file and merge it: dcr deprecate {typed(dataset_id)} --uri {address}")

    def archive(self, dataset_id: str, version: str) -> DataContract:
        """Raise `ReadOnlyRegistryError`."""
        del version
        raise _read_only(f"edit the file and merge it: dcr archive {typed(dataset_id)}")

    @cached_property
    def _history(self) -> History:
        return self._opened.history(keep=Keep(lambda _: True, ends=True, singles=False))

    @property
    def _whole(self) -> History:
        with self._reading:
            return self._history

    @property
    def _far_back(self) -> str:
        return "" if self._whole.whole else " as far back as this shallow clone goes"

    @property
    def _fetch(self) -> str:
        return "" if self._whole.whole else UNSHALLOW

    def _released(self, dataset_id: str) -> list[str]:
        """Return a dataset's versions, oldest first: by their numbers where they have an order, else as they came."""
        released = self._whole.released(dataset_id)
        if not released:
            raise UnknownContractError(
                f"there is no dataset '{dataset_id}'{self._far_back}", self._fetch or "datasets() lists those there are"
            )
        found = list(dict.fromkeys(each.version for each in released))
        return sorted(found, key=lambda version: parse(version) or (0, 0, 0)) if all(map(parse, found)) else found

    def _states(self, dataset_id: str, version: str) -> list[State]:
        known = self._released(dataset_id)
        if version not in known:
            raise UnknownContractError(
                f"dataset '{dataset_id}' has no version '{version}'{self._far_back}",
                self._fetch or f"it has {', '.join(known)}",
            )
        states = self._whole.states(dataset_id)
        return [each for each in states if each.facts and each.facts.version == version]

    def _newest_of(self, dataset_id: str, version: str) -> State:
        states = self._states(dataset_id, version)
        meanings = {each.facts.digest: each.commit.id[:10] for each in reversed(states) if each.facts}
        if len(meanings) > 1:
            one = typed(f"{dataset_id}@{version}")
            raise AmbiguousVersionError(
                f"version '{version}' of '{dataset_id}' has {len(meanings)} meanings in the history, "
                f"from {', '.join(reversed(meanings.values()))}",
                f"dcr log {typed(dataset_id)} tells them apart; dcr show {one} --commit COMMIT shows one",
            )
        return states[-1]


def _status(state: State) -> str | None:
    return state.facts.status if state.facts else None


def _read_only(instead: str) -> ReadOnlyRegistryError:
    return ReadOnlyRegistryError("a registry read from git is read-only: its history is written by commits", instead)


def _model(contract: Contract) -> DataContract:
    """Return a record as a public model, without the stored types of formats that have them.

    Raises `NotExpressibleError` for what else the models have no word for.
    """
    try:
        return DataContract.model_validate(_plain(contract))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise NotExpressibleError(
            f"'{contract.dataset_id}' version '{contract.version}' is written in {contract.format}, and the models "
            f"cannot hold its {where or 'content'}: {first['msg']}",
            f"dcr show {typed(f'{contract.dataset_id}@{contract.version}')} --format json has all of it",
        ) from error


def _plain(contract: Contract) -> dict[str, Any]:
    sla = contract.freshness_sla
    values: dict[str, Any] = {
        "dataset_id": contract.dataset_id,
        "version": contract.version,
        "description": contract.description,
        "status": contract.status,
        "primary_key": list(contract.primary_key) or None,
        "owners": [_filled(each._asdict()) for each in contract.owners] or None,
        "freshness_sla": _filled(sla._asdict()) if sla else None,
        "deprecation_uri": contract.deprecation_uri,
        "fields": _fields(contract.fields),
    }
    return _filled(values)


def _fields(fields: Iterable[Field]) -> list[dict[str, Any]]:
    return [{"name": each.name, **_field(each)} for each in fields]


def _field(field: Field) -> dict[str, Any]:
    return _filled(
        {
            "type": field.type,
            "required": None if field.required else False,
            "description": field.description,
            "deprecated": field.deprecated or None,
            "enum": None if field.enum is None else list(field.enum),
            **field.constraints,
            "fields": _fields(field.fields) or None,
            "items": _field(field.items) if field.items else None,
        }
    )


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """Return the keys that have a value: JSON made of the model holds no others."""
    return {key: value for key, value in values.items() if value is not None}

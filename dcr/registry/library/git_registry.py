"""The history of a git repository as a registry: the same questions as to the one in memory, and read-only."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.semver import parse_version
from dcr.contract.models import DataContract, to_record
from dcr.errors import DcrError, quote_for_shell
from dcr.git.history import require_full_history
from dcr.git.repository import discover_repository
from dcr.policy.history_needs import HistoryNeeds, find_history_needs
from dcr.policy.policy import StricterPolicy
from dcr.registry.history.facts import Retention
from dcr.registry.library.arguments import UnknownContractError, choose_mode, choose_uri
from dcr.registry.library.compatibility import check_pair, validate_mode
from dcr.registry.library.interface import Registry
from dcr.registry.pair_history import add_history, select_history
from dcr.registry.snapshot import Snapshot, open_snapshot
from dcr.registry.version_lookup import UNSHALLOW_COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.contract.contract import Contract, Field
    from dcr.registry.history.timeline import History, Revision
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
        self._default_mode = None if mode is None else validate_mode(mode)
        self._snapshot: Snapshot = open_snapshot(discover_repository(folder), ref)
        self._lock = threading.Lock()

    @property
    def commit(self) -> str:
        """The commit everything is read at."""
        return self._snapshot.commit

    def datasets(self) -> list[str]:
        """Return the ids of all datasets that ever were on the branch, in alphabetical order."""
        return self._loaded_history.list_datasets()

    def __contains__(self, dataset_id: object) -> bool:
        """Whether a dataset ever was on the branch."""
        return isinstance(dataset_id, str) and dataset_id in self._loaded_history.list_datasets()

    def get(self, dataset_id: str, version: str) -> DataContract:
        """Return one version, as it was last.

        Raises `UnknownContractError`, `AmbiguousVersionError` and `NotExpressibleError`.
        """
        return _build_model(self._get_newest(dataset_id, version).read_contract())

    def latest(self, dataset_id: str, *, include_non_active: bool = False) -> DataContract:
        """Return the newest active version, or the newest of any status.

        Raises as `get` does; `UnknownContractError` when there is none.
        """
        active = [
            version
            for version in self._list_versions(dataset_id)
            if include_non_active or _find_status(self._list_revisions(dataset_id, version)[-1]) == "active"
        ]
        if not active:
            raise UnknownContractError(f"dataset '{dataset_id}' has no active version", "dcr log tells what it had")
        return self.get(dataset_id, active[-1])

    def history(self, dataset_id: str) -> list[DataContract]:
        """Return every version, oldest first. Raises as `get` does."""
        states = [self._get_newest(dataset_id, version) for version in self._list_versions(dataset_id)]
        found = self._loaded_history.read_meanings(states)
        return [_build_model(each) for each in (found[state] for state in states) if each is not None]

    def check(
        self, contract: DataContract, mode: str | None = None, *, compatibility: str | None = None
    ) -> CompatibilityReport:
        """Return what merging a contract would say: it is compared with what the branch has, in any format.

        A dataset that was removed is compared with what it was last. Raises `ArgumentError` for an unknown mode, and
        `ShallowHistoryError` where the clone may lack what it was.
        """
        mode = choose_mode(mode, compatibility)
        if mode is None:
            mode = self._default_mode or self._snapshot.policy.get_mode(contract.dataset_id)
        chosen = validate_mode(mode)
        states = [each for each in self._loaded_history.list_revisions(contract.dataset_id) if each.facts]
        if not states:
            require_full_history(self._snapshot.repository, "a verdict on a dataset that is not here")
        previous = states[-1].read_contract() if states else None
        proposed = to_record(DataContract.model_validate(contract.model_dump()))
        pair = ContractPair(previous, proposed)
        policy = StricterPolicy(self._snapshot.policy, self._snapshot.policy)
        question = find_history_needs(pair, chosen, policy)
        if question != HistoryNeeds():
            if question.needs_full_history:
                require_full_history(self._snapshot.repository, "a transitive mode or a time of deprecation")
            told = select_history(self._loaded_history, [contract.dataset_id])
            pair = add_history(pair, question, told, policy, datetime.now(UTC).date())
        return check_pair(pair, chosen)

    def register(
        self, contract: DataContract, mode: str | None = None, *, compatibility: str | None = None
    ) -> CompatibilityReport:
        """Raise `ReadOnlyRegistryError`."""
        del mode, compatibility
        raise _build_read_only_error(f"commit '{contract.dataset_id}' and merge it")

    def deprecate(
        self, dataset_id: str, version: str, deprecation_uri: str | None = None, *, uri: str | None = None
    ) -> DataContract:
        """Raise `ReadOnlyRegistryError`."""
        del version
        address = quote_for_shell(choose_uri(deprecation_uri, uri))
        raise _build_read_only_error(
            f"edit the file and merge it: dcr deprecate {quote_for_shell(dataset_id)} --uri {address}"
        )

    def archive(self, dataset_id: str, version: str) -> DataContract:
        """Raise `ReadOnlyRegistryError`."""
        del version
        raise _build_read_only_error(f"edit the file and merge it: dcr archive {quote_for_shell(dataset_id)}")

    @cached_property
    def _history(self) -> History:
        return self._snapshot.read_history(
            retention=Retention(lambda _: True, last_versions=True, single_dataset_files=False)
        )

    @property
    def _loaded_history(self) -> History:
        with self._lock:
            return self._history

    @property
    def _shallow_note(self) -> str:
        return "" if self._loaded_history.is_complete else " as far back as this shallow clone goes"

    @property
    def _fetch_hint(self) -> str:
        return "" if self._loaded_history.is_complete else UNSHALLOW_COMMAND

    def _list_versions(self, dataset_id: str) -> list[str]:
        """Return a dataset's versions, oldest first: by their numbers where they have an order, else as they came."""
        released = self._loaded_history.list_releases(dataset_id)
        if not released:
            raise UnknownContractError(
                f"there is no dataset '{dataset_id}'{self._shallow_note}",
                self._fetch_hint or "datasets() lists those there are",
            )
        found = list(dict.fromkeys(each.version for each in released))
        return (
            sorted(found, key=lambda version: parse_version(version) or (0, 0, 0))
            if all(map(parse_version, found))
            else found
        )

    def _list_revisions(self, dataset_id: str, version: str) -> list[Revision]:
        known = self._list_versions(dataset_id)
        if version not in known:
            raise UnknownContractError(
                f"dataset '{dataset_id}' has no version '{version}'{self._shallow_note}",
                self._fetch_hint or f"it has {', '.join(known)}",
            )
        states = self._loaded_history.list_revisions(dataset_id)
        return [each for each in states if each.facts and each.facts.version == version]

    def _get_newest(self, dataset_id: str, version: str) -> Revision:
        states = self._list_revisions(dataset_id, version)
        meanings = {each.facts.digest: each.commit.id[:10] for each in reversed(states) if each.facts}
        if len(meanings) > 1:
            one = quote_for_shell(f"{dataset_id}@{version}")
            raise AmbiguousVersionError(
                f"version '{version}' of '{dataset_id}' has {len(meanings)} meanings in the history, "
                f"from {', '.join(reversed(meanings.values()))}",
                f"dcr log {quote_for_shell(dataset_id)} tells them apart; dcr show {one} --commit COMMIT shows one",
            )
        return states[-1]


def _find_status(state: Revision) -> str | None:
    return state.facts.status if state.facts else None


def _build_read_only_error(instead: str) -> ReadOnlyRegistryError:
    return ReadOnlyRegistryError("a registry read from git is read-only: its history is written by commits", instead)


def _build_model(contract: Contract) -> DataContract:
    """Return a record as a public model, without the stored types of formats that have them.

    Raises `NotExpressibleError` for what else the models have no word for.
    """
    try:
        return DataContract.model_validate(_contract_to_dict(contract))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise NotExpressibleError(
            f"'{contract.dataset_id}' version '{contract.version}' is written in {contract.format}, and the models "
            f"cannot hold its {where or 'content'}: {first['msg']}",
            f"dcr show {quote_for_shell(f'{contract.dataset_id}@{contract.version}')} --format json has all of it",
        ) from error


def _contract_to_dict(contract: Contract) -> dict[str, Any]:
    sla = contract.freshness_sla
    values: dict[str, Any] = {
        "dataset_id": contract.dataset_id,
        "version": contract.version,
        "description": contract.description,
        "status": contract.status,
        "primary_key": list(contract.primary_key) or None,
        "owners": [_without_empty(each._asdict()) for each in contract.owners] or None,
        "freshness_sla": _without_empty(sla._asdict()) if sla else None,
        "deprecation_uri": contract.deprecation_uri,
        "fields": _fields_to_dicts(contract.fields),
    }
    return _without_empty(values)


def _fields_to_dicts(fields: Iterable[Field]) -> list[dict[str, Any]]:
    return [{"name": each.name, **_field_to_dict(each)} for each in fields]


def _field_to_dict(field: Field) -> dict[str, Any]:
    return _without_empty(
        {
            "type": field.type,
            "required": None if field.required else False,
            "description": field.description,
            "deprecated": field.deprecated or None,
            "enum": None if field.enum is None else list(field.enum),
            **field.constraints,
            "fields": _fields_to_dicts(field.fields) or None,
            "items": _field_to_dict(field.items) if field.items else None,
        }
    )


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    """Return the keys that have a value: JSON made of the model holds no others."""
    return {key: value for key, value in values.items() if value is not None}

"""Plans the edit that declares a consumer: a new file, or another use in the file of a consumer."""

from __future__ import annotations

import os
import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.consumer import READS, Consumer, DeclaredValue, Use
from dcr.consumers.readers import native
from dcr.consumers.version_range import InvalidRangeError, VersionRange, parse_version_range
from dcr.contract.changes import get_enum_field, get_field, get_member
from dcr.contract.contract import Owner
from dcr.editing.file_edit import FileEdit
from dcr.editing.source_files import get_source_file, get_worktree
from dcr.editing.text.consumers import add_use, write_consumer
from dcr.editing.text.document import EditRefusedError
from dcr.errors import DcrError, UsageError
from dcr.git.changes import WORKTREE
from dcr.git.consumers.all_consumers import read_all_consumers
from dcr.git.worktree import read_file, resolve_relative_paths
from dcr.lint import read_policy
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.contract.contract import Contract
    from dcr.git.repository import Repository

FOLDER = "consumers"
_UNSAFE_CHARACTERS = re.compile(r"[^\w.-]+")


class ConsumerExistsError(DcrError):
    """The consumer, or the file that would declare it, exists already."""

    consequence = "nothing was written"


class UseRequest(NamedTuple):
    """A use to declare, as the user wrote it. `values` are pairs such as `plan=free`; `file` is relative to the folder.

    `team`, `contact` and `description` are for a new consumer.
    """

    name: str
    dataset_id: str
    fields: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    versions: str | None = None
    reads: str = READS[0]
    until: str | None = None
    team: str | None = None
    contact: str | None = None
    description: str | None = None
    file: str | None = None


def declare_use(folder: str, request: UseRequest) -> FileEdit:
    """Return the edit that declares a use. Raise a `DcrError` if it is not possible, or contradicts the contract."""
    repository, top = get_worktree(folder)
    contracts = get_source_file(repository, request.dataset_id).reading.contracts
    contract = next((each for each in contracts if each.dataset_id == request.dataset_id), None)
    if contract is None:
        ids = ", ".join(each.dataset_id for each in contracts)
        raise UsageError(f"'{request.dataset_id}' is the id of a file with several datasets", f"choose one of: {ids}")
    use = _build_use(request, contract)
    known = _find_consumer(repository, request.name)
    path = _resolve_file(repository, folder, request.file) if request.file is not None else None
    summary = _describe(request, use, contract.version)
    if known is None:
        return _create(repository, top, request, use, path)._replace(summary=summary)
    _require_same_consumer(known, request, path)
    for other in known.uses:
        if other.dataset_id == use.dataset_id and other.versions == use.versions:
            location = other.section.locate("dataset") if other.section else Location(known.path)
            raise EditRefusedError(location, f"'{known.name}' uses '{use.dataset_id}' already", "edit that entry")
    content = read_file(top, known.path)
    if isinstance(content, str):
        raise EditRefusedError(Location(known.path), f"the file is {content}", "edit the file that it refers to")
    return FileEdit(top, known.path, content, add_use(known.path, content, known, use), summary)


def _describe(request: UseRequest, use: Use, version: str) -> str:
    summary = f"'{request.name}' uses '{request.dataset_id}'"
    if use.versions is not None and not use.versions.contains(version):
        summary += f"; its versions exclude {version}, the one that is there"
    return summary


def choose_path(name: str, team: str | None) -> str:
    """Return the path of a new consumer: a folder for each team, so that CODEOWNERS can name it in one line."""
    prefix, dot, rest = name.partition(".")
    owner = team if team is not None else prefix if dot and rest else ""
    folder = _make_file_name(owner)
    file = _make_file_name(rest if dot and rest and folder == _make_file_name(prefix) else name)
    return "/".join([FOLDER, *([folder] if folder else []), f"{file or 'consumer'}.yaml"])


def _make_file_name(text: str) -> str:
    return _UNSAFE_CHARACTERS.sub("-", text).strip(".-")[:100]


def _create(repository: Repository, top: str, request: UseRequest, use: Use, path: str | None) -> FileEdit:
    if request.team is None:
        raise UsageError(
            f"'{request.name}' is a new consumer and requires an owner", "add --team NAME --contact CONTACT"
        )
    path = path or choose_path(request.name, request.team)
    settings = read_policy(repository.top or "")[0].consumers
    if not settings.scope.matches_globs(path):
        globs = ", ".join(settings.scope.globs)
        raise UsageError(f"'{path}' is not where consumers are declared: {globs}", "choose another file: --file PATH")
    if os.path.lexists(os.path.join(top, path)):
        raise ConsumerExistsError(
            f"'{path}' exists and does not declare '{request.name}'", "choose another: --file PATH"
        )
    owners = (Owner(request.team, request.contact),)
    consumer = Consumer(request.name, owners, (use,), request.description, native.NAME)
    return FileEdit(top, path, None, write_consumer(consumer, path), "", creates_folders=True)


def _find_consumer(repository: Repository, name: str) -> Consumer | None:
    """Return the declared consumer of a name. Raise `ConsumerExistsError` if several files declare it."""
    policy = read_policy(repository.top or "")[0]
    files = read_all_consumers(repository, WORKTREE, policy)
    found = [consumer for file in files for consumer in file.consumers if consumer.name == name]
    if len(found) > 1:
        paths = " and ".join(consumer.path for consumer in found)
        raise ConsumerExistsError(f"several files declare '{name}': {paths}", "keep one of them")
    return found[0] if found else None


def _require_same_consumer(known: Consumer, request: UseRequest, path: str | None) -> None:
    """Raise an error if a request describes a declared consumer in another way than its file."""
    if known.source != native.NAME:
        raise ConsumerExistsError(f"'{request.name}' is declared in '{known.path}' ({known.source})", "edit that file")
    if path is not None and path != known.path:
        raise ConsumerExistsError(f"'{request.name}' is declared in '{known.path}'", "leave out --file")
    teams = {owner.team: owner.contact for owner in known.owners}
    is_other_team = request.team is not None and request.team not in teams
    is_other_contact = request.contact is not None and request.contact not in teams.values()
    is_other_text = request.description is not None and request.description != known.description
    if is_other_team or is_other_contact or is_other_text:
        option = "--team" if is_other_team else "--contact" if is_other_contact else "--description"
        raise UsageError(f"{option} differs from '{known.path}', which declares '{request.name}'", "edit that file")


def _resolve_file(repository: Repository, folder: str, file: str) -> str:
    try:
        return resolve_relative_paths(repository, folder, [file])[0]
    except ValueError as error:
        raise UsageError(f"'{file}' is outside the repository", "choose a file inside it") from error


def _build_use(request: UseRequest, contract: Contract) -> Use:
    for path in request.fields:
        get_field(contract, path)
    return Use(
        contract.dataset_id,
        _parse_versions(request.versions),
        tuple(dict.fromkeys(request.fields)) or None,
        _parse_values(request.values, contract),
        request.reads,
        _parse_day(request.until),
    )


def _parse_versions(text: str | None) -> VersionRange | None:
    if text is None:
        return None
    try:
        return parse_version_range(text)
    except InvalidRangeError as error:
        raise UsageError(f"--versions is '{text}', expected a range", 'write it as ">=1.0 <3"') from error


def _parse_day(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if len(text) == len("2027-01-31") else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise UsageError(f"--until is '{text}', expected a date", "write it as 2027-01-31")
    if day < date.today():  # noqa: DTZ011 (the user's own day)
        raise UsageError(f"--until is '{text}', which is in the past", "choose a later day")
    return text


def _parse_values(pairs: Sequence[str], contract: Contract) -> dict[str, tuple[DeclaredValue, ...]]:
    values: dict[str, dict[DeclaredValue, None]] = {}
    for pair in pairs:
        path, separator, text = pair.partition("=")
        if not separator or not text:
            raise UsageError(f"--value is '{pair}', expected FIELD=VALUE", "for example: --value plan=free")
        enum_path, field = get_enum_field(contract, path)
        declared = DeclaredValue(text, get_member(field, enum_path, text))
        values.setdefault(path, {})[declared] = None
    return {path: tuple(declared) for path, declared in values.items()}

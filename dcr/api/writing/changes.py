"""Plans what a request would write: the file, its new text, and the check of it. Nothing is written here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.api.file_check import ProposedFile, check_proposed_file, parse_proposed
from dcr.api.http.problems import ProblemError, not_found
from dcr.api.writing.edits import edit_contract
from dcr.api.writing.paths import choose_path
from dcr.api.writing.yaml_text import render_document
from dcr.contract.native_mapping import build_native_mapping
from dcr.editing.text import contracts as editing
from dcr.editing.text.document import EditRefusedError
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from dcr.api.snapshots.state import RegistryState
    from dcr.contract.contract import Contract
    from dcr.registry.history.timeline import Revision
    from dcr.report.report import Report

PULL_REQUEST_HINT = "edit the file in a branch and open a pull request"
REGISTER, DEPRECATE, ARCHIVE = "register", "deprecate", "archive"


class PlannedChange(NamedTuple):
    """One file as it would be committed, and the check of it. `is_new_file` is whether its path must be free."""

    action: str
    contract: Contract
    file: ProposedFile
    report: Report
    previous: Contract | None
    is_new_file: bool
    has_changes: bool = True


class Registration(NamedTuple):
    """A request to register a version of a dataset."""

    contract: Contract
    mode: str | None = None

    @property
    def dataset_id(self) -> str:
        """The dataset that changes."""
        return self.contract.dataset_id

    @property
    def version(self) -> str:
        """The version that is registered."""
        return self.contract.version

    @property
    def action(self) -> str:
        """What the request does."""
        return REGISTER

    def plan(self, state: RegistryState) -> PlannedChange:
        """Return the change on one state. Raise `ProblemError` if it cannot be made there."""
        contract = self.contract
        _require_readable(state, contract.dataset_id)
        versions = [each.facts.version for each in state.list_versions(contract.dataset_id) if each.facts]
        if contract.version in versions:
            raise ProblemError(
                400, "version-exists",
                f"version '{contract.version}' of '{make_printable(contract.dataset_id)}' is already registered",
                "register a greater version",
            )  # fmt: skip
        current = state.find_current(contract.dataset_id)
        if current is None:
            return self._plan_new_file(state)
        previous = _read_native(state, current)
        content = _edit(lambda: edit_contract(current.path, current.read_text(), previous, contract))
        file = parse_proposed(current.path, content)
        return PlannedChange(
            REGISTER, contract, file, check_proposed_file(state, file, self.mode), previous, is_new_file=False
        )

    def _plan_new_file(self, state: RegistryState) -> PlannedChange:
        contract = self.contract
        path = choose_path(contract.dataset_id)
        if not state.scope.covers(path):
            raise ProblemError(
                409, "out-of-scope", f"the policy does not read '{path}' as a contract: {state.scope}",
                'add "contracts/**/*.yaml" to contracts in dcr.toml',
            )  # fmt: skip
        file = parse_proposed(path, render_document(build_native_mapping(contract)).encode("utf-8"))
        if file.parsed.contracts != (contract,):
            messages = [{"loc": ["body", "contract"], "msg": each.message} for each in file.parsed.problems]
            first = messages[0]["msg"] if messages else "YAML cannot express this contract"
            raise ProblemError(422, "invalid-request", make_printable(str(first)), errors=messages)
        return PlannedChange(
            REGISTER, contract, file, check_proposed_file(state, file, self.mode), None, is_new_file=True
        )


class StatusChange(NamedTuple):
    """A request to deprecate or archive a version; `deprecation_uri` is None for the latter."""

    dataset_id: str
    version: str
    deprecation_uri: str | None = None

    @property
    def action(self) -> str:
        """What the request does."""
        return ARCHIVE if self.deprecation_uri is None else DEPRECATE

    def plan(self, state: RegistryState) -> PlannedChange:
        """Return the change on one state. Raise `ProblemError` if it cannot be made there."""
        _require_readable(state, self.dataset_id)
        known = [each.facts.version for each in state.list_versions(self.dataset_id) if each.facts]
        name = make_printable(self.dataset_id)
        if not known:
            raise not_found(f"there is no dataset '{self.dataset_id}'", "GET /datasets lists all of them")
        if self.version not in known:
            raise not_found(
                f"dataset '{self.dataset_id}' has no version '{self.version}'", f"it has {', '.join(known)}"
            )
        current = state.find_current(self.dataset_id)
        if current is None or current.facts is None:
            raise ProblemError(409, "conflict", f"dataset '{name}' was removed, and its file does not exist any more")
        if current.facts.version != self.version:
            raise ProblemError(
                409, "not-current", f"version '{make_printable(self.version)}' is not the current version of '{name}'",
                f"only the version in the file, '{current.facts.version}', can change its status",
            )  # fmt: skip
        previous = _read_native(state, current)
        content = current.read_text()
        parsed = parse_proposed(current.path, content).parsed
        if self.deprecation_uri is None:
            after, contract = _edit(lambda: editing.set_archived(parsed, content)), replace(previous, status="archived")
        else:
            uri = self.deprecation_uri
            after = _edit(lambda: editing.set_deprecated(parsed, content, uri))
            contract = replace(previous, status="deprecated", deprecation_uri=uri)
        file = parse_proposed(current.path, after)
        report = check_proposed_file(state, file)
        return PlannedChange(
            self.action, contract, file, report, previous, is_new_file=False, has_changes=after != content
        )


Change = Registration | StatusChange


def _read_native(state: RegistryState, current: Revision) -> Contract:
    """Return the contract of a native file with one dataset. Raise `ProblemError` for any other file."""
    facts = current.facts
    name = make_printable(facts.dataset_id) if facts else ""
    if facts is None or facts.format != "native":
        raise ProblemError(
            409, "foreign-format",
            f"'{name}' is defined in '{make_printable(current.path)}' in the format {facts.format if facts else ''},"
            " which is not rewritten",
            PULL_REQUEST_HINT,
        )  # fmt: skip
    paths = state.source_files.get(facts.dataset_id, [])
    if len(paths) > 1:
        raise ProblemError(
            409, "conflict", f"'{name}' is defined in several files: {', '.join(map(make_printable, sorted(paths)))}",
            PULL_REQUEST_HINT,
        )  # fmt: skip
    return current.read_contract()


def _require_readable(state: RegistryState, dataset_id: str) -> None:
    """Raise `ProblemError` if a file that defines the dataset cannot be read at the tip."""
    paths = {each.path for each in state.revisions.get(dataset_id, ())}
    for each in state.still_unreadable:
        if dataset_id in each.datasets or each.path in paths or each.path == choose_path(dataset_id):
            raise ProblemError(
                409, "unreadable", f"'{make_printable(each.path)}' cannot be read: {make_printable(each.message)}",
                PULL_REQUEST_HINT,
            )  # fmt: skip


def _edit(edit: Any) -> bytes:
    try:
        content: bytes = edit()
    except EditRefusedError as error:
        raise ProblemError(409, "layout", make_printable(error.message), PULL_REQUEST_HINT) from error
    return content

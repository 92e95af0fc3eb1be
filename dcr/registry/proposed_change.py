"""Makes the contract that a requested change would lead to, and describes the change."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.changes import change_enum, get_field, remove_field, rename_field, require_field, retype_field
from dcr.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.contract.contract import Contract


class ChangeRequest(NamedTuple):
    """The change of a field or dataset. Without a setting, it is removed."""

    remove: bool = False
    type_name: str | None = None
    enum_remove: tuple[str, ...] = ()
    enum_add: tuple[str, ...] = ()
    required: bool = False
    optional: bool = False
    rename: str | None = None

    @property
    def options(self) -> list[str]:
        """The options that request it, of which only those of the enum can be combined."""
        enum = [*(["--enum-remove"] if self.enum_remove else []), *(["--enum-add"] if self.enum_add else [])]
        settings = {
            "--remove": self.remove,
            "--type": self.type_name is not None,
            " and ".join(enum): bool(enum),
            "--required": self.required,
            "--optional": self.optional,
            "--rename": self.rename is not None,
        }
        return [option for option, is_set in settings.items() if is_set]


class ProposedChange(NamedTuple):
    """A change in words, and the contract after it, which is None for a removed dataset."""

    description: str
    contract: Contract | None


def check_request(request: ChangeRequest, field: str | None) -> None:
    """Raise `UsageError` for several changes at once, and for one of a field without a field."""
    options = request.options
    if len(options) > 1:
        raise UsageError(f"{options[0]} cannot be used with {options[1]}", "ask for one change at a time")
    if field is None and options and not request.remove:
        raise UsageError(f"{options[0]} requires a FIELD", "name the field after the dataset")


def propose_change(contract: Contract, field: str | None, request: ChangeRequest) -> ProposedChange:
    """Return the contract after a change. Raise `UsageError` if the change is impossible or changes nothing."""
    dataset = f"{contract.dataset_id} {contract.version}".rstrip()
    if field is None:
        return ProposedChange(f"removing {dataset}", None)
    get_field(contract, field)
    subject = f"field '{field}' of {dataset}"
    if request.type_name is not None:
        changed = retype_field(contract, field, request.type_name)
        return ProposedChange(f"changing the type of {subject} to '{request.type_name}'", changed)
    if request.enum_remove or request.enum_add:
        changed = change_enum(contract, field, request.enum_remove, request.enum_add)
        return ProposedChange(_describe_enum_change(subject, request.enum_remove, request.enum_add), changed)
    if request.required or request.optional:
        word = "required" if request.required else "optional"
        return ProposedChange(f"making {subject} {word}", require_field(contract, field, required=request.required))
    if request.rename is not None:
        return ProposedChange(
            f"renaming {subject} to '{request.rename}'", rename_field(contract, field, request.rename)
        )
    return ProposedChange(f"removing {subject}", remove_field(contract, field))


def _describe_enum_change(subject: str, removed: Sequence[str], added: Sequence[str]) -> str:
    removal, addition = (", ".join(f"'{value}'" for value in values) for values in (removed, added))
    if removed and added:
        return f"removing {removal} and adding {addition} in the enum of {subject}"
    return (
        f"removing {removal} from the enum of {subject}" if removed else f"adding {addition} to the enum of {subject}"
    )

"""Words a change of a dataset's owners: who was added, removed or replaced, and whose contact changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.wording import MAX_LISTED, format_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.contract.contract import Contract, Owner


def list_owner_changes(previous: Contract, proposed: Contract) -> Iterator[str]:
    """Yield a message for each change of the owners; none if only their order differs."""
    before, after = _group_contacts(previous.owners), _group_contacts(proposed.owners)
    removed = {team: before[team] for team in before if team not in after}
    added = {team: after[team] for team in after if team not in before}
    if removed and added:
        yield f"{_format_teams(removed)} replaced by {_format_contacts(added)}"
    elif removed:
        yield f"{_format_teams(removed)} removed"
    elif added:
        verb = "were" if len(added) > 1 else "was"
        yield f"owner{'s' * (len(added) > 1)} {_format_contacts(added)} {verb} added"
    for team, contacts in before.items():
        if team in after and set(contacts) != set(after[team]):
            yield _describe_contacts(team, contacts, after[team])


def _group_contacts(owners: tuple[Owner, ...]) -> dict[str, tuple[str, ...]]:
    """Return the contacts of each team, in the order of the file."""
    contacts: dict[str, tuple[str, ...]] = {}
    for team, contact in owners:
        known = contacts.get(team, ())
        contacts[team] = known if not contact or contact in known else (*known, contact)
    return contacts


def _format_teams(teams: Mapping[str, tuple[str, ...]]) -> str:
    many = len(teams) > 1
    return f"owner{'s' * many} {format_list(list(teams))} {'were' if many else 'was'}"


def _format_contacts(teams: Mapping[str, tuple[str, ...]]) -> str:
    """Return teams, each followed by its contacts in brackets."""
    shown = [
        f"'{team}' (contact {', '.join(contacts)})" if contacts else f"'{team}'"
        for team, contacts in list(teams.items())[:MAX_LISTED]
    ]
    rest = len(teams) - MAX_LISTED
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")


def _describe_contacts(team: str, before: tuple[str, ...], after: tuple[str, ...]) -> str:
    if before and after:
        return f"the contact of owner '{team}' changed from {format_list(before)} to {format_list(after)}"
    if after:
        return f"contact {format_list(after)} of owner '{team}' was added"
    return f"contact {format_list(before)} of owner '{team}' was removed"

"""Holds what CODEOWNERS and the other contracts mean for the owners of one contract."""

from __future__ import annotations

from typing import NamedTuple


class TeamHandles(NamedTuple):
    """A team and its handles by the policy; none if the policy does not map it."""

    team: str
    handles: tuple[str, ...] = ()


class SharedContact(NamedTuple):
    """A contact of a team that another team has too, and the file in which that team has it."""

    contact: str
    team: str
    other_team: str
    path: str


class Ownership(NamedTuple):
    """What is known about the owners of one contract; dcr owners check looks it up.

    - `path` is the contract's file, and `line` the CODEOWNERS line that assigns it to all teams of its contracts
    - `code_owners` is the file that the service reads
    - `assigned` are the owners that it gives the contract's file, in `lines`
    - `missing` are the contract's teams of which no handle is assigned
    - `unmapped` are teams that the `table` of the policy does not map, each with the line that would map it
    - `without_contact` are teams for which no contract has a contact
    - `shared_contacts` are contacts of several teams

    Teams of the last three are listed for the first contract that names them, so that each is reported once.
    """

    path: str
    line: str
    code_owners: str
    assigned: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    missing: tuple[TeamHandles, ...] = ()
    unmapped: tuple[tuple[str, str], ...] = ()
    table: str = "[teams] in dcr.toml"
    without_contact: tuple[str, ...] = ()
    shared_contacts: tuple[SharedContact, ...] = ()

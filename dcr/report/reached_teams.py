"""Lists the teams whose consumers the issues of a report reach, so that a reader knows whom to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dcr.report.report import Report


class ReachedTeam(NamedTuple):
    """A team, the names of its consumers with the number of issues that reach each, and the number of these issues.

    `team` is None for consumers without an owner, and for files that cannot be read. `handles` are those that the
    policy maps the team to.
    """

    team: str | None
    contacts: tuple[str, ...]
    handles: tuple[str, ...]
    consumers: tuple[tuple[str, int], ...]
    issues: int

    @property
    def addresses(self) -> tuple[str, ...]:
        """The handles and contacts, each once."""
        return tuple(dict.fromkeys((*self.handles, *self.contacts)))

    @property
    def has_counts(self) -> bool:
        """Whether the number of issues of some consumer is not that of the team."""
        return any(count != self.issues for _, count in self.consumers)


def list_reached_teams(report: Report) -> tuple[ReachedTeam, ...]:
    """Return the teams, those with the most issues first. Consumers without a team come last."""
    contacts: dict[str | None, set[str]] = {}
    issues: dict[str | None, dict[str, set[int]]] = {}
    for number, issue in enumerate(report.iterate_issues()):
        for consumer in issue.consumers or ():
            for team, contact in consumer.owners or ((None, None),):
                contacts.setdefault(team, set()).update(() if contact is None else (contact,))
                issues.setdefault(team, {}).setdefault(consumer.name, set()).add(number)
    teams = [
        ReachedTeam(
            team,
            tuple(sorted(contacts[team])),
            tuple(report.teams.get(team, ())) if team is not None else (),
            _sort_by_count((name, numbers) for name, numbers in consumers.items()),
            len(set.union(*consumers.values())),
        )
        for team, consumers in issues.items()
    ]
    return tuple(sorted(teams, key=lambda found: (found.team is None, -found.issues, found.team or "")))


def _sort_by_count(issues: Iterable[tuple[str, Collection[int]]]) -> tuple[tuple[str, int], ...]:
    counts = [(name, len(numbers)) for name, numbers in issues]
    return tuple(sorted(counts, key=lambda counted: (-counted[1], counted[0])))

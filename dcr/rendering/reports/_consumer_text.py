"""Words the declared consumers that an issue reaches, and their teams, the same in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.reach import EVERY_USE
from dcr.report.reached_teams import list_reached_teams
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dcr.compatibility.issue import Issue
    from dcr.compatibility.reach import ReachedConsumer
    from dcr.report.reached_teams import ReachedTeam
    from dcr.report.report import Report

    Escape = Callable[[str], str]

MAX_ON_ONE_LINE = 3
"""Consumers that are named on one line. The others are counted."""
MAX_LISTED = 10
"""Consumers of one issue or team that a format for people lists."""
MAX_TEXT = 100
"""Characters of a name, a team or a contact."""

_MAX_OWNERS = 3


def shorten(text: str) -> str:
    """Return a name with an ellipsis at its end if it is too long to be printed among others."""
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"


def name_consumers(consumers: Sequence[ReachedConsumer], most: int = MAX_ON_ONE_LINE) -> str:
    """Return the names with their owners: `a (finance, #finance-data), b (growth) and 2 more`."""
    return join_words([describe_consumer(consumer) for consumer in consumers[:most]], len(consumers) - most)


def list_descriptions(consumers: Sequence[ReachedConsumer]) -> list[tuple[str, str]]:
    """Return the parts of `name_consumers` that are about one consumer each: its name, and what follows it."""
    descriptions = ((shorten(consumer.name), describe_consumer(consumer)) for consumer in consumers[:MAX_ON_ONE_LINE])
    return [(name, description.removeprefix(name)) for name, description in descriptions]


def describe_consumer(consumer: ReachedConsumer, escape: Escape = shorten, most_owners: int = _MAX_OWNERS) -> str:
    """Return the name, the owners and what is unusual: `a (finance, #finance-data; until 2027-03-31)`."""
    facts = "; ".join([*list_owners(consumer, escape, most_owners), *list_notes(consumer, escape)])
    return f"{escape(consumer.name)} ({facts})" if facts else escape(consumer.name)


def list_owners(consumer: ReachedConsumer, escape: Escape, most: int) -> list[str]:
    """Return the teams with their contacts, the first ones if there are many."""
    owners = [
        f"{escape(owner.team)}, {escape(owner.contact)}" if owner.contact else escape(owner.team)
        for owner in consumer.owners[:most]
    ]
    further = len(consumer.owners) - most
    if further > 0:
        owners.append(f"{further:,} more")
    return owners or ([] if consumer.is_unreadable else ["no owner"])


def list_notes(consumer: ReachedConsumer, escape: Escape) -> list[str]:
    """Return another repository that declares it, until when it uses the dataset, and what is wrong with its file."""
    notes = [f"in {escape(consumer.repository)}"] if consumer.repository else []
    notes += [f"until {escape(consumer.until)}"] if consumer.until else []
    notes += ["the file cannot be read"] if consumer.is_unreadable else []
    return [*notes, "declared on the base, removed in this change"] if consumer.is_removed else notes


def describe_reach(issue: Issue) -> str:
    """Return which declared consumers an issue reaches: `breaks a (finance)`. Empty if none are declared."""
    if issue.consumers is None:
        return ""
    if issue.consumers:
        return f"breaks {name_consumers(issue.consumers)}"
    is_any_use = issue.reach is None or issue.reach.breaks == EVERY_USE
    return f"no declared consumer uses it{'' if is_any_use else ' in a way that breaks'}"


def list_team_lines(report: Report) -> list[str]:
    """Return a line for each team to talk to, the first ones if there are many.

    Empty if the issues name them: if only one of them reaches consumers, and it names each of them.
    """
    reached = [issue.consumers for issue in report.iterate_issues() if issue.consumers]
    if len(reached) < 2 and all(len(consumers) <= MAX_ON_ONE_LINE for consumers in reached):
        return []
    teams = list_reached_teams(report)
    further = len(teams) - MAX_LISTED
    return [*map(describe_team, teams[:MAX_LISTED]), *([f"and {format_count(further, 'more team')}"] * (further > 0))]


def describe_team(team: ReachedTeam, escape: Escape = shorten, escape_handle: Escape = shorten) -> str:
    """Return whom to ask about what: `finance (#finance-data): 2 issues break a (2) and b (1)`.

    The number of a consumer's issues follows its name if the team's consumers differ in it.
    """
    name = "no owner" if team.team is None else escape(team.team)
    addresses = [
        escape_handle(address) if address in team.handles else escape(address)
        for address in team.addresses[:_MAX_OWNERS]
    ]
    counted = team.consumers[:MAX_LISTED]
    names = [f"{escape(name)} ({count:,})" if team.has_counts else escape(name) for name, count in counted]
    consumers = join_words(names, len(team.consumers) - MAX_LISTED)
    verb = "breaks" if team.issues == 1 else "break"
    whom = f"{name} ({', '.join(addresses)})" if addresses else name
    return f"{whom}: {format_count(team.issues, 'issue')} {verb} {consumers}"


def join_words(words: Iterable[str], more: int = 0) -> str:
    """Return words as an enumeration, with the number of those that are left out: `a, b and 2 more`."""
    *first, last = [*words, *([f"{more:,} more"] if more > 0 else [])]
    return f"{', '.join(first)} and {last}" if first else last

"""All issues of a report in their groups; on a very large page lines are folded, and at last left out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dcr.rendering.reports._html.contracts import heading
from dcr.rendering.reports._html.issues import STATES, Shown, anchor_of, article, state_of
from dcr.rendering.reports._html.markup import Markup, block, element
from dcr.rendering.reports._html.sides import evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.rendering.reports._html.groups import Group
    from dcr.report.report import Report

MAX_WITH_LINES = 1_000
"""Issues that are shown with their lines, the worst first; the others name their place."""
MANY = 60
"""Issues from which on lines and rows are folded."""


def listing(report: Report, grouped: list[Group]) -> Markup:
    """Return the issues of each contract, and those of the run."""
    number = sum(len(each.issues) for each in grouped)
    articles = _articles(report, grouped, folded=number >= MANY)
    sections = [
        block(
            "section",
            heading(each, compared=report.base is not None),
            [next(articles) for _ in each.issues],
            id=each.anchor,
            class_="contract",
            aria_labelledby=f"{each.anchor}-title",
        )
        for each in grouped
        if each.issues
    ]
    limit = None
    if number > MAX_WITH_LINES and report.sources is not None:
        words = f"Lines are shown for {MAX_WITH_LINES:,} of {number:,} issues, the worst ones first."
        limit = element("p", words, class_="limit")
    none = element("p", "No issue fits the filters.", id="none", class_="nothing", hidden=True)
    return block("div", limit, sections, none, id="issues", tabindex="-1", class_="many" if number >= MANY else None)


def _articles(report: Report, grouped: list[Group], *, folded: bool) -> Iterator[Markup]:
    """Yield every issue, in the order of the report."""
    found = [(issue, each) for each in grouped for issue in each.issues]
    worst_first = sorted(range(len(found)), key=lambda number: STATES.index(state_of(found[number][0])))
    with_lines = set(worst_first[:MAX_WITH_LINES])
    lines = evidence(report)
    anchors: Counter[str] = Counter()
    for number, (issue, group) in enumerate(found):
        anchor = anchor_of(issue, number + 1)
        anchors[anchor] += 1
        if anchors[anchor] > 1:
            anchor = f"{anchor}-{anchors[anchor]}"
        shown = Shown(issue, anchor, lines(issue, group.contract) if number in with_lines else None, folded)
        yield article(shown, group.anchor, number + 1)

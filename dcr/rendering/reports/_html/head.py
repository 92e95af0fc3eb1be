"""The top of the page: the verdict in one sentence, how many of what, and what was compared with what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.severities import ERROR, WARNING
from dcr.rendering.reports._html.issues import ACCEPTED, STATES, counts
from dcr.rendering.reports._html.markup import Markup, block, element, join
from dcr.rendering.reports._html.sides import head_in_words
from dcr.report.report import UNCHANGED
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from dcr.report.report import Report

BAD, MIND, GOOD, NOTHING = "bad", "mind", "good", "nothing"
_NOUNS = {ERROR: "error", ACCEPTED: "accepted break", WARNING: "warning", "info": "note"}


def outcome(report: Report) -> str:
    """Return how a report ended, as the page colors it."""
    if report.fails or not report.compatible:
        return BAD
    if report.has_no_contracts and not report.issues:
        return NOTHING
    return MIND if report.accepted or report.count_issues(WARNING) else GOOD


def verdict(report: Report) -> str:
    """Return the verdict in a few words."""
    errors, compared = report.count_issues(ERROR), report.base is not None
    if errors:
        if compared:
            return f"Not compatible: {format_count(errors, 'error')}"
        files = {each.path for each in report.contracts if not each.compatible}
        return (
            f"{format_count(errors, 'error')} in {format_count(len(files), 'file')}"
            if files
            else format_count(errors, "error")
        )
    if report.has_no_contracts and not report.issues:
        return "No contract was found"
    if not compared:
        return "No errors" if counts(report.iterate_issues()) else "No issues"
    if report.accepted:
        return f"Compatible, with {format_count(report.accepted, 'accepted break')}"
    return "Compatible"


def banner(report: Report) -> Markup:
    """Return the verdict with everything that belongs to it."""
    numbers = counts(report.iterate_issues())
    chips = [
        element("li", element("b", f"{numbers[each]:,}"), " ", _noun(each, numbers[each]), class_=f"count {each}")
        for each in STATES
        if each in numbers
    ]
    return block(
        "section",
        element("h1", verdict(report), id="verdict"),
        element("p", _sentence(report), class_="lead"),
        element("ul", chips, class_="counts") if chips else None,
        _facts(report),
        class_=f"verdict {outcome(report)}",
        aria_labelledby="verdict",
    )


def _noun(state: str, number: int) -> str:
    return f"{_NOUNS[state]}{'' if number == 1 else 's'}"


def _sentence(report: Report) -> str:
    said = [_scope(report)]
    if report.non_contracts:
        said.append(
            f"{format_count(report.non_contracts, 'file')} in scope {_is(report.non_contracts)} and left alone."
        )
    if report.fail_on == "never" and not report.compatible:
        said.append("The run passes all the same, since it was told to fail on nothing.")
    elif report.fails and report.compatible:
        said.append("The run fails all the same, since it was told to fail on warnings.")
    return " ".join(said)


def _is(number: int) -> str:
    return "is no contract" if number == 1 else "are no contracts"


def _scope(report: Report) -> str:
    if report.has_no_contracts:
        return (
            f"None of {format_count(report.files, 'file')} in scope holds a contract."
            if report.base
            else "There was nothing to validate."
        )
    if report.base is None:
        total = report.total or 0
        clean = total - len({each.path for each in report.contracts})
        return f"{format_count(total, 'contract')} read, {max(clean, 0):,} of them without anything to say about."
    if not report.changed and report.total is not None:
        return f"{format_count(report.total, 'contract')}, and none of them changed in meaning."
    gone = " Nothing that could be read before breaks." if report.compatible and not report.accepted else ""
    files = {each.path for each in report.contracts if each.change != UNCHANGED}
    if len(files) != report.changed:
        return f"{report.changed:,} datasets changed, in {format_count(len(files), 'file')}.{gone}"
    if report.total is None:
        return f"{format_count(report.changed, 'contract')} changed, among {format_count(report.files, 'file')}.{gone}"
    return f"{report.changed:,} of {format_count(max(report.total, report.changed), 'contract')} changed.{gone}"


def _facts(report: Report) -> Markup:
    base = report.base
    facts: list[tuple[str, Markup]] = []
    if base:
        facts.append(("Compared with", join(_code(base.ref), " ", _quiet(f"from {base.source}"))))
        facts.append(("Base commit", _commit(base.commit)))
        if base.merge_base != base.commit:
            facts.append(("Merge-base", _commit(base.merge_base)))
        facts += [("Merge-base", _commit(each)) for each in base.others]
        judged = head_in_words(report.head)
        facts.append(("Judged", join(f"{judged}, merged with {base.ref}" if report.merged else judged)))
        if report.uncommitted:
            facts.append(("Not judged", join(f"{format_count(report.uncommitted, 'file')} with uncommitted changes")))
    facts.append(("Policy", join(report.policy)))
    facts.append(("Fails on", join("nothing" if report.fail_on == "never" else f"{report.fail_on}s")))
    parts = [element("div", element("dt", name), element("dd", value)) for name, value in facts]
    return block("dl", parts, class_="facts")


def _code(words: str) -> Markup:
    return element("code", words)


def _commit(commit: str) -> Markup:
    return element("code", commit[:12], title=commit if len(commit) > 12 else None)


def _quiet(words: str) -> Markup:
    return element("span", words, class_="quiet")

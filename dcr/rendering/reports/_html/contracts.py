"""The contracts of a report: one line each at the top, and above its issues what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.semver import BUMPS
from dcr.compatibility.severities import ERROR, WARNING
from dcr.rendering.reports._html.issues import counts
from dcr.rendering.reports._html.markup import Markup, block, element, hidden, join
from dcr.report.report import RENAMED, UNCHANGED
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from dcr.rendering.reports._html.groups import Group
    from dcr.report.report import ContractReport

MANY = 30
"""Contracts from which on their list is folded."""


def overview(grouped: list[Group], *, compared: bool) -> Markup | None:
    """Return a line for each contract that there is something to say about, linked to its issues."""
    lines = [_line(each, each.contract, compared=compared) for each in grouped if each.contract and each.is_listed]
    if not lines:
        return None
    listed = block("ul", lines, class_="contracts" if compared else "contracts linted")
    if len(lines) > MANY:
        listed = block("details", element("summary", f"Show all {len(lines):,}"), listed)
    title = "Changed contracts" if compared else "Contracts with issues"
    heading = element("h2", title, " ", element("span", f"{len(lines):,}", class_="number"), id="contracts")
    return block("nav", heading, listed, aria_labelledby="contracts", class_="overview")


def heading(group: Group, *, compared: bool) -> Markup:
    """Return what stands above the issues of a contract, or of the run."""
    title, contract = element("h2", group.name, id=f"{group.anchor}-title"), group.contract
    if contract is None:
        return block("header", title)
    facts = [each for each in (_versions(contract), *_facts(contract, compared=compared)) if each]
    return block(
        "header", title, element("p", element("code", contract.path), class_="path"),
        element("ul", [element("li", each) for each in facts], class_="became") if facts else None,
    )  # fmt: skip


def _line(group: Group, contract: ContractReport, *, compared: bool) -> Markup:
    numbers = counts(group.issues)
    link = element("a", group.name, href=f"#{group.anchor}") if group.issues else element("span", group.name)
    chips = [element("span", _counted(number, state), class_=f"badge {state}") for state, number in numbers.items()]
    if not chips:
        chips = [element("span", "no issues", class_="badge good")]
    versions = element("span", _versions(contract), class_="fact")
    change = element("span", _change(contract), class_="fact") if compared else None
    return element("li", element("span", link, class_="name"), versions, change, element("span", chips, class_="chips"))


def _counted(number: int, state: str) -> str:
    return f"{number:,} {state}" if state not in (ERROR, WARNING) else format_count(number, state)


def _versions(contract: ContractReport) -> Markup | None:
    versions = [each for each in (contract.previous, contract.proposed) if each]
    if not versions:
        return None
    if len(versions) == 1 or versions[0] == versions[1]:
        return element("code", versions[0])
    arrow = join(element("span", " \u2192 ", aria_hidden="true"), hidden(" to "))
    return join(element("code", versions[0]), arrow, element("code", versions[1]))


def _change(contract: ContractReport) -> str:
    moved = contract.change == RENAMED and contract.previous_path
    return f"renamed from {moved}" if moved else contract.change


def _facts(contract: ContractReport, *, compared: bool) -> list[Markup | None]:
    if not compared:
        return []
    mode = join("mode ", element("b", contract.mode)) if contract.mode and contract.change != UNCHANGED else None
    return [join(_change(contract)), mode, _bump(contract)]


def _bump(contract: ContractReport) -> Markup | None:
    """Return the bump that is owed and the one that was taken."""
    owed, taken = contract.required_bump, contract.actual_bump or "none"
    if owed == "none":
        return None
    enough = taken in BUMPS and BUMPS.index(taken) >= BUMPS.index(owed)
    said = join("owes ", element("b", owed.upper()), ", took ", element("b", taken.upper()))
    return element(
        "span",
        said,
        hidden("" if enough else ", which is too little"),
        class_=f"bump {'enough' if enough else 'short'}",
    )

"""One page for people: every issue beside the lines of both versions, in one file that loads nothing.

Its style and its script stand in it, are the same for every report, and are named by their hashes in a Content
Security Policy that forbids everything else. What somebody wrote in a contract passes through `_html/markup.py`.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from dcr.rendering.reports._html.contracts import overview
from dcr.rendering.reports._html.filters import filters
from dcr.rendering.reports._html.groups import groups
from dcr.rendering.reports._html.head import BAD, GOOD, banner, outcome, verdict
from dcr.rendering.reports._html.listing import listing
from dcr.rendering.reports._html.manuals import manuals
from dcr.rendering.reports._html.markup import Markup, block, element
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.rendering.style import Style
    from dcr.report.report import Report

NEEDS_SOURCES = True


def render(report: Report, _style: Style) -> str:
    """Return the page, in ASCII: whatever writes it, and wherever it is put, no character gets lost."""
    style, script = _part("page.css"), _part("page.js")
    head = block(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_rules(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{verdict(report)} \u00b7 dcr"),
        element("link", rel="icon", href=_icon(outcome(report))),
        element("style", Markup(style)),
    )
    body = block("body", *_body(report), element("script", Markup(script)))
    page = f"<!doctype html>\n{block('html', head, body, lang='en')}\n"
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _part(name: str) -> str:
    return files("dcr.rendering.reports._html").joinpath(name).read_text("ascii")


def _rules(style: str, script: str) -> str:
    """Return the policy that lets this style and this script in, and nothing else (W3C CSP3, hash sources)."""
    hashes = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in (style, script)]
    allowed = f"style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; img-src data:"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _icon(ended: str) -> str:
    color = {BAD: "b3261e", GOOD: "1b6e3c"}.get(ended, "8a5a00")
    circle = f"%3Ccircle cx='8' cy='8' r='7' fill='%23{color}'/%3E"
    return f"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E{circle}%3C/svg%3E"


def _body(report: Report) -> Iterator[Markup | None]:
    issues = list(report.iterate_issues())
    yield element("a", "Skip to the issues", href="#issues", class_="skip")
    yield block(
        "header", element("p", element("b", "dcr"), " ", "check" if report.base else "lint", class_="brand"), _themes(),
        class_="top",
    )  # fmt: skip
    grouped = groups(report)
    listed = listing(report, grouped) if issues else _nothing(report)
    aside = block("div", filters(grouped), class_="beside") if issues else None
    yield block(
        "main",
        banner(report),
        overview(grouped, compared=report.base is not None),
        block("div", aside, listed, class_="columns" if issues else None),
        manuals(issue.kind for issue in issues),
    )
    made = f"Made by dcr {__version__}. This file loads nothing and sends nothing."
    yield element("footer", element("p", made))


def _themes() -> Markup:
    choices = [
        element(
            "label",
            element("input", type="radio", name="theme", value=value, checked=not value),
            element("span", words),
        )
        for value, words in (("", "System"), ("light", "Light"), ("dark", "Dark"))
    ]
    return block("fieldset", element("legend", "Colors", class_="unseen"), choices, id="themes", hidden=True)


def _nothing(report: Report) -> Markup:
    looked = not report.has_no_contracts
    words = "No rule had anything to say. Nothing to do here." if looked else "Nothing was looked at."
    return block(
        "section", element("h2", "Issues", class_="unseen"), element("p", words), id="issues", class_="nothing"
    )

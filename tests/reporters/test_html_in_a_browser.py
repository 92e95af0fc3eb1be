"""The HTML report in a real Chromium: as it looks, loads, is used with a keyboard, heard and printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from browsers import assert_clean, choose, expect, overflow, press, watch_pages
from html_pages import SHOWN, with_sources
from sample_reports import BUMP, FRESHNESS, POLICY, REPORTS, UNIQUE, USERS, contract, report
from test_hostile_names import HOSTILE, hostile_report
from test_html import MARKUP, large

from dcr.rendering.reports import load_reporter
from dcr.rendering.reports.html import MIN_FOLDED_ISSUES
from dcr.rendering.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from dcr.report.report import Report

WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 360, "height": 740}
EVERYTHING = with_sources(
    report(*REPORTS["breaks"].contracts, *REPORTS["accepted"].contracts, *REPORTS["lint"].contracts, issues=(POLICY,))
)


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Open a report; only its own file is requested."""
    file = tmp_path / "report.html"
    with watch_pages(browser, WIDE, lambda address: address.partition("#")[0] == file.as_uri()) as open_page:

        def show_report(shown: Report, *, at: str = "", **options: Any) -> Page:
            file.write_text(load_reporter("html").render(shown, Style()), "ascii")
            return open_page(file.as_uri() + at, **options)

        yield show_report


def shown_issues(page: Page) -> list[str]:
    return page.locator(".issue:visible").evaluate_all("all => all.map(each => each.id)")


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", WIDE), ("dark", NARROW)])
def test_it_is_clean_to_axe_in_both_colors_and_at_two_widths(
    show: Callable[..., Page], scheme: str, size: dict[str, int]
) -> None:
    assert_clean(show(EVERYTHING, color_scheme=scheme, viewport=size))


@pytest.mark.parametrize("name", ["lint", "lint-clean", "no-contracts", "compatible", "consumers"])
def test_other_pages_are_clean_to_axe_too(show: Callable[..., Page], name: str) -> None:
    assert_clean(show(SHOWN[name]))


def test_it_has_the_colors_that_the_system_asks_for(show: Callable[..., Page]) -> None:
    for scheme in ("light", "dark"):
        page = show(SHOWN["unchanged"], color_scheme=scheme)
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", background)[:3])) > 380) is (scheme == "light")


def test_an_unfolded_page_is_clean_to_axe_too(show: Callable[..., Page], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcr.rendering.reports.html.MIN_FOLDED_ISSUES", 5)
    page = show(SHOWN["breaks"])
    page.get_by_role("button", name="Unfold all").click()
    page.locator(".manuals summary").first.click()
    assert_clean(page)


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_no_page_scrolls_sideways_on_a_phone(show: Callable[..., Page], script: bool) -> None:
    for name in ("breaks", "accepted", "long", "lint", "consumers"):
        page = show(SHOWN[name], viewport=NARROW, java_script_enabled=script)
        for width in (360, 320) if script else (360,):
            page.set_viewport_size({"width": width, "height": 740})
            assert overflow(page) == 0, (name, width)


def test_versions_stand_side_by_side_with_room_and_stacked_without(show: Callable[..., Page]) -> None:
    for size, beside in ((WIDE, True), (NARROW, False)):
        page = show(SHOWN["breaks"], viewport=size)
        boxes = [page.locator(f".issue .{side}").first.bounding_box() for side in ("previous", "proposed")]
        (left, right) = [box for box in boxes if box]
        assert (left["x"] + left["width"] <= right["x"]) is beside
        assert (left["y"] + left["height"] <= right["y"]) is not beside


def test_a_screenshot_shows_what_the_system_asks_for(show: Callable[..., Page], tmp_path: Path) -> None:
    pictures = {
        (scheme, size["width"]): show(SHOWN["breaks"], color_scheme=scheme, viewport=size).screenshot()
        for scheme in ("light", "dark")
        for size in (WIDE, NARROW)
    }
    assert len(set(pictures.values())) == 4
    assert all(len(each) > 10_000 for each in pictures.values())


def test_filters_are_used_with_the_keyboard_alone(show: Callable[..., Page]) -> None:
    page = show(SHOWN["breaks"])
    told = page.locator("#shown")
    expect(told).to_have_text("6 of 6 issues")
    everything = shown_issues(page)
    press(page, "Tab", page.get_by_role("checkbox", name="error"))
    page.keyboard.press("Space")
    expect(told).to_have_text("1 of 6 issues")
    assert page.locator(".issue:visible").get_attribute("data-state") == "warning"
    assert page.locator(".contract:visible").count() == 1
    page.keyboard.press("Space")
    expect(told).to_have_text("6 of 6 issues")
    choose(page, page.get_by_label("Kind", exact=True), "field_removed")
    expect(told).to_have_text("1 of 6 issues")
    expect(page.locator(".issue:visible h3")).to_have_text("field 'ltv' was removed")
    press(page, "Tab", page.get_by_role("button", name="Clear filters"))
    page.keyboard.press("Enter")
    expect(told).to_have_text("6 of 6 issues")
    choose(page, page.get_by_label("Contract", exact=True), "commerce.orders", by="Shift+Tab")
    expect(told).to_have_text("2 of 6 issues")
    press(page, "Tab", page.get_by_label("Text", exact=True))
    page.keyboard.type("PLAN trial")
    expect(told).to_have_text("1 of 6 issues")
    page.keyboard.type(" nowhere")
    expect(told).to_have_text("0 of 6 issues")
    expect(page.get_by_text("No issue matches the filters.")).to_be_visible()
    page.keyboard.press("Enter")
    press(page, "Tab", page.get_by_role("button", name="Clear filters"))
    page.keyboard.press("Space")
    expect(told).to_have_text("6 of 6 issues")
    assert shown_issues(page) == everything


def test_the_first_key_offers_to_skip_to_the_issues(show: Callable[..., Page]) -> None:
    page = show(SHOWN["breaks"])
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the issues")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.evaluate("document.getElementById('issues').contains(document.activeElement)")
    assert inside, "the next stop is inside the issues"


def test_whoever_has_the_focus_is_outlined(show: Callable[..., Page]) -> None:
    page = show(SHOWN["breaks"])
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        name, width = page.evaluate(
            "(() => { const at = document.activeElement, drawn = at.name === 'theme' ? at.nextElementSibling : at;"
            " return [at.tagName, parseFloat(getComputedStyle(drawn).outlineWidth)]; })()"
        )
        seen.add(name)
        assert name == "BODY" or width >= 2, name
    assert seen >= {"A", "INPUT", "SELECT", "BUTTON"}


def test_a_reader_of_the_screen_finds_landmarks_and_headings(show: Callable[..., Page]) -> None:
    page = show(SHOWN["breaks"])
    for role in ("banner", "main", "navigation", "search", "contentinfo"):
        assert page.get_by_role(role).count() == 1, role
    assert page.get_by_role("heading", level=1).all_inner_texts() == ["Not compatible: 5 errors"]
    assert page.get_by_role("heading", level=2).count() == 3 + 3
    assert page.get_by_role("article", name="field 'ltv' was removed").count() == 1
    here = page.get_by_role("article", name="field 'ltv' was removed").locator(".previous mark")
    assert "the issue is here" in (here.text_content() or "")


def test_colors_are_chosen_and_remembered(show: Callable[..., Page]) -> None:
    page = show(SHOWN["breaks"], color_scheme="light")

    def dark() -> bool:
        return page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is False and (
            page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
        )

    assert not dark()
    press(page, "Tab", page.get_by_role("radio", name="System"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    assert dark()
    page.reload()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    assert dark()
    page.get_by_role("radio", name="System").check()
    assert not dark()


def test_a_link_to_an_issue_leads_to_it_whatever_is_filtered_and_folded(show: Callable[..., Page]) -> None:
    shown = large(40)
    anchor = f"issue-{next(iter(shown.contracts[1].issues)).fingerprint}-2"
    page = show(shown, at=f"#{anchor}")
    issue = page.locator(f"#{anchor}")
    expect(issue).to_be_in_viewport()
    expect(issue.locator(".excerpts")).to_be_visible()
    page.get_by_label("Text", exact=True).fill("no such words")
    expect(issue).to_be_hidden()
    page.evaluate("location.hash = ''")
    page.evaluate(f"location.hash = '{anchor}'")
    expect(issue).to_be_in_viewport()
    expect(page.locator("#shown")).to_have_text("80 of 80 issues")
    kind = issue.locator(".kind").get_attribute("href") or ""
    issue.locator(".kind").click()
    expect(page.locator(kind).get_by_text("Why it breaks")).to_be_visible()


def test_what_to_do_can_be_copied(show: Callable[..., Page]) -> None:
    page = show(SHOWN["breaks"], permissions=["clipboard-read", "clipboard-write"])
    button = page.locator("article", has_text="version went from").get_by_role("button", name="Copy the hint")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied the hint")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == 'write version: "2.0.0"'


def test_everything_is_there_without_a_script(show: Callable[..., Page]) -> None:
    page = show(SHOWN["breaks"], java_script_enabled=False)
    assert page.locator(".issue:visible").count() == 6
    assert page.locator(".excerpts:visible").count() == 5, "one of the six points nowhere"
    assert page.locator("form:visible, button:visible, #themes:visible").count() == 0
    page.locator(".manuals summary").first.click()
    expect(page.locator(".manuals h4").first).to_be_visible()


def test_in_a_sandbox_as_build_servers_put_one_around_a_file_nothing_is_lost(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(load_reporter("html").render(SHOWN["breaks"], Style()), "ascii")
    (tmp_path / "frame.html").write_text(
        '<!doctype html><title>x</title><iframe sandbox="allow-scripts" width=1000 height=900 src="report.html">'
    )
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "frame.html").as_uri())
    frame = page.frame_locator("iframe")
    frame.get_by_label("Text", exact=True).fill("ltv")
    expect(frame.locator("#shown")).to_have_text("1 of 6 issues")
    frame.locator("#themes label", has_text="Dark").click()
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    assert errors == []
    page.close()


def test_nothing_moves_for_those_who_asked_for_it(show: Callable[..., Page]) -> None:
    for motion, duration in (("reduce", "0s"), ("no-preference", "0.15s, 0.15s, 0.15s")):
        page = show(SHOWN["breaks"], reduced_motion=motion)
        moving = "node => getComputedStyle(node).transitionDuration"
        assert page.locator(".copy").first.evaluate(moving) == duration


def test_it_prints_everything_and_nothing_that_needs_a_screen(show: Callable[..., Page]) -> None:
    page = show(large(MIN_FOLDED_ISSUES // 2), color_scheme="dark")
    small = len(page.pdf(format="A4"))
    assert small > 100_000
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".excerpts:visible").count() == MIN_FOLDED_ISSUES
    assert page.locator("form:visible, button:visible, #themes:visible, .skip:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.locator(".excerpts:visible").count() == 0


HOSTILE_TEXTS = [*MARKUP.values(), HOSTILE["lone surrogates"], HOSTILE["bidi"], HOSTILE["5,000 characters"]]


def test_hostile_names_do_nothing(show: Callable[..., Page]) -> None:
    def made(text: str) -> tuple[str, int]:
        lines = tuple([text] * 5)
        page = show(with_sources(hostile_report(text), lines, lines), viewport=NARROW)
        page.get_by_label("Text", exact=True).fill(text[:40])
        page.get_by_label("Contract", exact=True).select_option(index=1)
        expect(page.locator("#shown")).to_have_text(re.compile("^[0-3] of 3 issues$"))
        assert page.title() == "Not compatible: 1 error \u00b7 dcr"
        assert overflow(page) == 0
        names = page.evaluate("[...new Set([...document.querySelectorAll('*')].map(node => node.tagName))].sort()")
        handlers = page.evaluate(
            "[...document.querySelectorAll('*')].flatMap(node => node.getAttributeNames())"
            ".filter(name => name.startsWith('on') || name === 'style').length"
        )
        return names, handlers

    usual = made("x")
    assert usual[1] == 0
    for text in HOSTILE_TEXTS:
        assert made(text) == usual, text


def test_a_large_report_answers_at_once(show: Callable[..., Page]) -> None:
    issues = [BUMP, FRESHNESS, UNIQUE]
    many = [
        contract(f"shop.c{n}", USERS, *(each._replace(fingerprint=f"{n:08x}{k:08x}") for k, each in enumerate(issues)))
        for n in range(400)
    ]
    page = show(with_sources(report(*many, total=400)))
    told = page.locator("#shown")
    expect(told).to_have_text("1,200 of 1,200 issues")
    page.locator("#filter-text").fill("shop.c399 sku")
    expect(told).to_have_text("1 of 1,200 issues")
    expect(page.locator(".issue:visible")).to_be_in_viewport()

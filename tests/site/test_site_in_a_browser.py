"""The site in a real Chromium, from plain files: search, filters, comparison, colors, phones, screen readers."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from browsers import assert_clean, choose, expect, overflow, press, watch_pages
from site_pages import NARROW, WIDE
from site_story import Story, copy_story, shared_story

from dcr.site.links import FileLinks, get_comparison_path, get_consumer_path, get_dataset_path
from dcr.site.pages import build_search_entry, render_datasets
from dcr.site.views.commits import CommitView
from dcr.site.views.registry import DatasetRow, RegistryHeader, RegistryView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

USERS, COMPARISON = "datasets/users.daily_active.html", "compare/users.daily_active.html"
CONSUMER = "consumers/growth.export.html"
HOSTILE = [
    "<script>document.title='pwned'</script>",
    "</script><img src=x onerror=alert(1)>",
    "'\"&amp;${x}",
    "\\u003c",
]


@pytest.fixture
def show(browser: Browser, site: Path) -> Iterator[Callable[..., Page]]:
    """Open a page of the site; only files are requested."""
    with watch_pages(browser, WIDE, lambda address: address.startswith("file://")) as open_page:
        yield lambda path, *, root=site, **options: open_page(f"{root.as_uri()}/{path}", **options)


def shown(page: Page) -> list[str]:
    return page.locator("#results .name").all_inner_texts()


@pytest.mark.parametrize(
    "path", ["index.html", USERS, COMPARISON, "owners.html", "audit.html", CONSUMER, "consumers.html"]
)
@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", NARROW)], ids=["light wide", "dark phone"])
def test_a_page_is_clean_to_axe_and_does_not_scroll_sideways(
    show: Callable[..., Page], path: str, scheme: str, size: dict[str, int]
) -> None:
    page = show(path, color_scheme=scheme, viewport=size)
    assert_clean(page, preload=False)
    assert overflow(page) == 0
    page.set_viewport_size({"width": 320, "height": 700})
    assert overflow(page) == 0


@pytest.mark.parametrize("path", ["index.html", USERS, COMPARISON, CONSUMER, "consumers.html"])
def test_a_page_is_clean_to_axe_dark_and_wide_and_light_on_a_phone(show: Callable[..., Page], path: str) -> None:
    page = show(path, color_scheme="dark")
    assert_clean(page, preload=False)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    assert_clean(page, preload=False)


def test_datasets_are_found_with_the_keyboard_alone(show: Callable[..., Page]) -> None:
    page = show("index.html")
    found, text = page.locator("#found"), page.get_by_label("Search", exact=True)
    expect(found).to_have_text("17 of 17 datasets")
    press(page, "Tab", text)
    page.keyboard.type("ACTIVE user")
    expect(found).to_have_text("2 of 17 datasets")
    assert shown(page) == ["users.daily_active", "users.weekly_active"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="users.daily_active")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("users.daily_active")
    page.go_back()
    expect(page.locator("#found")).to_have_text("2 of 17 datasets")
    assert page.get_by_label("Search", exact=True).input_value() == "ACTIVE user"


def test_a_dataset_is_found_by_the_name_of_a_field(show: Callable[..., Page]) -> None:
    page = show("index.html")
    page.get_by_label("Search", exact=True).fill("datasets_written")
    assert shown(page) == ["platform.job_runs"]
    expect(page.locator("#results code")).to_have_text("datasets_written")


def test_filters_are_used_with_the_keyboard_and_stay_in_the_address(show: Callable[..., Page]) -> None:
    page = show("index.html")
    found = page.locator("#found")
    choose(page, page.get_by_label("Owner"), "growth-platform")
    expect(found).to_have_text("5 of 17 datasets")
    choose(page, page.get_by_label("Status"), "deprecated")
    expect(found).to_have_text("1 of 17 datasets")
    assert shown(page) == ["growth.signups"]
    assert page.url.endswith("#owner=growth-platform&status=deprecated")
    press(page, "Tab", page.get_by_role("button", name="Clear"))
    page.keyboard.press("Enter")
    expect(found).to_have_text("17 of 17 datasets")
    page.goto(page.url.partition("#")[0] + "#format=odcs&domain=commerce&owner=nobody")
    expect(found).to_have_text("1 of 17 datasets")
    assert shown(page) == ["commerce.returns/returns"]
    page.evaluate("location.hash = 'q=%zz&status=removed'")
    expect(found).to_have_text("0 removed datasets")
    expect(page.get_by_text("No dataset matches.")).to_be_visible()
    page.evaluate("location.hash = 'status=removed'")
    expect(found).to_have_text("1 removed dataset")


def test_any_two_versions_are_compared_with_the_keyboard(show: Callable[..., Page]) -> None:
    page = show(USERS)
    press(page, "Tab", page.get_by_role("link", name="Compare versions"))
    page.keyboard.press("Enter")
    summary = page.locator("#summary")
    expect(summary).to_contain_text("\u2192 2.0.0: 1 field removed")
    choose(page, page.get_by_label("Previous version"), "1.0.0")
    expect(summary).to_have_text("1.0.0 \u2192 2.0.0: 1 field added, 1 field removed, 1 field changed")
    table = page.locator("table", has_text="plan")
    assert table.get_by_role("columnheader").all_inner_texts()[1:] == ["1.0.0", "2.0.0"]
    expect(table.locator("del")).to_have_text("free, pro, enterprise")
    expect(table.locator("ins")).to_have_text("free, pro, team, enterprise")
    expect(page.locator("#steps .reason")).to_contain_text("Accepted: its readers use finance.customer_value")
    assert "from=1.0.0&to=2.0.0" in page.url
    press(page, "Tab", page.get_by_role("checkbox", name="Show equal values"))
    page.keyboard.press("Space")
    expect(page.locator("table")).to_have_count(8)
    press(page, "Tab", page.get_by_role("button", name="Swap"))
    page.keyboard.press("Enter")
    expect(summary).to_have_text("2.0.0 \u2192 1.0.0: 1 field added, 1 field removed, 1 field changed")
    expect(page.locator("#steps")).to_be_hidden()
    page.reload()
    expect(summary).to_contain_text("2.0.0 \u2192 1.0.0")


def test_versions_are_next_to_each_other_on_a_phone_too(show: Callable[..., Page]) -> None:
    page = show(f"{COMPARISON}#from=1.0.0&to=2.0.0", viewport=NARROW)
    cells = page.locator("tr", has_text="values").locator("td")
    boxes = [cells.nth(number).bounding_box() for number in (0, 1)]
    left, right = [box for box in boxes if box]
    assert left["x"] + left["width"] <= right["x"] + 1
    assert abs(left["y"] - right["y"]) < 1


def test_a_screen_reader_finds_landmarks_headings_and_the_current_page(show: Callable[..., Page]) -> None:
    page = show("index.html")
    for role in ("banner", "main", "search", "contentinfo"):
        assert page.get_by_role(role).count() == 1, role
    assert page.get_by_role("navigation", name="Pages").get_by_role("link").all_inner_texts() == [
        "Datasets",
        "Owners",
        "Consumers",
        "Audit",
    ]
    assert page.locator("[aria-current=page]").all_inner_texts() == ["Datasets"]
    assert page.get_by_role("status").count() == 1
    page.goto(page.url.replace("index.html", USERS))
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["Fields 6", "Consumers 2", "History"]


def test_the_first_key_offers_to_skip_to_the_content(show: Callable[..., Page]) -> None:
    for path, name in (
        ("index.html", "datasets"),
        (USERS, "fields"),
        (COMPARISON, "comparison"),
        (CONSUMER, "datasets"),
    ):
        page = show(path)
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name=f"Skip to the {name}")
        expect(skip).to_be_focused()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == (skip.get_attribute("href") or "")[1:]


def test_a_site_without_a_script_shows_every_dataset_and_its_fields(show: Callable[..., Page]) -> None:
    page = show("index.html", java_script_enabled=False)
    assert page.locator("form:visible, button:visible, #themes:visible").count() == 0
    page.get_by_role("main").get_by_role("link", name="page of owners").click()
    assert page.locator("#owners a[href^=datasets]").count() >= 17
    page.get_by_role("link", name="users.daily_active").first.click()
    assert page.locator(".tree .name:visible").count() == 6
    assert page.locator(".entry:visible").count() == 5


def test_colors_are_chosen_once_for_all_pages(show: Callable[..., Page]) -> None:
    page = show("index.html", color_scheme="light")
    page.get_by_role("radio", name="Dark").check(force=True)
    page.goto(page.url.partition("#")[0].replace("index.html", USERS))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def hostile_contract(dataset_id: str, text: str, version: str) -> str:
    """Return a contract with a text in every place that takes one."""
    written = json.dumps(text)
    names = (text, "more") if version == "2.0.0" else (text,)
    fields = [
        f"  - {{name: {json.dumps(name)}, type: string, enum: [{written}], description: {written}}}\n" for name in names
    ]
    head = f'dataset_id: {json.dumps(dataset_id)}\nversion: "{version}"\ndescription: {written}\n'
    return f"{head}owners: [{{team: {written}, contact: {written}}}]\nfields:\n{''.join(fields)}"


def hostile_consumer(name: str, text: str, dataset_id: str) -> str:
    """Return a consumer file with a text in every place that takes one."""
    written = json.dumps(text)
    head = f"consumer: {json.dumps(name)}\ndescription: {written}\nowners: [{{team: {written}, contact: {written}}}]\n"
    use = f"dataset: {json.dumps(dataset_id)}, fields: [{written}], values: {{{written}: [{written}]}}"
    return f"{head}uses: [{{{use}}}]\n"


def test_hostile_text_of_contracts_consumers_and_commits_does_nothing(
    show: Callable[..., Page], tmp_path: Path
) -> None:
    made = copy_story(tmp_path)
    ids = [f"{text}{number}" for number, text in enumerate(HOSTILE)]
    for dataset_id, text in zip(ids, HOSTILE, strict=True):
        for version in ("1.0.0", "2.0.0"):
            path = f"contracts/hostile-{ids.index(dataset_id)}.yaml"
            made.commit(text, {path: hostile_contract(dataset_id, text, version)}, author='"&amp;Mallory')
        made.commit(text, {path.replace("contracts/", "consumers/"): hostile_consumer(text, text, dataset_id)})
    out = tmp_path / "out"
    made.build(out)
    page = show("index.html", root=out)
    tags = "[...new Set([...document.querySelectorAll('*')].map(node => node.tagName))]"
    for dataset_id in ids:
        page.get_by_label("Search", exact=True).fill(dataset_id[:24])
        assert dataset_id in shown(page)
    assert "IMG" not in page.evaluate(tags)
    for dataset_id in ids:
        for path in (get_dataset_path(dataset_id), get_comparison_path(dataset_id)):
            page.goto((out / path).as_uri())
            assert page.title() == f"{'Compare versions of ' if 'compare' in path else ''}{dataset_id} \u00b7 dcr"
            assert page.get_by_role("main").get_by_text(dataset_id, exact=True).count() == 1
            assert "IMG" not in page.evaluate(tags)
            assert page.locator("body script").count() == (2 if "compare" in path else 1)
            assert overflow(page) == 0
    for text in HOSTILE:
        page.goto((out / get_consumer_path(text)).as_uri())
        assert page.title() == f"{text} \u00b7 dcr"
        expect(page.get_by_role("heading", level=1)).to_have_text(text)
        assert "IMG" not in page.evaluate(tags)
        assert page.locator("body script").count() == 1
        assert overflow(page) == 0


def test_ten_thousand_datasets_are_searched_at_once(show: Callable[..., Page], tmp_path: Path) -> None:
    links = FileLinks("index.html")
    commit = CommitView("", "", "2026-01-01", "Ana", "")
    rows = tuple(
        DatasetRow(
            f"domain{n % 20}.table_{n:05}",
            f"domain{n % 20}",
            "1.0.0",
            "active",
            "native",
            ((f"team{n % 99}", None),),
            commit,
        )
        for n in range(10_000)
    )
    fields = " ".join(f"column_number_{n}" for n in range(20))
    entries = [build_search_entry(row, links, "one row for each event", fields) for row in rows]
    view = RegistryView(RegistryHeader("main", "0" * 40), rows, (), 0, True)
    out = shutil.copytree(shared_assets(tmp_path), tmp_path / "many")
    (out / "index.html").write_text(render_datasets(view, entries, links), "ascii")
    page = show("index.html", root=out)
    expect(page.locator("#found")).to_have_text("10,000 of 10,000 datasets")
    assert page.locator("#results li").count() == 100
    spent = page.evaluate(
        "() => { const at = performance.now(), box = document.getElementById('search-text'); box.value = 'table_09';"
        " box.dispatchEvent(new Event('input', {bubbles: true})); return performance.now() - at; }"
    )
    expect(page.locator("#found")).to_have_text("1,000 of 10,000 datasets")
    assert spent < 1_000, "milliseconds, on a machine that may be busy"
    page.get_by_role("button", name="Show 100 more of 900").click()
    assert page.locator("#results li").count() == 200
    assert page.evaluate("document.activeElement.closest('li') === document.querySelectorAll('#results li')[100]")


def shared_assets(folder: Path) -> Path:
    """Return a folder with the assets of a site."""
    made: Story = shared_story()
    made.build(folder / "whole")
    (folder / "empty").mkdir()
    shutil.copytree(folder / "whole/assets", folder / "empty/assets")
    return folder / "empty"

"""The pages as a strict parser sees them: valid, complete, and closed to the text of contracts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from site_pages import HOSTILE, Page, assert_lines_are_harmless, skeleton

from dcr.site.embedded_json import dump_json
from dcr.site.links import FileLinks, ServerLinks
from dcr.site.pages import (
    CONTENT_SECURITY_POLICY,
    MAX_DESCRIPTION,
    MAX_FIELD_NAMES,
    build_search_entry,
    build_search_text,
    render_audit,
    render_comparison,
    render_consumer,
    render_consumers,
    render_dataset,
    render_datasets,
    render_owners,
    shorten_search_text,
)
from dcr.site.views.audit import AuditPage, AuditSummary, TransitionView
from dcr.site.views.commits import CommitView
from dcr.site.views.consumers import ConsumerRow, ConsumerView, Declaration, Mark, UsedDatasetView
from dcr.site.views.dataset import DatasetView
from dcr.site.views.fields import FieldView, OriginView, RemovedFieldView
from dcr.site.views.owners import OwnedDataset, OwnerView
from dcr.site.views.registry import DatasetRow, RegistryHeader, RegistryView, UnreadableFile
from dcr.site.views.terms import TermGroup
from dcr.site.views.timeline import BumpView, IssueView, TimelineEntry
from dcr.site.views.uses import UseView, view_dataset_uses
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dcr.site.links import PageLinks

every_hostile_text = pytest.mark.parametrize("name", HOSTILE)


def dataset_view(text: str) -> DatasetView:
    """Return a dataset that has a text wherever a contract or a commit may bring one."""
    commit = CommitView("0" * 40, "0" * 10, text, text, text)
    issue = IssueView("accepted", "field_removed", text, text, "consumers", text, text, text)
    origin = OriginView(text, "0" * 10)
    pairs = ((text, text),)
    leaf = FieldView(text, text, text, True, True, True, text, (text, text), pairs, pairs, origin, origin, ())
    field = leaf._replace(children=(leaf,))
    entry = TimelineEntry(text, "active", text, commit, BumpView("major", "none", False), (issue,), (text,), text, 1)
    comparison: dict[str, Any] = {
        "versions": [{"label": each, "day": text, "head": 0, "fields": [[text, 0]]} for each in (text, f"{text}!")],
        "records": [[[text, text]]],
        "changes": {"1": {"bump": ["major", "none", False], "issues": [["error", text, text, text]]}},
    }
    row = DatasetRow(text, text, text, "deprecated", text, ((text, text),), commit)
    return DatasetView(
        row, text, (text,), "backward", text, ((text, text),), text, text, (field,),
        (RemovedFieldView(text, text, origin),), (TermGroup(text, ((text, text),)),), (entry,), (text,), comparison,
        (TransitionView(text, text, commit, None, (issue,)),), 1,
        view_dataset_uses([use_view(text), use_view(text)._replace(reads="unknown")], (field,)),
    )  # fmt: skip


def use_view(text: str) -> UseView:
    """Return a use that has a text wherever a consumer file may bring one."""
    return UseView(text, ((text, text),), (text, text), ((text, (text, text)),), text, "rows", text, True, text)


def consumer_view(text: str) -> ConsumerView:
    """Return a consumer with two declarations that have a text everywhere."""
    mark = Mark(text, "unknown")
    used = UsedDatasetView(
        text, "deprecated", text, (mark, mark), (text,), ((text, (mark, mark)),), text, True, "rows", text, True, True
    )
    declaration = Declaration(((text, text),), text, text, text, (used, used._replace(status="", fields=None)))
    return ConsumerView(text, (declaration, declaration))


def all_pages(text: str, links: PageLinks) -> Iterator[str]:
    """Yield every page of a registry with one dataset that has a text everywhere."""
    view = dataset_view(text)
    header = RegistryHeader(text, text)
    registry = RegistryView(header, (view.row,), (UnreadableFile(text, text, view.row.changed),), 1, False)
    yield render_datasets(registry, [build_search_entry(view.row, links, *build_search_text(view))], links)
    yield render_dataset(view, links, header)
    yield render_comparison(view, links, header, (text, text))
    owner = OwnerView(text, (text,), (OwnedDataset(text, "draft"),), (ConsumerRow(text, ((text, text),), text, 2),))
    yield render_owners([owner], links, header)
    yield render_consumers([owner], [(text, text)], 1, links, header)
    yield render_consumer(consumer_view(text), links, header)
    yield render_audit(AuditPage(2, 3, view.transitions), AuditSummary(1, 1, 1, 0, 1), links, header)


@every_hostile_text
@pytest.mark.parametrize(
    "links",
    [FileLinks("datasets/x.html", has_consumers=True), ServerLinks("/r", has_consumers=True)],
    ids=["files", "server"],
)
def test_no_text_changes_what_a_page_is_made_of(name: str, links: PageLinks) -> None:
    text = HOSTILE[name]
    for usual, page in zip(all_pages("x" if text else "", links), all_pages(text, links), strict=True):
        assert_lines_are_harmless(page)
        if text.strip() and not text.startswith(("https://", "http://")):
            assert skeleton(Page(page).root) == skeleton(Page(usual).root)


@every_hostile_text
def test_every_text_is_shown_as_it_is_apart_from_what_cannot_be_seen(name: str) -> None:
    shown = make_printable(HOSTILE[name])
    overview, dataset, comparison, *_ = map(Page, all_pages(HOSTILE[name], FileLinks("index.html")))
    assert (dataset.all("h1")[0].text or "") == shown
    assert [each.text or "" for each in dataset.all("code", class_="name")] == [shown, shown]
    assert overview.data[0][0] == shown
    consumer = Page(render_consumer(consumer_view(HOSTILE[name]), FileLinks("consumers/x.html")))
    assert (consumer.all("h1")[0].text or "") == shown
    assert comparison.data["records"] == [[[shown, shown]]]


def test_embedded_values_end_no_element_and_begin_no_comment() -> None:
    text = dump_json(
        {"</script><!--": ["<script>", "]]>", "&amp;", "'", "\u2028", "##[error]", "\ud800", 1, None, True]}
    )
    assert not re.search(r"[<>&'\n]|##\[", text)
    assert text.isascii()


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return {str(path.relative_to(site)): Page(path.read_text("ascii")) for path in sorted(site.rglob("*.html"))}


def test_every_page_of_a_site_is_valid_and_has_its_policy(pages: dict[str, Page]) -> None:
    assert len(pages) > 20
    for page in pages.values():
        assert_lines_are_harmless(page.text)
        (policy,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
        assert policy.get("content") == CONTENT_SECURITY_POLICY
        assert "unsafe" not in CONTENT_SECURITY_POLICY
        attributes = {key for each in page.root.iter() for key in each.keys()}  # noqa: SIM118 (an element is no dict)
        assert not {each for each in attributes if each.startswith("on")} | attributes & {"style", "action"}
        scripts = page.all("script")
        assert [each.get("src", each.get("type")) for each in scripts if not each.get("src", "").endswith(".js")] in (
            [], ["application/json"],
        )  # fmt: skip
        assert page.all("style") == []
        ids = [each.get("id") for each in page.root.iter() if each.get("id")]
        assert len(ids) == len(set(ids))
        named = [each.get(key) for each in page.root.iter() for key in ("aria-labelledby", "for") if each.get(key)]
        assert {word for each in named if each for word in each.split()} <= set(ids)


def test_every_link_leads_to_a_page_and_an_anchor_of_the_site(site: Path, pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for link in page.links:
            if link.startswith(("https://", "mailto:")):
                continue
            address, _, fragment = link.partition("#")
            path = ((site / name).parent / address).resolve() if address else site / name
            target = pages[str(path.relative_to(site.resolve()))]
            if fragment and "=" not in fragment:
                assert target.all("*", id=fragment), (name, link)
        sources = [each.get("src", "") for each in page.all("script") if each.get("src")]
        for asset in (*sources, page.all("link", rel="stylesheet")[0].get("href", "")):
            assert ((site / name).parent / asset).is_file()


def test_the_script_and_the_style_load_nothing_and_write_no_markup(site: Path) -> None:
    texts = {path.suffix: path.read_text("ascii") for path in (site / "assets").iterdir()}
    assert not re.search(r"url\(|@import|https?:", texts[".css"])
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval|\bfetch|XMLHttp|\bimport\b|https?:", texts[".js"]
    )


def test_a_dataset_page_shows_what_a_reader_looks_for(pages: dict[str, Page]) -> None:
    page = pages["datasets/users.daily_active.html"]
    assert page.texts("h1") == ["users.daily_active"]
    assert page.texts("code", class_="name")[:3] == ["user_id", "active_date", "plan"]
    assert "one of free, pro, team, enterprise" in page.texts("p", class_="values")
    (list_of_facts,) = page.all("dl", class_="facts")
    rows = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in list_of_facts]
    facts = dict(rows)
    assert facts["owner"] == "growth-platform, #growth-platform"
    assert facts["freshness"] == "at most 1 day, measured by event_time"
    assert facts["primary key"] == "user_id, active_date"
    origin = page.texts("p", class_="origin")[2]
    assert origin.startswith("added in 1.0.0 by Ana Silva, 2026-03-02")
    assert "; last changed in 1.1.0 by Ana Silva, 2026-03-04" in origin
    assert page.texts("p", class_="reason") == [
        "Accepted until 2026-12-31: its readers use finance.customer_value since March, see ADR-7"
    ]
    assert "requires a minor bump, has none" in page.texts("span", class_="bump")
    assert "mailto:privacy@example.com" in pages["datasets/growth.signups.html"].links
    assert "https://example.com/signups" in pages["datasets/growth.signups.html"].links


def test_a_dataset_page_names_its_consumers_and_how_many_use_each_field(pages: dict[str, Page]) -> None:
    page = pages["datasets/users.daily_active.html"]
    names = page.texts("code", class_="name")
    assert dict(zip(names, page.texts("p", class_="users"), strict=True)) == {
        "user_id": "2 declared consumers use it", "active_date": "no declared consumer uses it",
        "plan": "2 declared consumers use it", "signup_source": "no declared consumer uses it",
        "session_count": "no declared consumer uses it", "source": "no declared consumer uses it",
    }  # fmt: skip
    revenue, export = page.texts("li", class_="use")
    assert revenue == (
        "finance.revenue_dashboard owner finance, #finance-data fields user_id, plan values of plan free, pro "
        "versions >=1.0 <3 reads queries until 2999-03-31 declared in consumers/finance/revenue.yaml"
    )
    assert export.startswith("growth.export owner growth-platform, growth@example.com owner growth-ops fields user_id")
    assert {"../consumers/growth.export.html", "../owners.html#owner-finance", "mailto:growth@example.com"} <= {
        *page.links
    }
    assert pages["datasets/platform.job_runs.html"].texts("p", class_="nothing") == ["No declared consumer."]


def test_a_consumer_page_marks_what_cannot_work(pages: dict[str, Page]) -> None:
    page = pages["consumers/growth.export.html"]
    assert page.texts("h1") == ["growth.export"]
    assert page.texts("li", class_="use") == [
        (
            "users.daily_active 2.0.0 active fields user_id, ltv unknown, plan values of plan free, trial unknown "
            "reads rows"
        ),
        "commerce.orders 3.0.0 active outside its versions fields all fields versions <1 reads queries",
        "platform.service_catalogue 1.0.3 removed fields all fields reads queries",
        "shop.unknown no contract over fields all fields reads queries until 2020-01-31",
    ]
    assert "growth.signups 2.1.0 deprecated fields user_id reads queries" in pages[
        "consumers/finance.revenue_dashboard.html"
    ].texts("li", class_="use")


def test_the_owners_have_their_consumers_too(pages: dict[str, Page]) -> None:
    (growth,) = pages["owners.html"].all("section", id="owner-growth-platform")
    assert "consumers/growth.export.html" in [each.get("href") for each in growth.iter("a")]
    assert "finance 1 consumer" in pages["owners.html"].texts("h2")
    assert pages["consumers.html"].texts("h2") == ["finance 1", "growth-ops 1", "growth-platform 1"]
    assert "finance.revenue_dashboard 2 datasets: monthly revenue per plan" in pages["consumers.html"].texts("li")


def test_the_audit_and_the_owners_name_every_dataset_they_are_about(pages: dict[str, Page]) -> None:
    assert "datasets/platform.job_runs.html" in pages["audit.html"].links
    assert pages["audit.html"].texts("p", class_="lead") == [
        "4 changes of 6 in 18 datasets have issues by today's rules and policy: 4 errors, 1 accepted."
    ]
    listed = {link for link in pages["owners.html"].links if link.startswith("datasets/")}
    assert len(listed) == 17


def test_the_search_reads_a_bounded_part_of_a_contract() -> None:
    fields = dataset_view("f" * 300).fields
    many = [fields[0]._replace(path=str(number), name=f"{number:0300}") for number in range(20)]
    description, names = shorten_search_text("d" * 1_000, many)
    assert len(description) == MAX_DESCRIPTION
    assert len(names) <= MAX_FIELD_NAMES


def test_a_long_history_is_folded() -> None:
    view = dataset_view("x")
    many = tuple(view.timeline[0]._replace(release=None) for _ in range(50))
    page = Page(render_dataset(view._replace(timeline=many), FileLinks("datasets/x.html")))
    assert "30 older changes" in page.texts("summary")
    assert len(page.all("li", class_="entry")) == 50


def test_a_dataset_with_one_version_has_no_comparison() -> None:
    with pytest.raises(ValueError, match="one version"):
        render_comparison(dataset_view("x")._replace(comparison=None), FileLinks("compare/x.html"))


def test_a_page_of_the_audit_leads_to_the_newer_and_the_older_one() -> None:
    transitions = dataset_view("x").transitions
    for number, addresses in ((1, {"Newer": "audit-2.html"}), (2, {"Newer": "audit.html", "Older": "audit-1.html"})):
        page = Page(render_audit(AuditPage(number, 3, transitions), None, FileLinks("audit-1.html")))
        found = {link.text: link.get("href") for link in page.all("a") if link.text in ("Newer", "Older")}
        assert found == addresses
        assert f"Page {4 - number} of 3" in page.texts("span")

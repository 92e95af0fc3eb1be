"""The pages that a server answers with: the same as those of `dcr site`, with the addresses of its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from site_pages import Page
from site_story import EXPORT, REVENUE, Story, copy_story, shared_story

from dcr.registry.datasets import list_datasets
from dcr.site.server import ServedPages, find_asset
from dcr.site.views.dataset import find_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from dcr.registry.usage import Usage

USERS = "/contracts/users.daily_active"


@pytest.fixture(scope="module")
def made() -> Story:
    return shared_story()


@pytest.mark.parametrize(
    ("path", "query", "heading"),
    [
        ("/", "", "Data contracts"),
        ("/datasets", "owner=growth", "Data contracts"),
        ("/owners", "", "Owners"),
        ("/audit", "", "Audit"),
        ("/audit", "page=1", "Audit"),
        ("/consumers", "", "Consumers"),
        ("/consumers/growth.export", "", "growth.export"),
        (f"{USERS}/consumers", "", "users.daily_active"),
        (f"{USERS}/latest", "", "users.daily_active"),
        (f"{USERS}/versions", "", "users.daily_active"),
        (f"{USERS}/diff", "from=1.0.0&to=2.0.0", "Compare versions"),
        ("/contracts/commerce.returns/returns/versions", "", "commerce.returns/returns"),
    ],
)
def test_an_address_has_its_page(made: Story, path: str, query: str, heading: str) -> None:
    text = ServedPages("/registry").render(*made.open_served(), path, query)
    assert text
    page = Page(text)
    assert page.texts("h1") == [heading]
    assert f"at {made.open()[0].commit[:10]}" in " ".join(page.texts("p"))
    for link in page.links:
        assert link.startswith(("/registry/", "#", "https://", "mailto:")), link
    (style,) = page.all("link", rel="stylesheet")
    asset = find_asset(style.get("href", "").removeprefix("/registry/assets/"))
    assert asset
    assert asset.media_type == "text/css"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/healthz", ""), ("/consumers/", ""), ("/consumers/nobody", ""), ("/consumers/growth.export/", ""),
        ("/contracts/nobody/consumers", ""), ("/contracts", ""), ("/contracts/nobody/versions", ""),
        ("/contracts//versions", ""),
        (f"{USERS}/versions/1.0.0", ""), (f"{USERS}/source", ""), ("/contracts/commerce.orders/diff", ""),
        ("/audit", "page=9"), ("/audit", "page=x"), ("/contracts/../../etc/passwd/versions", ""),
    ],
)  # fmt: skip
def test_any_other_address_has_none(made: Story, path: str, query: str) -> None:
    assert ServedPages().render(*made.open_served(), path, query) is None


def test_the_versions_of_a_comparison_are_those_of_the_query(made: Story) -> None:
    text = ServedPages().render(*made.open_served(), f"{USERS}/diff", "from=1.0.0&to=2.0.0")
    (form,) = Page(text or "").all("form")
    assert (form.get("data-previous"), form.get("data-proposed")) == ("1.0.0", "2.0.0")


def test_pages_of_all_datasets_are_rendered_once_for_a_commit(made: Story) -> None:
    pages, opened = ServedPages(), made.open_served()
    for path in ("/datasets", "/owners", "/consumers"):
        assert pages.render(*opened, path) is pages.render(*opened, path)


def test_the_pages_of_a_server_name_the_consumers_as_those_of_a_site(made: Story) -> None:
    users = Page(ServedPages().render(*made.open_served(), f"{USERS}/latest") or "")
    assert {"/consumers/finance.revenue_dashboard", "/consumers", "/owners#owner-finance"} <= {*users.links}
    assert "2 declared consumers use it" in users.texts("p", class_="users")
    export = Page(ServedPages().render(*made.open_served(), "/consumers/growth.export") or "")
    assert "/contracts/users.daily_active/versions" in export.links
    assert "/consumers/growth.export" in Page(ServedPages().render(*made.open_served(), "/owners") or "").links


def test_no_consumers_are_read_for_an_address_without_a_page(made: Story) -> None:
    def refuse() -> Usage:
        raise AssertionError("read")

    for path in ("/healthz", "/contracts/nobody/latest", f"{USERS}/versions/1.0.0"):
        assert ServedPages().render(*made.open(), refuse, path) is None


def test_without_consumers_nothing_leads_to_them(tmp_path: Path) -> None:
    made = copy_story(tmp_path)
    made.commit("Nobody declares anything", {REVENUE: None, EXPORT: None})
    users = Page(ServedPages().render(*made.open_served(), f"{USERS}/latest") or "")
    assert "/consumers" not in users.links
    assert users.all("p", class_="users") == []
    page = Page(ServedPages().render(*made.open_served(), "/consumers") or "")
    assert page.texts("p", class_="nothing") == ["No consumer is declared."]


def test_one_dataset_is_found_as_in_the_list(made: Story) -> None:
    _, history = made.open()
    listed = list_datasets(history)
    assert [find_dataset(history, each.facts.dataset_id) for each in listed] == listed
    assert find_dataset(history, "nobody") is None


def test_no_other_file_is_an_asset() -> None:
    assert find_asset("../pages.py") is None
    assert find_asset("") is None

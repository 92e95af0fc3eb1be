"""Building a site: only what changed is written, only what dcr wrote is removed, and never outside of its folder."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from site_pages import Page
from site_story import CONSUMERS, EXPORT, RETURNS, REVENUE, SIGNUPS, Story, copy_story

from dcr.git.history import ShallowHistoryError
from dcr.site import build as build_module
from dcr.site.build import SiteResult
from dcr.site.links import get_consumer_path, get_dataset_path
from dcr.site.manifest import UnreadableManifestError, parse_manifest
from dcr.site.output_folder import OutputFolder, SiteFolderError, UnwritableSiteError

if TYPE_CHECKING:
    from pathlib import Path

    from dcr.site.links import PageLinks
    from dcr.site.views.dataset import DatasetView

MANIFEST = "dcr-site.json"


@pytest.fixture
def made(tmp_path: Path) -> Story:
    return copy_story(tmp_path)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def times(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_a_second_build_writes_nothing(made: Story, out: Path) -> None:
    first = made.build(out)
    before = times(out)
    assert made.build(out) == SiteResult(first.datasets, 0, first.written, 0)
    assert times(out) == before


def test_after_one_change_only_its_pages_are_written(made: Story, out: Path) -> None:
    made.build(out)
    before = times(out)
    text = made.read(SIGNUPS).replace('version: "2.1.0"', 'version: "2.1.1"').replace("one row per", "a row for each")
    made.commit("Signups in other words", {SIGNUPS: text})
    result = made.build(out)
    after = times(out)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {
        "index.html",
        MANIFEST,
        "audit.html",
        "datasets/growth.signups.html",
        "compare/growth.signups.html",
        "consumers/finance.revenue_dashboard.html",  # it shows the version
    }
    assert result.written == 5


def changed_by(made: Story, out: Path, files: dict[str, str | None]) -> set[str]:
    """Commit some files, and return the pages that the next build writes or removes."""
    made.build(out)
    before = times(out)
    made.commit("A change", files)
    made.build(out)
    after = times(out)
    assert contents(out) == (made.build(out.parent / "new"), contents(out.parent / "new"))[1]
    return {path for path in {*before, *after} if after.get(path) != before.get(path)} - {MANIFEST, "index.html"}


def test_a_changed_use_writes_the_pages_of_its_consumer_and_its_dataset_only(made: Story, out: Path) -> None:
    text = made.read(REVENUE)
    fewer = {REVENUE: text.replace("fields: [user_id, plan]", "fields: [plan]")}
    assert changed_by(made, out, fewer) == {
        "consumers/finance.revenue_dashboard.html",
        "datasets/users.daily_active.html",
    }
    described = {REVENUE: text.replace("fields: [user_id, plan]", "fields: [plan]").replace("monthly", "weekly")}
    assert changed_by(made, out, described) == {"consumers/finance.revenue_dashboard.html", "consumers.html"}
    assert changed_by(made, out, {REVENUE: f"# a comment\n{described[REVENUE]}"}) == set()


def test_a_removed_consumer_loses_its_page_and_a_removed_folder_the_overview(made: Story, out: Path) -> None:
    assert changed_by(made, out, {REVENUE: None}) == {
        "consumers/finance.revenue_dashboard.html", "consumers.html", "owners.html",
        "datasets/users.daily_active.html", "datasets/growth.signups.html",
    }  # fmt: skip
    changed = changed_by(made, out, {EXPORT: None})
    assert {"consumers/growth.export.html", "consumers.html", "audit.html"} <= changed
    assert not (out / "consumers").exists()
    assert "Consumers" not in Page((out / "datasets/users.daily_active.html").read_text("ascii")).texts("a")
    assert "use it" not in (out / "datasets/users.daily_active.html").read_text("ascii")


def test_the_first_consumer_brings_the_navigation_and_its_pages(made: Story, out: Path) -> None:
    texts = {path: made.read(path) for path in (REVENUE, EXPORT)}
    made.commit("Nobody declares anything", dict.fromkeys(texts))
    changed = changed_by(made, out, dict(texts))
    assert {"consumers.html", "consumers/growth.export.html", "owners.html", "audit.html"} <= changed
    assert {path for path in contents(out) if path.startswith("datasets/")} <= changed


def test_a_page_in_the_folder_of_consumers_that_dcr_did_not_write_is_not_replaced(made: Story, out: Path) -> None:
    made.build(out)
    made.commit("Another consumer", {"consumers/x.yaml": made.read(REVENUE).replace("finance.revenue_dashboard", "x")})
    (out / "consumers/x.html").write_text("mine")
    with pytest.raises(SiteFolderError, match=r"consumers/x\.html"):
        made.build(out)
    assert (out / "consumers/x.html").read_text() == "mine"


def test_a_rebuilt_site_equals_a_new_one(made: Story, out: Path, tmp_path: Path) -> None:
    made.build(out)
    files = {RETURNS: None, SIGNUPS: made.read(SIGNUPS).replace("[{team", "[{team").replace("privacy", "legal")}
    made.commit("Several changes", files)
    made.build(out)
    made.build(tmp_path / "new")
    assert contents(out) == contents(tmp_path / "new")


def test_a_dataset_that_no_commit_has_any_more_loses_its_files_and_others_stay(made: Story, out: Path) -> None:
    made.repository.git("branch", "old", "HEAD")
    text = made.read(SIGNUPS).replace("growth.signups", "Extra/Set")
    made.commit("Another dataset", {"contracts/extra.yaml": text})
    made.build(out)
    page = out / get_dataset_path("Extra/Set")
    assert page.is_file()
    (out / "CNAME").write_text("contracts.example.com")
    (out / "datasets/notes.html").write_text("mine")
    made.repository.git("reset", "-q", "--hard", "old")
    result = made.build(out)
    assert result.removed == 1
    assert not page.exists()
    assert (out / "CNAME").read_text() == "contracts.example.com"
    assert (out / "datasets/notes.html").read_text() == "mine"


def test_a_folder_with_other_files_is_refused_and_left_alone(made: Story, out: Path) -> None:
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(SiteFolderError, match="not empty"):
        made.build(out)
    assert os.listdir(out) == ["thesis.txt"]


def manifest(version: int = 1, files: str = "{}", datasets: str = "{}") -> str:
    return f'{{"made_by":"dcr site","format":{version},"commit":"","files":{files},"pages":{{}},"datasets":{datasets}}}'


@pytest.mark.parametrize(
    "written",
    [
        "", "{}", "[]", "null", '{"made_by": "x"}', manifest(99), manifest(datasets='{"x":[1]}'),
        *(manifest(files=f'{{"{each}":[1,"x"]}}') for each in (
            "../victim.html", "/etc/passwd", "consumers/../x.html", "consumers/X.html",
            "datasets/../../victim.html", "datasets/x", "CNAME", "datasets//x.html",
        )),
    ],
)  # fmt: skip
def test_a_manifest_that_dcr_did_not_write_removes_nothing(made: Story, out: Path, written: str) -> None:
    out.mkdir()
    victim = out.parent / "victim.html"
    victim.write_text("mine")
    (out / MANIFEST).write_text(written)
    with pytest.raises(SiteFolderError, match="no manifest"):
        made.build(out)
    with pytest.raises(UnreadableManifestError):
        parse_manifest(written.encode())
    assert victim.read_text() == "mine"
    assert (out / MANIFEST).read_text() == written


def test_a_file_that_dcr_did_not_write_is_not_replaced(made: Story, out: Path) -> None:
    made.build(out)
    made.commit("Another dataset", {"contracts/extra.yaml": made.read(SIGNUPS).replace("growth.signups", "extra")})
    (out / "datasets/extra.html").write_text("mine")
    with pytest.raises(SiteFolderError, match=r"datasets/extra\.html"):
        made.build(out)
    assert (out / "datasets/extra.html").read_text() == "mine"


def test_nothing_is_written_through_a_link(made: Story, out: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    made.build(out)
    for path in (out / "datasets").iterdir():
        path.unlink()
    (out / "datasets").rmdir()
    (out / "datasets").symlink_to(elsewhere)
    with pytest.raises(UnwritableSiteError, match="datasets"):
        made.build(out)
    assert list(elsewhere.iterdir()) == []


def test_a_link_in_the_place_of_a_page_is_replaced_and_its_target_kept(made: Story, out: Path, tmp_path: Path) -> None:
    made.build(out)
    target = tmp_path / "target"
    target.write_text("mine")
    (out / "index.html").unlink()
    (out / "index.html").symlink_to(target)
    made.build(out)
    assert target.read_text() == "mine"
    assert not (out / "index.html").is_symlink()


def test_a_damaged_or_missing_page_is_written_again(made: Story, out: Path) -> None:
    made.build(out)
    before = contents(out)
    (out / "datasets/growth.signups.html").write_text("cut off")
    (out / "datasets/commerce.orders.html").unlink()
    (out / "owners.html").unlink()
    assert made.build(out).written == 3
    assert contents(out) == before


@pytest.mark.parametrize("writes", [1, 2, 8, 21, 25, 26])
def test_a_build_that_was_aborted_is_finished_by_the_next_one(
    made: Story, out: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    class AbortedError(Exception):
        pass

    class Folder(OutputFolder):
        left = writes

        def write(self, path: str, content: bytes) -> None:
            Folder.left -= 1
            if not Folder.left:
                raise AbortedError
            super().write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(build_module, "OutputFolder", Folder)
        with pytest.raises(AbortedError):
            made.build(out)
    result = made.build(out)
    assert result.written + result.unchanged == len(contents(out)) - 1
    made.build(out.parent / "whole")
    assert contents(out) == contents(out.parent / "whole")


@pytest.mark.parametrize("name", ["render_dataset", "render_comparison"])
def test_an_error_of_one_page_ends_the_build_and_the_next_one_writes_the_page(
    made: Story, out: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    render = getattr(build_module, name)

    def render_or_fail(view: DatasetView, links: PageLinks) -> str:
        if view.row.dataset_id == "users.daily_active":
            raise ValueError("no such page")
        text: str = render(view, links)
        return text

    with monkeypatch.context() as patch:
        patch.setattr(build_module, name, render_or_fail)
        with pytest.raises(ValueError, match="no such page"):
            made.build(out)
    made.build(out)
    made.build(out.parent / "whole")
    assert contents(out) == contents(out.parent / "whole")


def test_another_program_or_address_writes_every_page_that_it_changes(
    made: Story, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made.build(out)
    monkeypatch.setattr("dcr.site.keys.identify_program", lambda: "another")
    assert made.build(out).written == 0, "the content is the same"
    published = made.build(out, "https://example.com/contracts")
    assert published.written > first.datasets
    page = Page((out / "datasets/growth.signups.html").read_text("ascii"))
    (canonical,) = page.all("link", rel="canonical")
    assert canonical.get("href") == "https://example.com/contracts/datasets/growth.signups.html"
    addresses = (out / "sitemap.txt").read_text().splitlines()
    assert addresses[0] == "https://example.com/contracts/"
    assert len(addresses) == first.datasets + len(("index", "owners", "consumers", "audit", *CONSUMERS))
    assert made.build(out).removed == 1


def test_a_shallow_clone_is_refused(made: Story, tmp_path: Path) -> None:
    made.repository.git("clone", "-q", "--depth", "1", made.folder.as_uri(), str(tmp_path / "shallow"), cwd=tmp_path)
    clone = Story.__new__(Story)
    clone.repository = made.repository.__class__(tmp_path, "shallow", init=None)
    with pytest.raises(ShallowHistoryError):
        clone.build(tmp_path / "out")


def test_an_id_that_looks_like_a_path_stays_inside_the_folder(made: Story, out: Path) -> None:
    ids = ["../../escape", "/tmp/escape", "..", "con", "Größe/漢字", "a" * 128, "x.html"]
    consumers: dict[str, str | None] = {
        f"consumers/odd-{number}.yaml": f"consumer: {json.dumps(each)}\nuses: [{{dataset: growth.signups}}]\n"
        for number, each in enumerate(ids)
    }
    texts = {
        f"contracts/odd-{number}.yaml": made.read(SIGNUPS).replace("growth.signups", json.dumps(each))
        for number, each in enumerate(ids)
    }
    before = {path for path in out.parent.iterdir() if path != made.repository.home}
    made.commit("Odd ids", {**texts, **consumers})
    made.build(out)
    assert {path for path in out.parent.iterdir() if path != made.repository.home} - before == {out}
    index = Page((out / "index.html").read_text("ascii")).data
    for each in ids:
        assert (out / get_dataset_path(each)).is_file()
        assert Page((out / get_consumer_path(each)).read_text("ascii")).texts("h1") == [each]
        assert any(entry[0] == each for entry in index)
    assert all(path.name.isascii() and len(path.name) < 130 for path in out.rglob("*"))


def test_an_empty_registry_has_pages_too(tmp_path: Path) -> None:
    empty = Story(tmp_path)
    empty.commit("Nothing yet", {"README.md": "x"})
    assert empty.build(tmp_path / "out").datasets == 0
    assert "No contract was found." in Page((tmp_path / "out/owners.html").read_text("ascii")).texts("p")

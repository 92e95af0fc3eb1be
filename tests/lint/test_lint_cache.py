"""Checks that `dcr lint` reports the same with a cache as without, whatever happened to the files in between."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from lint_files import BAD, USE, consumer, good
from repositories import Repository, contract

from dcr.lint import lint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dcr.report.report import Report

ODCS = """\
apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
team: {name: storefront}
slo: {p99: 5}
schema: [{name: orders, properties: [{name: id, logicalType: string, masking: none}]}]
"""
DBT = """\
models:
  - name: visits
    config: {contract: {enforced: true}, meta: {owner: web}}
    columns: [{name: id, data_type: text}]
"""
FILES: dict[str, str | bytes] = {
    "contracts/bad.yaml": BAD,
    "contracts/broken.yaml": "fields: [\n",
    "contracts/first.yaml": good("twice"),
    "contracts/second.yaml": good("twice"),
    "contracts/ownerless.yaml": good("ownerless").replace("owners: [{team: growth}]\n", ""),
    "contracts/users.yaml": contract(),
    "contracts/caf\u00e9.yaml": good("coffee"),
    "contracts/notes.yaml": "replicas: 2\n",
    "models/schema.yml": DBT,
    "shop/orders.yaml": ODCS,
    "shop/broken.yaml": "a: [\n",
    "shop/deployment.yaml": "kind: Deployment\n",
    "contract.json": json.dumps({"dataset_id": "json.one", "version": "1.0.0", "fields": []}),
}


class Linted:
    """A repository with settings of git that are its own, and a cache."""

    def __init__(self, repository: Repository, cache: Path, patch: pytest.MonkeyPatch) -> None:
        self.repository, self.cache, self.patch = repository, cache, patch
        self.folder = repository.folder

    def lint(self, *paths: str, **options: Any) -> Report:
        return lint(str(self.folder), paths, **options)

    def lint_uncached(self, *paths: str, **options: Any) -> Report:
        with self.patch.context() as patch:
            patch.setenv("DCR_CACHE", "off")
            return self.lint(*paths, **options)

    @property
    def file(self) -> Path:
        """The only file of the cache."""
        (file,) = (self.cache / "dcr").iterdir()
        return file

    @property
    def entries(self) -> dict[str, Any]:
        """The entries of the cache."""
        return json.loads(self.file.read_bytes().partition(b"\n")[2])

    def forge(self) -> None:
        """Make every entry for a contract one of the format "cached", so that a report shows who used it."""
        heading, _, body = self.file.read_bytes().partition(b"\n")
        entries = {
            key: [*entry[:2], entry[2] and "cached", *entry[3:]] for key, entry in json.loads(body).items()
        }  # fmt: skip
        body = json.dumps(entries).encode()
        digest = hashlib.sha256(body).hexdigest().encode()
        self.file.write_bytes(heading.rpartition(b" ")[0] + b" " + digest + b"\n" + body)

    def count_cached(self, *paths: str, **options: Any) -> int:
        """Return the number of contracts that come from the cache, after `forge`."""
        return dict(self.lint(*paths, **options).formats).get("cached", 0)


@contextmanager
def _linted(root: Path, files: dict[str, str | bytes | None]) -> Iterator[Linted]:
    repository = Repository(root)
    cache = root / "cache"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in repository.environment(XDG_CACHE_HOME=str(cache), GIT_CONFIG_NOSYSTEM="1").items():
            patch.setenv(name, value)
        repository.commit(files)
        yield Linted(repository, cache, patch)


@pytest.fixture
def linted(tmp_path: Path) -> Iterator[Linted]:
    """A repository with every sort of file."""
    with _linted(tmp_path, FILES) as made:
        yield made


def test_every_run_reports_the_same_from_the_cache(linted: Linted) -> None:
    known = linted.lint_uncached().contracts[0].issues[0]
    entry = {"by": "lint", "fingerprint": known.fingerprint, "kind": known.kind}
    (linted.folder / "dcr.baseline.json").write_text(json.dumps({"schema_version": 1, "issues": [entry]}))
    runs: list[tuple[tuple[str, ...], dict[str, Any]]] = [
        ((), {"sources": True}),
        ((), {"strict": True}),
        ((), {"baseline": "dcr.baseline.json"}),
        (("shop", "contracts"), {}),
        (("shop/broken.yaml", "shop/deployment.yaml", "contracts/first.yaml", "contracts/bad.yaml"), {}),
    ]
    for _ in range(2):
        for paths, options in runs:
            expected = linted.lint_uncached(*paths, **options)
            assert linted.lint(*paths, **options) == expected
            assert linted.lint(*paths, **options) == expected
    kinds = [issue.kind for issue in linted.lint().iterate_issues()]
    assert kinds.count("dataset_id_duplicated") == 2
    linted.forge()
    assert linted.count_cached() == linted.lint_uncached().total
    assert linted.count_cached(strict=True) > 0


def test_a_run_reads_only_what_is_new(linted: Linted) -> None:
    linted.lint()
    written = linted.file.stat().st_mtime_ns
    linted.lint()
    assert linted.file.stat().st_mtime_ns == written
    linted.forge()
    before = linted.count_cached()
    linted.repository.git("mv", "contracts/users.yaml", "contracts/people.yaml")
    assert linted.count_cached() == before, "a content without issues is known at any path"
    linted.repository.git("mv", "contracts/bad.yaml", "contracts/worse.yaml")
    assert linted.count_cached() == before - 1
    linted.repository.write("contracts/copy.yaml", contract())
    assert linted.count_cached() == before, "an untracked file has the content of a blob"
    linted.repository.write("contracts/copy.yaml", contract("users.other"))
    assert linted.count_cached() == before - 1


def test_entries_of_removed_contents_are_dropped_by_a_complete_run(linted: Linted) -> None:
    linted.lint()
    first = linted.entries
    linted.repository.commit({"contracts/users.yaml": contract(version="1.1.0"), "contracts/bad.yaml": None})
    linted.lint("contracts")
    assert linted.entries.keys() > first.keys()
    linted.repository.write("contracts/new.yaml", contract("users.new"))
    linted.lint()
    assert len(linted.entries.keys() & first.keys()) == len(first) - 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text.replace(b"users.daily_active", b"users.daily_passive"),
        lambda text: text.replace(b"lint 1", b"lint 0", 1),
        lambda _: b"",
    ],
)
def test_a_damaged_cache_is_a_miss(linted: Linted, spoil: Callable[[bytes], bytes]) -> None:
    expected = linted.lint()
    linted.file.write_bytes(spoil(linted.file.read_bytes()))
    assert linted.lint() == expected


def test_entries_of_another_shape_are_a_miss(linted: Linted) -> None:
    expected = linted.lint()
    heading, _, body = linted.file.read_bytes().partition(b"\n")
    for shape in (None, 1, [], ["", "", [[]]], [1], [100, "", "native", 1, [], False, False, None]):
        body = json.dumps(dict.fromkeys(json.loads(body), shape)).encode()
        digest = hashlib.sha256(body).hexdigest().encode()
        linted.file.write_bytes(heading.rpartition(b" ")[0] + b" " + digest + b"\n" + body)
        assert linted.lint() == expected


def test_nothing_is_kept_where_the_cache_is_off(linted: Linted) -> None:
    linted.lint_uncached()
    assert not linted.cache.exists()


def test_two_runs_at_once_report_the_same(linted: Linted) -> None:
    command = [sys.executable, "-P", "-m", "dcr", "lint", "--format", "text"]
    environment = linted.repository.environment(XDG_CACHE_HOME=str(linted.cache))
    runs = [
        subprocess.Popen(command, cwd=linted.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    outputs = [run.communicate() for run in runs]
    assert len(set(outputs)) == 1
    assert linted.lint() == linted.lint_uncached()


def test_another_policy_or_day_is_respected(linted: Linted) -> None:
    linted.lint()
    linted.repository.write("dcr.toml", '[severity]\nowner_missing = "off"\n')
    assert linted.lint() == linted.lint_uncached()
    linted.repository.write("dcr.toml", 'contracts = ["shop/*.yaml"]\n')
    assert linted.lint() == linted.lint_uncached()
    linted.repository.commit({"dcr.toml": None})
    linted.lint()
    linted.forge()
    cached = []
    for zone in ("AAA-14", "AAA+12"):  # at any moment, their dates differ
        linted.patch.setenv("TZ", zone)
        time.tzset()
        cached.append(linted.count_cached())
    linted.patch.delenv("TZ")
    time.tzset()
    assert min(cached) == linted.lint_uncached().total - 2, "the status of odcs and dbt contracts depends on the day"


def test_consumers_are_checked_against_cached_contracts(tmp_path: Path) -> None:
    files: dict[str, str | bytes | None] = {
        **FILES,
        "consumers/a.yaml": consumer("a", f"{USE}, fields: [plann]", "dataset: shop/orders, fields: [id]"),
        "consumers/b.yaml": consumer("b", "dataset: bad.one", "dataset: users.daily"),
    }
    with _linted(tmp_path, files) as linted:
        expected = linted.lint_uncached()
        assert {"use_of_unknown_field", "use_of_unknown_dataset"} <= {issue.kind for issue in expected.issues}
        assert linted.lint() == expected
        written = linted.file.stat().st_mtime_ns
        assert linted.lint() == expected
        assert linted.file.stat().st_mtime_ns == written
        linted.forge()
        assert linted.count_cached() == expected.total - 2, "two contracts are used, so they are read"


def _edit(linted: Linted) -> None:
    linted.repository.write("contracts/users.yaml", contract(without=["plan"], more="x: 1"))


def _edit_same_size(linted: Linted) -> None:
    text = (linted.folder / "contracts/users.yaml").read_text()
    linted.repository.git("add", "-A")
    linted.repository.write("contracts/users.yaml", text.replace('"1.0.0"', '"1.x.0"'))


def _edit_with_flag(flag: str) -> Callable[[Linted], None]:
    def edit(linted: Linted) -> None:
        linted.repository.git("update-index", flag, "contracts/users.yaml")
        _edit_same_size(linted)

    return edit


def _conflict(linted: Linted) -> None:
    repository = linted.repository
    repository.branch("one")
    repository.commit({"contracts/users.yaml": contract(version="1.1.0")})
    repository.branch("two", "main")
    repository.commit({"contracts/users.yaml": contract(version="1.2.0")})
    subprocess.run(["git", "merge", "-q", "one"], cwd=linted.folder, check=False, capture_output=True)


def _replace_by_link(linted: Linted) -> None:
    (linted.folder / "contracts/users.yaml").unlink()
    (linted.folder / "contracts/users.yaml").symlink_to("first.yaml")


def _commit_link(linted: Linted) -> None:
    _replace_by_link(linted)
    linted.repository.commit()


def _replace_by_folder(linted: Linted) -> None:
    (linted.folder / "contracts/users.yaml").unlink()
    (linted.folder / "contracts/users.yaml").mkdir()


def _delete(linted: Linted) -> None:
    (linted.folder / "contracts/second.yaml").unlink()


def _add_submodule(linted: Linted) -> None:
    inner = Repository(linted.repository.root, "inner")
    inner.commit({"contracts/users.yaml": contract()})
    linted.repository.git("submodule", "--quiet", "add", str(inner.folder), "contracts/inner.yaml")
    linted.repository.commit()


def _intend_to_add(linted: Linted) -> None:
    linted.repository.write("contracts/new.yaml", "")
    linted.lint()
    linted.repository.write("contracts/new.yaml", good("new"))
    linted.repository.git("add", "--intent-to-add", "contracts/new.yaml")


def _convert(attributes: str, *settings: str) -> Callable[[Linted], None]:
    """Check a file out whose text is not that of its blob, which is that of another file."""

    def check_out(linted: Linted) -> None:
        for setting in settings:
            linted.repository.git("config", *setting.split(" ", 1))
        linted.repository.commit({"contracts/converted.yaml": contract()})
        linted.repository.write(".gitattributes", attributes)
        (linted.folder / "contracts/converted.yaml").unlink()
        linted.repository.git("checkout", "contracts/converted.yaml")
        os.utime(linted.folder / "contracts/converted.yaml", (1_000_000_000, 1_000_000_000))
        linted.repository.git("update-index", "--refresh")  # git need not compare the text again
        assert (linted.folder / "contracts/converted.yaml").read_bytes() != contract().encode()

    return check_out


_PATH = "contracts/converted.yaml"
CHANGES: dict[str, Callable[[Linted], None]] = {
    "edited": _edit,
    "edited in the same second, with the same size": _edit_same_size,
    "assumed to be unchanged": _edit_with_flag("--assume-unchanged"),
    "not to be checked out": _edit_with_flag("--skip-worktree"),
    "conflict": _conflict,
    "link": _replace_by_link,
    "committed link": _commit_link,
    "folder": _replace_by_folder,
    "deleted": _delete,
    "submodule": _add_submodule,
    "intent to add": _intend_to_add,
    "filter": _convert(
        f"{_PATH} filter=f\n", "filter.f.smudge sed s/1.0.0/1.x.0/", "filter.f.clean sed s/1.x.0/1.0.0/"
    ),
    "encoding": _convert(f"{_PATH} working-tree-encoding=UTF-16\n"),
    "line ends": _convert(f"{_PATH} text eol=crlf\n"),
    "line ends of all files": _convert("", "core.autocrlf true"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_whose_text_is_not_that_of_its_blob_is_read(linted: Linted, change: str) -> None:
    linted.lint()
    CHANGES[change](linted)
    expected = linted.lint_uncached()
    assert linted.lint() == expected
    assert linted.lint() == expected
    linted.forge()
    assert linted.count_cached() <= expected.total


def test_a_blob_of_another_size_than_the_file_is_not_trusted(linted: Linted) -> None:
    _convert(f"{_PATH} text eol=crlf\n")(linted)
    linted.repository.git("rm", "--quiet", "--cached", _PATH)
    (linted.folder / _PATH).unlink()
    linted.lint()
    linted.forge()
    linted.repository.git("reset", "--quiet", "--hard")
    assert b"\r\n" in (linted.folder / _PATH).read_bytes()
    formats = dict(linted.lint().formats)
    assert formats.get("native") == 1, "only the file with other line ends is read"


@pytest.mark.parametrize("fault", ["exit 1", "exit 0", "echo x", "kill -9 $$"])
def test_a_git_that_cannot_list_unchanged_files_only_costs_time(linted: Linted, fault: str) -> None:
    expected = linted.lint()
    _edit(linted)
    expected = linted.lint_uncached()
    shim = linted.repository.root / "shim"
    shim.mkdir()
    git = subprocess.run(["sh", "-c", "command -v git"], capture_output=True, text=True, check=True).stdout.strip()
    for word in ("diff-files", "-v"):
        (shim / "git").write_text(f'#!/bin/sh\ncase " $* " in *" {word} "*) {fault};; *) exec {git} "$@";; esac\n')
        (shim / "git").chmod(0o755)
        with linted.patch.context() as patch:
            patch.setenv("PATH", str(shim), prepend=":")
            assert linted.lint() == expected


def test_several_processes_find_the_same(linted: Linted) -> None:
    more = {f"many/{number}.yaml": good(f"many.d{number % 240}") for number in range(250)}
    used = {"consumers/a.yaml": consumer("a", f"{USE}, fields: [plann]", "dataset: shop/orders", "dataset: visits")}
    linted.repository.commit({**more, **used})
    expected = linted.lint_uncached(strict=True)
    assert [issue.kind for issue in expected.iterate_issues()].count("dataset_id_duplicated") == 22
    assert linted.lint_uncached(strict=True, jobs=2) == expected
    assert linted.lint(strict=True, jobs=2) == expected
    linted.forge()
    assert dict(linted.lint(strict=True).formats)["cached"] == expected.total - 3, "three contracts are used"
    outputs = {linted.repository.dcr("lint", "--strict", "--jobs", jobs) for jobs in ("1", "2")}
    assert len(outputs) == 1


def test_a_second_run_runs_no_filter_of_the_repository(linted: Linted) -> None:
    mark = linted.repository.root / "mark"
    linted.lint()
    linted.repository.write(".gitattributes", "*.yaml filter=f\n")
    linted.repository.git("config", "filter.f.clean", f"touch '{mark}'; cat")
    for path in linted.folder.glob("contracts/*.yaml"):
        os.utime(path)  # as new as the index, or newer, so that git compares the text
    assert linted.lint() == linted.lint_uncached()
    assert not mark.exists()
    linted.repository.git("status")
    assert mark.exists(), "git runs it"

"""Plants breaks at known commits of a history, and checks that an audit reports exactly those."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from repositories import Repository

from dcr.git.repository import discover_repository
from dcr.registry.audit import AuditOptions, audit
from dcr.registry.snapshot import open_snapshot
from dcr.rendering.listings.audit import document

if TYPE_CHECKING:
    from pathlib import Path

SEED, DATASETS, STEPS = 7, 30, 110
Found = tuple[str, str, str, str | None]
"""Commit, dataset, kind and field of one issue."""


@dataclass(frozen=True)
class Made:
    """A contract as the planted history has it."""

    name: str
    path: str
    version: tuple[int, int, int] = (1, 0, 0)
    fields: tuple[tuple[str, str], ...] = (("id", "type: string"), ("total", "type: number"), ("note", "type: string"))
    states: tuple[str, ...] = ("open", "held", "closed")
    words: int = 0

    def text(self) -> str:
        lines = [f"  - {{name: {name}, {rest}}}" for name, rest in self.fields]
        return "\n".join([
            f"dataset_id: {self.name}",
            f'version: "{".".join(map(str, self.version))}"',
            f"description: the rows of {self.name}, {self.words} times worded",
            "status: active",
            "owners: [{team: core}]",
            "fields:",
            *lines,
            f"  - {{name: state, type: string, enum: [{', '.join(self.states)}]}}",
            "",
        ])  # fmt: skip

    def grown(self, size: int) -> Made:
        number = self.version[size] + 1
        return replace(self, version=(*self.version[:size], number, *[0] * (2 - size)))  # type: ignore[arg-type]

    def without(self, name: str) -> Made:
        return replace(self, fields=tuple(each for each in self.fields if each[0] != name))

    def having(self, name: str, rest: str) -> Made:
        return replace(self.without(name), fields=(*self.without(name).fields, (name, rest)))


class Stream:
    """Commits for git's fast import, thousands of them in a second; each goes by its mark until all are in."""

    def __init__(self, repository: Repository) -> None:
        self.repository, self.marks = repository, 0
        self.lines: list[bytes] = []

    def commit(self, files: dict[str, str | None], branch: str = "main", *parents: str) -> str:
        """Add a commit and return its mark."""
        self.marks += 1
        moment = f"a <a@example.com> {1_700_000_000 + self.marks * 3_600} +0000"
        head = [f"commit refs/heads/{branch}", f"mark :{self.marks}", f"committer {moment}", "data 6", "change"]
        head += [f"{'merge' if number else 'from'} {parent}" for number, parent in enumerate(parents)]
        self.lines += [line.encode() for line in head]
        for path, text in files.items():
            if text is None:
                self.lines.append(f"D {path}".encode())
            else:
                self.lines += [f"M 100644 inline {path}".encode(), f"data {len(text.encode())}".encode(), text.encode()]
        return f":{self.marks}"

    def done(self) -> dict[str, str]:
        """Write the commits into the repository, and return their ids by mark."""
        marks = self.repository.root / "marks"
        given = b"\n".join([*self.lines, b"done", b""])
        self.repository.git("fast-import", "--quiet", "--done", f"--export-marks={marks}", given=given)
        return dict(line.split(" ") for line in marks.read_text("ascii").splitlines())


@dataclass
class Planted:
    """A branch, and what was planted in it: errors, breaks that were accepted, and returns with another meaning."""

    repository: Repository
    stream: Stream
    errors: set[Found] = field(default_factory=set)
    accepted: set[Found] = field(default_factory=set)
    resurrected: set[Found] = field(default_factory=set)
    middle: str = ""
    order: list[str] = field(default_factory=list)

    def commit(self, *made: Made, removed: tuple[str, ...] = (), **more: str) -> str:
        files: dict[str, str | None] = {each.path: each.text() for each in made}
        found = self.stream.commit({**files, **dict.fromkeys(removed), **more})
        self.order.append(found)
        return found

    def done(self) -> Planted:
        """Write the branch; every commit goes by its id from here on."""
        ids = self.stream.done()
        for name in ("errors", "accepted", "resurrected"):
            setattr(self, name, {(ids[commit], *rest) for commit, *rest in getattr(self, name)})
        self.order = [ids[each] for each in self.order]
        self.middle = ids[self.middle]
        return self


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return grown(tmp_path_factory.mktemp("audit"), DATASETS, STEPS)


def grown(root: Path, datasets: int, steps: int) -> Planted:
    """Return a branch of some datasets and commits; every seventh commit of its first hundred is a break."""
    repository = Repository(root)
    found, rng = Planted(repository, Stream(repository)), Random(SEED)
    made = {f"team.d{n:04}": Made(f"team.d{n:04}", f"contracts/d{n:04}.yaml") for n in range(datasets)}
    found.commit(*made.values())
    breaks = {10: "removed", 17: "retyped", 24: "shrunk", 31: "unbumped", 38: "small", 45: "accepted", 52: "merged",
              59: "moved", 66: "unreadable", 73: "deleted", 80: "back", 87: "removed", 94: "retyped"}  # fmt: skip
    later = rng.sample(range(100, steps), max(0, (steps - 100) // 40))
    breaks |= {number: rng.choice(("removed", "retyped", "shrunk", "moved", "merged")) for number in later}
    fresh = iter(rng.sample(sorted(made), min(len(breaks), datasets)))
    for number in range(steps):
        if number == steps // 2:
            found.middle = found.order[-1]
        if number in breaks:
            name = next(fresh)
            made[name] = plant(found, made[name], breaks[number])
        else:
            name = rng.choice(sorted(name for name in made if made[name].path))
            made[name] = harmless(found, made[name], rng, number)
    return found.done()


def harmless(found: Planted, one: Made, rng: Random, number: int) -> Made:
    """Commit a change that breaks nothing, with the required version bump."""
    what = rng.choice(("field", "words", "move", "other"))
    if what == "field":
        after = one.having(f"extra_{number}", "type: string, required: false").grown(1)
        found.commit(after)
    elif what == "words":
        after = replace(one, words=one.words + 1).grown(2)
        found.commit(after)
    elif what == "move":
        after = replace(one, path=f"contracts/moved/{one.name}_{number}.yaml")
        found.commit(after, removed=(one.path,))
    else:
        after = one
        found.commit(**{f"notes/{number}.txt": "x"})
    return after


def plant(found: Planted, one: Made, what: str) -> Made:
    """Commit a break, and write down what it is."""
    name = one.name
    if what == "removed":
        after = one.without("note").grown(0)
        found.errors.add((found.commit(after), name, "field_removed", "note"))
    elif what == "retyped":
        after = one.having("total", "type: integer").grown(0)
        found.errors.add((found.commit(after), name, "field_type_changed", "total"))
    elif what == "shrunk":
        after = replace(one, states=("open", "closed")).grown(0)
        found.errors.add((found.commit(after), name, "field_enum_shrunk", "state"))
    elif what == "unbumped":
        after = one.having("late", "type: string, required: false")
        found.errors.add((found.commit(after), name, "version_redefined", None))
    elif what == "small":
        after = one.without("note").grown(1)
        commit = found.commit(after)
        found.errors |= {(commit, name, "field_removed", "note"), (commit, name, "version_bump_insufficient", None)}
    elif what == "accepted":
        after = one.without("note").grown(0)
        version = ".".join(map(str, after.version))
        entry = f"{{dataset: {name}, version: {version}, kind: field_removed, field: note, reason: nobody reads it}}"
        found.accepted.add(
            (found.commit(after, **{"dcr.accepted.yaml": f"accepted: [{entry}]\n"}), name, "field_removed", "note")
        )
    elif what == "merged":
        after = merged(found, one)
    elif what == "moved":
        after = replace(one.without("total").grown(0), path=f"contracts/{name}_anew.yml")
        found.errors.add((found.commit(after, removed=(one.path,)), name, "field_removed", "total"))
    elif what == "unreadable":
        found.commit(**{one.path: "dataset_id: [never\n"})
        after = one.without("note").grown(0)
        found.errors.add((found.commit(after), name, "field_removed", "note"))
    elif what == "deleted":
        found.errors.add((found.commit(removed=(one.path,)), name, "contract_removed", None))
        after = replace(one, path="")
    else:
        after = one.without("note").grown(0)
        found.errors.add((found.commit(after), name, "field_removed", "note"))
        after = after.having("note", "type: number, required: false").grown(1)
        found.resurrected.add((found.commit(after), name, "field_resurrected", "note"))
    return after


def merged(found: Planted, one: Made) -> Made:
    """Break in the first of two commits of a branch, and merge it: the merge is what let it through."""
    tip = found.order[-1]
    after = one.without("note").grown(0)
    side = found.stream.commit({after.path: after.text()}, f"side-{one.name}", tip)
    after = replace(after, words=after.words + 1).grown(2)
    side = found.stream.commit({after.path: after.text()}, f"side-{one.name}", side)
    commit = found.stream.commit({after.path: after.text()}, "main", tip, side)
    found.order.append(commit)
    found.errors.add((commit, one.name, "field_removed", "note"))
    return after


NO_CACHE = {"DCR_CACHE": "off"}


def audited(planted: Planted, *options: str, code: int = 1) -> dict[str, Any]:
    outcome = planted.repository.dcr("audit", "--ref", "main", "--format", "json", *options, **NO_CACHE)
    assert outcome.code == code, outcome
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def issues(report: dict[str, Any], *, severity: str = "", accepted: bool = False, kind: str = "") -> set[Found]:
    return {
        (slip["commit"], slip["dataset_id"], issue["kind"], issue["field"])
        for slip in report["slips"]
        for issue in slip["issues"]
        if (not severity or issue["severity"] == severity)
        and (issue["accepted"] is not None) is accepted
        and (not kind or issue["kind"] == kind)
    }


def test_exactly_what_was_planted_is_found(planted: Planted) -> None:
    report = audited(planted)
    assert issues(report, severity="error") == planted.errors
    assert issues(report, accepted=True) == planted.accepted
    assert issues(report, kind="field_resurrected") == planted.resurrected
    assert issues(report, severity="warning") == planted.resurrected
    assert report["summary"]["errors"] == len(planted.errors)
    assert report["summary"]["accepted"] == 1
    assert [each["path"] for each in report["unread"]]
    assert report["summary"]["datasets"] == DATASETS


def test_processes_find_what_one_finds(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCR_CACHE", "off")
    snapshot = open_snapshot(discover_repository(str(planted.repository.folder)), "main")
    history = snapshot.read_history()
    reports = [
        document(snapshot, history, audit(snapshot, history, history.list_datasets(), options))
        for options in (AuditOptions(), AuditOptions(jobs=2, batch_size=7), AuditOptions(planted.middle, 1, 1))
    ]
    assert reports[0]["summary"]["errors"] == len(planted.errors)
    assert reports[0] == reports[1]
    assert 0 < reports[2]["summary"]["errors"] < len(planted.errors)


def test_exactly_what_was_planted_is_found_in_a_long_history(tmp_path: Path) -> None:
    large = grown(tmp_path, 1_000, 2_000)
    report = audited(large)
    assert len(large.errors) > 50
    assert issues(report, severity="error") == large.errors
    assert issues(report, accepted=True) == large.accepted
    assert issues(report, severity="warning") == large.resurrected


def test_the_newest_comes_first(planted: Planted) -> None:
    commits = [each["commit"] for each in audited(planted)["slips"]]
    assert commits == sorted(commits, key=planted.order.index, reverse=True)


def test_since_leaves_out_what_was_there(planted: Planted) -> None:
    later = set(planted.order[planted.order.index(planted.middle) + 1 :])
    report = audited(planted, "--since", planted.middle)
    assert issues(report, severity="error") == {each for each in planted.errors if each[0] in later} != set()


def test_since_the_tip_nothing_slipped_through(planted: Planted) -> None:
    report = audited(planted, "--since", "main", code=0)
    assert report["slips"] == []
    assert report["summary"]["transitions"] == 0


def test_a_pattern_narrows_it_to_some_datasets(planted: Planted) -> None:
    name = min(planted.errors)[1]
    report = audited(planted, "--dataset", name)
    assert issues(report, severity="error") == {each for each in planted.errors if each[1] == name}


def test_what_could_not_be_read_is_told_where_the_audit_is_about_it(planted: Planted) -> None:
    unread = audited(planted)["unread"]
    (about,) = {dataset for each in unread for dataset in each["datasets"]}
    assert audited(planted, "--dataset", about)["unread"] == unread
    another = next(name for _, name, _, _ in sorted(planted.errors) if name != about)
    assert audited(planted, "--dataset", another)["unread"] == []
    assert audited(planted, "--since", "main", code=0)["unread"] == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--dataset", "nobody.*"), "no dataset matches 'nobody.*'"),
        (("--since", "nowhere"), "nowhere"),
        (("--since", "side-line"), "is not an ancestor of"),
        (("--fail-on", "eror"), "--fail-on is 'eror'"),
        (("--format", "xml"), "--format is 'xml'"),
    ],
)
def test_what_cannot_be_audited_is_exit_2(planted: Planted, options: tuple[str, ...], message: str) -> None:
    if "side-line" in options:
        planted.repository.git(
            "branch", "-f", "side-line", planted.repository.git("commit-tree", "main^{tree}", "-m", "x")
        )
    planted.repository.dcr("audit", "--ref", "main", *options, **NO_CACHE).says(message)


def test_fail_on_never_tells_and_passes(planted: Planted) -> None:
    assert issues(audited(planted, "--fail-on", "never", code=0), severity="error") == planted.errors


def test_a_shallow_clone_is_not_taken_for_all_there_was(planted: Planted, tmp_path: Path) -> None:
    source = planted.repository.folder.as_uri()
    clone = Repository(tmp_path, "clone", init=None)
    clone.git("clone", "-q", "--depth", "20", source, str(clone.folder), cwd=tmp_path)
    clone.dcr("audit", "--ref", "main", **NO_CACHE).says("shallow", "git fetch --unshallow origin")


def test_people_read_it_by_commit(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    one = Made("shop.orders", "contracts/orders.yaml")
    first = repository.commit({one.path: one.text()})
    after = one.without("note")
    broken = repository.commit({one.path: after.text()})
    outcome = repository.dcr("audit", "--ref", "main", **NO_CACHE)
    day = repository.git("show", "-s", "--format=%cs", "HEAD")
    assert outcome.code == 1
    assert outcome.out == (
        f"{day}  {broken[:10]}  a  change\n"
        "  shop.orders  1.0.0\n"
        "    error: field 'note' was removed [field_removed]\n"
        f"    error: version '1.0.0' was redefined on the base: commit {broken[:10]} ({day}) changed what commit "
        f"{first[:10]} ({day}) defines: field 'note' was removed [version_redefined]\n"
        "\n"
        "2 errors in 1 commit; checked 1 change of 1 dataset\n"
    )
    lines = repository.dcr("audit", "--ref", "main", "--format", "text", **NO_CACHE).out.splitlines()
    assert lines[0] == f"{broken[:10]} {day} shop.orders: error: field 'note' was removed [field_removed]"
    assert len(lines) == 2


def test_a_history_without_a_change_is_no_good_news(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    one = Made("shop.orders", "contracts/orders.yaml")
    repository.commit({one.path: one.text()})
    outcome = repository.dcr("audit", "--ref", "main", **NO_CACHE)
    assert outcome.code == 0
    assert outcome.out == "no changes found in 1 dataset, nothing was checked\n"


def test_a_transitive_mode_asks_about_every_version_before_and_needs_all_of_them(
    tmp_path: Path,
) -> None:
    repository = Repository(tmp_path)
    one = Made("shop.orders", "contracts/orders.yaml")
    policy = 'mode = "forward_transitive"\n'
    repository.commit({one.path: one.having("note", "type: string, required: false").text(), "dcr.toml": policy})
    two = one.without("note").grown(1)
    repository.commit({one.path: two.text()})
    three = two.having("note", "type: number, required: false").grown(1)
    broken = repository.commit({one.path: three.text()})
    repository.commit({one.path: replace(three, words=1).grown(2).text()})
    report = audited(Planted(repository, Stream(repository)))
    errors = issues(report, severity="error")
    assert {(commit, kind, field) for commit, _, kind, field in errors if kind == "field_type_changed"} == {
        (broken, "field_type_changed", "note")
    }
    (issue,) = [each for slip in report["slips"] for each in slip["issues"] if each["kind"] == "field_type_changed"]
    assert issue["against"] == "1.0.0"
    assert audited(Planted(repository, Stream(repository)), "--since", broken, code=0)["slips"] == []
    clone = Repository(tmp_path, "clone", init=None)
    clone.git("clone", "-q", "--depth", "3", repository.folder.as_uri(), str(clone.folder), cwd=tmp_path)
    clone.dcr("audit", "--ref", "main", "--since", "main~1", **NO_CACHE).says(
        "shallow, and a transitive mode or a deprecation period needs the whole history"
    )


def kinds_by_commit(repository: Repository, *options: str, code: int = 1) -> dict[str, list[tuple[str, str]]]:
    """Return the kinds and severities of an audit by the short id of the commit, newest first."""
    report = audited(Planted(repository, Stream(repository)), *options, code=code)
    return {
        each["commit"][:10]: [(issue["kind"], "accepted" if issue["accepted"] else issue["severity"])
        for issue in each["issues"]]
        for each in report["transitions"]
    }  # fmt: skip


REDEFINED = ("version_redefined", "error")


def test_a_version_that_was_redefined_several_times_is_one_issue_in_the_last_commit(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    one = Made("shop.orders", "contracts/orders.yaml")
    first = repository.commit({one.path: one.text()})
    other = one.having("late", "type: string, required: false")
    second = repository.commit({one.path: other.text()})
    repository.commit({one.path: other.text().replace("status: active", "status: deprecated\ndeprecation_uri: x")})
    third = repository.commit({one.path: one.text()})
    repository.commit({one.path: replace(one, words=5).grown(2).text()})
    found = kinds_by_commit(repository)
    assert found.pop(third[:10])[-1] == REDEFINED
    assert not any(kind.startswith("version_") for kinds in found.values() for kind, _ in kinds)
    text = repository.dcr("audit", "--ref", "main", "--format", "text", **NO_CACHE).out
    (line,) = [each for each in text.splitlines() if "version_redefined" in each]
    assert "was redefined on the base 2 times, most recently: " in line
    assert f"commit {third[:10]} (" in line
    assert f"changed what commit {second[:10]} (" in line
    assert first[:10] not in line
    assert kinds_by_commit(repository, "--since", second)[third[:10]][-1] == REDEFINED
    assert kinds_by_commit(repository, "--since", third, code=0) == {}


def test_a_version_without_order_that_was_used_again_is_found_by_the_audit_alone(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    text = (
        "apiVersion: v3.1.0\nkind: DataContract\nid: shop\nversion: {}\nstatus: active\nteam: {{name: shop}}\nschema:\n"
        "  - name: orders\n    description: {}\n    properties:\n      - {{name: id, logicalType: string}}\n"
    )
    repository.commit({"contracts/shop.yaml": text.format("red", "one")})
    repository.commit({"contracts/shop.yaml": text.format("blue", "two")})
    third = repository.commit({"contracts/shop.yaml": text.format("red", "three")})
    assert REDEFINED in kinds_by_commit(repository)[third[:10]]


def test_a_redefinition_is_softened_accepted_and_turned_off_as_a_missing_bump_is(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    one = Made("shop.orders", "contracts/orders.yaml")
    other = one.having("late", "type: string, required: false")
    entry = "{dataset: shop.orders, version: 1.0.0, kind: version_not_increasing, reason: a trial}"
    repository.commit({one.path: one.text()})
    second = repository.commit({one.path: other.text(), "dcr.accepted.yaml": f"accepted: [{entry}]\n"})
    assert kinds_by_commit(repository, code=0)[second[:10]] == [("version_redefined", "accepted")]
    repository.commit({"dcr.toml": 'severity = {version_redefined = "off"}\n'})
    assert kinds_by_commit(repository, code=0)[second[:10]] == [("version_not_increasing", "accepted")]
    repository.commit({"dcr.toml": "", "dcr.accepted.yaml": None, one.path: one.text()})
    assert REDEFINED in next(iter(kinds_by_commit(repository).values()))


def test_a_removed_dataset_that_comes_back_otherwise_under_its_version_was_redefined(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    one = Made("shop.orders", "contracts/orders.yaml")
    repository.commit({one.path: one.text()})
    repository.commit({one.path: None})
    back = replace(one.having("late", "type: string, required: false"), path="contracts/back.yaml")
    third = repository.commit({back.path: back.text()})
    assert kinds_by_commit(repository)[third[:10]] == [REDEFINED]


def test_a_version_in_another_format_or_file_with_the_same_content_was_not_redefined(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    one = Made("shop.orders", "contracts/orders.yaml")
    repository.commit({one.path: one.text()})
    repository.commit({one.path: None, "contracts/moved.yaml": f"# moved\n{one.text()}"})
    repository.commit({"contracts/moved.yaml": replace(one, words=5).grown(2).text()})
    assert kinds_by_commit(repository, code=0) == {}

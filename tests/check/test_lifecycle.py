"""Checks deprecation periods and reintroduced fields by the commit dates of real repositories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from histories import NUMBER, PATH, STRING, Historic, orders

if TYPE_CHECKING:
    from pathlib import Path

DAYS = 30
TIMED = f"min_deprecation_days = {DAYS}\n"
MARKED = "total: {type: string, required: false, deprecated: true}"
GONE = "deprecation_uri: https://example.com/orders"


@pytest.fixture
def repository(tmp_path: Path) -> Historic:
    """A repository whose policy sets a time, and nothing else."""
    made = Historic(tmp_path)
    made.commit({"dcr.toml": TIMED}, on=ago(400))
    return made


def ago(days: int) -> str:
    """Return a moment so many days ago, noon in UTC."""
    return f"{datetime.now(UTC).date() - timedelta(days=days)}T12:00:00+0000"


def day(days: int) -> str:
    """Return the day in so many days."""
    return str(datetime.now(UTC).date() + timedelta(days=days))


def deprecated(version: str = "1.0.0", *fields: str) -> str:
    return orders(version, *fields, status="deprecated", more=GONE)


def test_a_field_that_goes_before_its_day_is_told_that_day(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", STRING)}, on=ago(100))
    repository.commit({PATH: orders("1.0.1", MARKED)}, on=ago(10))
    repository.branch()
    repository.write(PATH, orders("2.0.0"))
    outcome = repository.check()
    assert outcome.code == 1
    (issue,) = outcome.issues
    assert issue["message"] == "field 'total' was removed after 10 of 30 days of deprecation"
    assert issue["hint"] == f"deprecated since {day(-10)}, it may be removed on or after {day(20)}"


@pytest.mark.parametrize("days", [DAYS, DAYS + 1, 300])
def test_a_field_may_go_on_its_day_and_after_it_with_a_major_version(repository: Historic, days: int) -> None:
    repository.commit({PATH: orders("1.0.0", MARKED)}, on=ago(days))
    repository.branch()
    repository.write(PATH, orders("2.0.0"))
    assert repository.check().issues == []
    repository.write(PATH, orders("1.1.0"))
    outcome = repository.check()
    assert outcome.kinds == ["version_bump_insufficient"]
    assert outcome.report["contracts"][0]["required_bump"] == "major"


def test_a_field_may_not_go_on_the_day_before(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", MARKED)}, on=ago(DAYS - 1))
    repository.branch()
    repository.write(PATH, orders("2.0.0"))
    (issue,) = repository.check().issues
    assert issue["hint"].endswith(f"it may be removed on or after {day(1)}")


@pytest.mark.parametrize(("days", "kinds"), [(DAYS, []), (DAYS - 1, ["field_removed"])])
def test_a_custom_property_of_the_open_data_contract_standard_is_a_mark(
    repository: Historic, days: int, kinds: list[str]
) -> None:
    head = "apiVersion: v3.1.0\nkind: DataContract\nid: shop\nversion: {}\nstatus: active\nteam: {{name: shop}}\n"
    head += "schema:\n  - name: orders\n    properties:\n      - {{name: id, logicalType: string}}\n"
    mark = "[{property: deprecated, value: true}]"
    field = f"      - {{name: total, logicalType: string, customProperties: {mark}}}\n"
    repository.commit({PATH: head.format("1.0.0") + field}, on=ago(days))
    repository.branch()
    repository.write(PATH, head.format("2.0.0"))
    assert repository.check().kinds == kinds


def test_a_later_change_of_the_contract_does_not_begin_the_time_anew(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", MARKED)}, on=ago(60))
    repository.commit({PATH: orders("1.0.1", MARKED, more="description: words")}, on=ago(5))
    repository.branch()
    repository.write(PATH, orders("2.0.0"))
    assert repository.check().issues == []


def test_a_mark_that_was_taken_back_begins_the_time_anew(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", MARKED)}, on=ago(100))
    repository.commit({PATH: orders("1.0.1", STRING)}, on=ago(50))
    repository.commit({PATH: orders("1.0.2", MARKED)}, on=ago(3))
    repository.branch()
    repository.write(PATH, orders("2.0.0"))
    (issue,) = repository.check().issues
    assert "after 3 of 30 days" in issue["message"]


def test_a_field_that_was_never_deprecated_is_told_what_to_do_first(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", STRING)}, on=ago(100))
    repository.branch()
    repository.write(PATH, orders("2.0.0"))
    outcome = repository.check()
    assert outcome.code == 1
    (issue,) = outcome.issues
    assert issue["message"] == "field 'total' was removed without having been deprecated on the base"
    assert "mark it 'deprecated: true' first" in issue["hint"]
    assert day(DAYS) in issue["hint"]


def test_a_mark_of_the_change_itself_has_no_day_yet(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", STRING)}, on=ago(100))
    repository.branch()
    repository.commit({PATH: orders("1.0.1", MARKED)}, on=ago(90))
    repository.write(PATH, orders("2.0.0"))
    (issue,) = repository.check().issues
    assert "without having been deprecated" in issue["message"]


def test_the_date_of_the_merge_counts_and_not_that_of_the_branch(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", STRING)}, on=ago(100))
    repository.branch("topic")
    repository.commit({PATH: orders("1.0.1", MARKED)}, on=ago(90))
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "--no-edit", "topic", GIT_COMMITTER_DATE=ago(7))
    repository.branch()
    repository.write(PATH, orders("2.0.0"))
    (issue,) = repository.check().issues
    assert "after 7 of 30 days" in issue["message"]


def test_the_time_goes_on_through_a_move(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", MARKED)}, on=ago(60))
    moved = "contracts/shop/orders.yaml"
    repository.commit({PATH: None, moved: orders("1.0.0", MARKED)}, on=ago(5))
    repository.branch()
    repository.write(moved, orders("2.0.0"))
    assert repository.check().issues == []


@pytest.mark.parametrize("days", [DAYS, 200])
def test_a_contract_may_go_once_it_was_deprecated_for_long_enough(repository: Historic, days: int) -> None:
    repository.commit({PATH: orders("1.0.0")}, on=ago(300))
    repository.commit({PATH: deprecated()}, on=ago(days))
    repository.branch()
    (repository.folder / PATH).unlink()
    assert repository.check().issues == []


@pytest.mark.parametrize("status", ["deprecated", "archived"])
def test_a_contract_that_goes_before_its_day_is_told_that_day(repository: Historic, status: str) -> None:
    repository.commit({PATH: orders("1.0.0")}, on=ago(300))
    repository.commit({PATH: orders("1.0.0", status=status, more=GONE)}, on=ago(12))
    repository.branch()
    (repository.folder / PATH).unlink()
    outcome = repository.check()
    assert outcome.code == 1
    (issue,) = outcome.issues
    assert issue["kind"] == "contract_removed"
    assert issue["message"].endswith(f"while its status was '{status}', after 12 of 30 days of deprecation")
    assert issue["hint"] == f"deprecated since {day(-12)}, it may be removed on or after {day(18)}"


def test_archiving_goes_on_counting_and_a_return_to_active_begins_anew(repository: Historic) -> None:
    repository.commit({PATH: deprecated()}, on=ago(40))
    repository.commit({PATH: orders("1.0.0", status="archived")}, on=ago(2))
    repository.branch()
    (repository.folder / PATH).unlink()
    assert repository.check().issues == []
    repository.git("checkout", "-qf", "main")
    repository.commit({PATH: orders("1.0.0")}, on=ago(2))
    repository.commit({PATH: deprecated()}, on=ago(1))
    repository.branch("again")
    (repository.folder / PATH).unlink()
    (issue,) = repository.check().issues
    assert "after 1 of 30 days" in issue["message"]


def test_an_active_contract_that_goes_is_told_to_be_deprecated_first(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0")}, on=ago(300))
    repository.branch()
    (repository.folder / PATH).unlink()
    (issue,) = repository.check().issues
    assert issue["message"].endswith("while its status was 'active', without having been deprecated on the base")
    assert issue["hint"].startswith("restore it and deprecate it first")


def test_without_the_setting_nothing_is_measured(tmp_path: Path) -> None:
    repository = Historic(tmp_path)
    repository.commit({PATH: orders("1.0.0", MARKED)}, on=ago(300))
    repository.branch()
    repository.write(PATH, orders("2.0.0"))
    (issue,) = repository.check().issues
    assert issue["message"] == "field 'total' was removed"
    assert issue["hint"] == "keep it with 'deprecated: true' for one release, then remove it"


def test_a_change_cannot_shorten_its_own_time(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", MARKED)}, on=ago(10))
    repository.branch()
    repository.write("dcr.toml", "min_deprecation_days = 5\n")
    repository.write(PATH, orders("2.0.0"))
    assert repository.check().kinds == ["field_removed", "policy_changed"]


def test_an_early_removal_is_let_through_by_an_acceptance_and_not_by_a_major_version(repository: Historic) -> None:
    repository.commit({"dcr.toml": f'{TIMED}breaking = "allow-with-major"\n', PATH: orders("1.0.0", MARKED)}, on=ago(9))
    repository.branch()
    repository.write(PATH, orders("2.0.0"))
    (issue,) = repository.check().issues
    assert issue["severity"] == "error"
    repository.write(
        "dcr.accepted.yaml",
        'accepted:\n  - {dataset: shop.orders, version: "2.0.0", kind: field_removed, field: total, reason: leak}\n',
    )
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.issues[0]["accepted"]["reason"] == "leak"


def test_a_removal_that_depends_on_commits_a_clone_lacks_is_not_judged(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", MARKED)}, on=ago(100))
    repository.commit({PATH: orders("1.0.1", MARKED, more="description: words")}, on=ago(5))
    clone = Historic(repository.root.parent, "clone", init=None)
    clone.git("clone", "-q", "--depth", "1", f"file://{repository.folder}", "clone", cwd=clone.root)
    clone.branch()
    clone.write(PATH, orders("2.0.0"))
    clone.check("--base", "main").says("shallow", "a deprecation period", "git fetch --unshallow origin")


def test_a_field_that_is_back_with_another_meaning_names_where_it_was(repository: Historic) -> None:
    was = repository.commit({PATH: orders("1.0.0", STRING)})
    repository.commit({PATH: orders("2.0.0")})
    repository.branch()
    repository.write(PATH, orders("2.1.0", NUMBER))
    outcome = repository.check()
    assert outcome.code == 0
    (issue,) = outcome.issues
    assert (issue["kind"], issue["severity"], issue["against"]) == ("field_resurrected", "warning", "1.0.0")
    assert issue["message"] == (
        "field 'total' of '1.0.0' was reintroduced with another meaning: type 'number' instead of 'string'"
    )
    place = issue["previous_location"]
    assert (place["path"], place["line"], place["commit"]) == (PATH, 8, was)


def test_a_field_that_is_back_as_it_was_is_silent(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", STRING)})
    repository.commit({PATH: orders("2.0.0")})
    repository.branch()
    repository.write(PATH, orders("2.1.0", STRING))
    assert repository.check().issues == []


def test_a_field_is_found_behind_a_move_and_under_escapes(repository: Historic) -> None:
    repository.commit({"contracts/old.yaml": orders("1.0.0", STRING).replace("total", '"to\\x74al"')})
    repository.commit({"contracts/old.yaml": orders("2.0.0")})
    repository.commit({"contracts/old.yaml": None, PATH: orders("2.0.0")})
    repository.branch()
    repository.write(PATH, orders("2.1.0", NUMBER))
    (issue,) = repository.check().issues
    assert issue["kind"] == "field_resurrected"
    assert issue["previous_location"]["path"] == "contracts/old.yaml"
    repository.dcr("log", "--ref", "main")  # keeps the log, from which the file's history is then taken
    assert repository.check().issues == [issue]


def plan(values: str, told: str) -> str:
    return f"plan: {{type: string, enum: [{values}], description: {told}}}"


@pytest.mark.parametrize(("told", "kinds"), [("by the month", ["field_resurrected"]), ("by the year", [])])
def test_an_enum_value_is_back_with_another_meaning_when_its_field_is_described_otherwise(
    repository: Historic, told: str, kinds: list[str]
) -> None:
    repository.commit({PATH: orders("1.0.0", plan("free, gold", "by the year"))})
    repository.commit({PATH: orders("2.0.0", plan("free", "by the year"))})
    repository.commit({PATH: orders("2.0.1", plan("free", told))})
    repository.branch()
    repository.write(PATH, orders("2.1.0", plan("free, gold", told)))
    outcome = repository.check()
    assert outcome.kinds == kinds
    if kinds:
        assert "enum value 'gold' of field 'plan' in '1.0.0' was reintroduced" in outcome.issues[0]["message"]


def test_turned_off_nothing_is_looked_up(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", STRING)})
    repository.commit({PATH: orders("2.0.0"), "dcr.toml": '[severity]\nfield_resurrected = "off"\n'})
    repository.branch()
    repository.write(PATH, orders("2.1.0", NUMBER))
    assert repository.check().issues == []


def model(kind: str | None) -> str:
    total = f"\n      - {{name: total, data_type: {kind}}}" if kind else ""
    return (
        "version: 2\nmodels:\n  - name: orders\n    config: {contract: {enforced: true}, meta: {owner: shop}}\n"
        f"    columns:\n      - {{name: id, data_type: varchar, constraints: [{{type: primary_key}}]}}{total}\n"
    )


def test_a_column_that_its_format_cannot_mark_needs_an_acceptance(repository: Historic) -> None:
    repository.commit({PATH: model("int")}, on=ago(300))
    repository.branch()
    repository.write(PATH, model(None))
    (issue,) = repository.check().issues
    assert issue["message"] == "field 'total' was removed and cannot be marked as deprecated in this format"
    assert issue["hint"].endswith("accept the removal once its readers have migrated: dcr accept")


def test_where_a_format_has_no_versions_what_was_is_known_by_its_commit(tmp_path: Path) -> None:
    repository = Historic(tmp_path)
    was = repository.commit({PATH: model("varchar")})[:10]
    repository.commit({PATH: model(None)})
    repository.branch()
    repository.write(PATH, model("int"))
    (warning,) = repository.check("--mode", "forward").issues
    assert f"of commit {was} was reintroduced with another meaning" in warning["message"]
    (error,) = repository.check("--mode", "forward_transitive").issues
    said = f"changed type from 'varchar' (string) to 'int' (integer), compared with commit {was}"
    assert error["message"].endswith(said)
    assert error["previous_location"]["commit"].startswith(was)


@pytest.mark.parametrize("moved", [False, True])
def test_a_clone_without_older_texts_says_that_they_were_passed_over(tmp_path: Path, moved: bool) -> None:
    origin = Historic(tmp_path, "origin")
    origin.git("config", "uploadpack.allowFilter", "true")
    first = "contracts/old.yaml" if moved else PATH
    was = origin.commit({first: orders("1.0.0", STRING)})
    origin.commit({PATH: orders("2.0.0")} | ({first: None} if moved else {}))
    clone = Historic(tmp_path, "clone", init=None)
    clone.git("clone", "-q", "--filter=blob:none", f"file://{origin.folder}", "clone", cwd=clone.root)
    clone.branch()
    clone.write(PATH, orders("2.1.0", NUMBER))
    outcome = clone.check("--base", "main")
    assert outcome.code == 0
    assert outcome.kinds == ["previous_unreadable"]
    assert f"'{first}' at " in outcome.issues[0]["message"]
    assert "(it is not in this clone)" in outcome.issues[0]["message"]
    assert moved or was[:10] in outcome.issues[0]["message"]
    clone.check("--base", "main", "--mode", "full_transitive").says("this clone is partial")


def forged(repository: Historic, when: str, *texts: str) -> None:
    """Put commits on `main` that git itself would not write, one for each text: all with one moment."""
    tip = repository.git("rev-parse", "main")
    for text in texts:
        repository.write(PATH, text)
        repository.git("add", "-A")
        lines = [f"tree {repository.git('write-tree')}", f"parent {tip}", f"author a <a@b> {when}"]
        content = "\n".join([*lines, f"committer a <a@b> {when}", "", "x", ""]).encode()
        tip = repository.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", given=content)
    repository.git("update-ref", "refs/heads/main", tip)
    repository.git("reset", "-q", "--hard")


@pytest.mark.parametrize(
    ("when", "over"),
    [
        ("253402300800 +0000", False),
        ("99999999999999 +0000", False),
        ("1600000000 +9999", True),
        ("1600000000 -2400", True),
        ("253402300799 -0100", False),
        ("0 +1400", True),
    ],
)
def test_a_commit_may_claim_any_moment(repository: Historic, when: str, over: bool) -> None:
    forged(repository, when, orders("1.0.0", STRING), orders("1.0.1", MARKED))
    repository.branch()
    repository.write(PATH, orders("2.0.0"))
    outcome = repository.check()
    assert outcome.code == (0 if over else 1)
    if not over:
        (issue,) = outcome.issues
        assert issue["message"] == f"field 'total' was removed after 0 of {DAYS} days of deprecation"
        assert issue["hint"] == "deprecated since 9999-12-31, it may be removed on or after 9999-12-31"
    for command in (["datasets"], ["log", "shop.orders"], ["blame", "shop.orders"], ["audit", "--fail-on", "never"]):
        assert repository.dcr(*command, "--ref", "main").code == 0

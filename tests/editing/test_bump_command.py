"""`dcr bump` and `dcr check --fix` in real repositories: exactly the owed version, once, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from edited_files import MODELS, MODELS_TEXT, SHOP, SHOP_TEXT, STOCK, STOCK_TEXT
from repositories import USERS, breaking, contract

if TYPE_CHECKING:
    from repositories import Outcome, Repository

ADDED = "  - {name: source, type: string, required: false}\n"
SAID = f"dcr: {USERS}: 'users.daily_active': version '1.0.0' becomes '{{}}' ({{}})\n"


def bump(repository: Repository, *arguments: str, writes: str = f"repository/{USERS}", **more: str) -> Outcome:
    return repository.dcr("bump", *arguments, writes=(writes,), **more)


def text(repository: Repository, path: str = USERS) -> str:
    return (repository.folder / path).read_bytes().decode()


@pytest.mark.parametrize(
    ("edited", "version", "owed"),
    [
        (breaking(version="1.0.0"), "2.0.0", "MAJOR"),
        (contract() + ADDED, "1.1.0", "MINOR"),
        (contract().replace("growth-platform", "growth"), "1.0.1", "PATCH"),
        (breaking(version="1.0.0").replace("\n", "\r\n"), "2.0.0", "MAJOR"),
    ],
)
def test_the_owed_version_is_written_and_nothing_else(repository, edited: str, version: str, owed: str) -> None:
    repository.write(USERS, edited)
    outcome = bump(repository, "users.daily_active")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", SAID.format(version, owed))
    assert text(repository) == edited.replace("1.0.0", version)
    again = bump(repository, "users.daily_active", writes="")
    enough = f"dcr: 'users.daily_active': version '{version}' is a sufficient {owed} bump\n"
    assert (again.code, again.out, again.err) == (0, "", enough)
    kinds = repository.check(writes=()).kinds
    assert not [kind for kind in kinds if kind.startswith("version_")]


def test_a_dry_run_prints_a_diff_and_writes_nothing(repository) -> None:
    repository.write(USERS, breaking(version="1.0.0"))
    outcome = repository.dcr("bump", "--all", "--dry-run")
    assert outcome.code == 0
    assert outcome.out == (
        f"--- a/{USERS}\n+++ b/{USERS}\n@@ -1,5 +1,5 @@\n dataset_id: users.daily_active\n"
        '-version: "1.0.0"\n+version: "2.0.0"\n status: active\n primary_key: [user_id, active_date]\n'
        " owners: [{team: growth-platform}]\n"
    )
    assert outcome.err == SAID.format("2.0.0", "MAJOR") + "dcr: nothing was written (--dry-run)\n"


def test_nothing_owed_is_said_and_is_no_error(repository) -> None:
    assert repository.dcr("bump", "--all")[:3] == (0, "", "dcr: no dataset requires a version bump\n")
    named = repository.dcr("bump", "users.daily_active")
    assert named[:3] == (0, "", "dcr: 'users.daily_active': no version bump is required\n")
    repository.write("contracts/new.yaml", contract("new"))
    assert repository.dcr("bump", "new")[:3] == (0, "", "dcr: 'new': no version bump is required\n")


@pytest.mark.parametrize(("edited", "version"), [("1.0.1", "2.0.0"), ("1.9.9", "2.0.0"), ("0.9.0", "2.0.0")])
def test_a_version_that_is_too_small_is_raised_to_the_owed_one(repository, edited: str, version: str) -> None:
    repository.write(USERS, breaking(version=edited))
    assert bump(repository, "--all").code == 0
    assert text(repository) == breaking(version=version)


@pytest.mark.parametrize("sufficient", ["2.0.0", "2.1.0", "3.0.0"])
def test_a_version_that_is_sufficient_is_left(repository, sufficient: str) -> None:
    repository.write(USERS, breaking(version=sufficient))
    outcome = repository.dcr("bump", "--all")
    assert outcome.code == 0
    assert f"version '{sufficient}' is a sufficient MAJOR bump" in outcome.err


@pytest.mark.parametrize(("option", "version"), [("--major", "2.0.0"), ("--minor", "1.1.0"), ("--patch", "1.0.1")])
def test_a_larger_bump_may_be_asked_for(repository, option: str, version: str) -> None:
    assert bump(repository, "users.daily_active", option).code == 0
    assert text(repository) == contract(version=version)
    again = repository.dcr("bump", "users.daily_active", option)
    assert (again.code, text(repository)) == (0, contract(version=version))


def test_a_smaller_bump_than_is_owed_is_refused(repository) -> None:
    repository.write(USERS, breaking(version="1.0.0"))
    outcome = repository.dcr("bump", "users.daily_active", "--minor")
    assert outcome.code == 2
    assert outcome.err == (
        f"dcr: error: {USERS}:2:1: 'users.daily_active' requires a MAJOR bump, found --minor (nothing was written)\n"
        "  help: dcr bump users.daily_active\n"
    )


def test_the_next_version_comes_after_the_greatest_that_the_base_has(repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: contract(version="1.1.0") + ADDED})
    repository.git("checkout", "-q", "feature")
    mine = contract() + ADDED.replace("source", "channel")
    repository.write(USERS, mine.replace("1.0.0", "1.1.0"))
    assert "version_already_published" in repository.check().kinds
    assert bump(repository, "--all").code == 0
    assert text(repository) == mine.replace("1.0.0", "1.2.0")
    assert repository.check().code == 0


def test_the_same_version_with_the_same_content_as_the_bases_is_left(repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: contract(version="1.1.0") + ADDED})
    repository.git("checkout", "-q", "feature")
    repository.write(USERS, contract(version="1.1.0") + ADDED)
    assert repository.dcr("bump", "--all").code == 0


def test_datasets_that_share_a_file_move_once_by_the_largest_bump(repository) -> None:
    edited = (
        SHOP_TEXT.replace("      - {name: note, logicalType: string}\n", "")
        + "      - {name: x, logicalType: string}\n"
    )
    repository.write(SHOP, edited)
    outcome = bump(repository, "shop/lines", writes=f"repository/{SHOP}")
    assert outcome.err == f"dcr: {SHOP}: 'shop/orders', 'shop/lines': version '1.0.0' becomes '2.0.0' (MAJOR)\n"
    assert text(repository, SHOP) == edited.replace("1.0.0", "2.0.0")
    assert "a sufficient MAJOR bump" in repository.dcr("bump", "shop").err


def test_a_data_contract_specification_is_bumped_within_its_brackets(repository) -> None:
    edited = STOCK_TEXT.replace("amount: {type: integer}", "amount: {type: integer}\n      x: {type: string}")
    repository.write(STOCK, edited)
    assert bump(repository, "--all", writes=f"repository/{STOCK}").code == 0
    assert text(repository, STOCK) == edited.replace("version: 1.0.0", "version: 1.1.0")


def test_dbt_is_left_alone_by_all_and_refused_by_name(repository) -> None:
    repository.write(MODELS, MODELS_TEXT.replace("      - {name: mail, data_type: text}\n", ""))
    assert repository.dcr("bump", "--all")[:3] == (0, "", "dcr: no dataset requires a version bump\n")
    named = repository.dcr("bump", "customers")
    assert named.code == 2
    assert "dbt keeps all versions" in named.err


def test_what_cannot_be_edited_is_named_and_what_can_be_is_written(repository) -> None:
    repository.write(USERS, breaking(version="1.0.0"))
    repository.write(SHOP, SHOP_TEXT.replace("1.0.0", "2024-06").replace("note", "remark"))
    outcome = bump(repository, "--all")
    assert outcome.code == 2
    assert outcome.err == SAID.format("2.0.0", "MAJOR") + (
        f"dcr: error: {SHOP}:4:1: version '2024-06' is not MAJOR.MINOR.PATCH, so that dcr cannot increase it "
        "(not edited)\n"
        "  help: write three numbers, as in 1.4.0\n"
    )
    assert text(repository) == breaking(version="2.0.0")


def test_a_layout_that_cannot_be_edited_is_refused_with_what_to_write(repository) -> None:
    repository.write(USERS, breaking(version="1.0.0").replace('version: "', 'version: &v "'))
    outcome = repository.dcr("bump", "--all")
    assert outcome.code == 2
    assert outcome.err == (
        f"dcr: error: {USERS}:2:10: "
        "the value of version has an anchor, so that aliases may repeat it (nothing was written)\n"
        '  help: write version: "2.0.0" yourself\n'
    )


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ((), "expected either datasets or --all", "dcr bump --all --dry-run shows all required versions"),
        (("a", "--all"), "expected either datasets or --all", "dcr bump --all --dry-run shows all required versions"),
        (("a", "--minor", "--major"), "--major, --minor and --patch exclude each other", "use one of them"),
        (("users.daily",), "no contract in scope defines dataset 'users.daily'", "did you mean 'users.daily_active'?"),
        (("zzz",), "no contract in scope defines dataset 'zzz'", "dcr lint reads all contracts"),
        ((" ",), "DATASET is blank", "write a text"),
        (("a\nb",), "DATASET contains the control character U+000A", "write it on one line"),
        (("users.daily_active", "--base", "nowhere"), "ref 'nowhere' does not exist", "run: git fetch"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_ends_with_2(repository, arguments: tuple[str, ...], message: str, hint: str) -> None:
    outcome = repository.dcr("bump", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert f"help: {hint}" in outcome.err


def test_a_dataset_that_two_files_claim_is_refused_naming_both(repository) -> None:
    repository.write("contracts/copy.yaml", contract())
    outcome = repository.dcr("bump", "users.daily_active", "--minor")
    assert outcome.code == 2
    assert f"'users.daily_active' is defined in several files: contracts/copy.yaml:1 and {USERS}:1" in outcome.err
    all_of_them = repository.dcr("bump", "--all")
    assert (all_of_them.code, all_of_them.err) == (0, "dcr: no dataset requires a version bump\n")


def test_all_edits_neither_of_two_files_that_claim_a_dataset(repository) -> None:
    repository.write(USERS, breaking(version="1.0.0"))
    repository.write("contracts/copy.yaml", contract())
    outcome = repository.dcr("bump", "--all")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "dcr: error: contracts/copy.yaml:1:1: "
        f"dataset_id 'users.daily_active' is also defined in '{USERS}' (nothing was written)\n"
        "  help: give one of them an id of its own\n"
    )


def test_all_names_the_files_of_which_it_cannot_know_what_they_owe(repository) -> None:
    repository.write(USERS, contract() + ADDED)
    repository.write(SHOP, "id: shop\nkind: DataContract\nversion: [\n")
    repository.write("contracts/new.yaml", contract("users.new").replace("type: number", "type: nmber"))
    outcome = bump(repository, "--all")
    assert outcome.code == 2
    assert outcome.err == SAID.format("1.1.0", "MINOR") + (
        "dcr: error: contracts/new.yaml:10:17: type is 'nmber', expected one of "
        "string, integer, number, boolean, timestamp, json, object, array (not edited)\n"
        "  help: did you mean 'number'?\n"
        f"dcr: error: {SHOP}:4:1: "
        "invalid YAML: while parsing a flow node, did not find expected node content (not edited)\n"
    )


@pytest.mark.parametrize(
    ("broken", "place", "problem"),
    [
        (contract() + "more: [\n", "12:1", "invalid YAML: "),
        (contract() + "#" * 2_100_000, "1:1", "the file has more than 2,097,152 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_and_names_the_dataset_is_what_is_said(
    repository, broken: str, place: str, problem: str
) -> None:
    repository.write(USERS, broken)
    outcome = repository.dcr("archive", "users.daily_active")
    assert outcome.code == 2
    assert outcome.err.startswith(f"dcr: error: {USERS}:{place}: invalid contract: {problem}")
    assert "it contains 'users.daily_active' (nothing was written)\n" in outcome.err


def test_nothing_is_edited_and_nothing_else_is_said_of_a_dry_run_without_edits(repository) -> None:
    assert repository.dcr("bump", "--all", "--dry-run").err == "dcr: no dataset requires a version bump\n"


def test_a_file_that_is_no_valid_contract_is_named_with_its_line(repository) -> None:
    repository.write(USERS, contract().replace("type: timestamp", "type: datetime"))
    outcome = repository.dcr("bump", "users.daily_active", "--minor")
    assert outcome.code == 2
    assert f"{USERS}:8:25: invalid contract: type is 'datetime'" in outcome.err


def test_a_link_is_neither_followed_nor_replaced(repository) -> None:
    repository.write("elsewhere.txt", contract())
    (repository.folder / USERS).unlink()
    (repository.folder / USERS).symlink_to("../elsewhere.txt")
    outcome = repository.dcr("bump", "users.daily_active", "--minor")
    assert outcome.code == 2
    assert f"'{USERS}' was not read: it is a symbolic link" in outcome.err


def test_it_works_from_a_folder_below(repository) -> None:
    repository.write(USERS, breaking(version="1.0.0"))
    assert bump(repository, "--all", cwd=repository.folder / "contracts").code == 0
    assert text(repository) == breaking(version="2.0.0")


def test_a_bare_repository_has_nothing_to_edit(repository, tmp_path) -> None:
    repository.git("clone", "-q", "--bare", str(repository.folder), str(tmp_path / "bare"), cwd=tmp_path)
    for command in (["bump", "--all"], ["archive", "users.daily_active"], ["check", "--fix"]):
        outcome = repository.dcr(*command, cwd=tmp_path / "bare")
        assert outcome.code == 2
        assert "this repository is bare" in outcome.err


def test_check_fix_writes_what_is_owed_and_checks_the_result(repository) -> None:
    repository.write(USERS, contract() + ADDED)
    repository.write(SHOP, SHOP_TEXT.replace("note", "remark"))
    fixed = repository.check("--fix", writes=(f"repository/{USERS}", f"repository/{SHOP}"))
    assert fixed.code == 1
    assert fixed.kinds == ["field_removed"]
    assert [each["proposed"]["version"] for each in fixed.report["contracts"]] == ["2.0.0", "2.0.0", "1.1.0"]
    assert fixed.err.splitlines()[:2] == [
        f"dcr: {SHOP}: 'shop/orders', 'shop/lines': version '1.0.0' becomes '2.0.0' (MAJOR)",
        f"dcr: {USERS}: 'users.daily_active': version '1.0.0' becomes '1.1.0' (MINOR)",
    ]
    assert repository.check().out == fixed.out


def test_check_fix_keeps_to_the_paths_and_the_mode_it_is_given(repository) -> None:
    repository.write(USERS, breaking(version="1.0.0"))
    repository.write(SHOP, SHOP_TEXT.replace("note", "remark"))
    assert repository.check("--fix", "--mode", "none", USERS, writes=(f"repository/{USERS}",)).code == 0
    assert text(repository) == breaking(version="1.0.1")
    assert text(repository, SHOP) == SHOP_TEXT.replace("note", "remark")


def test_check_fix_with_nothing_owed_is_a_check(repository) -> None:
    assert repository.check("--fix") == repository.check()


def test_check_fix_says_what_it_cannot_edit_and_reports_it(repository) -> None:
    repository.write(USERS, breaking(version="1.0.0").replace('version: "1.0.0"', "version: &v 1.0.0"))
    outcome = repository.check("--fix")
    assert outcome.code == 1
    assert outcome.kinds == ["field_removed", "version_not_increasing"]
    assert f"dcr: error: {USERS}:2:10: the value of version has an anchor" in outcome.err


@pytest.mark.parametrize("more", [("--staged",), ("--head", "HEAD")])
def test_check_fix_judges_nothing_but_the_working_tree(repository, more: tuple[str, ...]) -> None:
    outcome = repository.dcr("check", "--fix", *more)
    outcome.says("--fix writes to the working tree, which --staged, --head and --merged do not check")

"""Checks changes of contracts whose version the base redefined, in real repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from histories import NUMBER, PATH, STRING, Historic, orders

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND, THIRD = "2024-01-05T12:00:00+0000", "2024-02-10T23:30:00-0200", "2024-03-01T12:00:00+0000"
WORDS = "description: one row per order"
SOFT = 'severity = {version_redefined = "off"}\n'


@pytest.fixture
def repository(tmp_path: Path) -> Historic:
    return Historic(tmp_path)


def redefined(repository: Historic, *, status: str = "active") -> tuple[str, str]:
    """Commit version 1.0.0 with two meanings; return the short ids."""
    first = repository.commit({PATH: orders("1.0.0", STRING, status=status)}, on=FIRST)
    second = repository.commit({PATH: orders("1.0.0", NUMBER, status=status)}, on=SECOND)
    return first[:10], second[:10]


def change(repository: Historic, text: str, *arguments: str) -> list[dict[str, Any]]:
    """Return the issues of a branch with a text."""
    repository.branch()
    repository.write(PATH, text)
    return repository.check(*arguments).issues


def test_the_next_change_of_a_redefined_version_names_both_commits_their_days_and_what_differs(
    repository: Historic,
) -> None:
    first, second = redefined(repository)
    (issue,) = change(repository, orders("1.0.1", NUMBER, more=WORDS))
    assert (issue["kind"], issue["severity"], issue["breaks"]) == ("version_redefined", "error", "consumers")
    assert issue["message"] == (
        f"version '1.0.0' was redefined on the base: commit {second} (2024-02-11) changed what commit {first} "
        "(2024-01-05) defines: field 'total' changed type from 'string' to 'number'"
    )
    assert issue["hint"] == (
        "inform the consumers of '1.0.0', and accept it once: once the base has '1.0.1', it is not reported again"
    )
    assert issue["against"] == "1.0.0"
    assert issue["previous_location"]["commit"].startswith(first)
    assert (issue["previous_location"]["path"], issue["previous_location"]["line"]) == (PATH, 2)
    assert issue["location"]["line"] == 2


def test_a_version_after_the_redefined_one_makes_the_next_change_clean(repository: Historic) -> None:
    redefined(repository)
    repository.commit({PATH: orders("1.0.1", NUMBER, more=WORDS)})
    assert change(repository, orders("1.1.0", NUMBER, "note: {type: string, required: false}", more=WORDS)) == []


def test_a_change_that_keeps_the_version_is_told_to_write_a_greater_one(repository: Historic) -> None:
    redefined(repository)
    issues = change(repository, orders("1.0.0", NUMBER, status="deprecated", more="deprecation_uri: docs/moved.md"))
    assert [each["kind"] for each in issues] == ["version_redefined"]
    hint = "write version: \"1.0.1\" or greater, inform the consumers of '1.0.0', and accept it once"
    assert issues[0]["hint"] == hint


def test_going_back_to_the_first_meaning_on_the_base_is_two_redefinitions_and_one_issue(repository: Historic) -> None:
    _, second = redefined(repository)
    third = repository.commit({PATH: orders("1.0.0", STRING)}, on=THIRD)[:10]
    (issue,) = change(repository, orders("1.0.1", STRING, more=WORDS))
    assert issue["message"] == (
        f"version '1.0.0' was redefined on the base 2 times, most recently: commit {third} (2024-03-01) changed what "
        f"commit {second} (2024-02-11) defines: field 'total' changed type from 'number' to 'string'"
    )


def test_a_change_that_goes_back_itself_is_told_both(repository: Historic) -> None:
    redefined(repository)
    kinds = {each["kind"] for each in change(repository, orders("1.0.0", STRING))}
    assert kinds == {"field_type_changed", "version_not_increasing", "version_redefined"}


@pytest.mark.parametrize(
    "later",
    [
        "# a comment\n" + orders("1.0.0", STRING),
        orders("1.0.0", STRING, status="deprecated", more="deprecation_uri: docs/moved.md"),
        orders("1.0.0", STRING).replace("owners: [{team: shop}]", "owners:\n  - team: shop"),
        orders("1.0.0", STRING).replace('"1.0.0"', "1.0.0"),
    ],
)
def test_comments_layout_status_and_migration_plan_are_no_other_meaning(repository: Historic, later: str) -> None:
    repository.commit({PATH: orders("1.0.0", STRING)})
    repository.commit({PATH: later})
    assert change(repository, orders("1.0.1", STRING, more=WORDS)) == []


def test_an_unchanged_contract_and_one_in_another_layout_are_not_reported(repository: Historic) -> None:
    redefined(repository)
    repository.branch()
    repository.write("contracts/other.yaml", orders("1.0.0", dataset_id="shop.other"))
    assert repository.check().issues == []
    repository.write(PATH, "# a comment\n" + orders("1.0.0", NUMBER))
    assert repository.check().issues == []


def test_the_meaning_before_a_greater_version_and_a_return_counts(repository: Historic) -> None:
    first = repository.commit({PATH: orders("1.0.0", STRING)})[:10]
    repository.commit({PATH: orders("1.1.0", STRING, more=WORDS)})
    second = repository.commit({PATH: orders("1.0.0", NUMBER)})[:10]
    (issue,) = change(repository, orders("1.0.1", NUMBER, more=WORDS))
    assert f"commit {second} (" in issue["message"]
    assert f"what commit {first} (" in issue["message"]


def test_a_meaning_is_found_behind_a_move_a_deletion_and_escapes(repository: Historic) -> None:
    old = "contracts/old.yaml"
    first = repository.commit({old: orders("1.0.0", STRING).replace('"1.0.0"', '"1.\\x30.0"')})[:10]
    repository.commit({old: None, PATH: orders("1.0.0", STRING)})
    repository.commit({PATH: None})
    repository.commit({PATH: orders("1.0.0", NUMBER)})
    (issue,) = change(repository, orders("1.0.1", NUMBER, more=WORDS))
    assert f"what commit {first} (" in issue["message"]
    assert issue["previous_location"]["path"] == old


def test_what_a_branch_tried_before_its_merge_is_no_meaning_of_the_base(repository: Historic) -> None:
    repository.commit({"README.md": "words\n"})
    repository.branch("topic")
    repository.commit({PATH: orders("1.0.0", STRING)})
    repository.commit({PATH: orders("1.0.0", NUMBER)})
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "--no-edit", "topic")
    assert change(repository, orders("1.0.1", NUMBER, more=WORDS)) == []


def test_an_acceptance_of_the_change_passes_and_is_shown(repository: Historic) -> None:
    redefined(repository)
    repository.branch()
    repository.write(PATH, orders("1.0.1", NUMBER, more=WORDS))
    arguments = ("accept", "shop.orders", "version_redefined", "--reason", "both read it")
    assert repository.dcr(*arguments, writes=("repository/dcr.accepted.yaml",)).code == 0
    outcome = repository.check()
    assert outcome.code == 0
    assert [each["accepted"]["reason"] for each in outcome.issues] == ["both read it"]


def test_who_accepted_the_missing_bump_accepted_the_redefinition(repository: Historic) -> None:
    entry = "{dataset: shop.orders, version: 1.0.0, kind: version_not_increasing, reason: a trial}"
    repository.commit({PATH: orders("1.0.0", STRING)})
    repository.commit({PATH: orders("1.0.0", NUMBER), "dcr.accepted.yaml": f"accepted: [{entry}]\n"})
    (issue,) = change(repository, orders("1.0.1", NUMBER, more=WORDS))
    assert (issue["severity"], issue["accepted"]["reason"]) == ("info", "a trial")


def test_drafts_count_and_a_policy_may_soften_them(repository: Historic) -> None:
    redefined(repository, status="draft")
    assert [each["severity"] for each in change(repository, orders("1.0.1", NUMBER, more=WORDS))] == ["error"]
    repository.write("dcr.toml", 'draft = "warn"\n')
    issues = repository.check("--policy-from", "worktree").issues
    assert [each["severity"] for each in issues if each["kind"] == "version_redefined"] == ["warning"]


def test_a_draft_that_replaced_an_active_version_is_not_softened(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", STRING), "dcr.toml": 'draft = "warn"\n'})
    repository.commit({PATH: orders("1.0.0", NUMBER, status="draft")})
    issues = change(repository, orders("1.0.1", NUMBER, status="draft", more=WORDS))
    assert [each["severity"] for each in issues] == ["error"]


def test_turned_off_nothing_is_looked_up(repository: Historic) -> None:
    redefined(repository)
    repository.commit({"dcr.toml": SOFT})
    assert change(repository, orders("1.0.1", NUMBER, more=WORDS)) == []


@pytest.mark.parametrize("mode", ["none", "full", "full_transitive"])
def test_it_is_checked_in_every_mode(repository: Historic, mode: str) -> None:
    redefined(repository)
    kinds = [each["kind"] for each in change(repository, orders("2.0.0", NUMBER, more=WORDS), "--mode", mode)]
    assert kinds.count("version_redefined") == 1


def test_a_removed_contract_is_not_reported(repository: Historic) -> None:
    redefined(repository, status="archived")
    repository.branch()
    (repository.folder / PATH).unlink()
    assert repository.check().issues == []


def model(kind: str, version: str = "") -> str:
    versions = f"    latest_version: 1\n    versions: [{{v: 1}}]\n" if version else ""  # noqa: F541
    return (
        "version: 2\nmodels:\n  - name: orders\n    config: {contract: {enforced: true}, meta: {owner: shop}}\n"
        f"{versions}    columns:\n      - {{name: id, data_type: {kind}}}\n"
    )


@pytest.mark.parametrize("version", ["", "1"])
def test_a_format_whose_versions_are_changed_in_place_is_not_reported(repository: Historic, version: str) -> None:
    repository.commit({PATH: model("int", version)})
    repository.commit({PATH: model("varchar", version)})
    kinds = {each["kind"] for each in change(repository, model("boolean", version))}
    assert kinds == {"field_type_changed"}


def standard(version: str, *tables: str) -> str:
    head = f"apiVersion: v3.1.0\nkind: DataContract\nid: shop\nversion: {version}\nstatus: active\n"
    schema = "".join(
        f"  - name: {name}\n    properties:\n      - {{name: id, logicalType: {kind}}}\n"
        for name, kind in (each.split(": ") for each in tables)
    )
    return f"{head}team: {{name: shop}}\nschema:\n{schema}"


def test_of_a_file_with_one_version_the_datasets_that_were_redefined_are_named(repository: Historic) -> None:
    repository.commit({PATH: standard("1.0.0", "orders: string", "items: string")})
    repository.commit({PATH: standard("1.0.0", "orders: integer", "items: string")})
    repository.branch()
    repository.write(PATH, standard("2.0.0", "orders: integer", "items: integer"))
    contracts = {each["dataset_id"]: each["issues"] for each in repository.check().report["contracts"]}
    assert [each["kind"] for each in contracts["shop/items"]] == ["field_type_changed"]
    (issue,) = contracts["shop/orders"]
    assert issue["kind"] == "version_redefined"
    assert "field 'id' changed type from 'string' to 'integer'" in issue["message"]


def test_each_redefined_dataset_of_a_file_is_reported_whatever_bump_it_needs(repository: Historic) -> None:
    repository.commit({PATH: standard("1.0.0", "orders: string", "items: string")})
    repository.commit({PATH: standard("1.0.0", "orders: integer", "items: number")})
    repository.branch()
    repository.write(PATH, standard("2.0.0", "orders: boolean", "items: number"))
    contracts = {each["dataset_id"]: each["issues"] for each in repository.check().report["contracts"]}
    for dataset_id, kind in (("shop/orders", "integer"), ("shop/items", "number")):
        (issue,) = [each for each in contracts[dataset_id] if each["kind"] == "version_redefined"]
        assert f"field 'id' changed type from 'string' to '{kind}'" in issue["message"]


def test_a_version_that_is_no_number_has_one_meaning_too(repository: Historic) -> None:
    repository.commit({PATH: standard("v1 beta", "orders: string")})
    repository.commit({PATH: standard("v1 beta", "orders: integer")})
    issues = change(repository, standard("v2 beta", "orders: integer"))
    (issue,) = [each for each in issues if each["kind"] == "version_redefined"]
    assert issue["hint"].startswith("inform the consumers of 'v1 beta'")


def test_another_format_with_the_same_content_is_the_same_meaning(repository: Historic) -> None:
    native = 'dataset_id: shop/orders\nversion: "1.0.0"\nstatus: active\nowners: [{team: shop}]\nfields:\n'
    field = "  - {name: id, type: string, required: false}\n"
    repository.commit({PATH: native + field})
    repository.commit({PATH: standard("1.0.0", "orders: string")})
    kinds = [each["kind"] for each in change(repository, standard("1.0.1", "orders: string") + "tags: [a]\n")]
    assert "version_redefined" not in kinds


def test_an_invalid_text_gives_a_version_no_other_meaning(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", "total: {type: strin}")})
    repository.commit({PATH: orders("1.0.0", STRING)})
    assert change(repository, orders("1.0.1", STRING, more=WORDS)) == []


def test_a_shallow_clone_is_searched_as_far_as_it_goes(repository: Historic) -> None:
    redefined(repository)
    repository.commit({"README.md": "words\n"})
    for depth, kinds in (("1", []), ("2", []), ("3", ["version_redefined"])):
        clone = Historic(repository.root.parent, f"clone{depth}", init=None)
        clone.git("clone", "-q", "--depth", depth, f"file://{repository.folder}", clone.folder.name, cwd=clone.root)
        clone.branch()
        clone.write(PATH, orders("1.0.1", NUMBER, more=WORDS))
        assert clone.check("--base", "main").kinds == kinds


def test_a_clone_without_older_texts_says_that_they_were_passed_over(repository: Historic) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    redefined(repository)
    clone = Historic(repository.root.parent, "clone", init=None)
    clone.git("clone", "-q", "--filter=blob:none", f"file://{repository.folder}", "clone", cwd=clone.root)
    clone.branch()
    clone.write(PATH, orders("1.0.1", NUMBER, more=WORDS))
    assert clone.check("--base", "main").kinds == ["previous_unreadable"]


def test_a_commit_may_claim_any_moment(repository: Historic) -> None:
    redefined(repository)
    raw = repository.git("cat-file", "commit", "HEAD").replace("1707615000 -0200", "999999999999 +0000")
    forged = repository.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", given=raw.encode())
    repository.git("update-ref", "refs/heads/main", forged)
    (issue,) = change(repository, orders("1.0.1", NUMBER, more=WORDS))
    assert f"commit {forged[:10]} (without a valid date) changed" in issue["message"]


def test_a_baseline_knows_it(repository: Historic) -> None:
    redefined(repository)
    repository.branch()
    repository.write(PATH, orders("1.0.1", NUMBER, more=WORDS))
    assert repository.dcr("check", "--write-baseline", writes=("repository/dcr.baseline.json",)).code == 0
    assert "version_redefined" in (repository.folder / "dcr.baseline.json").read_text("utf-8")
    repository.write(PATH, orders("1.2.0", NUMBER, more="description: other words"))
    repository.git("add", "dcr.baseline.json")
    outcome = repository.dcr("check", "--baseline", "dcr.baseline.json", "--format", "text")
    assert "added to dcr.baseline.json by this change" in outcome.out

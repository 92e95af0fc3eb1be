"""Checks transitive modes, which compare a change with every released version in the history of the base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from histories import NUMBER, PATH, STRING, Historic, orders

if TYPE_CHECKING:
    from pathlib import Path


def policy(mode: str = "backward_transitive", more: str = "") -> str:
    return f'mode = "{mode}"\n{more}\n'


@pytest.fixture
def repository(tmp_path: Path) -> Historic:
    return Historic(tmp_path)


def released(repository: Historic, *texts: str | None, mode: str = "backward_transitive", more: str = "") -> None:
    """Commit one version after the other to `main`, then the policy, and begin a branch."""
    for text in texts:
        repository.commit({PATH: text})
    repository.commit({"dcr.toml": policy(mode, more)})
    repository.branch()


def the_issue(repository: Historic, *arguments: str, **facts: Any) -> dict[str, Any]:
    """Return the one issue of severity error."""
    outcome = repository.check(*arguments)
    assert outcome.code == 1, outcome
    (issue,) = [each for each in outcome.issues if each["severity"] == "error"]
    assert {key: issue[key] for key in facts} == facts
    return issue


STORIES: dict[str, tuple[str | None, ...]] = {
    "forward": (orders("1.0.0", STRING), orders("1.0.1"), orders("2.0.0", NUMBER)),
    "backward": (orders("1.0.0", STRING, status="archived"), None, orders("2.0.0", NUMBER)),
    "full": (orders("1.0.0", STRING, status="archived"), None, orders("2.0.0", NUMBER)),
}
"""By mode, three states of which each may follow the one before, and the last may not follow the first."""


@pytest.mark.parametrize("mode", STORIES)
def test_two_compatible_steps_that_break_together_are_caught_and_the_first_version_is_named(
    repository: Historic, mode: str
) -> None:
    first, second, third = STORIES[mode]
    repository.commit({PATH: first})
    oldest = repository.git("rev-parse", "HEAD")
    repository.branch("step")
    repository.commit({PATH: second})
    assert repository.check("--base", "main", "--mode", f"{mode}_transitive").code == 0
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--ff-only", "step")
    repository.branch()
    repository.write(PATH, third or "")
    assert repository.check("--mode", mode).code == 0
    issue = the_issue(repository, "--mode", f"{mode}_transitive", kind="field_type_changed", against="1.0.0")
    assert issue["message"] == "field 'total' changed type from 'string' to 'number', compared with '1.0.0'"
    assert issue["modes"] == (["backward", "forward"] if mode == "full" else [mode])
    assert issue["previous_location"]["path"] == PATH
    assert issue["previous_location"]["line"] == 8
    assert issue["previous_location"]["commit"] == oldest
    witness = issue["witness"]
    if mode == "forward":
        assert isinstance(witness["row"]["total"], int | float)
        assert (witness["accepted_by"], witness["refused_by"]) == ("proposed", "previous")
    else:
        assert isinstance(witness["row"]["total"], str)
        assert (witness["accepted_by"], witness["refused_by"]) == ("previous", "proposed")


@pytest.mark.parametrize("mode", ["backward", "full"])
def test_a_removal_after_its_time_and_a_return_with_another_type_are_compatible_steps_that_break_together(
    repository: Historic, mode: str
) -> None:
    marked = "total: {type: string, required: false, deprecated: true}"
    repository.commit({"dcr.toml": policy(mode, "min_deprecation_days = 30")}, on="2024-01-01T12:00:00+0000")
    repository.commit({PATH: orders("1.0.0", marked)}, on="2024-01-02T12:00:00+0000")
    repository.branch("step")
    repository.write(PATH, orders("2.0.0"))
    assert repository.check().code == 0
    repository.commit()
    repository.git("branch", "-qf", "main")
    repository.branch()
    repository.write(PATH, orders("2.1.0", NUMBER))
    assert repository.check().code == 0
    assert repository.check().kinds == ["field_resurrected"]
    outcome = repository.check("--mode", f"{mode}_transitive")
    assert outcome.kinds == ["field_type_changed"]
    assert outcome.issues[0]["against"] == "1.0.0"


def test_a_removal_after_its_time_is_not_held_against_every_later_version(repository: Historic) -> None:
    marked = "total: {type: string, required: false, deprecated: true}"
    repository.commit({PATH: orders("1.0.0", marked)}, on="2024-01-02T12:00:00+0000")
    released(repository, orders("2.0.0"), more="min_deprecation_days = 30")
    repository.write(PATH, orders("2.0.1", more="description: words"))
    assert repository.check().issues == []
    repository.git("checkout", "-qf", "main")
    repository.commit({"dcr.toml": policy()})
    repository.branch("unmeasured")
    repository.write(PATH, orders("2.0.1", more="description: words"))
    the_issue(repository, kind="field_removed", against="1.0.0")


def test_a_break_against_the_newest_version_is_not_repeated_for_older_ones(repository: Historic) -> None:
    released(repository, orders("1.0.0", STRING), orders("1.0.1", STRING, more="description: words"))
    repository.write(PATH, orders("2.0.0", NUMBER))
    issue = the_issue(repository, kind="field_type_changed", against="1.0.1")
    assert "compared with" not in issue["message"]


def test_a_break_against_several_older_versions_is_one_issue_that_names_the_newest(repository: Historic) -> None:
    states = [orders(f"1.0.{number}", STRING, more=f"description: words {number}") for number in range(3)]
    released(repository, *states, orders("1.0.3"), mode="forward_transitive")
    repository.write(PATH, orders("2.0.0", NUMBER))
    issue = the_issue(repository, kind="field_type_changed", against="1.0.2")
    assert issue["message"].endswith(", compared with '1.0.2' and 2 older versions")


def test_with_its_major_alone_a_break_against_an_older_major_passes(repository: Historic) -> None:
    states = orders("1.0.0", STRING), orders("2.0.0")
    released(repository, *states, mode="forward_transitive", more='transitive_within = "major"')
    repository.write(PATH, orders("2.1.0", NUMBER))
    assert repository.check().kinds == ["field_resurrected"]
    repository.write("dcr.toml", policy("forward_transitive"))
    assert "field_type_changed" in repository.check().kinds  # the stricter side holds


def test_with_its_major_alone_a_break_within_the_major_is_caught(repository: Historic) -> None:
    states = orders("1.0.0", STRING), orders("1.0.1")
    released(repository, *states, mode="forward_transitive", more='transitive_within = "major"')
    repository.write(PATH, orders("1.1.0", NUMBER))
    found, bump = repository.check().issues
    assert (found["kind"], found["against"]) == ("field_type_changed", "1.0.0")
    assert (bump["kind"], bump["severity"]) == ("version_bump_insufficient", "error")


def test_an_older_version_that_cannot_be_read_is_passed_over_and_said_once(repository: Historic) -> None:
    broken = orders("1.0.1", STRING) + "fields: []\n"
    released(repository, orders("1.0.0", STRING), broken, orders("1.0.2"), mode="forward_transitive")
    repository.write(PATH, orders("1.1.0", NUMBER))
    outcome = repository.check()
    assert sorted(outcome.kinds) == ["field_type_changed", "previous_unreadable", "version_bump_insufficient"]
    (said,) = [each["message"] for each in outcome.issues if each["kind"] == "previous_unreadable"]
    assert PATH in said
    assert repository.git("rev-parse", "main~2")[:10] in said


def test_a_shallow_clone_is_told_what_to_fetch(repository: Historic) -> None:
    released(repository, orders("1.0.0", STRING), orders("1.0.1"), mode="forward_transitive")
    clone = Historic(repository.root.parent, "clone", init=None)
    clone.git("clone", "-q", "--depth", "1", "--branch", "main", f"file://{repository.folder}", "clone", cwd=clone.root)
    clone.branch()
    clone.write(PATH, orders("1.1.0", NUMBER))
    clone.check("--base", "main").says("shallow", "a transitive mode", "git fetch --unshallow origin")
    assert clone.check("--base", "main", "--mode", "forward").code == 0


def test_versions_from_before_a_move_count(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0", STRING)})
    repository.commit({PATH: None, "contracts/shop/orders.yaml": orders("1.0.1")})
    repository.branch()
    repository.write("contracts/shop/orders.yaml", orders("1.1.0", NUMBER))
    outcome = repository.check("--mode", "forward_transitive")
    found = next(each for each in outcome.issues if each["kind"] == "field_type_changed")
    assert found["previous_location"]["path"] == PATH


def specification(version: str, kind: str | None) -> str:
    total = f"\n      total: {{type: {kind}, required: false}}" if kind else ""
    return (
        f"dataContractSpecification: 1.1.0\nid: shop\ninfo: {{title: Shop, version: {version}, owner: shop, "
        "status: active}\nmodels:\n  orders:\n    type: table\n    fields:\n"
        f"      id: {{type: string, required: true, primaryKey: true}}{total}\n"
    )


def standard(version: str, kind: str | None) -> str:
    total = f"\n      - {{name: total, logicalType: {kind}}}" if kind else ""
    return (
        f"apiVersion: v3.0.2\nkind: DataContract\nid: shop\nversion: {version}\nstatus: active\n"
        "team: [{username: shop, role: owner}]\nschema:\n  - name: orders\n    properties:\n"
        f"      - {{name: id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}}{total}\n"
    )


def test_versions_from_before_a_change_of_format_count(repository: Historic) -> None:
    repository.commit({PATH: specification("1.0.0", "string")})
    repository.commit({PATH: specification("1.0.1", None)})
    repository.commit({PATH: standard("1.0.2", None)})
    repository.branch()
    repository.write(PATH, standard("1.1.0", "number"))
    outcome = repository.check("--mode", "forward_transitive")
    assert "field_type_changed" in outcome.kinds, outcome.out
    assert repository.check("--mode", "forward").code == 0


def test_a_change_of_format_in_the_change_itself_is_held_against_all(repository: Historic) -> None:
    repository.commit({PATH: specification("1.0.0", "string")})
    repository.commit({PATH: specification("1.0.1", None)})
    repository.branch()
    repository.write(PATH, standard("2.0.0", "number"))
    outcome = repository.check("--mode", "forward_transitive")
    assert "field_type_changed" in outcome.kinds, outcome.out


def test_what_a_branch_tried_before_its_merge_was_never_released(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0")})
    repository.branch("topic")
    repository.commit({PATH: orders("1.1.0", STRING)})
    repository.commit({PATH: orders("1.1.0")})
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "--no-edit", "topic")
    repository.branch()
    repository.write(PATH, orders("1.2.0", NUMBER))
    assert repository.check("--mode", "full_transitive").issues == []


def test_what_a_merge_brought_was_released(repository: Historic) -> None:
    repository.commit({PATH: orders("1.0.0")})
    repository.branch("topic")
    repository.commit({PATH: orders("1.1.0", STRING)})
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "--no-edit", "topic")
    repository.commit({PATH: orders("1.1.1")})
    repository.branch()
    repository.write(PATH, orders("1.2.0", NUMBER))
    the_issue_of = next(
        each for each in repository.check("--mode", "forward_transitive").issues if each["kind"] == "field_type_changed"
    )
    assert the_issue_of["against"] == "1.1.0"
    assert the_issue_of["previous_location"]["commit"] == repository.git("rev-parse", "main~1")


def test_a_draft_counts_and_a_policy_may_soften_it(repository: Historic) -> None:
    states = orders("0.1.0", STRING, status="draft"), orders("0.1.1", status="draft")
    released(repository, *states, mode="forward_transitive")
    repository.write(PATH, orders("1.0.0", NUMBER, status="draft"))
    the_issue(repository, kind="field_type_changed", against="0.1.0")
    repository.git("checkout", "-qf", "main")
    repository.commit({"dcr.toml": policy("forward_transitive", 'draft = "warn"')})
    repository.git("branch", "-qf", "feature", "main")
    repository.git("checkout", "-q", "feature")
    repository.write(PATH, orders("1.0.0", NUMBER, status="draft"))
    assert repository.check().code == 0
    repository.write(PATH, orders("1.0.0", NUMBER))
    the_issue(repository, kind="field_type_changed", against="0.1.0")


def test_a_mode_of_one_dataset_is_transitive_for_it_alone(repository: Historic) -> None:
    other = "contracts/other.yaml"
    for version, fields in (("1.0.0", [STRING]), ("1.0.1", [])):
        texts = {PATH: orders(version, *fields), other: orders(version, *fields, dataset_id="shop.other")}
        repository.commit(dict(texts))
    repository.commit({"dcr.toml": 'mode = "forward"\n[modes]\n"shop.orders" = "forward_transitive"\n'})
    repository.branch()
    repository.write(PATH, orders("2.0.0", NUMBER))
    repository.write(other, orders("2.0.0", NUMBER, dataset_id="shop.other"))
    outcome = repository.check()
    kinds = {each["dataset_id"]: [issue["kind"] for issue in each["issues"]] for each in outcome.report["contracts"]}
    assert kinds == {"shop.orders": ["field_type_changed"], "shop.other": ["field_resurrected"]}


@pytest.mark.parametrize(("base", "proposed"), [("forward_transitive", "backward"), ("backward", "forward_transitive")])
def test_the_stricter_of_both_policies_holds(repository: Historic, base: str, proposed: str) -> None:
    released(repository, orders("1.0.0", STRING), orders("1.0.1"), mode=base)
    repository.write("dcr.toml", policy(proposed))
    repository.write(PATH, orders("2.0.0", NUMBER))
    outcome = repository.check()
    assert outcome.report["contracts"][0]["mode"] == "full_transitive"
    issue = the_issue(repository, kind="field_type_changed", against="1.0.0")
    assert issue["modes"] == ["backward", "forward"]


def test_a_change_of_words_alone_is_held_against_all_and_one_of_layout_against_none(repository: Historic) -> None:
    released(repository, orders("1.0.0", STRING), orders("1.0.1"), orders("1.1.0", NUMBER), mode="forward_transitive")
    repository.write(PATH, "# words\n" + orders("1.1.0", NUMBER))
    assert repository.check().issues == []
    repository.write(PATH, orders("1.1.1", NUMBER, more="description: words"))
    assert "field_type_changed" in repository.check().kinds


def test_an_acceptance_covers_the_break_against_an_older_version(repository: Historic) -> None:
    released(repository, orders("1.0.0", STRING), orders("1.0.1"), mode="forward_transitive")
    repository.write(PATH, orders("2.0.0", NUMBER))
    repository.write(
        "dcr.accepted.yaml",
        'accepted:\n  - {dataset: shop.orders, version: "2.0.0", kind: field_type_changed, field: total, reason: ok}\n',
    )
    outcome = repository.check()
    assert outcome.code == 0
    (issue,) = outcome.issues
    assert issue["accepted"]["reason"] == "ok"


def test_a_break_within_the_major_owes_major_whatever_the_last_version_said(repository: Historic) -> None:
    released(repository, orders("1.0.0", STRING), orders("1.0.1"), mode="forward_transitive")
    repository.write(PATH, orders("1.1.0", NUMBER))
    outcome = repository.check()
    assert outcome.report["contracts"][0]["required_bump"] == "major"
    assert outcome.kinds == ["field_type_changed", "version_bump_insufficient"]

"""The data of the pages: the same as `dcr log`, `dcr blame` and `dcr audit` print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from site_story import Story, copy_story, shared_story

from dcr.registry.audit import audit
from dcr.registry.blame import blame
from dcr.registry.releases import judge_steps, list_steps
from dcr.site.views.audit import (
    PAGE_SIZE,
    TransitionView,
    sort_transitions,
    split_pages,
    summarize,
    transition_from_json,
    transition_to_json,
)
from dcr.site.views.commits import CommitView
from dcr.site.views.owners import list_owners
from dcr.site.views.registry import get_domain

if TYPE_CHECKING:
    from pathlib import Path

USERS = "users.daily_active"


@pytest.fixture(scope="module")
def made() -> Story:
    return shared_story()


def test_the_overview_lists_every_dataset_of_every_format(made: Story) -> None:
    registry = made.registry()
    assert {row.format for row in registry.rows} == {"native", "odcs", "dcs", "dbt"}
    assert {row.status for row in registry.rows} == {"active", "archived", "deprecated", "draft", "removed"}
    users = next(row for row in registry.rows if row.dataset_id == USERS)
    assert (users.domain, users.version, users.status, users.teams) == (
        "users",
        "2.0.0",
        "active",
        ("growth-platform",),
    )
    assert (users.changed.day, users.changed.author) == ("2026-03-08", "Ana Silva")
    assert registry.header.ref == "main"


@pytest.mark.parametrize(
    ("dataset_id", "domain"), [("a.b.c", "a"), ("a/b.c", "a"), ("a", "a"), (".a", ".a"), ("/", "/"), ("ä b.c", "ä b")]
)
def test_the_domain_is_the_first_part_of_the_id(dataset_id: str, domain: str) -> None:
    assert get_domain(dataset_id) == domain


def test_a_timeline_has_the_bumps_and_issues_of_the_log(made: Story) -> None:
    snapshot, history = made.open()
    judged = judge_steps(history, list_steps(history, USERS), snapshot.policy)
    view = made.view(USERS)
    redefined = {"version_not_increasing": "version_redefined"}  # the log judges each step alone
    assert [entry.bump and (entry.bump.required, entry.bump.actual) for entry in view.timeline][::-1] == [
        (each.required_bump, each.actual_bump) if each.required_bump else None for each in judged
    ]
    assert [[issue.kind for issue in entry.issues] for entry in view.timeline][::-1] == [
        [redefined.get(issue.kind, issue.kind) for issue in each.issues if issue.severity != "info"] for each in judged
    ]
    assert [entry.change for entry in view.timeline] == [
        "moved to contracts/users/daily_active.yaml", "", "changed without a new version", "", "",
    ]  # fmt: skip


def test_an_accepted_break_has_its_reason_and_its_last_day(made: Story) -> None:
    (issue,) = next(entry.issues for entry in made.view(USERS).timeline if entry.version == "2.0.0" and entry.issues)
    assert (issue.state, issue.kind, issue.field, issue.expires) == ("accepted", "field_removed", "ltv", "2026-12-31")
    assert issue.reason == "its readers use finance.customer_value since March, see ADR-7"
    assert issue.breaks == "consumers"


def test_fields_have_the_commits_of_blame(made: Story) -> None:
    _, history = made.open()
    revisions = history.list_revisions(USERS)
    contracts = history.read_meanings(revisions)
    found = blame(revisions, (contracts[each] for each in revisions))
    view = made.view(USERS)
    assert [field.path for field in view.fields] == [each.path for each in found.fields]
    for field, origin in zip(view.fields, found.fields, strict=True):
        assert field.added
        assert field.added.short == origin.added.commit.id[:10]
        assert (field.changed is None) is (origin.added is origin.changed)
    plan = next(field for field in view.fields if field.name == "plan")
    assert plan.values == ("free", "pro", "team", "enterprise")
    assert plan.changed
    assert plan.changed.text == "in 1.1.0 by Ana Silva, 2026-03-04"
    assert [(each.path, each.last_version) for each in view.removed_fields] == [("ltv", "1.1.0")]


def test_nested_fields_are_a_tree(made: Story) -> None:
    def names(fields: Any) -> list[Any]:
        return [(each.name, names(each.children)) if each.children else each.name for each in fields]

    found = names(made.view("commerce.orders").fields)
    assert any(isinstance(each, tuple) for each in found)
    written = next(each for each in made.view("platform.job_runs").fields if each.name == "datasets_written")
    assert [(each.path, each.name) for each in written.children] == [("datasets_written[]", "items")]
    assert ("max items", "50") in written.constraints


def test_terms_of_foreign_formats_are_listed(made: Story) -> None:
    views = map(made.view, ("commerce.returns/returns", "growth.carts/carts"))
    groups = {group.title for view in views for group in view.terms}
    assert groups == {"Service levels", "Quality rules"}


def test_the_transitions_are_those_of_the_audit(made: Story) -> None:
    snapshot, history = made.open()
    found = audit(snapshot, history, history.list_datasets())
    views = [made.view(dataset_id) for dataset_id in history.list_datasets()]
    transitions = [each for view in views for each in view.transitions]
    commits = [each.step.revision.commit.id for each in found.findings]
    assert [each.commit.id for each in sort_transitions(transitions, list(dict.fromkeys(commits)))][::-1] == commits
    assert {(each.dataset_id, tuple(issue.message for issue in each.issues)) for each in transitions} == {
        (each.dataset_id, tuple(issue.message for issue in each.step.issues)) for each in found.findings
    }
    summary = summarize(len(views), sum(view.transition_count for view in views), transitions)
    assert (summary.transitions, summary.with_issues) == (found.transition_count, len(found.findings))
    assert (summary.accepted, summary.errors) == (1, 4)
    for each in transitions:
        assert transition_from_json(json.loads(json.dumps(transition_to_json(each)))) == each


def test_a_new_transition_changes_the_newest_page_of_the_audit_only() -> None:
    def transition(number: int) -> TransitionView:
        return TransitionView(f"d{number}", "1", CommitView(str(number), "", "", "", ""), None, ())

    commits = [str(number) for number in range(250, -1, -1)]
    before = split_pages(sort_transitions([transition(number) for number in range(249)], commits))
    after = split_pages(sort_transitions([transition(number) for number in range(250)], commits))
    assert [len(page.transitions) for page in before] == [PAGE_SIZE, PAGE_SIZE, 49]
    assert [page.transitions for page in after[:2]] == [page.transitions for page in before[:2]]
    assert after[2].transitions[0].dataset_id == "d249"
    assert split_pages([])[0].page_count == 1


def test_owners_have_their_contacts_and_datasets(made: Story) -> None:
    owners = {owner.team: owner for owner in list_owners(made.registry().rows)}
    assert owners["growth-platform"].contacts == ("https://example.com/slack/growth-platform", "#growth-platform")
    assert {each.dataset_id for each in owners["growth-platform"].datasets} >= {USERS, "growth.signups"}
    assert [each.dataset_id for each in owners["privacy"].datasets] == ["growth.signups"]
    listed = {each.dataset_id for owner in owners.values() for each in owner.datasets}
    assert "platform.service_catalogue" not in listed


def test_a_comparison_has_every_version_once_with_shared_values(made: Story) -> None:
    comparison = made.view(USERS).comparison
    assert comparison
    labels = [each["label"] for each in comparison["versions"]]
    assert labels[0] == "1.0.0"
    assert labels[-1] == "2.0.0"
    assert [label.partition(" ")[0] for label in labels] == ["1.0.0", "1.1.0", "1.1.0", "2.0.0"]
    first, last = (dict(comparison["versions"][number]["fields"]) for number in (0, -1))
    assert first["user_id"] == last["user_id"]
    assert first["plan"] != last["plan"]
    assert ["values", "free, pro, team, enterprise"] in comparison["records"][last["plan"]]
    assert comparison["changes"]["3"]["issues"][0][0] == "accepted"
    assert made.view("commerce.orders").comparison is None


def test_a_dataset_without_versions_has_a_history_too(tmp_path: Path) -> None:
    made = copy_story(tmp_path)
    text = (
        "version: 2\nmodels:\n  - name: visits\n    config: {contract: {enforced: true}}\n    columns:\n"
        "      - {name: id, data_type: text}\n"
    )
    made.commit("A model", {"models/visits.yml": text})
    made.commit("Another column", {"models/visits.yml": f"{text}      - {{name: day, data_type: date}}\n"})
    view = made.view("visits")
    assert [entry.version for entry in view.timeline] == ["", ""]
    assert view.comparison
    labels = [each["label"] for each in view.comparison["versions"]]
    assert all(label.startswith("(") for label in labels)
    assert len(set(labels)) == 2


def test_a_removed_dataset_is_what_it_was_last(made: Story) -> None:
    view = made.view("platform.service_catalogue")
    assert (view.row.status, view.timeline[0].change, view.row.is_removed) == ("removed", "removed", True)
    assert view.fields


def test_a_version_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    made = copy_story(tmp_path)
    made.commit("A mistake", {"contracts/commerce/orders.yaml": "dataset_id: ["})
    view = made.view("commerce.orders")
    assert view.unreadable
    assert view.unreadable[0].startswith("contracts/commerce/orders.yaml: line ")
    assert made.registry().unreadable[0].path == "contracts/commerce/orders.yaml"

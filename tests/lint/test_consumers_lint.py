"""Checks the issues of `dcr lint` about consumers, and which files it reads for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lint_files import USE, consumer
from repositories import contract

from dcr.errors import UsageError
from dcr.lint import lint
from dcr.report.summary import format_closing_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

USERS = "contracts/users.yaml"
BAD = f"{USE}, fields: [nothing]"


def kinds(root: Path, *paths: str) -> list[str]:
    return [issue.kind for issue in lint(str(root), paths).iterate_issues()]


@pytest.fixture(params=[True, False], ids=["repository", "other folder"])
def any_folder(request: pytest.FixtureRequest, folder: Callable[..., Path]) -> Callable[..., Path]:
    """Make a folder of files, in a repository and in none."""
    return lambda files: folder(files, repository=request.param)


def test_every_consumer_is_validated_against_the_contracts(any_folder):
    root = any_folder({
        USERS: contract(),
        "consumers/a.yaml": consumer("a", f"{USE}, fields: [plan, plann], values: {{plan: [gold]}}"),
        "teams/ops/consumers/b.yml": consumer("b", "dataset: users.daily", owners=""),
        "consumers/c.yaml": consumer("c", USE),
        "consumers/notes.yaml": "no: consumer\n",
    })  # fmt: skip
    report = lint(str(root))
    assert [issue.kind for issue in report.issues] == [
        "use_of_unknown_field", "use_of_unknown_value", "consumer_owner_missing", "use_of_unknown_dataset",
    ]  # fmt: skip
    assert report.issues[-1].hint == "did you mean 'users.daily_active'?"
    assert report.issues[0].location.key == "uses[0].fields[1]"
    assert report.fails
    assert "1 contract (format native); 3 consumers; 1 file is not a contract" in format_closing_line(report)


def test_duplicates_are_found_over_all_files(any_folder):
    root = any_folder({
        USERS: contract(),
        "consumers/a.yaml": consumer("a", USE),
        "consumers/b.yaml": consumer("a", USE),
        "consumers/c.yaml": consumer("c", USE),
    })  # fmt: skip
    assert [issue.message for issue in lint(str(root)).issues] == [
        "consumer 'a' is also declared in 'consumers/b.yaml:1'",
        "consumer 'a' is also declared in 'consumers/a.yaml:1'",
    ]


def test_a_file_or_a_folder_is_linted_against_contracts_outside_of_it(any_folder):
    root = any_folder({
        USERS: contract(),
        "contracts/orders.yaml": contract("shop.orders").replace("type: timestamp", "type: time"),
        "consumers/a.yaml": consumer("a", BAD),
        "consumers/b.yaml": consumer("b", "dataset: users.dayly_active"),
        "elsewhere/c.yaml": consumer("c", BAD),
    })  # fmt: skip
    assert kinds(root, "consumers/a.yaml") == ["use_of_unknown_field"]
    assert kinds(root, "consumers") == ["use_of_unknown_field", "use_of_unknown_dataset"]
    assert kinds(root, "elsewhere/c.yaml") == ["use_of_unknown_field"]
    assert kinds(root, USERS) == []
    assert lint(str(root), ["consumers/b.yaml"]).issues[0].hint == "did you mean 'users.daily_active'?"
    assert format_closing_line(lint(str(root), ["consumers/a.yaml"])) == "dcr: 1 error, 0 warnings; 1 consumer"


def test_a_named_file_has_to_be_a_contract_or_a_consumer(folder):
    root = folder({"a.yaml": "neither: nor\n"})
    assert kinds(root, "a.yaml") == ["contract_invalid"]
    with pytest.raises(UsageError):
        lint(str(root), ["consumers/a.yaml"])


def test_an_unreadable_consumer_file_is_one_issue(any_folder):
    root = any_folder({
        "contracts/consumers/a.yaml": "consumer: a\nuses: [\n",
        "consumers/b.yaml": "uses: {{ b }}: [\n",
        "consumers/template.yaml": "{{ .Values.a }}: [\n",
    })  # fmt: skip
    assert kinds(root) == ["consumer_invalid", "consumer_invalid"]
    assert kinds(root, "contracts/consumers/a.yaml") == ["consumer_invalid"]


def test_with_paths_in_the_policy_every_file_there_has_to_be_readable(folder):
    root = folder({
        "dcr.toml": '[consumers]\npaths = ["usage/*.yaml"]\n',
        "usage/a.yaml": "{{ a }}: [\n",
        "consumers/b.yaml": consumer("b", BAD),
        "contracts/c.yaml": "{{ c }}: [\n",
    })  # fmt: skip
    (root / "usage/link.yaml").symlink_to("a.yaml")
    assert kinds(root) == ["contract_invalid", "consumer_invalid", "consumer_invalid"]
    assert kinds(root, "contracts/c.yaml") == ["contract_invalid"]


def test_an_unreadable_contract_is_named_where_a_consumer_uses_it(any_folder):
    root = any_folder({
        "contracts/a.yaml": "dataset_id: a\nversion: 1\nfields: []\n",
        "contracts/b.yaml": "dataset_id: shop.b\nversion: [\n",
        "consumers/c.yaml": consumer("c", "dataset: a", "dataset: shop.b"),
    })  # fmt: skip
    messages = [issue.message for issue in lint(str(root)).issues]
    assert messages == [
        "consumer 'c' uses dataset 'a', whose contract in 'contracts/a.yaml' cannot be read",
        "consumer 'c' uses dataset 'shop.b', whose contract in 'contracts/b.yaml' cannot be read",
    ]


def test_what_is_deprecated_and_outside_the_versions_is_a_warning(folder):
    root = folder({
        USERS: contract(status="deprecated"),
        "consumers/a.yaml": consumer("a", f'{USE}, versions: "<1"'),
        "consumers/b.yaml": consumer("b", USE),
    })  # fmt: skip
    report = lint(str(root))
    assert [(issue.kind, issue.severity) for issue in report.issues] == [
        ("use_outside_versions", "warning"), ("use_of_deprecated", "warning"),
    ]  # fmt: skip
    assert report.issues[1].hint == "migrate: https://example.com/users"


def test_the_policy_and_a_baseline_apply(folder):
    root = folder({
        USERS: contract(),
        "dcr.toml": '[severity]\nuse_of_unknown_field = "off"\n',
        "consumers/a.yaml": consumer("a", BAD, owners=""),
    })  # fmt: skip
    report = lint(str(root))
    assert [issue.kind for issue in report.issues] == ["consumer_owner_missing"]
    entry = f'{{"by": "lint", "fingerprint": "{report.issues[0].fingerprint}", "kind": "consumer_owner_missing"}}'
    (root / "dcr.baseline.json").write_text(f'{{"schema_version": 1, "issues": [{entry}]}}')
    known = lint(str(root), baseline="dcr.baseline.json")
    assert (known.issues, known.baselined) == ((), 1)


def test_only_the_contracts_that_are_used_are_kept_without_their_trees(folder, monkeypatch):
    from dcr.linting import reading

    kept = []
    compact = reading.without_sections
    monkeypatch.setattr(reading, "without_sections", lambda each: kept.append(each.dataset_id) or compact(each))
    files = {f"contracts/{number}.yaml": contract(f"shop.d{number}") for number in range(20)}
    assert kinds(folder({**files, "consumers/a.yaml": consumer("a", "dataset: shop.d7, fields: [plan]")})) == []
    assert kept == ["shop.d7"]

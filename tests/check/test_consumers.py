"""Changed consumers in a check: what is judged, against which contracts, and what is not read."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from histories import Historic
from repositories import USERS, Repository, breaking, contract

from dcr.check import Request, check
from dcr.git.base.merge_bases import create_empty_base
from dcr.git.repository import discover_repository

if TYPE_CHECKING:
    from pathlib import Path

REVENUE = "consumers/revenue.yaml"


def consumer(*uses: str, name: str = "finance.revenue", owners: str = "owners: [{team: finance}]") -> str:
    """Return a consumer file; each use is the text of a flow mapping without its braces."""
    return "\n".join([f"consumer: {name}", owners, "uses:", *(f"  - {{{use}}}" for use in uses)]) + "\n"


USE = "dataset: users.daily_active"
POLICY = "min_deprecation_days = 90\n"


@pytest.fixture
def declared(tmp_path: Path) -> Repository:
    """One contract and one consumer on `main`, and the branch `feature` checked out with no change yet."""
    made = Repository(tmp_path)
    made.commit({USERS: contract(), REVENUE: consumer(f"{USE}, fields: [user_id, ltv]")})
    made.branch()
    return made


def summary(outcome: Any) -> list[tuple[str, str, str | None]]:
    return [(issue["kind"], issue["severity"], issue["field"]) for issue in outcome.issues]


def test_a_consumer_is_judged_against_an_unchanged_contract(repository):
    repository.write(
        REVENUE, consumer(f"{USE}, fields: [plann, ltv], values: {{plan: [gold]}}", "dataset: users.daily")
    )
    outcome = repository.check()
    assert outcome.code == 1
    assert sorted(summary(outcome)) == [
        ("use_of_unknown_dataset", "error", None),
        ("use_of_unknown_field", "error", "plann"),
        ("use_of_unknown_value", "error", "plan"),
    ]
    report = outcome.report
    assert report["contracts"] == []
    assert report["summary"]["consumers"] == 1
    assert report["summary"]["left_alone"] == 0
    dataset = next(issue for issue in report["issues"] if issue["kind"] == "use_of_unknown_dataset")
    assert dataset["location"] == {"path": REVENUE, "line": 5, "column": 6, "key": "uses[1].dataset"}
    assert dataset["hint"] == "did you mean 'users.daily_active'?"


def test_it_is_judged_against_a_contract_that_the_same_change_adds_or_edits(repository):
    orders = contract("shop.orders", without=["ltv"])
    repository.write("contracts/orders.yaml", orders)
    repository.write(USERS, contract(version="1.1.0", more="  - {name: channel, type: string, required: false}"))
    repository.write(REVENUE, consumer(f"{USE}, fields: [channel]", "dataset: shop.orders, fields: [plan, ltv]"))
    assert [issue["message"] for issue in repository.check().issues] == [
        "consumer 'finance.revenue' uses field 'ltv', which 'shop.orders' does not have"
    ]


@pytest.mark.parametrize("side", ["index", "commit", "worktree"])
def test_each_side_is_judged_against_its_own_contracts(repository, side):
    repository.write("contracts/orders.yaml", contract("shop.orders"))
    repository.write(REVENUE, consumer("dataset: shop.orders"))
    repository.git("add", "-A")
    if side == "commit":
        repository.git("commit", "-qm", "orders")
    if side != "worktree":
        (repository.folder / "contracts/orders.yaml").unlink()
    options = {"index": ["--staged"], "commit": ["--head", "HEAD"], "worktree": []}[side]
    assert repository.check(*options).kinds == []


def test_a_bare_repository_checks_the_consumers_of_a_commit(repository, tmp_path):
    repository.commit({REVENUE: consumer(f"{USE}, fields: [plann]")})
    bare = Repository(tmp_path, "bare.git", init=None)
    bare.git("clone", "-q", "--bare", str(repository.folder), str(bare.folder), cwd=tmp_path)
    assert bare.check("--base", "main", "--head", "feature").kinds == ["use_of_unknown_field"]


def test_unchanged_consumers_are_not_judged(declared):
    declared.commit({REVENUE: consumer(f"{USE}, fields: [nothing_like_this]")})
    declared.git("branch", "-f", "main")
    declared.write("README.md", "a change\n")
    outcome = declared.check()
    assert (outcome.code, outcome.kinds) == (0, [])
    assert outcome.report["summary"]["consumers"] == 0


def test_the_same_text_as_on_the_tip_of_the_base_is_not_judged_again(declared):
    text = consumer(f"{USE}, fields: [nothing_like_this]")
    declared.git("checkout", "-q", "main")
    declared.commit({REVENUE: text})
    declared.git("checkout", "-q", "feature")
    declared.commit({REVENUE: text})
    assert declared.check().kinds == []


def test_other_line_endings_are_no_change(declared):
    text = (declared.folder / REVENUE).read_text().replace("ltv", "nothing")
    declared.commit({REVENUE: text})
    declared.git("branch", "-f", "main")
    declared.write(REVENUE, text.replace("\n", "\r\n"))
    assert declared.check().kinds == []


def test_path_arguments_select_consumers(repository):
    repository.write(REVENUE, consumer(f"{USE}, fields: [a]"))
    repository.write("consumers/other.yaml", consumer(f"{USE}, fields: [b]", name="ops.other"))
    repository.write(USERS, breaking())
    assert repository.check(REVENUE).kinds == ["use_of_unknown_field"]
    assert repository.check(REVENUE).report["summary"]["consumers"] == 1
    assert repository.check(REVENUE).report["summary"]["left_alone"] == 0
    assert sorted(repository.check("consumers").kinds) == ["use_of_unknown_field"] * 2
    assert "field_removed" in repository.check(USERS).kinds
    assert "use_of_unknown_field" not in repository.check(USERS).kinds


def test_changed_consumers_are_counted_in_the_closing_line(declared):
    declared.write(REVENUE, consumer(USE))
    declared.write("consumers/new.yaml", consumer(USE, name="ops.new"))
    declared.write("consumers/notes.yaml", "neither: a consumer\n")
    said = declared.dcr("check").err
    assert "2 consumers changed" in said
    assert "1 file is not a contract" in said


def test_a_repository_with_consumers_only_is_checked(tmp_path):
    repository = Repository(tmp_path)
    repository.commit({"README.md": "a"})
    repository.branch()
    repository.write(REVENUE, consumer(USE))
    outcome = repository.check()
    assert outcome.kinds == ["use_of_unknown_dataset"]
    assert "1 consumer changed" in outcome.err


def test_with_nothing_published_before_every_consumer_is_judged(repository):
    commit = repository.commit({REVENUE: consumer(f"{USE}, fields: [ltv, nothing]"), "dcr.toml": POLICY})
    found = discover_repository(str(repository.folder))
    base = create_empty_base(found, commit)
    report = check(Request(str(repository.folder), head=commit, resolved_base=base))
    assert [issue.kind for issue in report.iterate_issues()] == ["use_of_unknown_field"]


def test_a_deleted_and_a_narrowed_declaration_are_never_silent(declared):
    declared.commit({REVENUE: None})
    outcome = declared.check()
    assert outcome.code == 0
    assert [(issue["severity"], issue["message"]) for issue in outcome.issues] == [
        ("info", "consumer 'finance.revenue' no longer uses 'users.daily_active'")
    ]
    declared.write(REVENUE, consumer(f"{USE}, fields: [user_id]"))
    (issue,) = declared.check().issues
    assert issue["message"] == "consumer 'finance.revenue' no longer uses field 'ltv' of 'users.daily_active'"
    assert issue["previous_location"] == {"path": REVENUE, "line": 4, "column": 53, "key": "uses[0].fields[1]"}


def test_a_moved_file_is_the_same_consumer(declared):
    text = (declared.folder / REVENUE).read_text()
    declared.commit({REVENUE: None, "teams/finance/consumers/revenue.yml": text})
    outcome = declared.check()
    assert outcome.kinds == []
    assert outcome.report["summary"]["consumers"] == 1


def test_a_file_moved_out_of_scope_no_longer_declares_anything(declared):
    text = (declared.folder / REVENUE).read_text()
    declared.commit({REVENUE: None, "archive/revenue.yaml": text})
    assert declared.check().kinds == ["use_removed"]


def test_what_was_a_consumer_must_stay_one(declared):
    path = declared.folder / REVENUE
    for content in (b"replicas: 3\n", b"\xff\xfe\x00", b"{{ template }}: [\n", b""):
        declared.write(REVENUE, content)
        assert declared.check().kinds == ["consumer_invalid"], content
    path.unlink()
    path.symlink_to("elsewhere.yaml")
    assert [issue["message"] for issue in declared.check().issues] == ["the file is a symbolic link"]


def test_a_conflict_is_reported(declared):
    declared.commit({REVENUE: consumer(f"{USE}, fields: [plan]")})
    declared.git("checkout", "-q", "-b", "theirs", "main")
    declared.commit({REVENUE: consumer(f"{USE}, fields: [user_id]")})
    declared.shell("git -c user.name=a -c user.email=a@example.com merge -q feature")
    (issue,) = declared.check("--staged").issues
    assert (issue["kind"], issue["message"]) == (
        "consumer_invalid",
        "the file is unmerged: its conflict is not resolved",
    )


def test_other_files_below_a_folder_called_consumers_are_left_alone(repository):
    repository.write("src/consumers/values.yaml", "replicas: {{ .Values.replicas }}\nport: [\n")
    repository.write("src/consumers/app.yaml", "name: app\n")
    os.symlink("app.yaml", repository.folder / "src/consumers/link.yaml")
    outcome = repository.check()
    assert (outcome.code, outcome.kinds) == (0, [])


def test_with_paths_in_the_policy_every_file_there_has_to_be_readable(repository):
    repository.commit({"dcr.toml": 'consumers = ["usage/*.yaml"]\n'})
    repository.git("branch", "-f", "main")
    repository.write("usage/a.yaml", "{{ .Values.name }}: [\n")
    repository.write("usage/b.yaml", consumer(f"{USE}, fields: [nothing]"))
    repository.write(REVENUE, consumer("dataset: no.such.dataset"))
    assert sorted(repository.check().kinds) == ["consumer_invalid", "use_of_unknown_field"]


def test_an_unreadable_consumer_among_the_contracts_is_one_issue(repository):
    repository.write("contracts/consumers/revenue.yaml", "consumer: a\nuses: [\n")
    assert repository.check().kinds == ["consumer_invalid"]


def test_a_contract_below_a_folder_called_consumers_stays_a_contract(repository):
    repository.write("contracts/consumers/orders.yaml", contract("consumers.orders"))
    outcome = repository.check()
    assert outcome.kinds == []
    assert outcome.report["summary"]["changed"] == 1
    assert outcome.report["summary"]["consumers"] == 0


def test_a_remark_in_a_consumer_file_is_no_change(declared):
    text = consumer(f"{USE}, fields: [nothing]")
    declared.commit({REVENUE: text})
    declared.git("branch", "-f", "main")
    declared.write(REVENUE, f"# a remark\n{text}")
    outcome = declared.check()
    assert outcome.kinds == []
    assert outcome.report["summary"]["consumers"] == outcome.report["summary"]["left_alone"] == 0


MODELS = """\
models:
  - name: daily_active
    config: {{contract: {{enforced: true}}}}
    deprecation_date: 2026-01-01
    columns: [{{name: user_id, data_type: string}}, {{name: plan, data_type: string}}]
{exposures}
"""
EXPOSURES = """\
exposures:
  - {name: revenue, type: dashboard, owner: {email: a@example.com}, depends_on: [ref('daily_active'), ref('other')]}
  - {name: funnel, type: dashboard, owner: {email: a@example.com}, depends_on: [ref('other')]}
"""


@pytest.fixture
def dbt(tmp_path: Path) -> Repository:
    """A dbt project with two exposures on `main`, and the branch `feature` checked out with no change yet."""
    made = Repository(tmp_path)
    made.commit({"dbt_project.yml": "name: shop\n", "models/schema.yml": MODELS.format(exposures=EXPOSURES)})
    made.branch()
    return made


def test_a_removed_or_narrowed_exposure_is_never_silent(dbt):
    dbt.write("models/schema.yml", MODELS.format(exposures=EXPOSURES.replace("ref('daily_active'), ", "")))
    (issue,) = dbt.check().issues
    assert (issue["kind"], issue["severity"]) == ("use_removed", "info")
    assert issue["message"] == "consumer 'revenue' no longer uses 'daily_active'"
    assert dbt.check().report["summary"]["consumers"] == 1
    dbt.write("models/schema.yml", MODELS.format(exposures=""))
    assert sorted(issue["message"] for issue in dbt.check().issues) == [
        "consumer 'funnel' no longer uses 'other'",
        "consumer 'revenue' no longer uses 'daily_active'",
        "consumer 'revenue' no longer uses 'other'",
    ]


def test_an_exposure_of_a_deprecated_model_is_a_warning_and_one_of_a_model_without_a_contract_is_none(dbt):
    dbt.write("models/exposures.yml", EXPOSURES.replace("name: revenue", "name: retention"))
    assert [issue["message"] for issue in dbt.check().issues] == [
        "consumer 'retention' uses dataset 'daily_active', which is archived"
    ]


def test_models_that_refer_to_models_are_no_declarations(dbt):
    dbt.commit({"models/a.sql": "select * from {{ ref('daily_active') }}\n", "models/other.yml": "version: 2\n"})
    dbt.git("branch", "-f", "main")
    dbt.write("models/a.sql", "select 1\n")
    dbt.write("models/other.yml", "version: 2\nmetrics: [{name: a, model: ref('daily_active')}]\n")
    outcome = dbt.check()
    assert outcome.kinds == []
    assert outcome.report["summary"]["consumers"] == 0


AGREEMENT = """\
dataUsageAgreementSpecification: 1.0.0
id: a
info: {status: approved, active: true}
provider: {dataContractId: users.daily_active}
consumer: {teamId: finance, dataProductId: revenue}
"""


def test_an_agreement_that_ends_is_never_silent(declared):
    path = "usage-agreements/a.yaml"
    declared.commit({path: AGREEMENT})
    declared.git("branch", "-f", "main")
    declared.write(path, AGREEMENT.replace("active: true", "active: false"))
    assert [issue["message"] for issue in declared.check().issues] == [
        "consumer 'revenue' no longer uses 'users.daily_active'"
    ]


def test_duplicates_are_found_in_unchanged_files_too(declared):
    declared.write("consumers/copy.yaml", consumer(USE))
    (issue,) = declared.check().issues
    assert issue["kind"] == "consumer_duplicated"
    assert issue["message"] == "consumer 'finance.revenue' is also declared in 'consumers/revenue.yaml:1'"


def test_the_policy_sets_severities_and_cannot_change_that_of_an_invalid_file(repository):
    policy = '[severity]\nuse_of_unknown_dataset = "off"\nuse_of_unknown_field = "warning"\n'
    repository.commit({"dcr.toml": policy})
    repository.git("branch", "-f", "main")
    repository.write(REVENUE, consumer(f"{USE}, fields: [nothing]", "dataset: of.another.repository"))
    assert summary(repository.check()) == [("use_of_unknown_field", "warning", "nothing")]
    repository.write("dcr.toml", policy + 'consumer_invalid = "off"\n')
    repository.check().says("consumer_invalid")


def test_a_baseline_suppresses_known_issues_of_consumers(repository):
    repository.write(REVENUE, consumer(f"{USE}, fields: [nothing]", owners=""))
    assert repository.dcr("check", "--write-baseline", writes=("repository/dcr.baseline.json",)).code == 0
    repository.git("add", "dcr.baseline.json")
    repository.git("commit", "-qm", "baseline")
    repository.git("branch", "-f", "main")
    outcome = repository.check("--baseline", "dcr.baseline.json")
    assert outcome.kinds == []
    assert outcome.report["summary"]["baselined"] == 2


def test_an_unreadable_contract_leaves_its_consumers_unchecked_and_says_so(repository):
    repository.commit({USERS: "dataset_id: users.daily_active\nversion: one\nfields: []\n"})
    repository.git("branch", "-f", "main")
    repository.write(REVENUE, consumer(f"{USE}, fields: [nothing]"))
    (issue,) = repository.check().issues
    assert (issue["kind"], issue["severity"]) == ("use_of_unknown_dataset", "warning")
    assert issue["message"].endswith(f"whose contract in '{USERS}' cannot be read")


def test_a_deprecated_field_has_the_first_day_of_its_removal_from_the_history_of_the_base(tmp_path):
    repository = Historic(tmp_path)
    fields = "  - {name: channel, type: string, required: false, deprecated: true}"
    repository.commit({USERS: contract(), "dcr.toml": POLICY}, on="2026-01-01T00:00:00Z")
    repository.commit({USERS: contract(version="1.1.0", more=fields)}, on="2026-02-01T00:00:00Z")
    repository.branch()
    repository.write(REVENUE, consumer(f"{USE}, fields: [channel]"))
    (issue,) = repository.check().issues
    assert (issue["kind"], issue["severity"], issue["field"]) == ("use_of_deprecated", "warning", "channel")
    assert issue["hint"].startswith("deprecated since 2026-02-01, it may be removed on or after 2026-05-02")
    shallow = Historic(tmp_path, "shallow", init=None)
    shallow.git(
        "clone", "-q", "--depth=1", f"file://{repository.folder}", str(shallow.folder), "-b", "main", cwd=tmp_path
    )
    shallow.write(REVENUE, consumer(f"{USE}, fields: [channel]"))
    (issue,) = shallow.check("--base", "HEAD").issues
    assert issue["hint"] == "move to what replaces it"


def test_a_contract_that_leaves_the_versions_of_a_consumer_names_it(declared):
    declared.commit({REVENUE: consumer(f'{USE}, versions: "<2", fields: [plan]', f'{USE}, versions: ">=3"')})
    declared.git("branch", "-f", "main")
    declared.write(USERS, contract(version="2.0.0", more="  - {name: channel, type: string, required: false}"))
    outcome = declared.check()
    issue = next(issue for issue in outcome.issues if issue["kind"] == "use_outside_versions")
    assert issue["message"] == "version '2.0.0' is outside the versions '<2' that consumer 'finance.revenue' uses"
    assert issue["hint"] == "declared in 'consumers/revenue.yaml:4'; notify finance"
    assert issue["location"]["path"] == USERS
    assert outcome.code == 0
    declared.write(REVENUE, consumer(f'{USE}, versions: "<3", fields: [plan]'))
    assert "use_outside_versions" not in declared.check().kinds


def test_a_check_without_changed_consumers_loads_nothing_for_them(declared):
    program = "import sys; from dcr.check import Request, check; check(Request('.')); print(*sys.modules)"
    for text in (contract(), contract(version="1.0.1", more="# a remark")):
        declared.write(USERS, text)
        loaded = declared.shell(f'{sys.executable} -P -c "{program}"').stdout.split()
        assert "dcr.check" in loaded
        beyond = (
            "dcr.git.consumers",
            "dcr.consumers.readers",
            "dcr.compatibility.consumer_",
            "dcr.compatibility.rules.use_",
        )
        assert [name for name in loaded if name.startswith((*beyond, "dcr.compatibility.rules.consumer_"))] == []

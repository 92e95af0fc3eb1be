"""Checks the owners of contracts against CODEOWNERS in real repositories, with the command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from histories import Historic, orders

if TYPE_CHECKING:
    from pathlib import Path

ORDERS, USERS = "contracts/shop/orders.yaml", "contracts/users.yaml"
GITHUB, GITLAB = ".github/CODEOWNERS", ".gitlab/CODEOWNERS"
TEAMS = '[teams]\nshop = "@acme/shop"\nusers = ["@acme/users", "ada@example.com"]\n'


def owned(dataset_id: str, *owners: str) -> str:
    """Return a contract; an owner is written `team` or `team #contact`."""
    entries = [each.partition(" #") for each in owners]
    written = ", ".join(f"{{team: {team}{f', contact: {json.dumps(chr(35) + contact)}' if contact else ''}}}"
                        for team, _, contact in entries)  # fmt: skip
    return orders("1.0.0", dataset_id=dataset_id).replace("owners: [{team: shop}]", f"owners: [{written}]")


@pytest.fixture
def repository(tmp_path: Path) -> Historic:
    made = Historic(tmp_path)
    made.write(ORDERS, owned("shop.orders", "shop #shop"))
    made.write(USERS, owned("users", "users #users"))
    made.write("dcr.toml", TEAMS)
    made.write(GITHUB, "* @acme/everyone\n/contracts/shop/ @acme/Shop\n/contracts/users.yaml @x ada@example.com\n")
    return made


def issues(repository: Historic, *arguments: str, code: int = 0, **more: str) -> list[dict[str, Any]]:
    outcome = repository.dcr("owners", "check", "--format", "json", *arguments, **more)
    assert outcome.code == code, outcome
    return outcome.issues


def test_contracts_of_their_teams_have_no_issue(repository: Historic) -> None:
    outcome = repository.dcr("owners", "check", "--format", "table")
    assert outcome.code == 0
    assert outcome.out == (
        "no issues · 2 contracts (format native) · code owners in .github/CODEOWNERS (GitHub) · policy\ndcr.toml\n"
    )
    assert outcome.err == ""


def test_a_contract_of_others_is_told_the_line_to_add(repository: Historic) -> None:
    repository.write(GITHUB, "/contracts/shop/ @acme/other\n/contracts/users.yaml\n")
    first, second = issues(repository)
    assert (first["kind"], first["severity"]) == ("owner_not_in_codeowners", "warning")
    assert first["message"] == (
        "line 1 of .github/CODEOWNERS assigns 'contracts/shop/orders.yaml' to '@acme/other', "
        "expected '@acme/shop' of team 'shop'"
    )
    hint = "add to .github/CODEOWNERS, below the other lines: /contracts/shop/orders.yaml @acme/other @acme/shop"
    assert first["hint"] == hint
    assert (first["location"]["path"], first["location"]["line"]) == (ORDERS, 5)
    assert second["message"] == (
        "line 2 of .github/CODEOWNERS leaves 'contracts/users.yaml' without owners, "
        "expected '@acme/users' or 'ada@example.com' of team 'users'"
    )
    for each in (first, second):
        before = (repository.folder / GITHUB).read_text("utf-8")
        repository.write(GITHUB, f"{before}{each['hint'].partition(': ')[2]}\n")
    assert issues(repository) == []
    repository.write(GITHUB, "/elsewhere/ @acme/shop\n")
    message = "no line of .github/CODEOWNERS matches 'contracts/shop/orders.yaml', expected '@acme/shop' of team 'shop'"
    assert issues(repository)[0]["message"] == message


def test_severities_of_the_policy_and_the_option_decide_the_exit_code(repository: Historic) -> None:
    repository.write(GITHUB, "* @acme/everyone\n")
    assert len(issues(repository)) == 2
    assert len(issues(repository, "--fail-on", "warning", code=1)) == 2
    repository.write("dcr.toml", f'[severity]\nowner_not_in_codeowners = "error"\n{TEAMS}')
    assert len(issues(repository, code=1)) == 2
    repository.write("dcr.toml", f'[severity]\nowner_not_in_codeowners = "off"\n{TEAMS}')
    assert issues(repository) == []


def test_a_team_without_a_handle_is_told_once_with_the_line_to_add(repository: Historic) -> None:
    repository.write("dcr.toml", "[teams]\nusers = '@x'\n")
    repository.write("contracts/more.yaml", owned("shop.more", "shop"))
    repository.write("contracts/other.yaml", owned("shop.other", "data & ai #ai"))
    found = issues(repository)
    assert [(each["message"], each["hint"]) for each in found] == [
        (
            "team 'shop' has no handle: [teams] in dcr.toml does not map it",
            'add to [teams] in dcr.toml: shop = "@acme/everyone"',
        ),
        (
            "team 'data & ai' has no handle: [teams] in dcr.toml does not map it",
            'add to [teams] in dcr.toml: "data & ai" = "@acme/everyone"',
        ),
    ]
    (repository.folder / "dcr.toml").unlink()
    repository.write("pyproject.toml", '[tool.dcr.teams]\nshop = "@acme/everyone"\nusers = "@x"\n')
    hints = [each["hint"] for each in issues(repository)]
    assert 'add to [tool.dcr.teams] in pyproject.toml: "data & ai" = "@acme/everyone"' in hints


def test_teams_without_a_contact_and_contacts_of_several_teams_are_told_once(repository: Historic) -> None:
    repository.write("dcr.toml", f'{TEAMS}growth = "@acme/everyone"\nold = "@acme/everyone"\n')
    repository.write("contracts/a.yaml", owned("a", "growth"))
    repository.write("contracts/b.yaml", owned("b", "growth", "old #Users"))
    repository.write("contracts/c.yaml", owned("c", "old #users"))
    found = issues(repository)
    assert [(each["kind"], each["message"], each["location"]["path"]) for each in found] == [
        ("owner_contact_missing", "no contract has a contact for team 'growth'", "contracts/a.yaml"),
        (
            "owner_contact_shared",
            "contact '#users' of team 'users' is also that of team 'old' ('contracts/b.yaml')",
            USERS,
        ),
    ]
    repository.write("contracts/a.yaml", owned("a", "growth #growth"))
    assert [each["kind"] for each in issues(repository)] == ["owner_contact_shared"]


def test_each_team_of_a_contract_is_asked(repository: Historic) -> None:
    repository.write(ORDERS, owned("shop.orders", "shop #shop", "users #users"))
    (issue,) = issues(repository)
    assert issue["message"].endswith("expected '@acme/users' or 'ada@example.com' of team 'users'")


def test_gitlab_combines_its_sections(repository: Historic) -> None:
    text = "[Shop] @acme/shop\n/contracts/shop/\n[Data]\n* @acme/data\n[Users][2]\n/contracts/** @acme/users\n"
    (repository.folder / GITHUB).unlink()
    repository.write("CODEOWNERS", text)
    outcome = repository.dcr("owners", "check", "--format", "table")
    assert (outcome.code, "code owners in CODEOWNERS (GitLab)" in outcome.out) == (0, True)
    assert issues(repository) == []
    assert len(issues(repository, "--service", "github")) == 1
    repository.write("CODEOWNERS", text.replace("/contracts/**", "/contracts"))
    assert len(issues(repository)) == 1
    assert len(issues(repository, GITHUB_ACTIONS="true")) == 1


def test_lines_that_the_service_ignores_and_files_that_cannot_be_read_are_named(repository: Historic) -> None:
    repository.write(GITHUB, "* ada@example.com @acme/shop\n!/contracts/ @x\n")
    repository.write("contracts/broken.yaml", "dataset_id: x\nversion: [\n")
    outcome = repository.dcr("owners", "check", "--format", "text")
    assert (outcome.code, outcome.out) == (0, "")
    assert (
        "dcr: warning: GitHub ignores .github/CODEOWNERS:2: pattern '!/contracts/' begins with '!', "
        "which GitHub does not support\n"
    ) in outcome.err
    assert "dcr: warning: cannot read 'contracts/broken.yaml': line 3: " in outcome.err


ODCS = (
    "apiVersion: v3.1.0\nkind: DataContract\nid: {name}\nversion: 1.0.0\nstatus: active\nteam:\n  members:\n"
    "    - {{username: {contact}, name: {team}}}\nschema:\n"
    "  - name: a\n    properties: [{{name: id, logicalType: string}}]\n"
    "  - name: b\n    properties: [{{name: id, logicalType: string}}]\n"
)
DCS = (
    "dataContractSpecification: 1.2.1\nid: {name}\ninfo: {{title: x, version: 1.0.0, owner: {team}, "
    "contact: {{email: {contact}}}}}\nmodels:\n  a:\n    fields:\n      id: {{type: string}}\n"
)
DBT = (
    "version: 2\nmodels:\n  - name: {name}\n    config: {{contract: {{enforced: true}}, meta: {{owner: {team}, "
    "contact: {contact}}}}}\n    columns:\n      - {{name: id, data_type: varchar}}\n"
)


@pytest.mark.parametrize("text", [ODCS, DCS, DBT])
def test_contracts_of_every_format_are_checked(tmp_path: Path, text: str) -> None:
    repository = Historic(tmp_path)
    repository.write("CODEOWNERS", "/a.yaml @acme/finance\n/b.yaml @acme/other\n")
    repository.write("dcr.toml", '[teams]\nfinance = "@acme/finance"\n')
    repository.write("a.yaml", text.format(name="one", team="finance", contact="f@example.com"))
    repository.write("b.yaml", text.format(name="two", team="finance", contact="f@example.com"))
    found = [each for each in issues(repository) if each["kind"] == "owner_not_in_codeowners"]
    assert [each["location"]["path"] for each in found] == ["b.yaml"]


def test_the_line_to_add_has_the_owners_of_all_contracts_of_a_file(tmp_path: Path) -> None:
    repository = Historic(tmp_path)
    model = DBT.partition("models:\n")[2]
    repository.write("CODEOWNERS", "* @acme/data\n")
    repository.write("dcr.toml", '[teams]\na = "@a"\nb = "@b"\n')
    models = "".join(model.format(name=f"m{team}", team=team, contact=f"{team}@example.com") for team in "ab")
    repository.write("models/all models.yml", f"version: 2\nmodels:\n{models}")
    found = [each for each in issues(repository) if each["kind"] == "owner_not_in_codeowners"]
    assert len(found) == 2
    assert {each["hint"].partition(": ")[2] for each in found} == {"/models/all\\ models.yml @acme/data @a @b"}
    repository.write("CODEOWNERS", f"* @acme/data\n{found[0]['hint'].partition(': ')[2]}\n")
    assert "owner_not_in_codeowners" not in {each["kind"] for each in issues(repository)}


def test_a_commit_and_a_bare_repository_are_checked(repository: Historic) -> None:
    repository.commit({})
    repository.write(GITHUB, "* @nobody\n")
    repository.write("dcr.toml", "")
    assert issues(repository, "--ref", "main") == []
    assert len(issues(repository)) == 2
    repository.commit({})
    bare = Historic(repository.root.parent, "bare.git", init=None)
    bare.git("clone", "-q", "--bare", str(repository.folder), bare.folder.name, cwd=bare.root)
    bare.dcr("owners", "check").says("this repository is bare", "dcr owners check --ref REF")
    assert issues(bare, "--ref", "main~1") == []
    assert [each["kind"] for each in issues(bare, "--ref", "main")] == ["owner_not_in_codeowners"] * 2
    bare.dcr("owners", "check", "--ref", "nowhere").says("nowhere")


def test_without_a_codeowners_file_the_places_are_named(repository: Historic) -> None:
    (repository.folder / GITHUB).unlink()
    repository.dcr("owners", "check").says(
        "no CODEOWNERS file found in .github/CODEOWNERS, CODEOWNERS or docs/CODEOWNERS", "dcr init --owner @ORG/TEAM"
    )
    (repository.folder / "CODEOWNERS").symlink_to("elsewhere")
    repository.dcr("owners", "check").says("'CODEOWNERS' is a symbolic link")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("chek",), ("unknown action 'chek'", "did you mean 'check'?")),
        (("check", "card.json"), ("CARD cannot be used with check",)),
        (("check", "--write", "x"), ("--write cannot be used with check",)),
        (("check", "--dry-run"), ("--dry-run cannot be used with check",)),
        (("check", "--service", "gitea"), ("--service is 'gitea', expected one of github, gitlab",)),
        (("check", "--format", "yaml"), ("yaml",)),
        (("check", "--fail-on", "info"), ("--fail-on is 'info'",)),
        (("from-decision-card",), ("the file of the card is missing",)),
        (("from-decision-card", "x", "--ref", "main"), ("--ref cannot be used with from-decision-card",)),
        (("from-decision-card", "x", "--quiet"), ("--quiet cannot be used with from-decision-card",)),
    ],
)
def test_options_of_another_action_are_refused(
    repository: Historic, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    repository.dcr("owners", *arguments).says(*words)


@pytest.mark.parametrize("form", ["table", "markdown", "github", "gitlab", "azure", "junit", "sarif", "html"])
def test_every_format_of_a_report_has_the_issue(repository: Historic, form: str) -> None:
    repository.write(GITHUB, "* @acme/everyone\n")
    outcome = repository.dcr("owners", "check", "--format", form)
    assert outcome.code == 0
    assert "@acme" in outcome.out.replace("@\u200b", "@").replace("&#64;", "@")
    assert "shop.orders" in outcome.out or "orders.yaml" in outcome.out


def test_a_check_of_a_change_does_not_read_codeowners(repository: Historic) -> None:
    repository.write(GITHUB, "* @nobody\n")
    repository.commit({})
    repository.branch()
    repository.write(ORDERS, owned("shop.orders", "shop #shop").replace("1.0.0", "1.0.1") + "description: words\n")
    assert repository.check().issues == []

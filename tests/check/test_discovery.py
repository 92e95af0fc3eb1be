"""Checks that contracts are found by content anywhere in a repository if the policy has no `contracts` setting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from repositories import USERS, Repository, breaking, contract

from dcr.formats import list_formats, read_content
from dcr.git.contracts import counts
from dcr.policy.detection import UNCLEAR, guess_format, is_probable_contract, may_be_contract

if TYPE_CHECKING:
    from pathlib import Path

DBT = """\
models:
  - name: orders
    config: {contract: {enforced: true}}
    columns:
      - {name: id, data_type: int}
      - {name: ltv, data_type: int}
"""
ODCS = """\
apiVersion: v3.0.2
kind: DataContract
id: orders
version: 1.0.0
status: active
team: [{username: a, role: owner}]
schema:
  - name: orders
    properties:
      - {name: id, logicalType: string}
      - {name: ltv, logicalType: number}
"""
DCS = """\
dataContractSpecification: 1.1.0
id: orders
info: {title: t, version: 1.0.0, owner: a}
models:
  orders:
    fields:
      id: {type: string}
      ltv: {type: double}
"""
HELM = "{{- if .Values.x }}\napiVersion: v1\nkind: ConfigMap\ndata:\n  schema: {{ .Values.y }}\n{{- end }}\n"
PLAIN = json.dumps(
    {
        "dataset_id": "shop.orders",
        "version": "1.0.0",
        "owners": [{"team": "shop"}],
        "fields": [{"name": "id", "type": "string"}, {"name": "ltv", "type": "number"}],
    },
    indent=2,
)


def as_json(text: str) -> str:
    import yaml

    return json.dumps(yaml.safe_load(text))


def without_ltv(text: str) -> str:
    if text.lstrip().startswith("{"):
        held = json.loads(text)
        holder = held.get("fields") or held["schema"][0]["properties"]
        holder[:] = [each for each in holder if each["name"] != "ltv"]
        return json.dumps(held)
    return "".join(line for line in text.splitlines(keepends=True) if "ltv" not in line)


FOUND = {
    "dbt/models/orders.yml": DBT,
    "data/x/orders.odcs.yaml": ODCS,
    "anywhere/below/native.yaml": contract("shop.visits"),
    "a.dcs.yaml": DCS,
    "services/api/contract.json": PLAIN,
    "services/odcs.json": as_json(ODCS),
}


@pytest.mark.parametrize("path", FOUND)
@pytest.mark.parametrize("how", ["worktree", "untracked", "staged", "commit"])
def test_a_contract_is_found_at_the_first_check(tmp_path: Path, path: str, how: str) -> None:
    made = Repository(tmp_path)
    made.commit({path: FOUND[path], "README.md": "x\n"})
    made.branch()
    arguments: tuple[str, ...] = ()
    if how == "untracked":  # the same dataset in another file, not added yet
        made.git("rm", "-q", path)
        made.commit()
        path = f"moved/{path}"
    made.write(path, without_ltv(FOUND[path.removeprefix("moved/")]))
    if how in ("staged", "commit"):
        made.git("add", "-A")
        arguments = ("--staged",)
    if how == "commit":
        made.commit()
        arguments = ("--head", "HEAD")
    outcome = made.check(*arguments)
    assert "field_removed" in outcome.kinds, outcome
    assert outcome.code == 1


def test_the_closing_line_says_how_many_and_in_which_formats(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit(
        {
            **{path: text for path, text in FOUND.items() if path != "services/odcs.json"},
            "chart/t.yaml": HELM,
            "a.json": "{}",
        }
    )
    made.branch()
    made.write("anywhere/below/native.yaml", contract("shop.visits", without=["ltv"]))
    for arguments in ((), ("--staged",), ("--head", "HEAD")):
        said = made.check(*arguments).err
        changed = 1 if not arguments else 0
        assert f"{changed} of 5 contract files changed (2 native, 1 dbt, 1 dcs, 1 odcs)" in said
    report = made.check().report
    assert report["summary"]["formats"] == {"native": 2, "dbt": 1, "dcs": 1, "odcs": 1}
    assert (report["summary"]["contracts"], report["summary"]["files"]) == (5, 7)


def test_init_lint_and_check_count_alike(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    second = "  - name: lines\n    properties: [{name: id, logicalType: string}]\n"
    made.commit({USERS: contract(), "x/orders.odcs.yaml": ODCS + second})
    assert "found 3 contracts in 2 files (2 odcs, 1 native)" in made.dcr("init", "--dry-run").out
    assert "3 contracts in 2 files (2 odcs, 1 native)" in made.dcr("lint").err
    assert "0 of 2 contract files changed (1 native, 1 odcs)" in made.check().err
    assert "3 datasets" in made.dcr("datasets", DCR_CACHE="off").out


OTHERS = {
    "chart/templates/a.yaml": HELM,
    "chart/templates/b.yaml": "a: {{ .Values.dataset_id }}\n---\nb: 1\n",
    "deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec: {schema: 1}\n",
    "package.json": '{"name": "x", "version": "1.0.0", "fields": 1}',
    "broken.json": "{",
    "config.yaml": "dataset_id: imdb\nbatch: 3\n",
    "models.yml": "models:\n  - name: orders\n    columns: []\n    description: no contract\n",
    "latin.yaml": b"name: caf\xe9\n",
    "escaped.yaml": 'a: "\\x41"\n',
    "tag.yaml": "a: !Ref b\n",
}


@pytest.mark.parametrize("at_base", [False, True])
def test_what_is_no_contract_is_left_alone_and_counted(tmp_path: Path, *, at_base: bool) -> None:
    made = Repository(tmp_path)
    made.commit({USERS: contract(), **(OTHERS if at_base else {})})
    made.branch()
    for path, text in OTHERS.items():
        made.write(path, text + ("\n" if isinstance(text, str) else b"\n") * 2)
    outcome = made.check()
    assert (outcome.code, outcome.issues) == (0, [])
    assert outcome.report["summary"]["left_alone"] == len(OTHERS)
    assert f"0 of 1 contract changed (format native); {len(OTHERS)} files are not contracts" in outcome.err
    made.git("add", "-A")
    made.commit()
    assert made.check("--base", "main", "--head", "HEAD").code == 0
    linted = made.dcr("lint")
    assert (linted.code, linted.out) == (0, "")
    made.git("checkout", "-q", "main")
    made.git("merge", "-q", "feature")
    for command in ("datasets", "audit"):
        outcome = made.dcr(command, DCR_CACHE="off")
        assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize(
    "text",
    [
        "dataset_id: a\nversion: '1'\nfields: [\n",
        "dataset_id: a\nversion: '1.0.0'\n",
        "version: '1.0.0'\nowners: []\nfields: []\n",
        '{"dataset_id": "a", "fields": [',
        "apiVersion: v3.0.0\nkind: DataContract\nschema: [\n",
        "dataContractSpecification: 1.1.0\nmodels: {{\n",
    ],
)
def test_what_is_plainly_meant_as_a_contract_is_invalid(tmp_path: Path, text: str) -> None:
    made = Repository(tmp_path)
    made.commit({USERS: contract()})
    made.branch()
    made.write("data/x.json" if text.startswith("{") else "data/x.yaml", text)
    outcome = made.check()
    assert outcome.code == 1
    assert set(outcome.kinds) == {"contract_invalid"}
    assert "contract_invalid" in made.dcr("lint").out


ELSEWHERE = "data/users.yaml"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({ELSEWHERE: None}, "contract_removed"),
        ({ELSEWHERE: None, "data/users.txt": contract()}, "contract_out_of_scope"),
        ({ELSEWHERE: None, "data/users.yaml.bak": contract()}, "contract_out_of_scope"),
        ({ELSEWHERE: "replicas: 3\n"}, "contract_removed"),
        ({ELSEWHERE: contract().replace("dataset_id", "set_id")}, "contract_invalid"),
        ({ELSEWHERE: contract().replace("dataset_id", "set_id").replace("fields:", "x:")}, "contract_invalid"),
        ({ELSEWHERE: "{{ nothing }}: [\n"}, "contract_invalid"),
        ({ELSEWHERE: ""}, "contract_removed"),
        ({ELSEWHERE: b"\xff\xfe"}, "contract_invalid"),
        ({ELSEWHERE: None, "data/new.yaml": "{{ nothing }}: [\n"}, "contract_removed"),
        ({ELSEWHERE: None, "data/new.yaml": contract().replace("fields:", "fields: [")}, "contract_invalid"),
    ],
)
def test_a_contract_that_is_no_longer_found_never_passes(tmp_path: Path, change: dict, kind: str) -> None:
    made = Repository(tmp_path)
    made.commit({ELSEWHERE: contract()})
    made.branch()
    made.commit(change)
    for arguments in ((), ("--staged",), ("--head", "HEAD")):
        outcome = made.check(*arguments)
        assert outcome.code == 1, outcome
        assert kind in outcome.kinds


def test_a_contract_that_becomes_a_link_or_ignored_never_passes(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit({ELSEWHERE: contract(), "other": contract()})
    made.branch()
    (made.folder / ELSEWHERE).unlink()
    (made.folder / ELSEWHERE).symlink_to("../other")
    assert made.check().kinds == ["contract_invalid"]
    (made.folder / ELSEWHERE).unlink()
    made.git("rm", "-q", "--cached", ELSEWHERE)
    made.write(ELSEWHERE, contract())
    made.write(".gitignore", "data/\n")
    assert made.check().code == 1


def test_the_scope_of_the_base_holds(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit({ELSEWHERE: contract()})
    made.branch()
    made.commit(
        {ELSEWHERE: breaking("2.0.0"), "dcr.toml": 'contracts = ["contracts/**/*.yaml"]\nexclude = ["data/**"]\n'}
    )
    assert "field_removed" in made.check().kinds


def test_a_contracts_setting_fixes_the_scope(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit({ELSEWHERE: contract(), USERS: contract("a.b"), "dcr.toml": 'contracts = ["contracts/**/*.yaml"]\n'})
    made.branch()
    made.commit({ELSEWHERE: breaking("2.0.0")})
    outcome = made.check()
    assert (outcome.code, outcome.report["summary"]["files"]) == (0, 1)


def test_what_git_ignores_is_not_looked_at(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit({USERS: contract(), ".gitignore": "node_modules/\n"})
    made.branch()
    made.write("node_modules/x/a.yaml", contract("a.b"))
    assert made.check().report["summary"]["files"] == 1
    assert "1 contract (format native)" in made.dcr("lint").err


def test_a_dataset_claimed_by_an_unchanged_file_anywhere_is_a_duplicate(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit({"data/x/a.json": PLAIN, "chart/a.yaml": HELM})
    made.branch()
    made.write("data/y.yaml", contract("shop.orders"))
    assert "dataset_id_duplicated" in made.check().kinds
    more = {f"many/{number}.yaml": contract(f"many.n{number}") for number in range(70)}
    for path, text in more.items():
        made.write(path, text)
    assert "dataset_id_duplicated" in made.check().kinds


def test_init_then_a_commit_then_the_reading_commands(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit({"data/x/orders.odcs.yaml": ODCS})
    made.commit({"data/x/orders.odcs.yaml": without_ltv(ODCS)})
    made.branch()
    written = ("repository/dcr.toml", "repository/.pre-commit-config.yaml")
    assert made.dcr("init", "--ci", "none", writes=written).code == 0
    assert "\ncontracts = " not in (made.folder / "dcr.toml").read_text("utf-8")
    made.git("add", "-A")
    made.commit()
    outcome = made.dcr("audit", DCR_CACHE="off")
    assert outcome.code == 1
    assert "field_removed" in outcome.out
    assert "1 dataset" in made.dcr("datasets", DCR_CACHE="off").out
    assert "1.0.0" in made.dcr("log", "orders/orders", DCR_CACHE="off").out


def test_nothing_found_names_the_ref_the_scope_and_what_to_type(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit({"a.yaml": "replicas: 3\n"})
    for command in ("audit", "datasets"):
        outcome = made.dcr(command, DCR_CACHE="off")
        for word in ("no contract found at 'main'", "scope: YAML and JSON", "dcr schema contract"):
            assert word in outcome.err
        assert "slipped" not in outcome.out
    checked = made.check()
    assert (
        "no contract found in 1 file in scope (YAML and JSON); see what a contract is: dcr schema contract"
        in checked.err
    )
    assert "compared with main" in checked.err
    assert "compatible" not in checked.err
    made.commit({"dcr.toml": 'contracts = ["x/**"]\n'})
    assert "in 0 files in scope (contracts = [x/**])" in made.check().err
    assert "✅" not in made.dcr("check", "--format", "markdown").out


def test_of_many_files_only_what_is_known_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"data/{number}.yaml": f"replicas: {number}\n" for number in range(1, counts.MAX_COUNTED_FILES + 2)}
    made = Repository(tmp_path)
    made.commit(files)
    for arguments in ((), ("--staged",), ("--head", "HEAD")):
        assert f"no contract found in {len(files):,} files in scope" in made.check(*arguments).err
    made.commit({"z/last.json": PLAIN})
    made.branch()
    for arguments in ((), ("--staged",), ("--head", "HEAD")):
        assert "0 of 1 contract changed (format native)" in made.check(*arguments).err
    made.write("contracts/a.yaml", contract())
    outcome = made.check()
    assert f"1 contract changed; {len(files) + 2:,} files in scope" in outcome.err
    assert outcome.report["summary"]["contracts"] is None


@pytest.mark.parametrize("text", [DBT, ODCS, DCS, PLAIN, contract(), as_json(ODCS), as_json(DBT)])
def test_a_glance_agrees_with_the_readers(text: str) -> None:
    content = text.encode()
    assert may_be_contract(content)
    assert is_probable_contract(content)
    assert guess_format(content) in (read_content("x", content).format, UNCLEAR)


def test_every_format_can_be_told_at_a_glance() -> None:
    told = {guess_format(each.encode()) for each in (DBT, ODCS, DCS, contract())}
    assert told == {each.NAME for each in list_formats()}


@pytest.mark.parametrize("text", ["replicas: 3\n", "version: 1\nowners: []\n", HELM, "a: dataset_id\n"])
def test_a_glance_takes_nothing_else_for_a_contract(text: str) -> None:
    assert guess_format(text.encode()) is None


def test_a_key_spelt_with_escapes_is_read(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    hidden = contract().replace("dataset_id", '"dataset\\x5fid"')
    made.commit({ELSEWHERE: hidden})
    made.branch()
    made.write(ELSEWHERE, hidden.replace("  - {name: ltv, type: number, required: false}\n", ""))
    assert "field_removed" in made.check().kinds

"""`dcr consumers add` writes a consumer's file, or adds a use to one and keeps its comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from declared_story import EXPORT, ORDERS, make_repository
from repositories import USERS, Outcome, Repository

from dcr.consumers.readers import read_consumers
from dcr.editing.consumers import choose_path

if TYPE_CHECKING:
    from pathlib import Path

DAILY = ("--dataset", "users.daily_active")
NEW = "consumers/ops/lag.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path)


def _add(repository: Repository, *arguments: str, file: str = NEW, **more: Path) -> Outcome:
    path, folders = f"repository/{file}", file.split("/")[:-1]
    parents = ["/".join(["repository", *folders[: number + 1]]) for number in range(len(folders))]
    return repository.dcr("consumers", "add", *arguments, writes=(path, *parents), **more)


def _read(repository: Repository, file: str = NEW) -> str:
    return (repository.folder / file).read_text("utf-8")


def test_a_new_consumer_gets_a_file_in_the_folder_of_its_team(repository):
    run = _add(
        repository, "ops.lag", *DAILY, "--field", "user_id", "--field", "ltv", "--value", "plan=free", "--value",
        "plan=pro", "--versions", ">=1.0 <3", "--reads", "rows", "--until", "2999-12-31", "--team", "ops",
        "--contact", "#ops", "--description", "when: data is late",
    )  # fmt: skip
    assert (run.code, run.out, run.err) == (0, "", f"dcr: {NEW}: 'ops.lag' uses 'users.daily_active'\n")
    assert _read(repository) == (
        "consumer: ops.lag\n"
        "owners:\n"
        "  - team: ops\n"
        '    contact: "#ops"\n'
        'description: "when: data is late"\n'
        "uses:\n"
        "  - dataset: users.daily_active\n"
        '    versions: ">=1.0 <3"\n'
        "    fields: [user_id, ltv]\n"
        "    values: {plan: [free, pro]}\n"
        "    reads: rows\n"
        "    until: 2999-12-31\n"
    )
    assert repository.dcr("check").code == 0
    assert "ops.lag" in repository.dcr("consumers", "users.daily_active").out


def test_a_second_use_is_added_to_the_file_with_its_comments(repository):
    text = (
        "# the exports\nconsumer: growth.export  # weekly\nowners: [{team: growth}]\nuses:\n"
        "  # the funnel\n  - dataset: shop.orders  # all of it\nx-note: kept\n"
    )
    repository.write(EXPORT, text)
    run = _add(repository, "growth.export", *DAILY, "--field", "plan", file=EXPORT)
    assert run.code == 0
    assert _read(repository, EXPORT) == text.replace(
        "# all of it\n", "# all of it\n  - dataset: users.daily_active\n    fields: [plan]\n"
    )


@pytest.mark.parametrize(
    ("uses", "after"),
    [
        (
            "uses: [{dataset: shop.orders}]",
            "uses: [{dataset: shop.orders}, {dataset: users.daily_active, fields: [plan]}]",
        ),
        (
            "uses:\n- {dataset: shop.orders}",
            "uses:\n- {dataset: shop.orders}\n- {dataset: users.daily_active, fields: [plan]}",
        ),
    ],
)
def test_a_use_is_added_in_the_layout_of_the_file(repository, uses, after):
    repository.write(EXPORT, f"consumer: growth.export\n{uses}\n")
    assert _add(repository, "growth.export", *DAILY, "--field", "plan", file=EXPORT).code == 0
    assert _read(repository, EXPORT) == f"consumer: growth.export\n{after}\n"


def test_a_dry_run_prints_the_file_and_writes_nothing(repository):
    run = repository.dcr("consumers", "add", "ops.lag", *DAILY, "--team", "ops", "--dry-run")
    assert run.code == 0
    assert f"+++ b/{NEW}\n" in run.out
    assert "+consumer: ops.lag\n" in run.out
    assert "nothing was written (--dry-run)" in run.err


def test_nested_fields_numbers_and_booleans_are_written_as_they_are_read(repository):
    more = "  - {name: level, type: integer, enum: [1, 2]}\n  - {name: on, type: boolean, enum: [true]}\n"
    more += "  - {name: code, type: string, enum: ['1', 'a: b', 'NO']}\n"
    repository.commit({"contracts/orders.yaml": ORDERS + more})
    run = _add(
        repository, "ops.lag", "--dataset", "shop.orders", "--team", "ops", "--field", "address.city", "--field",
        "tags[]", "--value", "level=2", "--value", "on=true", "--value", "code=1", "--value", "code=a: b", "--value",
        "code=NO", "--value", "tags=vip",
    )  # fmt: skip
    assert run.code == 0, run.err
    (use,) = read_consumers(NEW, _read(repository).encode()).consumers[0].uses
    assert use.fields == ("address.city", "tags[]")
    assert {path: [value.value for value in values] for path, values in use.values.items()} == {
        "level": [2], "on": [True], "code": ["1", "a: b", "NO"], "tags": ["vip"],
    }  # fmt: skip
    assert repository.dcr("check").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ops.lag", "--dataset", "users.daily_activ", "--team", "a"], ["dataset 'users.daily_activ'", "did you mean"]),
        (["ops.lag", *DAILY, "--team", "a", "--field", "lvt"], ["has no field 'lvt'", "did you mean 'ltv'?"]),
        (
            ["ops.lag", *DAILY, "--team", "a", "--value", "plan=fre"],
            ["has no enum value 'fre'", "did you mean 'free'?"],
        ),
        (["ops.lag", *DAILY, "--team", "a", "--value", "ltv=1"], ["field 'ltv' has no enum"]),
        (["ops.lag", *DAILY, "--team", "a", "--value", "plan"], ["--value is 'plan', expected FIELD=VALUE"]),
        (["ops.lag", *DAILY, "--team", "a", "--versions", ">>1"], ["--versions is '>>1', expected a range"]),
        (["ops.lag", *DAILY, "--team", "a", "--until", "soon"], ["--until is 'soon', expected a date"]),
        (["ops.lag", *DAILY, "--team", "a", "--until", "2020-01-01"], ["which is in the past"]),
        (["ops.lag", *DAILY, "--team", "a", "--reads", "row"], ["--reads is 'row'", "did you mean 'rows'?"]),
        (["ops.lag", *DAILY], ["requires an owner", "add --team NAME"]),
        (["ops.lag", *DAILY, "--team", "a\nb"], ["--team contains the control character"]),
        ([" ", *DAILY, "--team", "a"], ["NAME is blank"]),
        (["ops.lag", *DAILY, "--team", "a", "--file", "lag.yaml"], ["is not where consumers are declared"]),
        (["ops.lag", *DAILY, "--team", "a", "--file", "../consumers/x.yaml"], ["is outside the repository"]),
        (["ops.lag", *DAILY, "--team", "a", "--file", EXPORT], ["exists and does not declare 'ops.lag'"]),
        (["ops.lag", "--team", "a"], ["missing option '--dataset'", "see dcr consumers add --help"]),
        (["growth.export", *DAILY], ["'growth.export' uses 'users.daily_active' already", f"{EXPORT}:4:"]),
        (["growth.export", *DAILY, "--team", "ops"], ["--team differs from"]),
        (["growth.export", *DAILY, "--file", "consumers/x.yaml"], ["is declared in 'consumers/growth.yaml'"]),
    ],
)
def test_what_contradicts_the_contract_or_the_files_is_refused(repository, arguments, words):
    repository.dcr("consumers", "add", *arguments).says("nothing was written", *words)


def test_a_second_use_of_a_dataset_needs_other_versions(repository):
    run = _add(repository, "growth.export", *DAILY, "--versions", ">=5", file=EXPORT)
    assert run.code == 0
    assert "its versions exclude 1.0.0, the one that is there" in run.err


def test_the_policy_decides_where_a_new_file_may_be(repository):
    repository.write("dcr.toml", '[consumers]\npaths = ["uses/**/*.yaml"]\n')
    repository.dcr("consumers", "add", "ops.lag", *DAILY, "--team", "ops").says("uses/**/*.yaml", "--file PATH")
    run = _add(repository, "ops.lag", *DAILY, "--team", "ops", "--file", "uses/lag.yaml", file="uses/lag.yaml")
    assert run.code == 0


def test_a_subfolder_writes_the_same_file_and_names_files_from_there(repository):
    folder = repository.folder / "contracts"
    assert _add(repository, "ops.lag", *DAILY, "--team", "ops", cwd=folder).code == 0
    run = _add(
        repository, "ops.other", *DAILY, "--team", "ops", "--file", "../consumers/other.yaml",
        file="consumers/other.yaml", cwd=folder,
    )  # fmt: skip
    assert run.code == 0


def test_a_link_in_the_place_of_the_folder_is_not_followed(repository, tmp_path):
    (repository.folder / "consumers/ops").symlink_to(tmp_path)
    repository.dcr("consumers", "add", "ops.lag", *DAILY, "--team", "ops").says("is a symbolic link")


def test_a_bare_repository_has_no_files_to_edit(repository, tmp_path):
    repository.git("clone", "-q", "--bare", str(repository.folder), str(tmp_path / "bare"), cwd=tmp_path)
    run = repository.dcr("consumers", "add", "ops.lag", *DAILY, "--team", "ops", cwd=tmp_path / "bare")
    run.says("nothing was written", "this repository is bare")


def test_names_beyond_ascii_are_written_and_read(repository):
    file = "consumers/équipe/x.yaml"
    run = _add(repository, "équipe.x", *DAILY, "--team", "équipe", "--contact", "中", file=file)
    assert run.code == 0, run.err
    assert read_consumers(file, _read(repository, file).encode()).consumers[0].owners == (("équipe", "中"),)


@pytest.mark.parametrize(
    ("name", "team", "path"),
    [
        ("finance.revenue", "finance", "consumers/finance/revenue.yaml"),
        ("finance.revenue.monthly", None, "consumers/finance/revenue.monthly.yaml"),
        ("revenue", "Data Platform", "consumers/Data-Platform/revenue.yaml"),
        ("growth.funnel", "finance", "consumers/finance/growth.funnel.yaml"),
        ("revenue", None, "consumers/revenue.yaml"),
        ("../../x", "..", "consumers/x.yaml"),
        (".", None, "consumers/consumer.yaml"),
        ("a/b c", "t/u", "consumers/t-u/a-b-c.yaml"),
        ("中", "中", "consumers/中/中.yaml"),
    ],
)
def test_a_path_is_safe_and_has_a_folder_for_each_team(name, team, path):
    assert choose_path(name, team) == path


def test_the_contract_is_the_one_of_the_working_tree(repository):
    text = (repository.folder / USERS).read_text("utf-8")
    repository.write(USERS, f"{text}  - {{name: region, type: string}}\n")
    assert _add(repository, "ops.lag", *DAILY, "--team", "ops", "--field", "region").code == 0

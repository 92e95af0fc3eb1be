"""Models, snapshots and macros of a dbt project are consumers of the contracted models that they refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reached import PROJECT, find_reached, list_reached, model, properties
from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

MODELS = "models/marts/orders.yml"
CHANGED = properties(model(columns=("id", "note")))
USER = "select * from {{ ref('orders') }}\n"
OFF = {"enabled": False}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({
        "dbt_project.yml": PROJECT,
        MODELS: properties(model()),
        "models/marts/orders.sql": "select 1 as id, 2 as total, 3 as note\n",
        "models/exposures.yml": properties(exposures=[{"name": "e", "depends_on": ["ref('nothing')"]}]),
    })  # fmt: skip
    return made


def _break(repository: Repository) -> None:
    repository.write(MODELS, CHANGED)


def test_downstream_models_are_listed_with_their_owners_and_look_alikes_are_not(repository):
    repository.commit({
        "models/report.sql": USER,
        "models/scores.py": "def model(dbt, session):\n    return dbt.ref('orders')\n",
        "snapshots/history.sql": "{% snapshot orders_history %}" + USER + "{% endsnapshot %}",
        "macros/latest.sql": "{% macro latest() %}" + USER + "{% endmacro %}",
        "models/report.yml": properties(
            {"name": "report", "config": {"meta": {"owner": {"name": "fin", "email": "f@x.example"}}}},
            {"name": "scores", "group": "growth"},
        ),
        "models/orders_daily.sql": "select * from {{ ref('orders_raw') }}\n",
        "models/raw.sql": "select * from {{ source('shop', 'orders') }} -- orders\n",
        "models/commented.sql": "{# {{ ref('orders') }} #} select 1\n",
        "tests/assert_orders.sql": USER,
        "analyses/look.sql": USER,
        "scripts/export.sql": USER,
        "target/compiled/report.sql": USER,
        "models/readme.md": USER,
    })  # fmt: skip
    _break(repository)
    (reached,) = find_reached(repository).values()
    assert [(each.source, each.name, each.owners, each.location[:3]) for each in reached or ()] == [
        ("dbt macro", "latest", (), ("macros/latest.sql", 1, 42)),
        ("dbt snapshot", "orders_history", (), ("snapshots/history.sql", 1, 51)),
        ("dbt model", "report", (("fin", "f@x.example"),), ("models/report.sql", 1, 22)),
        ("dbt model", "scores", (("growth", None),), ("models/scores.py", 2, 20)),
    ]


def test_a_repository_without_a_dbt_project_has_no_models(tmp_path):
    repository = Repository(tmp_path)
    repository.commit({MODELS: properties(model()), "models/report.sql": USER})
    _break(repository)
    assert list_reached(repository) is None


def test_models_alone_are_consumers_of_what_they_refer_to_and_declare_nothing_else(repository):
    repository.commit({"models/exposures.yml": None, "models/report.sql": USER})
    _break(repository)
    assert list_reached(repository) == {"dbt model: report"}
    repository.commit({MODELS: properties(model()), "models/report.sql": "select 1\n"})
    _break(repository)
    assert list_reached(repository) is None


@pytest.mark.parametrize("key", ["model-paths", "source-paths"])
def test_the_folders_of_the_project_file_count(repository, key):
    repository.commit({
        "dbt_project.yml": f"{PROJECT}{key}: [transform, ./more]\n",
        "transform/a.sql": USER,
        "more/deep/b.sql": USER,
        "transformed/c.sql": USER,
    })  # fmt: skip
    _break(repository)
    assert list_reached(repository) == {"dbt model: a", "dbt model: b"}


def test_all_files_of_a_project_count_whose_folders_are_not_known(repository):
    computed = PROJECT + "model-paths: [\"{{ env_var('FOLDER') }}\"]\n"
    repository.commit({"dbt_project.yml": computed, "transform/a.sql": USER})
    _break(repository)
    assert list_reached(repository) == {"dbt model: a"}
    repository.write("dbt_project.yml", "name: [\n")
    assert list_reached(repository) == {"dbt model: a"}


def test_a_model_that_properties_disable_is_no_consumer_until_the_change_disables_it(repository):
    off = properties({"name": "report", "config": OFF})
    repository.commit({"models/report.sql": USER, "models/report.yml": off})
    _break(repository)
    assert list_reached(repository) == set()
    repository.commit({MODELS: properties(model()), "models/report.yml": properties({"name": "report"})})
    _break(repository)
    repository.write("models/report.yml", off)
    (reached,) = find_reached(repository).values()
    assert [(each.name, each.is_removed) for each in reached or ()] == [("report", True)]


def test_details_below_meta_narrow_what_a_model_uses_but_not_in_the_change_that_breaks_it(repository):
    narrow = properties({"name": "report", "meta": {"dcr": {"uses": [{"dataset": "orders", "fields": ["id"]}]}}})
    repository.commit({"models/report.sql": USER})
    _break(repository)
    repository.write("models/report.yml", narrow)
    assert list_reached(repository) == {"dbt model: report"}
    repository.commit({MODELS: properties(model())})
    _break(repository)
    assert list_reached(repository) == set()
    repository.commit({MODELS: properties(model()), "models/report.yml": properties({"name": "report"})})
    _break(repository)
    repository.write("models/report.yml", narrow)
    assert list_reached(repository) == {"dbt model: report"}


def test_a_model_that_the_change_adds_with_details_uses_what_they_list(repository):
    _break(repository)
    details = {"dcr": {"uses": [{"dataset": "orders", "fields": ["id"]}]}}
    repository.write("models/report.sql", USER)
    repository.write("models/report.yml", properties({"name": "report", "meta": details}))
    assert list_reached(repository) == set()


def test_a_model_that_the_change_deletes_or_rewrites_still_counts(repository):
    repository.commit({"models/report.sql": USER, "models/other.sql": USER})
    _break(repository)
    (repository.folder / "models/report.sql").unlink()
    repository.write("models/other.sql", "select 1\n")
    (reached,) = find_reached(repository).values()
    assert [(each.name, each.is_removed) for each in reached or ()] == [("other", True), ("report", True)]


def test_a_version_may_use_another_version_of_its_model(repository):
    versions = [{"v": 1}, {"v": 2}]
    repository.commit({
        MODELS: properties(model(versions=versions)),
        "models/marts/orders.sql": None,
        "models/marts/orders_v1.sql": "select 1 as id\n",
        "models/marts/orders_v2.sql": "select * from {{ ref('orders', v=1) }}\n",
    })  # fmt: skip
    less = {"columns": [{"include": "all", "exclude": ["total"]}]}
    repository.write(MODELS, properties(model(versions=[{"v": 1, **less}, {"v": 2}])))
    assert list_reached(repository) == {"dbt model: orders.v2"}


def test_models_of_several_projects_are_distinguished(tmp_path):
    repository = Repository(tmp_path)
    repository.commit({
        "shop/dbt_project.yml": "name: shop\n",
        "shop/models/orders.yml": properties(model()),
        "shop/models/orders.sql": "select 1\n",
        "shop/models/report.sql": USER,
        "finance/dbt_project.yml": "name: finance\n",
        "finance/models/orders.sql": "select 2\n",
        "finance/models/own.sql": USER,
        "finance/models/theirs.sql": "select * from {{ ref('shop', 'orders') }}\n",
        "finance/models/package.sql": "select * from {{ ref('installed', 'orders') }}\n",
        "growth/dbt_project.yml": "name: growth\n",
        "growth/models/of_a_package.sql": USER,
    })  # fmt: skip
    repository.write("shop/models/orders.yml", CHANGED)
    assert list_reached(repository) == {"dbt model: report", "dbt model: theirs", "dbt model: of_a_package"}


def test_many_models_that_break_reach_the_same_consumers_as_one(repository):
    names = [f"m{number:03}" for number in range(70)]
    repository.commit({
        MODELS: properties(*(model(name) for name in names)),
        "models/report.sql": "select * from {{ ref('m042') }}\n",
        "models/e.yml": properties(exposures=[{"name": "revenue", "depends_on": ["ref('m007')"]}]),
    })  # fmt: skip
    repository.write(MODELS, properties(*(model(name, columns=("id", "note")) for name in names)))
    found = {
        dataset: [each.name for each in reached or ()] for (dataset, _), reached in find_reached(repository).items()
    }
    assert {dataset: reached for dataset, reached in found.items() if reached} == {
        "m042": ["report"],
        "m007": ["revenue"],
    }


def test_a_consumer_file_may_name_a_model_too(repository):
    repository.commit({"consumers/a.yaml": "consumer: finance.revenue\nuses: [{dataset: orders, fields: [total]}]\n"})
    _break(repository)
    assert list_reached(repository) == {"consumer: finance.revenue"}


def test_a_native_contract_with_the_name_of_a_model_is_not_used_by_models(repository):
    native = "dataset_id: stock\nversion: 1.0.0\nowners: [{team: a}]\nfields:\n  - {name: id, type: string}\n"
    repository.commit({
        "contracts/stock.yaml": native + "  - {name: total, type: string}\n",
        "models/report.sql": "select * from {{ ref('stock') }}\n",
    })  # fmt: skip
    repository.write("contracts/stock.yaml", native)
    found = [reached for (_, field), reached in find_reached(repository).items() if field == "total"]
    assert found == [None]


def test_dcr_consumers_lists_models_with_their_properties(repository):
    repository.commit({
        "models/report.sql": USER,
        "models/off.sql": USER,
        "models/other.sql": "select * from {{ ref('uncontracted') }}\n",
        "models/report.yml": properties({"name": "report", "group": "fin"}, {"name": "off", "config": OFF}),
    })  # fmt: skip
    assert repository.dcr("consumers", "--ref", "HEAD", "--format", "text").out == (
        "models/report.sql:1:22: report (fin) uses orders: all fields\n"
    )

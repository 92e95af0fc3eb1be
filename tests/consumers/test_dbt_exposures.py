"""Exposures and other resources of dbt's property files are consumers of the models that they refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reached import PROJECT, find_reached, list_reached, model, properties
from repositories import Repository

from dcr.consumers.readers import read_consumers

if TYPE_CHECKING:
    from pathlib import Path

MODELS = "models/marts/orders.yml"
CHANGED = properties(model(columns=("id", "note")))

# The shape of what Superset's tool writes for the project dbt-formula1: no indentation, names in words.
SYNCHRONIZED = """\
version: 2
exposures:
- name: Best sellers [chart]
  type: analysis
  maturity: low
  url: https://bi.example.com/explore/?form_data=%7B%22slice_id%22:+80%7D
  description: ''
  depends_on:
  - ref('orders')
  owner:
    name: sales
    email: unknown
- name: Returns [chart]
  type: analysis
  maturity: low
  url: https://bi.example.com/explore/?form_data=%7B%22slice_id%22:+81%7D
  description: ''
  depends_on:
  - ref('orders_returned')
  owner:
    name: sales
    email: unknown
- name: Sales (weekly) [dashboard]
  type: dashboard
  maturity: high
  url: https://bi.example.com/dashboard/9/
  description: ''
  depends_on:
  - ref('orders')
  owner:
    name: management
    email: unknown
"""

# The shape of the exposures of dbt-labs' hands-on lab: one file by hand, with labels, several models and teams.
BY_HAND = """\
version: 2

exposures:
  - name: board_review
    label: Board Review
    type: dashboard
    maturity: medium
    description: Figures of each month.
    depends_on:
      - ref('customers')
      - ref('orders')
    owner:
      name: Board Office
      email: board@shop.example

  - name: stock_keeping
    label: Stock -- Keeping
    type: application
    maturity: low
    description: What to order again.
    depends_on:
      - ref('stock')
      - source('raw', 'orders')
    owner:
      email: stock@shop.example
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({"dbt_project.yml": PROJECT, MODELS: properties(model())})
    return made


def _break(repository: Repository) -> None:
    repository.write(MODELS, CHANGED)


def test_a_file_that_a_dashboard_tool_writes(repository):
    repository.commit({"models/exposures.yml": SYNCHRONIZED})
    _break(repository)
    (reached,) = find_reached(repository).values()
    assert [(each.name, each.source, each.owners) for each in reached] == [
        ("Best sellers [chart]", "dbt exposure", (("sales", "unknown"),)),
        ("Sales (weekly) [dashboard]", "dbt exposure", (("management", "unknown"),)),
    ]
    assert [(each.location.path, each.location.line, each.location.column) for each in reached] == [
        ("models/exposures.yml", 9, 5),
        ("models/exposures.yml", 29, 5),
    ]


def test_a_file_that_is_written_by_hand(repository):
    repository.commit({"models/marts/exposures.yml": BY_HAND})
    _break(repository)
    ((reached,),) = find_reached(repository).values()
    assert (reached.name, reached.owners) == ("board_review", (("Board Office", "board@shop.example"),))


def test_a_break_that_reaches_no_exposure_is_known_to_reach_none(repository):
    repository.commit({"models/exposures.yml": BY_HAND.replace("ref('orders')", "ref('orders_daily')")})
    _break(repository)
    assert list_reached(repository) == set()


def test_a_project_without_exposures_declares_no_consumers(repository):
    _break(repository)
    assert list_reached(repository) is None


def _exposure(name: str, *references: str, **more: object) -> dict[str, object]:
    owner = {"name": "finance", "email": "finance@shop.example"}
    return {"name": name, "type": "dashboard", "owner": owner, "depends_on": list(references), **more}


@pytest.mark.parametrize(
    "reference",
    [
        'ref("orders")',
        "ref( 'orders' )",
        "ref('shop', 'orders')",
        "ref('or' 'ders') or ref('orders')",
        "ref(\n'orders')",
    ],
)
def test_every_notation_of_a_reference_counts(repository, reference):
    repository.commit({"models/e.yml": properties(exposures=[_exposure("revenue", reference)])})
    _break(repository)
    assert list_reached(repository) == {"dbt exposure: revenue"}


@pytest.mark.parametrize(
    "reference",
    [
        "source('raw', 'orders')",
        "metric('orders')",
        "ref('other_package', 'orders')",
        "ref('orders', v=1)",
        "ref('Orders')",
        "'orders'",
    ],
)
def test_a_reference_to_something_else_does_not_count(repository, reference):
    repository.commit({"models/e.yml": properties(exposures=[_exposure("revenue", reference)])})
    _break(repository)
    assert list_reached(repository) in (set(), None)


def test_a_disabled_exposure_is_no_consumer(repository):
    exposures = [_exposure("revenue", "ref('orders')", config={"enabled": False}), _exposure("churn", "ref('orders')")]
    repository.commit({"models/e.yml": properties(exposures=exposures)})
    _break(repository)
    assert list_reached(repository) == {"dbt exposure: churn"}


def test_semantic_models_legacy_metrics_and_snapshots_count_and_tests_do_not(repository):
    resources = {
        "semantic_models": [{"name": "orders", "model": "ref('orders')"}],
        "metrics": [{"name": "revenue", "model": "ref('orders')"}, {"name": "newer", "type": "simple"}],
        "snapshots": [{"name": "orders_snapshot", "relation": "ref('orders')"}],
        "unit_tests": [{"name": "sums_up", "model": "report", "given": [{"input": "ref('orders')"}]}],
        "saved_queries": [{"name": "by_day", "query_params": {"metrics": ["newer"]}}],
    }
    test = {"relationships": {"to": "ref('orders')", "field": "id"}}
    payments = {"name": "payments", "columns": [{"name": "order_id", "data_tests": [test]}]}
    repository.commit({"models/e.yml": properties(payments, **resources)})
    _break(repository)
    assert list_reached(repository) == {
        "dbt semantic model: orders",
        "dbt metric: revenue",
        "dbt snapshot: orders_snapshot",
    }


def test_details_below_meta_narrow_a_use(repository):
    uses = [{"dataset": "orders", "fields": ["id"], "until": "2199-01-31"}]
    exposures = [
        _exposure("narrow", "ref('orders')", config={"meta": {"dcr": {"uses": uses}}}),
        _exposure("older_place", "ref('orders')", meta={"dcr": {"uses": uses}}),
        _exposure("invalid", "ref('orders')", meta={"dcr": {"uses": [{"dataset": "orders", "fields": []}]}}),
        _exposure("of_another", "ref('orders')", meta={"dcr": {"uses": [{"dataset": "stock", "fields": ["id"]}]}}),
    ]
    repository.commit({"models/e.yml": properties(exposures=exposures)})
    _break(repository)
    assert list_reached(repository) == {"dbt exposure: invalid", "dbt exposure: of_another"}
    repository.write(MODELS, properties(model(columns=("total", "note"))))
    assert "dbt exposure: narrow" in (list_reached(repository) or ())


def test_invalid_details_are_a_located_problem(repository):
    text = properties(exposures=[_exposure("a", "ref('orders')", meta={"dcr": {"uses": [{"datset": "orders"}]}})])
    problems = read_consumers("models/e.yml", text.encode()).problems
    assert [(each.location.line, each.message, each.is_fatal) for each in problems] == [
        (14, "unknown key 'datset'", False),
        (14, "dataset is missing", False),
    ]


@pytest.mark.parametrize("after", [None, "exposures: []\n", "exposures: [\n", "# nothing\n"])
def test_an_exposure_that_the_change_deletes_or_breaks_still_counts(repository, after):
    repository.commit({"models/e.yml": properties(exposures=[_exposure("revenue", "ref('orders')")])})
    _break(repository)
    if after is None:
        (repository.folder / "models/e.yml").unlink()
    else:
        repository.write("models/e.yml", after)
    (reached,) = find_reached(repository).values()
    assert [(each.name, each.is_removed) for each in reached] == [("revenue", True)]


def test_an_exposure_that_the_change_adds_counts(repository):
    repository.write("models/e.yml", properties(exposures=[_exposure("revenue", "ref('orders')")]))
    _break(repository)
    (reached,) = find_reached(repository).values()
    assert [(each.name, each.is_removed) for each in reached] == [("revenue", False)]


def test_an_exposure_that_moves_out_of_the_project_still_counts(repository):
    repository.commit({"models/e.yml": properties(exposures=[_exposure("revenue", "ref('orders')")])})
    repository.write("dbt_project.yml", PROJECT + "model-paths: [sql]\n")
    _break(repository)
    assert list_reached(repository) == {"dbt exposure: revenue"}


def test_an_exposure_that_only_the_tip_of_the_base_has_counts(repository):
    repository.branch("feature")
    repository.commit({MODELS: CHANGED})
    repository.git("checkout", "-q", "main")
    repository.commit({"models/e.yml": properties(exposures=[_exposure("revenue", "ref('orders')")])})
    repository.git("checkout", "-q", "feature")
    assert list_reached(repository, "main") == {"dbt exposure: revenue"}


VERSIONS = [{"v": 1}, {"v": 2}]


def test_references_with_and_without_a_version_are_distinguished(repository):
    exposures = [
        _exposure("first", "ref('orders', v=1)"),
        _exposure("second", "ref('orders', version='2')"),
        _exposure("latest", "ref('orders')"),
    ]
    repository.commit({MODELS: properties(model(versions=VERSIONS)), "models/e.yml": properties(exposures=exposures)})
    less = {"columns": [{"include": "all", "exclude": ["total"]}]}
    repository.write(MODELS, properties(model(versions=[{"v": 1, **less}, {"v": 2}])))
    assert list_reached(repository) == {"dbt exposure: first"}
    repository.write(MODELS, properties(model(versions=[{"v": 1}, {"v": 2, **less}])))
    assert list_reached(repository) == {"dbt exposure: second", "dbt exposure: latest"}
    repository.write(MODELS, properties(model(versions=[{"v": 1}, {"v": 2}, {"v": 3, **less}])))
    found = find_reached(repository)
    assert {key: [each.name for each in reached or ()] for key, reached in found.items()} == {
        ("orders", ""): ["latest"],
        ("orders", "total"): ["latest"],
    }


def test_exposures_outside_of_all_dbt_projects_are_read_where_consumers_are_declared(tmp_path):
    repository = Repository(tmp_path)
    exposures = properties(exposures=[_exposure("revenue", "ref('orders')")])
    repository.commit({MODELS: properties(model()), "consumers/e.yml": exposures, "elsewhere/e.yml": exposures})
    _break(repository)
    ((reached,),) = find_reached(repository).values()
    assert reached.location.path == "consumers/e.yml"


def test_dcr_consumers_lists_exposures_with_their_datasets(repository):
    repository.commit({"models/e.yml": BY_HAND})
    assert repository.dcr("consumers", "--format", "text").out == (
        "models/e.yml:11:9: board_review (Board Office, board@shop.example) uses orders: all fields\n"
    )


def test_a_consumer_file_that_is_a_link_declares_nothing(repository):
    repository.write("consumers/a.yaml", "consumer: finance.revenue\nuses: [{dataset: orders}]\n")
    (repository.folder / "consumers/b.yaml").symlink_to("a.yaml")
    repository.commit()
    _break(repository)
    assert list_reached(repository) == {"consumer: finance.revenue"}

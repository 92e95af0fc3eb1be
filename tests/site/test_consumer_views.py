"""Who uses a dataset and each of its fields, and what a consumer uses, with its marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from site_story import Story, copy_story

from dcr.compatibility.reach import uses_any_field
from dcr.registry.datasets import list_datasets
from dcr.site.build import read_declared_consumers
from dcr.site.views.consumers import MAX_BATCH, DeclaredConsumers
from dcr.site.views.fields import view_fields
from dcr.site.views.uses import view_dataset_uses, walk_paths

if TYPE_CHECKING:
    from pathlib import Path

    from dcr.registry.history.timeline import History
    from dcr.site.views.consumers import ConsumerView

NESTED = """\
dataset_id: shop.orders
version: "1.0.0"
status: active
owners: [{team: shop}]
fields:
  - {name: id, type: string}
  - name: address
    type: object
    deprecated: true
    fields:
      - {name: city, type: string}
      - {name: zip, type: string, required: false, deprecated: true}
  - {name: tags, type: array, items: {type: string, enum: [new, vip]}}
  - {name: old, type: string, required: false, deprecated: true}
"""


def open_consumers(made: Story) -> tuple[DeclaredConsumers, History]:
    snapshot, history = made.open()
    return read_declared_consumers(snapshot, list_datasets(history)), history


def read_view(made: Story, name: str) -> ConsumerView:
    consumers, history = open_consumers(made)
    (view,) = consumers.read_views(history, [name])
    return view


def consumer(name: str, uses: str) -> str:
    return f"consumer: {name}\nowners: [{{team: shop}}]\nuses: [{uses}]\n"


def test_each_field_has_the_number_of_its_users(tmp_path: Path) -> None:
    made = Story(tmp_path)
    made.commit("A shop", {
        "contracts/orders.yaml": NESTED,
        "consumers/all.yaml": consumer("all", "{dataset: shop.orders}"),
        "consumers/city.yaml": consumer("city", "{dataset: shop.orders, fields: [address.city]}"),
        "consumers/twice.yaml": consumer(
            "twice", "{dataset: shop.orders, fields: [address]}, {dataset: shop.orders, fields: [id]}"
        ),
        "consumers/over.yaml": consumer("over", "{dataset: shop.orders, fields: [id], until: 2020-01-31}"),
        "consumers/tags.yaml": consumer("tags", "{dataset: shop.orders, fields: [tags], values: {tags: [vip]}}"),
    })  # fmt: skip
    snapshot, history = made.open()
    consumers = read_declared_consumers(snapshot, list_datasets(history))
    uses = consumers.find_uses("shop.orders")
    assert uses is not None
    contract = history.list_revisions("shop.orders")[-1].read_contract()
    found = view_dataset_uses(uses, view_fields(contract))
    assert found.field_counts == {
        "id": 2, "address": 3, "address.city": 3, "address.zip": 2, "tags": 2, "tags[]": 2, "old": 1,
    }  # fmt: skip
    assert [use.consumer for use in uses if use.is_over] == ["over"]
    declared = consumers.usage.declared.find_uses("shop.orders")
    for path in walk_paths(view_fields(contract)):
        users = {each.consumer.name for each in declared if not each.use.until and uses_any_field(each.use, (path,))}
        assert found.field_counts[path] == len(users), path


def test_deprecated_fields_are_marked_wherever_a_consumer_reaches_them(tmp_path: Path) -> None:
    made = Story(tmp_path)
    made.commit("A shop", {
        "contracts/orders.yaml": NESTED,
        "consumers/all.yaml": consumer("all", "{dataset: shop.orders}"),
        "consumers/some.yaml": consumer("some", "{dataset: shop.orders, fields: [id, address.city, nope]}"),
        "consumers/values.yaml": consumer(
            "values", "{dataset: shop.orders, fields: [tags], values: {tags: [vip, odd]}}"
        ),
    })  # fmt: skip
    (every,) = read_view(made, "all").declarations[0].uses
    assert (every.fields, every.deprecated_fields) == (None, ("address", "old"))
    (some,) = read_view(made, "some").declarations[0].uses
    assert some.fields == (("id", ""), ("address.city", "deprecated"), ("nope", "unknown"))
    assert some.deprecated_fields == ()
    (values,) = read_view(made, "values").declarations[0].uses
    assert values.values == (("tags", (("vip", ""), ("odd", "unknown"))),)


def test_an_unreadable_file_counts_as_a_use_of_what_it_mentions(tmp_path: Path) -> None:
    made = copy_story(tmp_path)
    made.commit("A mistake", {"consumers/broken.yaml": "consumer: broken\nuses: [{dataset: platform.job_runs, ["})
    consumers, _ = open_consumers(made)
    (use,) = consumers.find_uses("platform.job_runs") or ()
    assert (use.consumer, use.is_unreadable) == ("consumers/broken.yaml", True)
    assert consumers.list_unreadable()[0][0] == "consumers/broken.yaml"
    view = made.view("platform.job_runs")
    assert not view_dataset_uses([use], view.fields).may_be_unused


def test_a_duplicated_name_has_all_its_declarations(tmp_path: Path) -> None:
    made = copy_story(tmp_path)
    made.commit("Twice", {
        f"consumers/{name}.yaml": consumer("twice", f"{{dataset: {dataset}}}")
        for name, dataset in (("a", "growth.signups"), ("b", "commerce.orders"))
    })  # fmt: skip
    view = read_view(made, "twice")
    assert [(each.path, each.uses[0].dataset_id) for each in view.declarations] == [
        ("consumers/a.yaml", "growth.signups"), ("consumers/b.yaml", "commerce.orders"),
    ]  # fmt: skip


def test_a_consumer_of_an_alias_uses_the_version_that_it_stands_for(tmp_path: Path) -> None:
    made = Story(tmp_path)
    model = (
        "version: 2\nmodels:\n  - name: visits\n    latest_version: 2\n    config: {contract: {enforced: true}}\n"
        "    columns: [{name: id, data_type: text}]\n    versions: [{v: 1}, {v: 2}]\n"
    )
    made.commit("Models", {
        "models/visits.yml": model, "consumers/a.yaml": consumer("a", "{dataset: visits}"),
    })  # fmt: skip
    consumers, history = open_consumers(made)
    (target,) = {each.facts.alias_of for each in list_datasets(history) if each.facts.alias_of}
    assert [use.consumer for use in consumers.find_uses(target) or ()] == ["a"]


def test_many_uses_are_read_in_batches_and_in_order(tmp_path: Path) -> None:
    made = copy_story(tmp_path)
    uses = ", ".join(f"{{dataset: missing.t{number}}}, {{dataset: growth.signups}}" for number in range(MAX_BATCH))
    made.commit("Many", {"consumers/many.yaml": consumer("many", uses)})
    consumers, history = open_consumers(made)
    views = list(consumers.read_views(history, ["finance.revenue_dashboard", "many", "growth.export"]))
    assert [len(each.declarations[0].uses) for each in views] == [2, 2 * MAX_BATCH, 4]
    assert views[1].declarations[0].uses[1].status == "deprecated"
    assert views[2] == read_view(made, "growth.export")

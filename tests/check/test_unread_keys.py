"""Checks that changes to keys of other formats that dcr does not read are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from repositories import Outcome, Repository

PATH = "contracts/shop.yaml"
SHOP = """\
apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
team: {name: storefront}
slo: {p99: 5}
schema:
  - name: orders
    properties:
      - {name: id, logicalType: string, masking: none}
  - name: visits
    properties:
      - {name: id, logicalType: string}
"""
CHANGED = SHOP.replace("p99: 5", "p99: 10").replace("masking: none", "masking: hash")
NATIVE = 'dataset_id: shop.a\nversion: "1.0.0"\nowners: [{team: a}]\nfields: [{name: id, type: string}]\n'


def based_on(repository: Repository, text: str = SHOP, path: str = PATH) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({path: text})
    repository.branch("second")


def not_read(outcome: Outcome) -> list[dict[str, Any]]:
    return [each for each in outcome.issues if each["kind"] == "key_not_read"]


def test_a_key_is_said_at_its_dataset_and_one_of_the_file_once(repository: Repository) -> None:
    based_on(repository)
    repository.commit({PATH: CHANGED})
    outcome = repository.check()
    assert outcome.code == 0
    assert {each["dataset_id"]: each["required_bump"] for each in outcome.report["contracts"]} == {
        "shop/orders": "none", "shop/visits": "none",
    }  # fmt: skip
    (of_file, of_field) = sorted(not_read(outcome), key=lambda each: each["location"]["line"])
    assert of_file["message"] == "key 'slo.p99' changed from 5 to 10, which dcr does not compare"
    assert of_file["field"] is None
    assert of_field["field"] == "id"
    assert of_field["previous_location"]["line"] == of_field["location"]["line"] == 10
    assert repository.check("--fail-on", "warning").code == 1


def test_a_file_that_moved_is_compared_with_what_it_was(repository: Repository) -> None:
    based_on(repository)
    repository.git("rm", "-q", PATH)
    repository.commit({"contracts/moved/shop.yaml": CHANGED})
    assert len(not_read(repository.check())) == 2


def test_a_new_file_has_nothing_to_be_compared_with(repository: Repository) -> None:
    repository.commit({PATH: SHOP})
    assert repository.check().issues == []


def test_a_dataset_that_is_gone_takes_its_keys_along(repository: Repository) -> None:
    based_on(repository)
    gone = SHOP.replace("  - name: orders\n", "").replace(
        "    properties:\n      - {name: id, logicalType: string, masking: none}\n", ""
    )
    repository.commit({PATH: gone})
    assert not_read(repository.check()) == []


def test_a_dataset_that_is_new_in_a_file_brings_its_keys(repository: Repository) -> None:
    based_on(repository)
    added = f"{SHOP}  - name: clicks\n    hidden: 1\n    properties: [{{name: id, logicalType: string}}]\n"
    repository.commit({PATH: added})
    (issue,) = not_read(repository.check())
    assert issue["message"] == "key 'schema.clicks.hidden' was added with value 1, which dcr does not compare"


def test_a_file_that_comes_from_dcrs_own_format_says_what_is_not_read_in_the_new_one(repository: Repository) -> None:
    based_on(repository, NATIVE)
    repository.commit({PATH: CHANGED})
    ways = {each["message"].split("'")[1] for each in not_read(repository.check())}
    assert ways == {"slo", "schema.orders.properties.id.masking"}


def test_a_policy_may_make_it_an_error(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({"dcr.toml": '[severity]\nkey_not_read = "error"\n', PATH: SHOP})
    repository.branch("second")
    repository.commit({PATH: CHANGED})
    assert repository.check().code == 1


def test_lint_lists_every_key_that_is_not_read_only_when_it_is_strict(repository: Repository) -> None:
    repository.commit({PATH: SHOP, "contracts/native.yaml": NATIVE})
    assert repository.dcr("lint", "--format", "text").out == ""
    strict = repository.dcr("lint", "--strict", "--format", "text")
    assert strict.code == 0
    assert [line for line in strict.out.splitlines() if not line.startswith("  ")] == [
        f"{PATH}:6:1: warning: key 'slo' is {{p99: 5}}, which dcr does not compare [key_not_read]",
        (
            f"{PATH}:10:41: warning: key 'schema.orders.properties.id.masking' is 'none', which dcr does not compare "
            "[key_not_read]"
        ),
    ]


def test_keys_are_not_compared_with_a_base_that_cannot_be_read(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({PATH: SHOP})
    repository.commit({PATH: "schema: ["})
    repository.branch("second")
    repository.commit({PATH: CHANGED})
    assert "previous_unreadable" in repository.check().kinds
    assert not_read(repository.check()) == []

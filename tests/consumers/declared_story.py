"""The consumer files of a story, in a repository with one contract and a second one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repositories import USERS, Repository, contract

if TYPE_CHECKING:
    from pathlib import Path

REVENUE, EXPORT = "consumers/finance/revenue.yaml", "consumers/growth.yaml"
FILES = {
    REVENUE: """\
consumer: finance.revenue
owners: [{team: finance, contact: "#finance-data"}]
description: monthly revenue per plan
uses:
  - dataset: users.daily_active
    versions: ">=1.0 <3"
    fields: [user_id, ltv]
    values: {plan: [free, pro]}
    until: 2999-03-31
""",
    EXPORT: """\
consumer: growth.export
owners: [{team: growth}]
uses:
  - {dataset: users.daily_active, fields: [user_id], reads: rows}
  - dataset: shop.orders
""",
}
ORDERS = """\
dataset_id: shop.orders
version: "1.0.0"
status: active
owners: [{team: shop}]
fields:
  - {name: id, type: string}
  - name: address
    type: object
    fields:
      - {name: city, type: string}
      - {name: zip, type: string, required: false}
  - {name: tags, type: array, items: {type: string, enum: [new, vip]}}
"""


def make_repository(root: Path) -> Repository:
    """Return a repository with two contracts and two consumers, committed on main."""
    made = Repository(root)
    made.commit({USERS: contract(), "contracts/orders.yaml": ORDERS, **FILES})
    return made

"""Texts of contracts and of consumers for the tests of `dcr lint`."""

from __future__ import annotations

GOOD = """\
dataset_id: {name}
version: "1.0.0"
owners: [{{team: growth}}]
fields:
  - {{name: id, type: string}}
"""
BAD = """\
dataset_id: bad.one
version: 1.10
status: live
primary_key: [id, nme]
ownrs: []
fields:
  - {name: id, type: varchar}
  - {name: id, type: string, enum: []}
  - {name: name, type: string, required: yes}
  - {type: integer, min_length: 3}
freshness_sla: {max_lag_seconds: 0}
"""


def good(name: str = "good.one") -> str:
    return GOOD.format(name=name)


def consumer(name: str, *uses: str, owners: str = "owners: [{team: finance}]") -> str:
    return "\n".join([f"consumer: {name}", owners, "uses:", *(f"  - {{{use}}}" for use in uses)]) + "\n"


USE = "dataset: users.daily_active"

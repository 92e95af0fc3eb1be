"""What the benchmark's contracts say: seeded, 20 fields each; how they are written is left to layout.

The mix of types, descriptions, enums and constraints follows what warehouses look like, so that the time
to read a contract is not the time to read twenty copies of one line.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Field = dict[str, object]

FIELDS_PER_CONTRACT = 20
FILES_PER_FOLDER = 50

DOMAINS = (
    "commerce", "growth", "platform", "finance", "logistics", "marketing", "support", "risk", "identity",
    "search", "content", "pricing", "billing", "inventory", "partners", "mobile", "analytics", "security",
    "people", "legal",
)  # fmt: skip
TEAMS = (
    "core", "events", "reporting", "ingestion", "modelling", "quality", "insights", "operations", "sync",
    "exports",
)  # fmt: skip
NOUNS = (
    "account", "address", "article", "basket", "campaign", "cart", "channel", "claim", "coupon", "customer",
    "delivery", "device", "discount", "experiment", "feature", "invoice", "item", "merchant", "message",
    "order", "package", "partner", "payment", "plan", "policy", "price", "product", "profile", "promotion",
    "refund", "region", "report", "request", "return", "review", "segment", "session", "shipment", "store",
    "subscription", "supplier", "ticket", "transfer", "user", "visit", "voucher",
)  # fmt: skip

ATTRIBUTES: dict[str, Field] = {
    "id": {"type": "string", "min_length": 1, "max_length": 64},
    "name": {"type": "string", "max_length": 200},
    "label": {"type": "string"},
    "note": {"type": "string"},
    "code": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$"},
    "email": {"type": "string", "format": "email"},
    "url": {"type": "string", "format": "uri"},
    "country": {"type": "string", "enum": ["DE", "DK", "FI", "FR", "NO", "SE"]},
    "tier": {"type": "string", "enum": ["bronze", "silver", "gold"]},
    "switch": {"type": "string", "enum": ["on", "off"]},
    "count": {"type": "integer", "minimum": 0},
    "position": {"type": "integer"},
    "priority": {"type": "integer", "enum": [1, 2, 3]},
    "score": {"type": "integer", "minimum": 0, "maximum": 100},
    "amount": {"type": "number", "minimum": 0, "multiple_of": 0.01},
    "rate": {"type": "number", "minimum": 0, "maximum": 1},
    "weight": {"type": "number", "exclusive_minimum": 0},
    "created_at": {"type": "timestamp"},
    "updated_at": {"type": "timestamp"},
    "is_active": {"type": "boolean"},
    "is_test": {"type": "boolean"},
    "payload": {"type": "json"},
    "tags": {"type": "array", "max_items": 20, "items": {"type": "string", "max_length": 40}},
    "place": {
        "type": "object",
        "fields": [
            {"name": "city", "type": "string"},
            {"name": "postal_code", "type": "string", "required": False, "max_length": 12},
        ],
    },
}


@dataclass(frozen=True)
class Contract:
    """One dataset's agreement at one version, with its place in the repository."""

    path: str
    dataset_id: str
    team: str
    description: str
    status: str
    max_lag_seconds: int
    fields: tuple[Field, ...]
    one_line_per_field: bool
    version: tuple[int, int, int] = (1, 0, 0)


def sample(seed: int, index: int) -> Contract:
    """Return contract number `index` of the repository that `seed` names, at version 1.0.0."""
    chance = random.Random(f"{seed}/{index}")
    domain, team = _keepers(index)
    entity = chance.choice(NOUNS)
    own: list[Field] = [
        {"name": "row_id", "type": "string", "min_length": 1, "description": f"one {entity}"},
        {"name": "occurred_at", "type": "timestamp", "description": "when it happened"},
        {"name": "status", "type": "string", "enum": ["open", "held", "closed"]},
    ]
    pairs = chance.sample(range(len(NOUNS) * len(ATTRIBUTES)), FIELDS_PER_CONTRACT - len(own))
    return Contract(
        path=f"contracts/{domain}/{team}/{entity}_{index:05}.yaml",
        dataset_id=f"{domain}.{entity}_{index:05}",
        team=f"{domain}-{team}",
        description=f"one row per {entity} and event, kept by the {team} team of {domain}",
        status=chance.choices(("active", "draft", "deprecated"), (92, 5, 3))[0],
        max_lag_seconds=chance.choice((900, 3600, 21600, 86400)),
        fields=(*own, *(_field(chance, pair) for pair in pairs)),
        one_line_per_field=chance.random() < 0.25,
    )


def with_wording(contract: Contract) -> Contract:
    """Return the next PATCH version: other words, the same rows."""
    major, minor, patch = contract.version
    words = contract.description.partition(" (")[0]
    description = f"{words} (wording {minor}.{patch + 1})"
    return replace(contract, version=(major, minor, patch + 1), description=description)


def with_status_value(contract: Contract) -> Contract:
    """Return the next MINOR version: `status` may have one more value."""
    major, minor, _ = contract.version
    values = ["open", "held", "closed", *(f"stage_{step}" for step in range(1, minor + 2))]
    fields = tuple({**each, "enum": values} if each["name"] == "status" else each for each in contract.fields)
    return replace(contract, version=(major, minor + 1, 0), fields=fields)


def with_optional_field(contract: Contract) -> Contract:
    """Return the next MINOR version: one optional field more."""
    major, minor, _ = contract.version
    new: Field = {"name": "trace_id", "type": "string", "required": False, "max_length": 32}
    return replace(contract, version=(major, minor + 1, 0), fields=(*contract.fields, new))


def without_status(contract: Contract) -> Contract:
    """Return the next MAJOR version: without the field `status`, which breaks those that select it."""
    fields = tuple(each for each in contract.fields if each["name"] != "status")
    return replace(contract, version=(contract.version[0] + 1, 0, 0), fields=fields)


def consumer(seed: int, number: int, contracts: Sequence[Contract]) -> tuple[str, str]:
    """Return path and text of consumer `number`, which uses two of the contracts; half of them select `status`."""
    chance = random.Random(f"{seed}/consumer/{number}")
    domain, team = _keepers(number)
    lines = [f"consumer: {domain}.{team}_{number:05}", f"owners: [{{team: {domain}-{team}}}]", "uses:"]
    for used in chance.sample(contracts, min(2, len(contracts))):
        names = [str(each["name"]) for each in chance.sample(used.fields, 5)]
        selected = dict.fromkeys(["row_id", *(["status"] if chance.random() < 0.5 else []), *names])
        lines += [f"  - dataset: {used.dataset_id}", f"    fields: [{', '.join(selected)}]"]
    return f"consumers/{domain}/{team}/{number:05}.yaml", "\n".join(lines) + "\n"


def _keepers(index: int) -> tuple[str, str]:
    number, domain = divmod(index // FILES_PER_FOLDER, len(DOMAINS))
    again, team = divmod(number, len(TEAMS))
    return DOMAINS[domain], f"{TEAMS[team]}{again + 1 if again else ''}"


def _field(chance: random.Random, pair: int) -> Field:
    noun, attribute = NOUNS[pair % len(NOUNS)], list(ATTRIBUTES)[pair // len(NOUNS)]
    made: Field = {"name": f"{noun}_{attribute}", **ATTRIBUTES[attribute]}
    if chance.random() < 0.6:
        made["required"] = False
    if chance.random() < 0.04:
        made["deprecated"] = True
    if chance.random() < 0.7:
        made["description"] = f"{attribute.replace('_', ' ')} of the {noun}, as its source says"
    return made

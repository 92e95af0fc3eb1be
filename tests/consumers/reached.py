"""What a check of a working tree finds about consumers, and dbt projects to check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from dcr.check import Request, check

if TYPE_CHECKING:
    from repositories import Repository

    from dcr.compatibility.reach import ReachedConsumer

PROJECT = "name: shop\nversion: '1.0.0'\nprofile: shop\n"
COLUMNS = ("id", "total", "note")


def model(name: str = "orders", columns: tuple[str, ...] = COLUMNS, **more: object) -> dict[str, object]:
    """Return a model with an enforced contract."""
    return {
        "name": name,
        "config": {"contract": {"enforced": True}, "group": "shop"},
        "columns": [{"name": column, "data_type": "bigint"} for column in columns],
        **more,
    }


def properties(*models: dict[str, object], **more: object) -> str:
    """Return a property file with models and other lists."""
    return yaml.safe_dump({"version": 2, "models": list(models), **more}, sort_keys=False)


def find_reached(repository: Repository, base: str = "HEAD") -> dict[tuple[str, str], list[ReachedConsumer] | None]:
    """Return the consumers that each issue reaches, by the dataset and the field."""
    report = check(Request(str(repository.folder), base=base))
    return {
        (contract.dataset_id or "", issue.field or ""): None if issue.consumers is None else list(issue.consumers)
        for contract in report.contracts
        for issue in contract.issues
        if issue.reach is not None
    }


def list_reached(repository: Repository, base: str = "HEAD") -> set[str] | None:
    """Return the sources and names of the consumers that the only issue reaches."""
    (reached,) = find_reached(repository, base).values()
    return None if reached is None else {f"{consumer.source}: {consumer.name}" for consumer in reached}

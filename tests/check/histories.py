"""Provides a repository with a history, its cache outside it, and a contract with a few fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

PATH = "contracts/orders.yaml"
STRING, NUMBER = "total: {type: string, required: false}", "total: {type: number, required: false}"


def orders(version: str, *fields: str, status: str = "active", dataset_id: str = "shop.orders", more: str = "") -> str:
    """Return a contract; a field is written `name: {type: …}`."""
    named = [f"  - {{name: {name}, {rest[1:]}" for name, _, rest in (each.partition(": ") for each in fields)]
    return "\n".join([
        f"dataset_id: {dataset_id}",
        f'version: "{version}"',
        f"status: {status}",
        "primary_key: [id]",
        "owners: [{team: shop}]",
        "fields:",
        "  - {name: id, type: string}",
        *named,
        more,
    ]) + "\n"  # fmt: skip


class Historic(Repository):
    """A repository in a folder of its own, so that what the user's cache gets is no change of it."""

    def __init__(self, root: Path, name: str = "repository", *, init: tuple[str, ...] | None = ()) -> None:
        (root / "work").mkdir(exist_ok=True)
        self.cache = root / "cache"
        super().__init__(root / "work", name, init=init)

    def environment(self, **more: str) -> dict[str, str]:
        """Return the usual environment with that cache."""
        return super().environment(XDG_CACHE_HOME=str(self.cache), **more)

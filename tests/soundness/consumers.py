"""Random declared consumers of a generated contract, as mappings and as the text of their files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from .generate import pool
from .judge import field_at, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from .judge import Mapping

RANGES = ("*", "1", ">=1.0 <3", "^1.2 || 4", ">=2", "<1.2", "~2.1", "0.x", "<=1.2.3, >0")
DAYS = ("2026-12-31", "2027-01-30", "2027-01-31", "2027-02-01", "2028-01-01")
TODAY = "2027-01-31"
SWITCHED = ("string", "integer", "number", "boolean")


@dataclass(frozen=True)
class Consumer:
    """One generated consumer of one dataset; `values` are its switched values by the path of the scalar field."""

    name: str
    use: Mapping
    values: Mapping

    @property
    def reads_rows(self) -> bool:
        return self.use.get("reads") == "rows"

    @property
    def paths(self) -> list[str] | None:
        """The paths of the fields that it uses; None for all fields."""
        return [*self.use["fields"], *self.use.get("values", ())] if "fields" in self.use else None

    def write(self, dataset_id: str, rng: Random) -> str:
        """Return its file, in one of two styles that mean the same."""
        document = {
            "consumer": self.name,
            "owners": [{"team": "finance"}],
            "uses": [{"dataset": dataset_id, **self.use}],
        }
        if rng.random() < 0.5:
            return json.dumps(document, ensure_ascii=False)
        return str(yaml.dump(document, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), allow_unicode=True))


def draw_consumer(rng: Random, name: str, previous: Mapping, proposed: Mapping) -> Consumer:
    """Return a consumer of the previous contract; some list a new field, which they cannot have used before."""
    use: Mapping = {}
    paths = [path for path, _ in fields_of(previous)]
    if rng.random() < 0.55:
        use["fields"] = rng.sample(paths, min(len(paths), rng.randint(1, 3)))
        new = sorted(set(_find_new_paths(previous, proposed)) - set(paths))
        if new and rng.random() < 0.2:
            use["fields"].append(rng.choice(new))
    values = draw_values(rng, previous, proposed) if rng.random() < 0.6 else {}
    if values:
        use["values"] = {_shorten(rng, path): members for path, members in values.items()}
    if rng.random() < 0.35:
        use["reads"] = "rows"
    elif rng.random() < 0.2:
        use["reads"] = "queries"
    if rng.random() < 0.2:
        use["versions"] = rng.choice(RANGES)
    if rng.random() < 0.15:
        use["until"] = rng.choice(DAYS)
    return Consumer(name, use, values)


def draw_values(rng: Random, previous: Mapping, proposed: Mapping) -> Mapping:
    """Return the values of one or two fields that a consumer switches on; fields with an enum are preferred."""
    scalars = {path: field for path, field in fields_of(previous) if field["type"] in SWITCHED}
    listed = [path for path in scalars if any("enum" in (field_at(side, path) or {}) for side in (previous, proposed))]
    candidates = listed if listed and rng.random() < 0.85 else list(scalars)
    chosen = rng.sample(candidates, min(len(candidates), rng.randint(1, 2)))
    return {
        path: members for path in chosen if (members := _draw_members(rng, scalars[path], field_at(proposed, path)))
    }


def _draw_members(rng: Random, before: Mapping, after: Mapping | None) -> list[Any]:
    after = after if after and after["type"] == before["type"] else {}
    old, new = before.get("enum", []), after.get("enum", [])
    others = [True, False] if before["type"] == "boolean" else pool(before)
    chance = rng.random()
    drawn = [*old] if chance < 0.35 else [*old, *new] if chance < 0.55 else []
    if not drawn or rng.random() < 0.3:
        known = [*old, *new, *rng.sample(others, min(len(others), 4))]
        drawn += rng.sample(known, min(len(known), rng.randint(1, 4)))
    return [json.loads(text) for text in dict.fromkeys(map(json.dumps, drawn))]


def _find_new_paths(previous: Mapping, proposed: Mapping) -> Iterator[str]:
    """Yield the paths that only the proposed contract has, except those below a field of another type."""
    before = dict(fields_of(previous))
    retyped = [path for path, field in fields_of(proposed) if path in before and before[path]["type"] != field["type"]]
    for path, _ in fields_of(proposed):
        if path not in before and not any(is_within(path, parent) for parent in retyped):
            yield path


def is_within(path: str, parent: str) -> bool:
    """Return whether a path is the parent's, or that of a field nested in it."""
    return path == parent or path.startswith((f"{parent}.", f"{parent}[]"))


def _shorten(rng: Random, path: str) -> str:
    """Return the path of an array for that of its elements, now and then: values are those of the elements."""
    while path.endswith("[]") and rng.random() < 0.5:
        path = path[:-2]
    return path

"""The two searches for former fields agree: through all older versions for one change, and with an index for many."""

from __future__ import annotations

from random import Random

from dcr.compatibility.history import ReleasedVersion, get_value_key
from dcr.compatibility.reintroductions import Additions, FormerFields, find_reintroductions
from dcr.contract.contract import Contract, Field

VALUES = ("a", "b", 1, True)


def draw_field(rng: Random, name: str, depth: int = 0) -> Field:
    enum = tuple(rng.sample(VALUES, rng.randrange(1, 4))) if rng.random() < 0.5 else None
    fields = tuple(draw_field(rng, each, depth + 1) for each in "xy" if rng.random() < 0.5) if depth < 2 else ()
    items = draw_field(rng, "", depth + 1) if depth < 2 and rng.random() < 0.2 else None
    return Field(name, "string", description=str(rng.random()), enum=enum, fields=fields, items=items)


def draw_versions(rng: Random) -> list[ReleasedVersion]:
    """Return versions, oldest first, whose fields are often those of other versions, not only of the previous one."""
    known: dict[str, list[Field]] = {name: [] for name in "pqr"}
    versions = []
    for number in range(rng.randrange(1, 8)):
        fields = []
        for name in rng.sample("pqr", rng.randrange(1, 4)):
            if not known[name] or rng.random() < 0.4:
                known[name].append(draw_field(rng, name))
            fields.append(rng.choice(known[name]))
        contract_format = rng.choice(("native", "odcs"))
        contract = Contract("shop.orders", f"1.{number}.0", tuple(fields), format=contract_format)
        versions.append(ReleasedVersion(contract, f"commit {number}"))
    return versions


PATHS = [f"{top}{rest}" for top in "pqr" for rest in ("", ".x", ".y", ".x.y", "[]", "[].x", ".y[]")]
ADDITIONS = Additions(
    frozenset(PATHS[::2]), frozenset(get_value_key(path, value) for path in PATHS[1::2] for value in VALUES)
)


def test_many_changes_find_what_each_finds_alone() -> None:
    found = 0
    for seed in range(400):
        versions = draw_versions(Random(f"former {seed}"))
        index = FormerFields()
        for number, version in enumerate(versions, start=1):
            index.add_version(version)
            expected = find_reintroductions(ADDITIONS, versions[:number][::-1], "native")
            assert index.find(ADDITIONS, "native") == expected, seed
            found += sum(map(len, expected))
    assert found > 10_000

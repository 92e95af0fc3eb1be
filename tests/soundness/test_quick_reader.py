"""The reader's two ways, the quick one and the models', give the same answer: the same record, or none.

The models are the authority. The quick way may pass a valid file on to them, never accept what they refuse.
"""

from __future__ import annotations

import json
from collections import Counter
from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from dcr.contract.models import DataContract, to_record
from dcr.formats import native
from dcr.parsing.yaml_reader import compose

from .generate import contract, written
from .study import SEED

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.contract.contract import Contract

    from .generate import Mapping

PATH = "contracts/orders.yaml"
VALID, DAMAGED = 500, 4_000
ODD_VALUES: tuple[Any, ...] = (
    None, "", " ", "x", "null", "true", "1.0.0", "string", "object", "array", "active", 0, 1, -1, 1.5, 10**30, True,
    False, [], {}, [None], [1], [1, True], [1, 1.0], ["a", "a"], [["a"]], {"type": "string"}, {"name": "a"},
    {"type": "integer", "minimum": 3}, [{"name": "a", "type": "string"}], {"team": "a"}, [{"team": "a"}],
    {"max_lag_seconds": 60}, "(", "^a+$", "email", "deprecated",
)  # fmt: skip
KEYS = (
    "dataset_id", "version", "description", "status", "primary_key", "owners", "freshness_sla", "deprecation_uri",
    "fields", "name", "type", "required", "deprecated", "enum", "items", "min_length", "max_length", "pattern",
    "format", "minimum", "maximum", "exclusive_minimum", "exclusive_maximum", "multiple_of", "unique", "min_items",
    "max_items", "team", "contact", "max_lag_seconds", "measurement", "nam", "Type", "x-own", "",
)  # fmt: skip


def test_a_valid_contract_is_read_quickly_and_as_the_models_read_it(record: Callable[[str, object], None]) -> None:
    quick = 0
    for number in range(VALID):
        rng = Random(f"{SEED} valid {number}")
        text = written(_adorned(rng, contract(rng)), rng)
        ours, theirs = _both(text)
        assert (ours is None) or ours == theirs, text.decode()
        assert repr(ours) == repr(theirs), text.decode()
        quick += ours is not None
    record("contracts read quickly", f"{quick:,} of {VALID:,}, the others are not valid")
    assert quick >= VALID * 0.9


def test_no_damaged_contract_is_read_quickly_unless_the_models_accept_it(record: Callable[[str, object], None]) -> None:
    outcomes = Counter[str]()
    for number in range(DAMAGED):
        rng = Random(f"{SEED} damaged {number}")
        drawn = _adorned(rng, contract(rng))
        for _ in range(rng.randint(1, 2)):
            _damage(rng, drawn)
        text = json.dumps(drawn, ensure_ascii=False).encode()
        ours, theirs = _both(text)
        reading = native.read(PATH, compose(text))
        assert ours is None or repr(ours) == repr(theirs), text.decode()
        assert bool(reading.contracts) is (theirs is not None), text.decode()
        assert reading.is_unreadable is (theirs is None), text.decode()
        if theirs is not None:
            assert repr(reading.contracts[0]) == repr(theirs), text.decode()
        outcomes["refused" if theirs is None else "read quickly" if ours else "passed on to the models"] += 1
    record("damaged contracts", ", ".join(f"{count:,} {name}" for name, count in outcomes.most_common()))
    assert outcomes["refused"] >= DAMAGED / 4
    assert outcomes["read quickly"] >= DAMAGED / 20
    assert outcomes["passed on to the models"] >= 20


def _both(text: bytes) -> tuple[Contract | None, Contract | None]:
    """Return what the quick way and the models make of a text."""
    root = compose(text)
    raw = native._ValueReader(PATH).read_mapping(root)
    quick = native._build_contract(PATH, deepcopy(raw), root) if native._is_plainly_valid(raw) else None
    try:
        return quick, to_record(DataContract.model_validate(raw))
    except ValidationError:
        return quick, None


def _adorned(rng: Random, drawn: Mapping) -> Mapping:
    """Add what rows do not show, so that it is read too."""
    extras: Mapping = {
        "description": "one row per order",
        "freshness_sla": rng.choice(({"max_lag_seconds": 60}, {"max_lag_seconds": 1, "measurement": "event_time"})),
        "deprecation_uri": "https://example.com/plan",
        "status": rng.choice(("draft", "active", "archived")),
        "x-own": {"anything": [1, "two"]},
    }
    return {**drawn, **{key: value for key, value in extras.items() if rng.random() < 0.3}}


def _damage(rng: Random, drawn: Mapping) -> None:
    """Change one thing anywhere in a contract without regard to what is allowed there."""
    place = rng.choice(list(_places(drawn)))
    if isinstance(place, list):
        at = rng.randrange(len(place))
        place[at : at + 1] = rng.choice(([], [place[at], deepcopy(place[at])], [rng.choice(ODD_VALUES)]))
        return
    key = rng.choice(list(place))
    change = rng.random()
    if change < 0.25:
        del place[key]
    elif change < 0.5:
        place[key] = deepcopy(rng.choice(ODD_VALUES))
    elif change < 0.6:
        place[rng.choice(KEYS)] = place.pop(key)
    elif change < 0.75:
        place[rng.choice(KEYS)] = None
    else:
        place[rng.choice(KEYS)] = deepcopy(rng.choice(ODD_VALUES))


def _places(value: Any) -> list[Any]:
    """Return every mapping and list in a value that holds something."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = [place for each in inside for place in _places(each)]
    return [value, *found] if inside else found

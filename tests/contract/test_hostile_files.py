"""A file that is made to be slow costs no more than its size, and of many violations the first are listed."""

from __future__ import annotations

from time import process_time

import pytest

from dcr.contract.validity import MAX_VIOLATIONS
from dcr.formats import read_content

HEAD = 'dataset_id: shop.orders\nversion: "1.0.0"\n'
FIELDS = "fields:\n  - {name: order_id, type: string}\n"
WIDE_PATTERN = "{name: a{}, type: string, pattern: '(?i)" + "[!-\ufffd]" * 190 + "{}'}"


def many(unit: str, count: int = 20_000) -> str:
    """Return a unit over and over, `{}` in it counted up."""
    return ",".join(unit.replace("{}", str(number)) for number in range(count))


def listed(keys: str, values: str) -> str:
    return f"fields: [{{name: a, {keys}, enum: [{values}]}}]\n"


HOSTILE = {
    "values": listed("type: integer", many("{}")),
    "values within limits": listed("type: integer, minimum: 0, maximum: 20000, multiple_of: 1", many("{}")),
    "one value over and over": listed("type: integer", many("1")),
    "values of another type": listed("type: integer", many("a")),
    "lists for values": listed("type: integer", many("[]")),
    "values and a slow pattern": listed("type: string, pattern: 'a*a*[bc]'", many("a" * 90 + "{}", 9_999)),
    "values and a slower pattern": listed("type: string, pattern: 'a*a*a*[bc]'", many("a" * 30 + "{}", 9_999)),
    "patterns of wide classes": f"fields: [{many(WIDE_PATTERN, 900)}]\n",
    "key fields that do not exist": f"{FIELDS}primary_key: [{many('a{}')}]\n",
    "key fields that nearly exist": f"primary_key: [{many('kee_{}')}]\nfields: [{many('{name: key_{}, type: x}')}]\n",
    "one key field over and over": f"{FIELDS}primary_key: [{many('order_id')}]\n",
    "unknown keys": FIELDS + many("a{}: 1").replace(",", "\n") + "\n",
    "unknown keys below": FIELDS + many("x-{}: 1").replace(",", "\n") + f"\nowners: [{many('{taem: a}', 2_000)}]\n",
    "unknown keys of one field": f"fields: [{{{many('a{}: ')}}}]\n",
    "unknown keys of many fields": f"fields: [{many('{descriptiom: }')}]\n",
    "fields without a key": "fields: [" + ",".join(["{}"] * 20_000) + "]\n",
    "fields of one name": f"fields: [{many('{name: a, type: json}')}]\n",
    "types that nearly exist": f"fields: [{many('{name: a{}, type: strin}')}]\n",
    "long words": f"fields: [{many('{name: a{}, type: ' + 's' * 90_000 + '}', 20)}]\n",
    "long names": f"primary_key: [{'ab' * 45_000}]\nfields: [{{name: {'ba' * 45_000}, type: json}}]\n",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=list(HOSTILE))
def test_no_file_takes_the_square_of_its_size(body: str) -> None:
    begin = process_time()
    reading = read_content("a.yaml", (HEAD + body).encode())
    assert process_time() - begin < 5  # the square of them takes minutes
    assert reading.format == "native"
    assert len(reading.problems) <= MAX_VIOLATIONS + 1


def test_of_very_many_faults_the_first_are_told_and_that_there_are_more() -> None:
    problems = read_content("a.yaml", (HEAD + HOSTILE["key fields that do not exist"]).encode()).problems
    assert len(problems) == MAX_VIOLATIONS + 1
    assert problems[0].message == "more than 1,000 values are invalid; only the first are listed"
    assert (problems[0].location.line, problems[0].hint) == (1, "correct them first")
    assert problems[1].message == "primary_key lists 'a0', which is not a field"


def test_the_maximum_number_of_violations_is_listed_in_full() -> None:
    body = f"{FIELDS}primary_key: [{many('a{}', MAX_VIOLATIONS)}]\n"
    problems = read_content("a.yaml", (HEAD + body).encode()).problems
    assert len(problems) == MAX_VIOLATIONS
    assert all(each.message.startswith("primary_key lists") for each in problems)

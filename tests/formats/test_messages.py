"""What messages about files of every format say: no list of nothing, and the format's own words."""

from __future__ import annotations

from change_cases import PATH

from dcr.formats import read
from dcr.pages.outline import outline

STANDARD = """\
apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
status: active
team: {name: checkout}
schema: [{name: orders, properties: [{name: x, logicalType: integer, enum: [a, b]}]}]
"""


def test_an_outline_says_of_an_enum_that_holds_nothing_that_it_does() -> None:
    (line,) = (each for each in outline(read(PATH, STANDARD.encode())) if each.strip().startswith("field x"))
    assert line.strip() == "field x: integer, optional, one of no values"

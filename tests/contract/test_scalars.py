"""What a plain scalar means by YAML 1.2, and what is said of those that YAML 1.1 reads otherwise."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from dcr.parsing.scalars import (
    NotFiniteError,
    describe_misreading,
    describe_number_misreading,
    format_number,
    resolve_scalar,
)

VALUES: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "nULL": "nULL",
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False, "tRUE": "tRUE",
    "yes": "yes", "NO": "NO", "on": "on", "Off": "Off", "y": "y", "n": "n",
    "0": 0, "-0": 0, "+12": 12, "-5": -5, "012": 12, "0o14": 12, "0x1F": 31, "0b101": "0b101", "1_000": "1_000",
    "1.10": 1.1, ".5": 0.5, "5.": 5.0, "1e3": 1000.0, "-1.5E-1": -0.15, "1.0.0": "1.0.0", "12:30": "12:30",
    "2024-01-01": "2024-01-01", "-": "-", "--": "--", "0x": "0x", "NaN": "NaN", "inf": "inf", "<<": "<<",
    "on-call": "on-call", "#growth": "#growth", "1" * 400: int("1" * 400),
}  # fmt: skip

MISREAD = {
    "NO": "the boolean false", "no": "the boolean false", "Off": "the boolean false",
    "yes": "the boolean true", "On": "the boolean true", "TRUE": "the boolean true",
    "null": "null", "~": "null", "<<": "a merge key", "=": "a merge key",
    "1.10": "the number 1.1", "1.0": "the number 1.0", "012": "the number 10", "0x1F": "the number 31",
    "0b101": "the number 5", "1_000": "the number 1000", "-7": "the number -7", "+12": "the number 12",
    "12:30": "the number 750", "12:30:45": "the number 45045", "190:20:30.15": "the number 685230.15",
    "2024-01-01": "a date", "2024-01-01T10:00:00Z": "a timestamp", "2024-1-1 1:00:00": "a timestamp",
    ".inf": "the number inf", ".NaN": "the number nan", "1" * 31: "a number",
}  # fmt: skip
"""Plain scalars that stand where text is meant, and what a YAML 1.1 parser reads it as in each."""

SEEN_AS_WRITTEN = [
    "", "y", "n", "Y", "N", "nO", "tRUE", "1.0.0", "v1.0", "08:00", "0:30", "12:60", "2024-1-1", "2024-13-01x",
    "-", "_1", "a", "null-ish", "on-call", "0x", "0xG", "inf", "NaN", "#a",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES.items(), ids=[text[:20] or "empty" for text in VALUES])
def test_a_scalar_means_what_yaml_1_2_says(text: str, value: object) -> None:
    assert resolve_scalar(text) == value
    assert type(resolve_scalar(text)) is type(value)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN", ".inf", "-.Inf", "+.INF", "1e400", "-1e999", "1" * 401])
def test_what_is_no_finite_number_is_refused(text: str) -> None:
    with pytest.raises(NotFiniteError):
        resolve_scalar(text)


@pytest.mark.parametrize(("text", "seen"), MISREAD.items(), ids=[text[:20] for text in MISREAD])
def test_a_text_that_yaml_1_1_reads_otherwise_is_told(text: str, seen: str) -> None:
    assert describe_misreading(text) == seen


@pytest.mark.parametrize("text", SEEN_AS_WRITTEN)
def test_a_text_that_everybody_reads_alike_is_not_told(text: str) -> None:
    assert describe_misreading(text) is None


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("012", "the number 10"),
        ("017", "the number 15"),
        ("089", "text"),
        ("+08", "text"),
        ("-012", "the number -10"),
    ],
)
def test_a_number_that_yaml_1_1_reads_otherwise_is_told(text: str, seen: str) -> None:
    assert describe_number_misreading(text) == seen


@pytest.mark.parametrize("text", ["0", "-0", "00", "007", "12", "+12", "-5", "0x1F", "1.10", "0.5", "12:30", "a", ""])
def test_a_number_that_everybody_reads_alike_is_not_told(text: str) -> None:
    assert describe_number_misreading(text) is None


@pytest.mark.parametrize("text", ["1e3", "1.5e3", "-.5", "0o14"])
def test_a_number_that_is_text_to_yaml_1_1_is_told(text: str) -> None:
    assert isinstance(yaml.safe_load(text), str)
    assert describe_number_misreading(text) == "text"


@pytest.mark.parametrize(
    ("text", "seen"), [("1e3", "the number 1000.0"), ("-.5", "the number -0.5"), ("0o14", "the number 12")]
)
def test_a_text_that_only_yaml_1_2_reads_otherwise_is_told_too(text: str, seen: str) -> None:
    assert yaml.safe_load(text) == text
    assert describe_misreading(text) == seen


@pytest.mark.parametrize(
    "text", ["1" * 31, "1" * 400, f"{10**20 + 1}", "123456789012345678901", f"{2**63}", "1.5e+300"]
)
def test_a_large_number_is_compared_exactly(text: str) -> None:
    assert describe_number_misreading(text) is None


@pytest.mark.parametrize(("text", "seen"), [(f"0{'1' * 40}", "another number"), (f"0o{'7' * 40}", "text")])
def test_a_number_too_long_to_be_spelled_is_told_without_it(text: str, seen: str) -> None:
    assert describe_number_misreading(text) == seen


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_as_it_is_hinted_at_is_read_alike_by_everybody(number: float) -> None:
    text = format_number(number)
    assert resolve_scalar(text) == yaml.safe_load(text) == number
    assert describe_number_misreading(text) is None


def test_minus_infinity_keeps_its_sign() -> None:
    assert describe_misreading("-.inf") == "the number -inf"


@given(st.text("0123456789.:-+_eExobTZ ~=<yesnofflru", min_size=1, max_size=20) | st.sampled_from([*VALUES, *MISREAD]))
def test_whatever_pyyaml_reads_as_something_else_is_told(text: str) -> None:
    assume(text == text.strip())
    tag = yaml.SafeLoader.resolve(yaml.SafeLoader(""), yaml.ScalarNode, text, (True, False))
    if tag != "tag:yaml.org,2002:str" and text:
        assert describe_misreading(text) is not None

"""Texts become scalars that every reader sees as exactly those texts."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dcr.editing.text.document import get_value
from dcr.editing.text.quoting import quote
from dcr.parsing.yaml_reader import compose

ODD = ("no", "1.10", "12:30", "2024-01-01", "~", "null", "a: b", "a #b", "a:", " a", "a ", "'", '"', "\\", "- a", "?",
       "#x", "*a", "&a", "!t", "%", "@", "`", "{", "[", ",", "a,b", "<<", "=", "0x1F", "1e3", ".5", "é", "\u202e",
       "x\u2003y", "##[error]x", "::error::x", "a/b#c", "https://a.b/c?d=e&f#g", "O(n)", "---", "--- a")  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff"), min_size=1)


@given(st.one_of(st.sampled_from(ODD), TEXTS), st.sampled_from((None, "", "'", '"')), st.booleans())
@example("a\ufeffb", None, False)
@example("a\u3164b", "'", True)
def test_a_text_is_read_back_by_everyone(text: str, like: str | None, flow: bool) -> None:
    scalar = quote(text, like, flow=flow)
    document = f"[{{a: {scalar}, b: x}}]" if flow else f"- a: {scalar}   # comment\n  b: x\n"
    assert yaml.safe_load(document) == [{"a": text, "b": "x"}]
    assert get_value(compose(document.encode())) == [{"a": text, "b": "x"}]
    assert scalar.isprintable()
    assert "##[" not in scalar


@pytest.mark.parametrize(
    ("text", "like", "written"),
    [
        ("2.0.0", None, '"2.0.0"'),
        ("2.0.0", "", "2.0.0"),
        ("2.0.0", "'", "'2.0.0'"),
        ("2.0.0", '"', '"2.0.0"'),
        ("it's", "'", "'it''s'"),
        ("https://example.com/a", None, "https://example.com/a"),
        ("Director of Data (Alex Chen)", None, "Director of Data (Alex Chen)"),
        ("#growth", None, '"#growth"'),
        ("no", None, '"no"'),
        ("1.10", None, '"1.10"'),
        ("été", "'", '"été"'),
        ("\u202ex", None, '"\\u202ex"'),
        ("##[x]", None, '"\\x23\\x23[x]"'),
    ],
)
def test_a_text_takes_the_style_it_is_asked_for_where_it_can(text: str, like: str | None, written: str) -> None:
    assert quote(text, like) == written


def test_within_brackets_an_address_is_quoted() -> None:
    assert quote("https://example.com/a", None, flow=True) == '"https://example.com/a"'

"""Recognizes variables that stand for values in a foreign file, such as `${MIN_AGE}`.

Source: Open Data Contract Standard v3.2, "Variables".
"""

from __future__ import annotations

import re

VARIABLE_HINT = "compare its value by hand"
_VARIABLE = r"\$\{[^{}]+\}"


def is_variable(text: str) -> bool:
    """Return whether a text consists of one variable."""
    return text.lstrip().startswith("${") and re.fullmatch(_VARIABLE, text.strip()) is not None


def describe_variable(key: str, text: str) -> tuple[str, str] | None:
    """Return a message and a hint for a key whose value is a variable; None for another value."""
    if not is_variable(text):
        return None
    return f"'{key}' is the variable {text.strip()}, and is not compared", VARIABLE_HINT

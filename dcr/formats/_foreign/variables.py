"""Variables that stand for values in a foreign file: `${MIN_AGE}`, which whoever runs the contract fills in.

Source: Open Data Contract Standard v3.2, "Variables".
"""

from __future__ import annotations

import re

VARIABLE_HINT = "compare by hand what it stands for"
_VARIABLE = r"\$\{[^{}]+\}"


def is_variable(text: str) -> bool:
    """Whether a text is nothing but one variable."""
    return text.lstrip().startswith("${") and re.fullmatch(_VARIABLE, text.strip()) is not None


def describe_variable(key: str, text: str) -> tuple[str, str] | None:
    """Return what is noted of a key whose value is a variable, and a hint; None for another value."""
    if not is_variable(text):
        return None
    return f"'{key}' is the variable {text.strip()}, and is not compared", VARIABLE_HINT

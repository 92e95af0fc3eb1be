"""Formats text of the user as Markdown code spans, which contain no links, mentions, references or HTML.

Source: GitHub Flavored Markdown 0.29, 6.3 (code spans) and 4.10 (tables). Backslashes are not enough:
GitHub and GitLab find mentions and references in the rendered text, except in code.
"""

from __future__ import annotations

import re

from dcr.rendering.reports._issue_text import truncate
from dcr.text.printable import escape_ci_markers, make_printable

MAX_TEXT = 500
"""Characters of one text that a comment contains."""


def format_code(text: str, most: int = MAX_TEXT) -> str:
    """Return text as a code span. An empty text has none."""
    content = truncate(escape_ci_markers(make_printable(text)), most)
    if not content:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", content)), default=0) + 1)
    blank = not content.strip(" ")  # Markdown removes no space from such a span
    padded = content[0] in "` " or content[-1] in "` "
    return f"{fence} {content} {fence}" if padded and not blank else f"{fence}{content}{fence}"


def format_cell(text: str, most: int = MAX_TEXT) -> str:
    r"""Return text as a code span in a table cell. A pipe is escaped, because it ends a cell even in code.

    Renderers disagree on a backslash before an escaped pipe, so it is written as `\x5c`.
    """
    return format_code(text, most).replace("\\|", "\\x5c|").replace("|", "\\|")

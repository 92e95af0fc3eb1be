"""The user's text in Markdown: code spans, in which nothing is a link, a mention, a reference or HTML.

Source: GitHub Flavored Markdown 0.29, 6.3 (code spans) and 4.10 (tables). Escaping with backslashes would not do:
GitHub and GitLab look for mentions and references in the rendered text, and leave out only what is code.
"""

from __future__ import annotations

import re

from dcr.rendering.reports._wording import cut
from dcr.text.printable import escape_ci_markers, make_printable

MOST = 500
"""How many characters of one text a comment shows."""


def code(text: str, most: int = MOST) -> str:
    """Return text as a code span; nothing for none."""
    shown = cut(escape_ci_markers(make_printable(text)), most)
    if not shown:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    blank = not shown.strip(" ")  # of such a text no space is taken away
    padded = shown[0] in "` " or shown[-1] in "` "
    return f"{fence} {shown} {fence}" if padded and not blank else f"{fence}{shown}{fence}"


def cell(text: str, most: int = MOST) -> str:
    """Return text as a code span in a table, whose cells end at a pipe even there.

    Renderers do not agree on what a backslash before an escaped pipe is, so that one is written out.
    """
    return code(text, most).replace("\\|", "\\x5c|").replace("|", "\\|")

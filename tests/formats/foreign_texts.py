"""Two texts of one file, judged as `dcr check` judges them: every dataset of the file with its counterpart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.engine import run_rules
from dcr.compatibility.matching import MatchContext, match_contracts
from dcr.formats import read_as_former_format, read_content

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue

NOTHING_AROUND = MatchContext(find_claims=lambda _: {}, find_out_of_scope=lambda _: {}, get_published=dict)


def issues(before: str | None, after: str | None, mode: str = "full", path: str = "contracts/file.yaml") -> list[Issue]:
    """Return every issue of a change of one file, each dataset's in turn."""
    sides = [{} if text is None else {path: read_content(path, text.encode())} for text in (before, after)]
    if before is not None and after is not None and sides[1][path].format is None:
        sides[1] = {path: read_as_former_format(path, after.encode(), {sides[0][path].format or ""})}
    return [issue for each in match_contracts(*sides, NOTHING_AROUND) for issue in run_rules(each.pair, mode).issues]


def kinds(found: list[Issue]) -> set[str]:
    """Return the kinds of some issues, those about the version's size aside: any change requires a bump."""
    return {issue.kind for issue in found} - {"version_bump_insufficient", "version_not_increasing"}


def edited(text: str, *edits: tuple[str, str]) -> str:
    """Return a text with each of some passages, which it must have exactly once, put into other words."""
    for old, new in edits:
        assert text.count(old) == 1, f"{text.count(old)} times: {old}"
        text = text.replace(old, new)
    return text


def line_of(text: str, passage: str) -> int:
    """Return the line of a passage that the text has exactly once."""
    assert text.count(passage) == 1, f"{text.count(passage)} times: {passage}"
    return text[: text.index(passage)].count("\n") + 1

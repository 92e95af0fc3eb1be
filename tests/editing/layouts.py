"""Contract files in every layout people write, with what an edit may touch known line by line.

A file is built from lines, and each line that holds a value which edits are about says what stands before and
behind that value. What an edit must leave is worked out from this, not from what the editor does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import yaml
from hypothesis import strategies as st

COMMENTS = ("", "", "", '  # why: it\'s {so}, [yes] & *no "x"', " # é", "   ")
GAPS = ((), (), (), ("# a comment: of its own",), ("", "  # odd place", ""), ("",), ("   ",))


@dataclass(frozen=True)
class Line:
    """One line without its break; `role` names the key whose value stands between `before` and `behind`."""

    text: str
    role: str = ""
    before: str = ""
    behind: str = ""


@dataclass(frozen=True)
class Written:
    """A file, and what is known of it: whether it is laid out oddly, so that an edit may be refused."""

    lines: tuple[Line, ...]
    ends: tuple[str, ...]
    odd: bool
    flow: str  # "" for a block, "inline" for one line, "lines" for a key to a line
    bom: bool = False

    @property
    def content(self) -> bytes:
        text = "".join(line.text + end for line, end in zip(self.lines, self.ends, strict=True))
        return (b"\xef\xbb\xbf" if self.bom else b"") + text.encode()

    @property
    def value(self) -> Any:
        return yaml.safe_load(self.content.decode("utf-8-sig"))

    def at(self, role: str) -> int | None:
        """Return the number of the line that holds a key's value."""
        return next((number for number, line in enumerate(self.lines) if line.role == role), None)


@dataclass(frozen=True)
class Entry:
    """A key with its value's lines; `role` when edits are about it."""

    key: str
    lines: tuple[Line, ...]
    odd: bool = False


@dataclass(frozen=True)
class Style:
    """How the keys of one file are written."""

    indent: str
    quote: str


def quoted_key(key: str, quote: str) -> str:
    return f"{quote}{key}{quote}"


@st.composite
def scalar_entries(draw: st.DrawFn, key: str, value: str, style: Style, *, flow: bool = False) -> Entry:
    """Draw a key with a text, in one of the ways a text is written."""
    plain = not (flow and style.quote == '"')
    kinds = ["double", "double", "single", "plain"] if plain else ["double"]
    if not flow:
        kinds += ["next line", "anchored", "folded", "block", "explicit"]
    kind = draw(st.sampled_from(kinds))
    gap = draw(st.sampled_from((" ", " ", "  ", "    ")))
    comment = "" if flow else draw(st.sampled_from(COMMENTS))
    name = quoted_key(key, style.quote)
    start = f"{style.indent}{name}:{gap}"
    deeper = f"{style.indent}  "
    token = {"double": f'"{value}"', "single": f"'{value}'"}.get(kind, value)
    if kind == "anchored":
        return Entry(key, (Line(f"{start}&at{key} {value}", key),), odd=True)
    if kind == "folded":
        return Entry(key, (Line(f'{start}"{value[:1]}\\'), Line(f'{deeper}{value[1:]}"', key)), odd=True)
    if kind == "block":
        return Entry(key, (Line(f"{start}|-", f"{key} in a block"), Line(f"{deeper}{value}")), odd=True)
    if kind == "explicit":
        first = Line(f"{style.indent}? {name}")
        before = f"{style.indent}: "
        return Entry(key, (first, Line(f"{before}{value}{comment}", key, before, comment)), odd=True)
    if kind == "next line":
        first = Line(f"{style.indent}{name}:{comment}")
        return Entry(key, (first, Line(f"{deeper}{value}{comment}", key, deeper, comment)))
    return Entry(key, (Line(f"{start}{token}{comment}", key, start, comment),))


def fixed(key: str, style: Style, *lines: str, odd: bool = False) -> Entry:
    """Return a key whose value edits are not about; the first of its lines goes behind the colon."""
    first, *rest = lines or ("",)
    role = key if lines and not rest else ""
    head = Line(f"{style.indent}{quoted_key(key, style.quote)}:{first and ' '}{first}", role)
    return Entry(key, (head, *(Line(f"{style.indent}{line}") for line in rest)), odd)


@st.composite
def files(draw: st.DrawFn, entries: list[Entry], *, first: int = 0) -> Written:
    """Draw a block file of some entries; the first few keep their places."""
    free = draw(st.permutations(entries[first:]))
    heads: tuple[tuple[str, ...], ...] = ((), (), ("---",), ("# head", "---"), ("", "# head", ""))
    lines = [Line(text) for text in draw(st.sampled_from(heads))]
    for entry in [*entries[:first], *free]:
        lines += [Line(text) for text in draw(st.sampled_from(GAPS))]
        lines += entry.lines
    lines += [Line(text) for text in draw(st.sampled_from(((), (), ("# tail",), ("", ""), ("...",))))]
    return draw(ended(lines, odd=any(entry.odd for entry in entries), flow=""))


@st.composite
def flow_files(draw: st.DrawFn, entries: list[Entry]) -> Written:
    """Draw a file within brackets: on one line, or a key to a line."""
    ordered = draw(st.permutations(entries))
    if draw(st.booleans()):
        text = "{" + ", ".join(entry.lines[0].text.strip() for entry in ordered) + "}"
        roles = [entry.lines[0].role for entry in entries if entry.lines[0].role]
        lines = [Line(text, role=roles[0])]
        return draw(ended(lines, odd=False, flow="inline"))
    lines = [Line("{")]
    for number, entry in enumerate(ordered):
        line = entry.lines[0]
        comma = "," if number < len(ordered) - 1 else ""
        behind = comma + (draw(st.sampled_from(COMMENTS)) if draw(st.booleans()) else "")
        text = f"  {line.text.strip()}"
        before = f"  {line.before.lstrip()}" if line.role else ""
        lines.append(Line(text + behind, line.role, before, behind))
    return draw(ended([*lines, Line("}")], odd=False, flow="lines"))


@st.composite
def ended(draw: st.DrawFn, lines: list[Line], *, odd: bool, flow: str) -> Written:
    """Draw the line breaks, whether the last line has one, and a byte order mark."""
    breaks = draw(st.sampled_from((("\n",), ("\n",), ("\r\n",), ("\r\n",), ("\r",), ("\n", "\r\n"))))
    ends = [breaks[number % len(breaks)] for number in range(len(lines))]
    if draw(st.booleans()) and lines[-1].text.strip():
        ends[-1] = ""
    bom = draw(st.booleans())
    return Written(tuple(lines), tuple(ends), odd, flow, bom)


STYLES = st.builds(Style, st.sampled_from(("", "", "", " ", "  ")), st.sampled_from(("", "", "", "'", '"')))


@st.composite
def native(draw: st.DrawFn) -> Written:
    """Draw a file of dcr's own format."""
    flow = draw(st.integers(0, 4)) == 0
    style = draw(STYLES) if not flow else Style("", draw(st.sampled_from(("", '"'))))
    status = draw(st.sampled_from((None, "draft", "active", "active", "deprecated")))
    scalars = {"dataset_id": "shop.orders", "version": "1.4.2"}
    scalars |= {"status": status} if status else {}
    if status == "deprecated" or draw(st.booleans()):
        scalars["deprecation_uri"] = "docs/old.md"
    entries = [draw(scalar_entries(key, value, style, flow=flow)) for key, value in scalars.items()]
    if flow:
        json = style.quote == '"'
        owners = '[{"team": "a"}]' if json else "[{team: a}]"
        fields = '[{"name": "id", "type": "string"}]' if json else "[{name: id, type: string}]"
        entries += [fixed("fields", style, fields)]
        entries += [fixed("owners", style, owners)] if draw(st.booleans()) else []
        return draw(flow_files(entries))
    entries.append(draw(st.sampled_from(_fields(style))))
    entries += draw(st.sampled_from(([], *([each] for each in _owners(style)))))
    entries += draw(st.sampled_from(([], [fixed("x-note", style, "|", "  status: archived", "  # none")])))
    return draw(files(entries))


def _fields(style: Style) -> list[Entry]:
    return [
        fixed("fields", style, "", "  - {name: id, type: string}  # key"),
        fixed("fields", style, "", "- name: id", "  type: string", "  # of the id", "- name: status", "  type: string"),
        fixed("fields", style, "[{name: id, type: string}, # first", "  {name: version, type: string}]"),
    ]


def _owners(style: Style) -> list[Entry]:
    found = [
        fixed("owners", style, "", "  - team: a", "    contact: 'b'"),
        fixed("owners", style, "  # who", "- {team: a}", '- {team: b, contact: "#b"}'),
        fixed("owners", style, "[{team: a}, {team: b}]  # two"),
        fixed("owners", style, "", "    - team: a", "", "      contact: b"),
        fixed("owners", style, "[]"),
        fixed("owners", style, "", "  - team: a  # lost", "  - team: b"),
        fixed("owners", style, "", "  - team: &a a", "  - team: *a"),
    ]
    return [replace(each, lines=tuple(replace(line, role="owners") for line in each.lines)) for each in found]


@st.composite
def odcs(draw: st.DrawFn) -> Written:
    """Draw a file of the Open Data Contract Standard, with one or two objects."""
    style = draw(STYLES)
    status = draw(st.sampled_from((None, "draft", "active", "deprecated", "retired")))
    scalars = {"id": "shop", "version": "1.4.2"} | ({"status": status} if status else {})
    entries = [draw(scalar_entries(key, value, style)) for key, value in scalars.items()]
    entries += [fixed("kind", style, "DataContract"), fixed("apiVersion", style, "v3.1.0")]
    entries.append(
        fixed("schema", style, "", "  - name: orders", "    properties:", "      - {name: id, logicalType: string}")
    )
    entries += draw(st.sampled_from(([], *([each] for each in _properties(style)))))
    return draw(files(entries))


def _properties(style: Style) -> list[Entry]:
    found = [
        fixed("customProperties", style, "", "  - property: other", "    value: 3  # three", "  # end"),
        fixed("customProperties", style, "", "- {property: other, value: x}"),
        fixed("customProperties", style, "[{property: other, value: x}]"),
        fixed("customProperties", style, "[]"),
        fixed("customProperties", style, ""),
    ]
    return [replace(each, lines=tuple(replace(line, role="properties") for line in each.lines)) for each in found]


@st.composite
def dcs(draw: st.DrawFn) -> Written:
    """Draw a file of the Data Contract Specification."""
    outer = Style("", draw(st.sampled_from(("", "'"))))
    inner = replace(outer, indent=draw(st.sampled_from(("  ", "    "))))
    scalars = {"version": "1.4.2", "title": "Orders"} | ({"status": "active"} if draw(st.booleans()) else {})
    entries = [draw(scalar_entries(key, value, inner)) for key, value in scalars.items()]
    info = Entry("info", tuple(line for entry in entries for line in entry.lines), any(each.odd for each in entries))
    info = replace(info, lines=(Line("info:  # about"), *info.lines))
    rest = [
        fixed("dataContractSpecification", outer, "1.1.0"),
        fixed("id", outer, "shop"),
        fixed("models", outer, "", "  orders:", "    fields:", "      id: {type: string}"),
    ]
    return draw(files([info, *rest]))

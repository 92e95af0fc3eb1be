"""Checks that a native file which is read field by field has the facts that the full reader finds."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from test_native_facts import read_full, summarize

from dcr.formats import native, read_content
from dcr.parsing.yaml_reader import compose
from dcr.registry.history.facts import Retention
from dcr.registry.history.facts_reader import FactsReader
from dcr.registry.history.native_facts import KnownTexts, NativeFactsReader
from dcr.registry.history.native_text import split_text

CASES = int(os.environ.get("DCR_NATIVE_TEXT_CASES", "3000"))
HEAD = [
    "dataset_id: shop.orders",
    'version: "1.0.0"',
    "description: |",
    "  one row per order",
    "",
    "    or return",
    "owners: [{team: shop, contact: '#shop'}]",
    "primary_key: [id]",
]
FIELDS = [
    ["- name: id", "  type: string"],
    ["- name: note", "  type: string", "  description: >-", "    two", "", "    lines"],
    ["- name: plan", "  type: string", "  enum: [free, pro,", "         team]", "  required: false"],
    ["- {name: total, type: number, minimum: 0}", "# a comment"],
    ["-", "  name: empty", "  type: string"],
    ["- name: quoted", "  type: string", '  description: "one', '    - name: two"'],
    ["- name: place", "  type: object", "  fields:", "    - {name: city, type: string}", "    - name: zip",
     "      type: string"],
    ["- name: tags", "  type: array", "  items: &text {type: string}", "  x-more: *text"],
]  # fmt: skip
TAIL = ["status: active", "x-consumers: complete", "freshness_sla: {max_lag_seconds: 60}", "# the end", "x-tags: [a]"]
ODD_LINES = [
    "fields:", "fields: []", "---", "...", "- ", "  - name: odd", "- name: odd", '"', "'", "|", "  |", "# odd", "", "]",
    "}", "&text", "*text", "  fields:", "    - ", "odd", ": odd", "? odd", "%YAML 1.1", "\t", "\r", "\u2028",
    "<<<<<<< a", "=======", "x: &text [a", "x: {", "description: |", "primary_key:", 'x: "', "x: >", "é: é",
    "  type: 1", "!!str", "status", "status:", 'version: "1.2"', "models: []", "owners: [", "\x01", "---\n",
]  # fmt: skip


def draw_lines(rng: random.Random) -> list[str]:
    """Return a native file with some of the fields, at any indentation, and keys on both sides of them."""
    indent = rng.choice(("", "  ", "  ", "    "))
    fields = [FIELDS[0], *rng.sample(FIELDS[1:], rng.randrange(4))]
    rng.shuffle(fields)
    body = [f"{indent}{line}" if line else line for field in fields for line in field]
    cut = rng.randrange(2, len(HEAD) + 1) if rng.random() < 0.3 else len(HEAD)
    cut += 3 if HEAD[2] in HEAD[:cut] and cut < 6 else 0
    return [*HEAD[:cut], "fields:", *body, *rng.sample(TAIL, rng.choice((0, 0, 1, 2)))]


def edit(lines: list[str], rng: random.Random) -> None:
    """Add, remove, repeat, move or indent a line, or change one of its characters."""
    at = rng.randrange(len(lines))
    line = lines[at]
    kind = rng.randrange(7)
    if kind == 0:
        lines.insert(at, rng.choice(ODD_LINES))
    elif kind == 1 and len(lines) > 1:
        del lines[at]
    elif kind == 2:
        lines.insert(rng.randrange(len(lines)), line)
    elif kind == 3:
        lines[at] = f"{rng.choice(('', ' ', '  ', '   ', '    '))}{line.lstrip(' ')}"
    elif kind == 4:
        lines[at] = line + rng.choice((" ", " #", ":", " |", ' "', ",", "]", " &text", " *text", "\r", "\t"))
    elif kind == 5:
        lines[at] = line.replace(rng.choice("ae1 -:\"'"), rng.choice("ae1 -:\"'|>[]{}#&*"), 1)
    else:
        other = rng.randrange(len(lines))
        lines[at], lines[other] = lines[other], line


def test_edited_files_have_the_same_facts_either_way() -> None:
    counts = Counter[str]()
    reader, native_reader = FactsReader(), NativeFactsReader(builds_contracts=True)
    for number in range(CASES):
        rng = random.Random(f"native text {number}")
        lines = draw_lines(rng)
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            edit(lines, rng)
        text = "\n".join(lines) + rng.choice(("\n", "\n", "", "\n\n"))
        content = text.encode()
        expected = read_full(content)
        assert summarize(reader.read_facts("", "", content)) == expected, text
        found = native_reader.read_text("", content)
        is_quick = found is not None
        if found and found[1]:
            assert read_content("", content).contracts == (found[1],)
            counts["contracts"] += 1
        counts["quick"] += is_quick
        counts["invalid"] += expected[1] is not None
        counts["slow, but valid"] += not is_quick and expected[1] is None
    assert min(counts.values()) > CASES // 20, counts


START = 'dataset_id: shop.orders\nversion: "1.0.0"\n'
FIELD = "  - name: id\n    type: string\n"
AMBIGUOUS = {
    "a list below the key before": f"{START}primary_key:\nfields:\n{FIELD}- id\n",
    "a comment before the rest": f"{START}primary_key:\nfields:\n{FIELD}# a\n  - id\n",
    "fields in a text": f'{START}description: "a\nfields:\n{FIELD}b"\nfields: []\n',
    "fields in a text, and in a list": f'{START}description: "a\nfields:\n{FIELD}b"\nfields: [{{name: a}}]\n',
    "fields in a list": f"{START}owners: [a,\nfields:\n{FIELD}x: 1]\n",
    "a key in a text of the one before": f'{START}description: "a\nowners: b"\nfields:\n{FIELD}',
    "a key in a list": f"{START}primary_key: [\nid,\n]\nfields:\n{FIELD}",
    "a key twice": f"{START}{START}fields:\n{FIELD}",
    "a key twice, in quotes": f'{START}"version": "1.0.0"\nfields:\n{FIELD}',
    "a line without a key": f"{START}status\nfields:\n{FIELD}",
    "a control character in the first comment": f"# \x01\n{START}fields:\n{FIELD}",
    "comments and a mark before the first key": f"# a\n\n---\n# b\n{START}fields:\n{FIELD}",
    "two marks": f"---\n---\n{START}fields:\n{FIELD}",
    "a pointer": f"version https://git-lfs.github.com/spec/v1\n{START}fields:\n{FIELD}",
    "keys of another format": f"{START}models:\n  - name: a\nfields:\n{FIELD}",
    "an open text": f"{START}description: |+\n\n  a\n\n\nstatus: draft\nfields:\n{FIELD}",
    "a field twice in the primary key": f"{START}primary_key: [id, id]\nfields:\n{FIELD}",
    "one anchor in two keys": f"x-a: &n 1\nx-b: &n 2\n{START}fields:\n{FIELD}",
    "one anchor in two fields": f"{START}fields:\n{FIELD.replace('id', '&n id')}{FIELD.replace('id', '&n b')}",
    "an indented key": f" x-a: 1\nfields:\n{FIELD}{START}",
    "an indented key below a mark": f"---\n x-a: 1\nfields:\n{FIELD}{START}",
    "an indented key below a comment": f"# a\n x-a: 1\nfields:\n{FIELD}{START}",
    "a flow mapping": f"{{dataset_id: a}}\nfields:\n{FIELD}version: 1.0.0\n",
    "a flow mapping after a mark": f"--- {{dataset_id: a}}\nfields:\n{FIELD}version: 1.0.0\n",
    "a flow mapping of two lines": f"{{\nx-b: }}\n{START}fields:\n{FIELD}",
    "a quoted first key": f'"x-a": 1\n{START}fields:\n{FIELD}',
    "a complex first key": f"? x-a\n: 1\n{START}fields:\n{FIELD}",
    "two documents": f"{START}fields:\n{FIELD}...\n{FIELD}",
    "two documents, with another line break": f"{START}fields:\n{FIELD[:-1]}\r...\n{FIELD.replace('id', 'b')}",
    "two documents, before": f"{START}...\nfields:\n{FIELD}",
    "two documents, after": f"{START}fields:\n{FIELD}status: draft\n...\nx-a: 1\n",
    "a field in a text of another": f'{START}fields:\n{FIELD}    description: "\n{FIELD}    "\n',
    "two fields in one entry": f"{START}fields:\n{FIELD.replace(chr(10), chr(13))}{FIELD}",
    "an anchor": f"{START}fields:\n{FIELD.replace('id', '&a id')}{FIELD.replace('id', '*a')}",
    "the key twice": f"{START}fields:\n{FIELD}x-a: 1\nfields: []\n",
    "the key twice, in quotes": f'{START}fields:\n{FIELD}"fields":\n{FIELD}',
    "an open text at the end": f"{START}fields:\n{FIELD}    description: |+\n      a\n\n",
    "no line break at the end": f"{START}fields:\n{FIELD}    description: |\n      a",
    "a conflict in two parts": f"{START}fields:\n{FIELD}    description: <<<<<<< a\nx-a: |\n  b\n=======\n",
}  # fmt: skip


@pytest.mark.parametrize("how", AMBIGUOUS)
def test_ambiguous_files_have_the_same_facts_either_way(how: str) -> None:
    content = AMBIGUOUS[how].encode()
    assert summarize(FactsReader().read_facts("", "", content)) == read_full(content)


@pytest.mark.parametrize("name", ["x-consumers", '"x-consumer\\x73"'])
def test_a_mark_of_complete_consumers_is_read_however_it_is_written(name: str) -> None:
    content = f"{name}: complete\nfields:\n{FIELD}{START}".encode()
    assert NativeFactsReader().read_text("", content) is not None
    reader = FactsReader(Retention(lambda _: True, known_texts=KnownTexts()))
    assert read_content("", content).contracts[0].consumers_complete
    assert reader.read_contracts("", "", content, frozenset(["shop.orders"]))["shop.orders"].consumers_complete


def test_what_is_known_is_forgotten_before_it_takes_much_memory() -> None:
    known = KnownTexts(10_000)
    reader = NativeFactsReader(known)
    for number in range(100):
        text = f"{START}description: {number} {'x' * 1000}\nfields:\n{FIELD}"
        assert reader.read_text("", text.encode()) is not None
        assert sum(map(len, [*known.keys, *known.fields, *known.digests])) <= 10_000
    for number in range(100):
        root = compose(f"{START}fields:\n{FIELD}    description: {number} {'x' * 1000}\n".encode())
        assert reader.find_facts(root, native) is not None
        assert sum(map(len, [*known.keys, *known.fields, *known.digests])) <= 10_000


@pytest.mark.parametrize("indent", ["", "  ", "      "])
def test_a_changed_key_or_field_is_the_only_one_that_is_parsed_again(indent: str) -> None:
    lines = [f"{indent}{line}" if line else line for field in FIELDS[:3] for line in field]
    text = "\n".join([*HEAD, "fields:", *lines, *TAIL[:2]]) + "\n"
    before, after = split_text(text), split_text(text.replace("two", "three").replace("1.0.0", "1.1.0"))
    assert before is not None
    assert after is not None
    cut = len(before.keys) - 2
    assert "".join([*before.keys[:cut], "fields:\n", *before.fields, *before.keys[cut:]]) == text
    assert [one == other for one, other in zip(before.fields, after.fields, strict=True)] == [True, False, True]
    assert [one == other for one, other in zip(before.keys, after.keys, strict=True)] == [
        *(True, False, True, True, True),
        *(True, True),
    ]

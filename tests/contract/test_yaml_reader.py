"""The hardened reader: whatever could mislead or exhaust it is refused by name, with line and column."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from time import process_time

import pytest
import yaml

from dcr.parsing.yaml_reader import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    MAX_REPEATS,
    MAX_SCALAR,
    InvalidYamlError,
    check_tree,
    compose,
    decode,
    truncate,
)

BOMB = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{below}'] * 10)}]\n" for below, name in zip("abcdef", "bcdefg", strict=True)
)

REFUSED = {
    "a key written twice": ("a: 1\nb: 2\na: 3\n", "3:1: duplicate key 'a', first on line 1"),
    "a key written twice, once in quotes": ("a: 1\n'a': 2\n", "2:1: duplicate key 'a', first on line 1"),
    "a nested key written twice": (
        "a:\n  - {b: 1, c: 2, b: 3}\n",
        "2:18: duplicate key 'b', first on line 2",
    ),
    "a key written twice under an own key": (
        "x-a: {b: 1, b: 2}\n",
        "1:13: duplicate key 'b', first on line 1",
    ),
    "a long key written twice": (
        f"{'k' * 80}: 1\n{'k' * 80}: 2\n",
        f"2:1: duplicate key '{'k' * 59}…', first on line 1",
    ),
    "a list as a key": ("b: 1\n? [a, b]\n: c\n", "2:3: the key is a list or a mapping, expected a string"),
    "a mapping as a key": ("? {a: b}\n: c\n", "1:3: the key is a list or a mapping, expected a string"),
    "a tag of the author's own": ("a: !secret x\n", "1:4: tag '!secret' is not supported"),
    "a standard tag": ("a: !!str x\n", "1:4: tag 'tag:yaml.org,2002:str' is not supported"),
    "a tag on a key": ("a: 1\n!!str b: 1\n", "2:1: tag 'tag:yaml.org,2002:str' is not supported"),
    "a tag on a mapping": ("a: !!map {b: 1}\n", "1:4: tag 'tag:yaml.org,2002:map' is not supported"),
    "a tag on the document": ("!contract\na: 1\n", "1:1: tag '!contract' is not supported"),
    "a tag in full": ("a: !<tag:example.com,2024:b> y\n", "1:4: tag 'tag:example.com,2024:b' is not supported"),
    "a tag that makes objects": (
        "a: !!python/object/apply:os.system [ls]\n",
        "1:4: tag 'tag:yaml.org,2002:python/object/apply:os.system' is not supported",
    ),
    "a list that holds itself": ("a: &l [*l]\n", "1:4: the anchor contains itself"),
    "a mapping that holds itself": ("a: &m\n  b:\n    c: *m\n", "1:4: the anchor contains itself"),
    "a bomb of aliases": (BOMB, f"5:4: more than {MAX_NODES:,} values after expanding aliases"),
    "one anchor repeated too often": (
        f"a: &a b\nc: [{','.join(['*a'] * (MAX_REPEATS + 1))}]\n",
        f"1:4: the anchor is used more than {MAX_REPEATS:,} times",
    ),
    "too many values": (
        f"a: [{','.join('1' * (MAX_NODES + 1))}]",
        f"1:{2 * MAX_NODES + 3}: more than {MAX_NODES:,} values after expanding aliases",
    ),
    "one level too deep": ("[" * 65 + "]" * 65, f"1:65: nested more than {MAX_DEPTH} levels deep"),
    "100,000 square brackets": ("a: " + "[" * 100_000, f"1:67: nested more than {MAX_DEPTH} levels deep"),
    "100,000 curly brackets": ("a: " + "{a: " * 100_000, f"1:256: nested more than {MAX_DEPTH} levels deep"),
    "100,000 dashes": ("a:\n" + "- " * 100_000 + "b\n", f"2:127: nested more than {MAX_DEPTH} levels deep"),
    "100,000 question marks": ("? " * 100_000 + "a\n", f"1:129: nested more than {MAX_DEPTH} levels deep"),
    "1,200 levels of indentation": (
        "".join(" " * level + "a:\n" for level in range(1_200)),
        f"65:65: nested more than {MAX_DEPTH} levels deep",
    ),
    "a second document": ("a: 1\n---\nb: 2\n", "2:1: more than one YAML document in the file"),
    "a second document after an end": ("a: 1\n...\n---\nb: 2\n", "3:1: more than one YAML document in the file"),
    "a merge conflict": (
        "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n",
        "2:1: merge conflict marker in the file",
    ),
    "the end of a merge conflict": ("a: 1\nb: 2\n>>>>>>> other\n", "3:1: merge conflict marker in the file"),
    "a merge conflict with CRLF": ("a: 1\r\n<<<<<<< HEAD\r\n", "2:1: merge conflict marker in the file"),
    "a Git LFS pointer": (
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n",
        "1:1: this is a Git LFS pointer, not the contract",
    ),
    "a bell": ("a: 1\nb: x\ay\n", "2:5: control character U+0007 is not allowed in YAML"),
    "a NUL": ("a: b\n\0c: d\n", "2:1: control character U+0000 is not allowed in YAML"),
    "a C1 control": ("a: \x9b31m\n", "1:4: control character U+009B is not allowed in YAML"),
    "a DEL": ('a: "\x7f"\n', "1:5: control character U+007F is not allowed in YAML"),
    "an escaped ESC": ('a: "\\e[31m"\n', "1:4: control character U+001B in a value"),
    "an escaped C1 control": ('b: "\\x9b"\n', "1:4: control character U+009B in a value"),
    "an escaped control in a key": ('"\\x07": 1\n', "1:1: control character U+0007 in a value"),
    "a raw lone surrogate": (b"a: \xed\xa0\x80\n", "1:4: byte 0xED is not UTF-8"),
    "Latin-1": (b"a: 1\nb: caf\xe9\n", "2:7: byte 0xE9 is not UTF-8"),
    "UTF-16": ("a: 1\n".encode("utf-16"), "1:1: byte 0xFF is not UTF-8"),
    "an overlong NUL": (b"a: \xc0\x80", "1:4: byte 0xC0 is not UTF-8"),
    "a byte too much": (
        b"#" * (MAX_BYTES + 1),
        f"1:1: the file has more than {MAX_BYTES:,} bytes, the maximum size of a contract",
    ),
    "a character too much": (
        f"a: {'x' * (MAX_SCALAR + 1)}",
        f"1:4: the value has {MAX_SCALAR + 1:,} characters, expected at most {MAX_SCALAR:,}",
    ),
    "a character too much over many lines": (
        f"a: |\n  {'é' * MAX_SCALAR}\n",
        f"1:4: the value has {MAX_SCALAR + 1:,} characters, expected at most {MAX_SCALAR:,}",
    ),
}
"""Everything that is refused by a name of our own: what is written, and what is said."""

SLOW = {"too many values"}
"""What the parser without libyaml takes minutes for."""

NOT_YAML = {
    "an open bracket": ("a: [1, 2\nb: 3\n", "2:2: invalid YAML: while parsing a flow sequence, "),
    "an open quote": (
        'a: "b\nc: d\n',
        "3:1: invalid YAML: while scanning a quoted scalar, ",
    ),
    "wrong indentation": ("a: 1\n  b: 2\n", "2:4: invalid YAML: mapping values are not allowed "),
    "an alias of nothing": ("a: 1\nb: *nope\n", "2:4: invalid YAML: found undefined alias"),
    "two anchors of one name": ("a: &x 1\nb: &x 2\n", "2:4: invalid YAML: found duplicate anchor"),
    "a tab as indentation": (
        "a:\n\tb: 1\n",
        "2:1: invalid YAML: while scanning for the next token, found character ",
    ),
    "a reserved character": ("a: @b\n", "1:4: invalid YAML: while scanning for the next token, "),
    "a version of YAML to come": ("%YAML 2.0\n---\na: 1\n", "1:1: invalid YAML: found incompatible YAML document"),
}
"""What the parser itself refuses; the rest of its words are the parser's own."""


def outcome(content: str | bytes) -> str:
    """Return `line:column: message` of a refusal, or what kind of document was read."""
    try:
        root = compose(content.encode() if isinstance(content, str) else content)
        if root is None:
            return "empty"
        check_tree(root)
    except InvalidYamlError as refused:
        return f"{refused.line}:{refused.column}: {refused.message}"
    return str(root.id)


def hint_of(content: str) -> str:
    with pytest.raises(InvalidYamlError) as refused:
        check_tree(compose(content.encode()) or pytest.fail("nothing was read"))
    return refused.value.hint


@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=list(REFUSED))
def test_what_misleads_or_exhausts_is_refused_with_its_location(content: str | bytes, said: str) -> None:
    assert outcome(content) == said


@pytest.mark.parametrize(("content", "said"), NOT_YAML.values(), ids=list(NOT_YAML))
def test_what_is_not_yaml_is_refused_with_its_place(content: str, said: str) -> None:
    assert outcome(content).startswith(said)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("a: 1\n", id="a plain mapping"),
        pytest.param("\ufeffa: 1\n", id="a byte order mark"),
        pytest.param("---\na: 1\n...\n# the end\n", id="one document with a beginning and an end"),
        pytest.param("%YAML 1.2\n---\na: 1\n", id="a directive"),
        pytest.param("a: &x {b: 1}\nc: *x\nd: *x\n", id="an anchor used twice"),
        pytest.param(f"a: &a b\nc: [{','.join(['*a'] * MAX_REPEATS)}]\n", id="an anchor used as often as it may be"),
        pytest.param(f"a: {'x' * MAX_SCALAR}", id="a value as long as it may be"),
        pytest.param(f"a: [{','.join('1' * (MAX_NODES - 3))}]", id="as many values as there may be"),
        pytest.param("a: " + "[" * 62 + "b" + "]" * 62, id="as deep as it may be"),
        pytest.param("{a: {b: 1}, c: {b: 1}}", id="one key on two levels"),
        pytest.param("a: |\n  <<<<<<< HEAD\n  >>>>>>> other\n", id="conflict markers inside a text"),
        pytest.param("a: <<<<<<< HEAD\n", id="a conflict marker that is a value"),
        pytest.param("a: version https://git-lfs.github.com/spec/v1\n", id="a pointer that is a value"),
        pytest.param("a: é😀ñ \u202e \u200d\n", id="letters of any script"),
        pytest.param('a: "tab\\tand\\nline\\u0085"\n', id="white space in a value"),
    ],
)
def test_what_is_odd_and_harmless_is_read(content: str) -> None:
    assert outcome(content) == "mapping"


@pytest.mark.parametrize("content", ["", "# nothing yet\n", "\ufeff", "#" * MAX_BYTES])
def test_a_file_without_a_document_is_empty(content: str) -> None:
    assert outcome(content) == "empty"


def test_the_bomb_is_small() -> None:
    assert len(BOMB) < 400


@pytest.mark.parametrize("name", ["a bomb of aliases", "100,000 square brackets", "100,000 dashes"])
def test_a_refusal_is_quick_and_takes_little_memory(name: str) -> None:
    tracemalloc.start()
    begin = process_time()
    outcome(REFUSED[name][0])
    took, (_, most) = process_time() - begin, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 20
    assert most < 400 * 1024 * 1024


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("a: 1\na: 2\n", "keep one of them"),
        ("a: !!str x\n", "remove the tag"),
        ("a: &l [*l]\n", "write the value out"),
        (BOMB, "write the values out, or split the file"),
        ("a: 1\n---\nb: 2\n", "write one contract per file, without a second '---'"),
        ("<<<<<<< HEAD\n", "resolve the conflict, then save the file"),
        ("version https://git-lfs.github.com/spec/v1\n", "store contracts in git itself: git lfs untrack"),
        ('a: "\\e"\n', "remove the character"),
        ("#" * (MAX_BYTES + 1), "split the contract"),
    ],
)
def test_a_refusal_says_what_to_do(content: str, hint: str) -> None:
    assert hint_of(content) == hint


def test_what_is_not_utf8_is_to_be_saved_as_such() -> None:
    with pytest.raises(InvalidYamlError) as refused:
        decode(b"\xff")
    assert refused.value.hint == "save the file as UTF-8"


def test_who_indents_with_a_tab_is_told_to_use_spaces() -> None:
    assert hint_of("a:\n\tb: 1\n") == "indent with spaces, not tabs"


def test_an_escaped_lone_surrogate_is_refused_by_name() -> None:
    assert "invalid" not in outcome('a: "\\ud800"\n')


def test_a_column_counts_characters_before_a_byte_that_is_not_utf8() -> None:
    assert outcome('a: "é" # '.encode() + b"\xe9\n") == "1:10: byte 0xE9 is not UTF-8"


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029"])
def test_a_line_break_that_no_editor_shows_is_refused(mark: str) -> None:
    expected = f"1:16: control character U+{ord(mark):04X} is a line break in YAML 1.1, but not in editors"
    assert outcome(f"a: 1  # a note {mark}b: 2\n") == expected


def test_a_byte_order_mark_moves_no_column() -> None:
    assert decode("\ufeffa: 1".encode()) == "a: 1"
    assert outcome("\ufeffa: 1\na: 2\n") == outcome("a: 1\na: 2\n")
    assert outcome("\ufeff{a: 1, a: 2}") == "1:8: duplicate key 'a', first on line 1"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts_as_one(end: str) -> None:
    assert outcome(end.join(["a: 1", "b: 2", "a: 3", ""])) == "3:1: duplicate key 'a', first on line 1"


def test_a_column_counts_characters_and_not_bytes() -> None:
    assert outcome('{"😀é": 1, b: 2, b: 3}') == "1:17: duplicate key 'b', first on line 1"


def test_every_node_has_its_place_and_no_tag() -> None:
    root = compose(b"a: 1\nb:\n  - {c: 'd'}\n")
    assert isinstance(root, yaml.MappingNode)
    (_, one), (b, several) = root.value
    (c, d), *_ = several.value[0].value
    places = [(node.start_mark.line + 1, node.start_mark.column + 1) for node in (one, b, several, c, d)]
    assert places == [(1, 4), (2, 1), (3, 3), (3, 6), (3, 9)]
    assert [node.tag for node in (root, one, several, d)] == ["", "", "", ""]
    assert not one.style
    assert d.style == "'"


def test_a_text_is_cut_to_what_fits_into_a_message() -> None:
    assert truncate("x" * 60) == "x" * 60
    assert truncate("x" * 61) == "x" * 59 + "…"
    assert truncate("abcdef", limit=3) == "ab…"


def test_the_parser_without_libyaml_refuses_the_same(tmp_path: Path) -> None:
    script = (
        "import json, sys; sys.modules['yaml._yaml'] = None\n"
        "import test_yaml_reader as tests\n"
        "from dcr.parsing.yaml_reader import HAS_LIBYAML\n"
        "assert not HAS_LIBYAML\n"
        f"names = tests.REFUSED.keys() - {SLOW}\n"
        "print(json.dumps({name: tests.outcome(tests.REFUSED[name][0]) for name in names}))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    ran = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout) == {name: said for name, (_, said) in REFUSED.items() if name not in SLOW}

"""Consumer files that mean harm: no crash, no long run, no forged line, and never a silent pass."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from repositories import USERS, Repository, contract

from dcr.consumers.readers import read_consumers

if TYPE_CHECKING:
    from pathlib import Path

FILE = "consumers/a.yaml"
FORMATS = ("table", "text", "json", "sarif", "github", "gitlab", "azure", "junit", "markdown", "html")
EVIL = [
    "a\\n::error file=x::forged", "##vso[task.complete]", "[bold]x[/bold]", "<script>alert(1)</script>",
    "\\u202eevil", "`x` | y", "$(touch x)", "../../etc/passwd",
    "' OR 1=1", "a\\tb", "*", "-e", "\\U0001f4a9", "{{ x }}",
]  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({USERS: contract()})
    made.branch()
    return made


def evil_file() -> str:
    """Return a file whose name, team, datasets, fields and values are all hostile."""
    uses = "".join(
        f'  - dataset: "{text}"\n  - dataset: users.daily_active\n    fields: ["{text}"]\n'
        f'    values: {{"{text}": ["{text}"], plan: ["{text}"]}}\n'
        for text in EVIL
    )
    return f'consumer: "{EVIL[0]}"\nowners: [{{team: "{EVIL[3]}", contact: "{EVIL[1]}"}}]\nuses:\n{uses}'


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_lets_a_declaration_forge_anything(repository: Repository, name: str) -> None:
    repository.write(FILE, evil_file())
    outcome = repository.dcr("check", "--format", name)  # asserts that no control character is printed
    assert outcome.code == 1
    said = outcome.out + outcome.err
    assert not re.search(r"^::error file=x::forged", said, re.MULTILINE)
    assert "##vso[task.complete]" not in said
    if name in ("html", "junit"):  # Markdown shows it in a code span
        assert "<script>alert(1)" not in said


def test_every_hostile_use_is_reported(repository: Repository) -> None:
    repository.write(FILE, evil_file())
    kinds = repository.check().kinds
    assert kinds.count("use_of_unknown_dataset") == len(EVIL)
    assert kinds.count("use_of_unknown_field") == len(EVIL)
    assert kinds.count("use_of_unknown_value") == len(EVIL)
    assert sorted(repository.dcr("lint", "--format", "text").out.splitlines()) == sorted(
        repository.dcr("check", "--format", "text").out.splitlines()
    )


USES = "owners: [{team: b}]\nuses: [{dataset: users.daily_active}]\n"
DEEP = "uses: " + "[" * 5_000 + "]" * 5_000 + "\nconsumer: a\n"
BOMB = "consumer: a\nowners: [{team: b}]\nx-a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"x-{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(8)
)
INVALID: dict[str, str | bytes] = {
    "deeply nested": DEEP,
    "anchors that expand": BOMB + "uses: [{dataset: *i}]\n",
    "an anchor that contains itself": "consumer: a\nuses: &a [*a]\n",
    "larger than 2 MiB": "consumer: a\nuses: [{dataset: d}]\n" + "# filler\n" * 300_000,
    "a tag": "consumer: !!python/object:os.system a\nuses: [{dataset: d}]\n",
    "two documents": "consumer: a\nuses: [{dataset: d}]\n---\nconsumer: b\n",
    "a key that is a list": "consumer: a\n? [a]\n: b\nuses: [{dataset: d}]\n",
    "latin-1": "consumer: caf\xe9\nuses: [{dataset: d}]\n".encode("latin-1"),
    "UTF-16": "consumer: a\nuses: [{dataset: d}]\n".encode("utf-16"),
    "a control character": "consumer: a\x00b\nuses: [{dataset: d}]\n",
    "a name that is too long": f"consumer: {'a' * 200}\n{USES}",
    "a blank name": f'consumer: " \\t"\n{USES}',
}


@pytest.mark.parametrize("content", INVALID.values(), ids=INVALID)
def test_a_file_that_cannot_be_read_is_an_error_in_check_and_in_lint(
    repository: Repository, content: str | bytes
) -> None:
    repository.write(FILE, content)
    for outcome in (repository.check(), repository.dcr("lint", "--format", "json")):
        assert outcome.code == 1
        assert set(outcome.kinds) == {"consumer_invalid"}


def test_the_byte_order_mark_and_other_line_ends_are_no_problem(repository: Repository) -> None:
    text = "consumer: a\r\nowners: [{team: b}]\r\nuses: [{dataset: users.daily_active}]\r\n"
    repository.write(FILE, b"\xef\xbb\xbf" + text.encode())
    assert repository.check().kinds == []


def test_a_large_declaration_against_a_large_contract_takes_seconds(repository: Repository) -> None:
    fields = "".join(f"  - {{name: f{number}, type: string, deprecated: true}}\n" for number in range(5_000))
    repository.write(
        "contracts/large.yaml", f"dataset_id: large\nversion: '1.0.0'\nowners: [{{team: a}}]\nfields:\n{fields}"
    )
    names = ", ".join(f"g{number}, f{number}" for number in range(5_000))
    values = ", ".join(f"v{number}" for number in range(5_000))
    repository.write(
        FILE,
        f"consumer: a\nowners: [{{team: b}}]\nuses:\n  - {{dataset: large, fields: [{names}]}}\n"
        f"  - {{dataset: users.daily_active, values: {{plan: [{values}]}}}}\n",
    )
    kinds = repository.check().kinds  # the run of the command has a limit of two minutes
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "use_of_unknown_field": 5_000, "use_of_unknown_value": 5_000, "use_of_deprecated": 5_000,
    }  # fmt: skip


def test_names_of_git_and_of_files_are_not_read_as_options(repository: Repository) -> None:
    repository.write(
        "consumers/--upload-pack=x.yaml", "consumer: --help\nowners: [{team: -x}]\nuses: [{dataset: -e}]\n"
    )
    assert repository.check().kinds == ["use_of_unknown_dataset"]
    assert repository.check("consumers").kinds == ["use_of_unknown_dataset"]


@pytest.mark.parametrize("text", ["consumer: a\nuses: 1\n", "uses: {}\n", "consumer: []\nuses: ~\n", "consumer:\n"])
def test_any_shape_is_read_without_an_exception(text: str) -> None:
    assert read_consumers(FILE, text.encode()).problems

"""Every command and format in a locale without Unicode, over names that need it: answers, and never exit code 3.

The commands and their formats are those of the application: a new command needs a case in `CASES`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
import yaml
from cli_runs import DCR, LIMIT, environment, git
from typer.main import get_command

from dcr.cli.app import COMMANDS, SUBCOMMANDS, app

if TYPE_CHECKING:
    from pathlib import Path

ASCII_LOCALE = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
LOCALES = {
    "everything": {**ASCII_LOCALE, "PYTHONIOENCODING": "ascii"},
    "locale": ASCII_LOCALE,
    "output": {"PYTHONIOENCODING": "ascii"},
    "latin": {"PYTHONIOENCODING": "latin-1", **ASCII_LOCALE},
}
ORDERS, CAFE, CHINESE = "données.commandes", "café", "中文"
CONSUMER = f"consumer: 仪表板\nowners: [{{team: équipe 中}}]\nuses:\n  - {{dataset: {ORDERS}, fields: [状态]}}\n"
ORDERS_PATH, CAFE_PATH, CHINESE_PATH = "données/中文.yaml", b"caf\xe9.yaml", "données/😀.yaml"
MAIN, FEATURE = "principale-é", "fonctionnalité-中"
CONTRACT = """\
dataset_id: {}
version: "{}"
status: active
description: une ligne par commande, « 中文 »
primary_key: [prénom]
owners:
  - {{team: équipe, contact: "#données"}}
fields:
  - {{name: prénom, type: string}}
  - {{name: 状态, type: string, enum: [é, 中, 😀]}}
"""
MORE = "  - {name: été, type: number, required: false}\n"
CARD = json.dumps({"buyer": {"name": "équipe 中文", "contact": "#é"}, "decision_maker": "Zoë"}, ensure_ascii=False)


class Ran(NamedTuple):
    """How a run ended."""

    code: int
    out: bytes
    err: bytes


def run(folder: Path, *arguments: str | bytes, given: bytes | None = b"", locale: str = "everything") -> Ran:
    """Run dcr, whose arguments are bytes as a terminal sends them."""
    ended = subprocess.run(
        [*DCR, *(os.fsencode(each) for each in arguments)],
        cwd=folder,
        env=environment(folder.parent, **LOCALES[locale], XDG_CACHE_HOME=str(folder.parent / "cache-é")),
        input=given,
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    ran = Ran(ended.returncode, ended.stdout, ended.stderr)
    assert b"Traceback" not in ran.out + ran.err, ran.err.decode("utf-8", "replace")
    assert ran.code in (0, 1, 2), ran
    return ran


def commit(folder: Path, subject: str) -> None:
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=Zoë 中", "-c", "user.email=zoë@example.com", "commit", "-qm", subject)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which everything that can has a name beyond ASCII, with a break in two contracts."""
    folder = tmp_path_factory.mktemp("préfixe") / "dépôt 中文"
    (folder / "données").mkdir(parents=True)
    git(folder, "init", "--quiet", f"--initial-branch={MAIN}")
    (folder / "dcr.toml").write_text(f'base = "{MAIN}"\ncontracts = ["**/*.yaml"]\n', "utf-8")
    (folder / CHINESE_PATH).write_text(CONTRACT.format(CHINESE, "1.0.0"), "utf-8")
    for path, name in ((ORDERS_PATH, ORDERS), (CAFE_PATH, CAFE)):
        with open(os.path.join(os.fsencode(folder), os.fsencode(path)), "wb") as file:
            file.write((CONTRACT.format(name, "1.0.0") + MORE).encode())
    (folder / "consumers").mkdir()
    (folder / "consumers/équipe.yml").write_text(CONSUMER, "utf-8")
    commit(folder, "données: première version 中文")
    (folder / CHINESE_PATH).write_text(CONTRACT.format(CHINESE, "1.1.0") + MORE, "utf-8")
    commit(folder, "été ajouté 😀")
    (folder / CHINESE_PATH).write_text(CONTRACT.format(CHINESE, "2.0.0"), "utf-8")
    commit(folder, "été supprimé")
    git(folder, "checkout", "--quiet", "-b", FEATURE)
    for path, name in ((ORDERS_PATH, ORDERS), (CAFE_PATH, CAFE)):
        with open(os.path.join(os.fsencode(folder), os.fsencode(path)), "wb") as file:
            file.write(CONTRACT.format(name, "1.1.0").replace(", 中", "").encode())
    (folder / "CODEOWNERS").write_text("* @équipe\n/données/ @équipe/中\n", "utf-8")
    commit(folder, "中 supprimé")
    (folder.parent / "carte-é.json").write_text(CARD, "utf-8")
    fleet = f'index = "sqlite:///é.db"\n[[repositories]]\naddress = "{folder.name}"\nref = "{MAIN}"\n'
    (folder.parent / "flotte-é.toml").write_text(fleet, "utf-8")
    assert run(folder, "fleet", "sync", *FLEET).code == 0
    return folder


@pytest.fixture
def own(built: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    shutil.copytree(built.parent, tmp_path / "préfixe")
    return tmp_path / "préfixe" / built.name


ZEROS = "0" * 40
FLEET = ("--fleet", "../flotte-é.toml")
CASES: dict[str, list[tuple[int, list[str | bytes]]]] = {
    "check": [
        (1, []),
        (1, ["--base", MAIN, "--statistics", "--verbose", "--color", "always"]),
        (1, ["--head", FEATURE]),
        (1, ["--staged", ORDERS_PATH]),
        (1, [CAFE_PATH]),
        (2, ["nulle-part-é"]),
        (2, ["--base", "absente-é"]),
        (2, ["--baseline", "absente-é.json"]),
    ],
    "lint": [(0, []), (0, [ORDERS_PATH, CAFE_PATH]), (0, ["données"]), (2, ["nulle-part-é"])],
    "datasets": [(0, []), (0, ["--owner", "équipe", "--ref", FEATURE]), (0, ["--pattern", "donn*"])],
    "log": [(0, [CHINESE]), (0, [CAFE]), (2, ["absent-é"])],
    "show": [(0, [ORDERS]), (0, [f"{CHINESE}@1.1.0"]), (0, [CAFE, "--color", "always"]), (2, ["absent-é"])],
    "blame": [(0, [CHINESE]), (0, [CHINESE, "été"]), (0, [CAFE, "状态"]), (2, [ORDERS, "absent-é"])],
    "consumers": [
        (0, [ORDERS]),
        (0, []),
        (0, [ORDERS, "状态"]),
        (0, [CAFE, "--unused"]),
        (2, ["absent-é"]),
        (2, [ORDERS, "absent-é"]),
    ],
    "impact": [
        (1, [ORDERS, "状态", "--ref", MAIN]),
        (0, [ORDERS, "状态", "--enum-remove", "é"]),
        (0, [CAFE, "状态", "--rename", "état"]),
        (2, ["absent-é"]),
        (2, [ORDERS, "absent-é"]),
    ],
    "diff": [
        (0, []),
        (0, [f"{MAIN}..{FEATURE}"]),
        (0, [f"{CHINESE}@1.0.0..2.0.0"]),
        (0, [MAIN, ORDERS]),
        (2, ["absente-é..x"]),
    ],
    "audit": [(1, []), (1, ["--dataset", "中*"]), (1, ["--ref", FEATURE])],
    "bump": [(0, ["--all", "--dry-run"]), (0, [ORDERS, CAFE, "--dry-run"]), (2, ["absent-é"])],
    "deprecate": [(0, [ORDERS, "--uri", "https://example.com/é", "--dry-run"]), (0, [CAFE, "--uri", "é", "--dry-run"])],
    "archive": [(0, [CAFE, "--dry-run"]), (0, [CHINESE, "--dry-run"]), (2, ["absent-é"])],
    "accept": [
        (0, [ORDERS, "field_removed", "été", "--reason", "décidé 中", "--dry-run"]),
        (2, [CAFE, "field_removed", "absent-é", "--reason", "décidé"]),
    ],
    "owners": [
        (0, ["check"]),
        (0, ["check", "--ref", FEATURE]),
        (0, ["from-decision-card", "../carte-é.json"]),
        (0, ["from-decision-card", "-"]),
        (0, ["from-decision-card", "-", "--write", CAFE, "--dry-run"]),
        (2, ["from-decision-card", "absente-é.json"]),
        (2, ["é", "-"]),
    ],
    "site": [(2, ["../site-é", "--ref", "absente-é"]), (2, [ORDERS_PATH])],
    "fleet": [(0, [*FLEET]), (2, ["--fleet", "absente-é.toml"])],
    "fleet sync": [(0, [*FLEET]), (2, ["--fleet", "absente-é.toml"])],
    "fleet publish": [(2, ["--index", "sqlite:///../absent-é/é.db", "--ref", "absente-é"])],
    "fleet datasets": [(0, [*FLEET]), (0, [*FLEET, "--owner", "équipe", "--pattern", "donn*"])],
    "fleet versions": [(0, [CHINESE, *FLEET]), (2, ["absent-é", *FLEET])],
    "fleet owners": [(0, [*FLEET])],
    "fleet audit": [(1, [*FLEET])],
    "fleet consumers": [(0, [*FLEET]), (0, [ORDERS, *FLEET]), (2, ["absent-é", *FLEET])],
    "fleet impact": [(1, [ORDERS, "状态", *FLEET]), (2, [ORDERS, "absent-é", *FLEET])],
    "fleet site": [(2, ["../site-é", "--fleet", "absente-é.toml"])],
    "fleet serve": [(2, ["--fleet", "absente-é.toml"])],
    "serve": [(2, ["--ref", "absente-é"]), (2, ["--repository", "nulle-part-é"])],
    "token": [(2, ["Élodie", "--email", "absente"]), (2, ["é\n", "--email", "é@example.com"])],
    "hook": [(1, ["pre-push", "origine-é", "https://example.com/é"]), (1, ["pre-receive", "--default-branch", MAIN])],
    "git-diff-driver": [
        (0, []),
        (0, ["--textconv", ORDERS_PATH]),
        (0, ["--textconv", CAFE_PATH]),
        (0, ["--", CAFE_PATH, CAFE_PATH, ZEROS, "100644", ORDERS_PATH, ZEROS, "100644"]),
        (0, ["--", ORDERS_PATH]),
    ],
    "explain": [(0, []), (0, ["field_removed"]), (2, ["é"])],
    "schema": [(0, []), (0, ["policy"]), (0, ["acceptances"]), (0, ["report"]), (2, ["é"])],
    "init": [(0, ["--dry-run", "--ci", "github", "--owner", "@équipe"]), (2, ["--hook", "é"])],
    "demo": [(0, []), (0, ["--keep", "../démo-中"])],
}


def formats_of(command: str) -> list[str]:
    """Return the formats that a command's help lists."""
    group: Any = get_command(app)
    options = [each for each in group.get_command(None, command).params if "--format" in each.opts]
    return re.findall(r"[\w-]+", re.search(r"One of: ([^.]*)\.", options[0].help)[1]) if options else []  # type: ignore[index]


RUNS = [
    pytest.param(command, format_name, code, rest, id=f"{command}-{format_name}-{number}")
    for command, cases in CASES.items()
    for number, (code, rest) in enumerate(cases)
    for format_name in [None, *(each for each in formats_of(command) if number == 0 or each == "json")]
    if format_name is None or "from-decision-card" not in rest
]


def stdin_of(command: str, rest: list[str | bytes], folder: Path) -> bytes:
    """Return what a command reads from stdin: a card, or what git says of a push."""
    if command != "hook":
        return CARD.encode()
    before, after = (git(folder, "rev-parse", each).strip() for each in (MAIN, FEATURE))
    ref = f"refs/heads/{FEATURE}"
    return (f"{before} {after} {ref}\n" if rest[0] == "pre-receive" else f"{ref} {after} {ref} {before}\n").encode()


def parsed(format_name: str | None, text: str) -> Any:
    """Read a machine's format by its own parser."""
    if format_name in ("json", "sarif", "gitlab"):
        return json.loads(text)
    return ET.fromstring(text) if format_name == "junit" else None


def test_every_command_is_run() -> None:
    assert set(CASES) == {*COMMANDS, *(f"fleet {word}" for word in SUBCOMMANDS["fleet"][1:])}


def test_the_locale_has_no_unicode(tmp_path: Path) -> None:
    ask = "import sys; print(sys.getfilesystemencoding(), sys.stdout.encoding)"
    env = environment(tmp_path, **LOCALES["everything"])
    ended = subprocess.run([sys.executable, "-c", ask], env=env, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["ascii", "ascii"]


@pytest.mark.parametrize(("command", "format_name", "code", "rest"), RUNS)
def test_every_command_and_format_answers(
    built: Path, tmp_path: Path, command: str, format_name: str | None, code: int, rest: list[str | bytes]
) -> None:
    if command == "demo" and rest:
        rest = ["--keep", str(tmp_path / "démo-中")]
    options = ["--format", format_name] if format_name else []
    ran = run(built, *command.split(), *options, *rest, given=stdin_of(command, rest, built))
    assert ran.code == code, ran
    raw = command == "git-diff-driver" or (command == "show" and format_name in (None, "yaml"))
    if not raw:  # those two print a file's own bytes
        assert ran.out.isascii(), ran.out
    assert ran.err.isascii()
    if code != 2:
        assert (
            ran.out
            or (command, code) in (("lint", 0), ("fleet sync", 0))
            or b"--dry-run" in b" ".join(map(os.fsencode, rest))
        )
        parsed(format_name, ran.out.decode("utf-8", "surrogateescape"))


def test_a_site_is_written_to_a_folder_with_any_name(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site-é中"
    ran = run(built, "site", str(folder), "--ref", MAIN)
    assert (ran.code, ran.out) == (0, b""), ran
    assert ran.err.isascii()
    assert "<title>" in (folder / "index.html").read_text("ascii")
    assert list((folder / "datasets").iterdir())
    assert all(path.name.isascii() for path in folder.rglob("*"))


@pytest.mark.parametrize(
    ("command", "format_name"), [*(("check", each) for each in formats_of("check")), ("lint", "json")]
)
def test_a_report_in_a_file_is_utf_8_whatever_the_locale(
    built: Path, tmp_path: Path, command: str, format_name: str
) -> None:
    written = []
    for locale in ("everything", "output"):
        file = tmp_path / f"rapport-é-{locale}"
        both = ["--format", format_name, "--output", str(file), "--format", f"{format_name}:{file}-中"]
        assert run(built, command, *both, locale=locale).out == b""
        written.append(file.read_text("utf-8"))
        assert (tmp_path / f"{file.name}-中").read_text("utf-8") == written[-1]
    parsed(format_name, written[0])
    assert written[0] == written[1]
    if format_name in ("text", "table", "markdown", "github") and command == "check":
        assert "été" in written[0] or "%C3%A9t%C3%A9" in written[0]


def test_json_names_everything_as_it_is(built: Path) -> None:
    report = json.loads(run(built, "check", "--format", "json").out)
    assert report["base"]["ref"] == MAIN
    found = {each["dataset_id"]: each for each in report["contracts"]}
    assert set(found) == {ORDERS, CAFE}
    assert (found[ORDERS]["path"], found[CAFE]["path"]) == (ORDERS_PATH, "caf\udce9.yaml")
    for each in found.values():
        assert {issue["field"] for issue in each["issues"]} >= {"été", "状态"}
    entry = json.loads(run(built, "log", CHINESE, "--format", "json").out)
    assert "été supprimé" in json.dumps(entry, ensure_ascii=False)
    assert "Zoë 中" in json.dumps(entry, ensure_ascii=False)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_the_output_lacks_is_escaped(built: Path, locale: str) -> None:
    ran = run(built, "check", "--format", "text", ORDERS_PATH, locale=locale)
    assert ran.code == 1
    latin = locale == "latin"
    assert (b"'\xe9t\xe9' was removed" if latin else rb"'\xe9t\xe9' was removed") in ran.out
    assert rb"\u4e2d\u6587.yaml:" in ran.out


@pytest.mark.parametrize("locale", LOCALES)
def test_owners_to_paste_are_the_same_yaml(built: Path, locale: str) -> None:
    ran = run(built, "owners", "from-decision-card", "-", given=CARD.encode(), locale=locale)
    text = ran.out.decode("latin-1" if locale == "latin" else "ascii")
    assert yaml.safe_load(text)["owners"] == [{"team": "équipe 中文", "contact": "#é"}, {"team": "Zoë"}]


def test_what_is_edited_is_utf_8(own: Path) -> None:
    assert run(own, "bump", ORDERS, CAFE).code == 0
    assert run(own, "owners", "from-decision-card", "../carte-é.json", "--write", ORDERS).code == 0
    assert run(own, "deprecate", CAFE, "--uri", "https://example.com/é").code == 0
    assert run(own, "archive", CHINESE).code == 0
    for field, kind in (("été", "field_removed"), ("状态", "field_enum_shrunk")):
        for name in (ORDERS, CAFE):
            assert run(own, "accept", name, kind, field, "--reason", "décidé 中").code == 0
    assert (own / ORDERS_PATH).read_text("utf-8").count("équipe 中文") == 1
    with open(os.path.join(os.fsencode(own), CAFE_PATH), "rb") as file:
        assert "deprecation_uri: " in file.read().decode("utf-8")
    assert "décidé 中" in (own / "dcr.accepted.yaml").read_text("utf-8")
    assert run(own, "check").code == 0
    assert run(own, "check", "--write-baseline", "--baseline", "référence-é.json").code == 0
    assert run(own, "check", "--baseline", "référence-é.json").code == 0


def test_a_repository_is_set_up(tmp_path: Path) -> None:
    folder = tmp_path / "dépôt-é"
    (folder / "données").mkdir(parents=True)
    git(folder, "init", "--quiet", f"--initial-branch={MAIN}")
    (folder / ORDERS_PATH).write_text(CONTRACT.format(ORDERS, "1.0.0"), "utf-8")
    assert run(folder, "init", "--ci", "github", "--owner", "@équipe").code == 0
    assert "données" in (folder / "dcr.toml").read_text("utf-8")
    assert run(folder, "lint").code == 0


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in COMMANDS), ["é"], ["check", "--é"], ["check", b"\xe9"]])  # fmt: skip  # noqa: E501
def test_help_and_misuse_are_said(built: Path, arguments: list[str | bytes]) -> None:
    ran = run(built, *arguments)
    assert (ran.out + ran.err).isascii()
    assert ran.code == (0 if "--help" in arguments else 2)


def test_variables_that_name_a_base_are_read(built: Path) -> None:
    env = environment(built.parent, **LOCALES["everything"], DCR_BASE=MAIN)
    ended = subprocess.run([*DCR, "check", "--format", "json"], cwd=built, env=env, capture_output=True, check=False)
    assert (ended.returncode, json.loads(ended.stdout)["base"]["ref"]) == (1, MAIN)

"""Pages name tests, options, commands, limits and other pages that exist, and docs/README.md lists every page."""

from __future__ import annotations

import re
import runpy
from typing import TYPE_CHECKING, Any

import pytest
from doc_pages import PAGES, ROOT, all_blocks, links, rows, section, without_blocks
from typer.main import get_command

from dcr.cli.app import COMMANDS, SUBCOMMANDS, app
from dcr.contract import validity
from dcr.contract.values import patterns
from dcr.formats._foreign import notes
from dcr.git import baselines, cache_file, command
from dcr.git.contracts import changed_files
from dcr.parsing import yaml_reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECURITY = ROOT / "docs/security.md"
MEBI = 1024 * 1024
LIMITS = {
    "one file": f"{yaml_reader.MAX_BYTES // MEBI} MiB",
    "nesting": f"{yaml_reader.MAX_DEPTH} levels",
    "values in a file, aliases expanded": f"{yaml_reader.MAX_NODES:,}",
    "one value": f"{yaml_reader.MAX_SCALAR:,} characters",
    "a `dataset_id`": f"{validity.MAX_ID_LENGTH} characters",
    "a number in a version": f"{validity.MAX_VERSION_DIGITS} digits",
    "errors reported for one file": f"{validity.MAX_VIOLATIONS:,}",
    "a `pattern`": f"{patterns.MAX_PATTERN_LENGTH:,} characters",
    "columns of a file in another format": f"{notes.MAX_COLUMNS:,}",
    "datasets in one file": f"{notes.MAX_DATASETS:,}",
    "older versions tried to find a readable one": f"{changed_files.MAX_OLDER_VERSIONS}",
    "a baseline": f"{baselines.MAX_BASELINE_BYTES // MEBI} MiB",
    "one git command": f"{command.TIME_LIMIT:.0f} seconds (`DCR_GIT_TIMEOUT`)",
    "the cache": f"{cache_file.MAX_FILE_BYTES // MEBI} MiB",
}
OF_OTHERS = {"--no-verify", "--end-of-options", "--accept", "--group", "--tb", "--filter", "--depth", "--sparse"}
"""Options of git, pip and pytest that pages speak of without their program."""

on_every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def test_every_test_that_the_security_page_names_exists() -> None:
    named = sentences(without_blocks(SECURITY))
    assert len(named) > 40
    known = {
        name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    assert [each for each in named if f"test_{re.sub(r'[^a-z0-9]+', '_', each.lower())}" not in known] == []


def sentences(text: str) -> list[str]:
    """Return what stands in italics: the words of a test's name."""
    return [" ".join(each.split()) for each in re.findall(r"(?<![*\w])\*([^*]+)\*(?!\*)", text)]


def test_every_guarantee_of_the_security_page_is_shown_or_names_its_tests() -> None:
    _, *guarantees = re.split(r"^\*\*\d\. ", section(SECURITY, "## Guarantees"), flags=re.MULTILINE)
    assert len(guarantees) == 8
    assert [each.partition(".")[0] for each in guarantees if "<!-- new repository; run -->" not in each
            and not sentences(each)] == []  # fmt: skip


def test_the_limits_on_the_security_page_are_those_of_the_code() -> None:
    assert {row[0]: row[1] for row in rows(section(SECURITY, "## Limits"))} == LIMITS


def test_the_index_lists_every_page_and_folder_of_docs_once() -> None:
    index = ROOT / "docs/README.md"
    listed = [each for each in links(index) if not each.startswith("..")]
    there = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    there |= {path.name for path in (ROOT / "docs").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert sorted(each.rstrip("/") for each in listed) == sorted(there)


def test_the_tables_of_the_command_line_are_what_the_commands_say() -> None:
    generator = runpy.run_path(str(ROOT / "docs/generate_command_line.py"))
    assert generator["PAGE"].read_text("utf-8") == generator["render_page"](), "python docs/generate_command_line.py"


def test_every_command_has_its_row_and_its_section_on_the_page_of_the_command_line() -> None:
    page = ROOT / "docs/command-line.md"
    listed = [re.findall(r"\[`dcr ([\w-]+)`\]", row[0])[0] for row in rows(section(page, "## Commands"))
              if row[0].startswith("[")]  # fmt: skip
    assert listed == list(COMMANDS)
    for name in (*COMMANDS, *list_subcommands()):
        told = {word for row in rows(section(page, f"### dcr {name}")) for word in re.findall(r"`(--[\w-]+)", row[0])}
        assert told == {each for each in options()[name] if each.startswith("--")} - {"--help"}


@on_every_page
def test_every_option_of_dcr_that_a_page_names_exists(page: Path) -> None:
    """Within a command of dcr it has to be that command's; alone in backticks it has to be some command's."""
    everywhere = {option for each in options().values() for option in each} | OF_OTHERS
    wrong = [(name, option) for name, option in written_commands(page) if option not in options()[name]]
    of_others = page.parent.name == "bench" or page.name == "comparison.md"  # pages full of other programs' options
    prose = "" if of_others else without_blocks(page)
    alone = [each for each in re.findall(r"`(--[a-z-]+)", prose) if each not in everywhere]
    assert (wrong, alone) == ([], [])


def written_commands(page: Path) -> Iterator[tuple[str, str]]:
    """Yield each command of dcr with each option that a page gives it, in prose and in files to copy."""
    spans = re.findall(r"`(dcr [^`]+)`", re.sub(r"\s+", " ", without_blocks(page)))
    copied = [line for kind in ("yaml", "bash", "groovy", "text") for block in all_blocks(kind)
              if block.page == page for line in re.findall(r"\bdcr [a-z-]+ .*", block.text)]  # fmt: skip
    for text in (*spans, *copied):
        words = [word for word in re.split(r"[\s\[\]|]+", text) if word]
        name = words[1] if len(words) > 1 else ""
        if words[2:] and words[2] in SUBCOMMANDS.get(name, ())[1:]:
            name = f"{name} {words[2]}"
        if name in (*COMMANDS, *list_subcommands()):
            yield from ((name, word.partition("=")[0]) for word in words[2:] if re.match(r"--?[a-z]", word))


def list_subcommands() -> list[str]:
    return [f"{name} {word}" for name, words in SUBCOMMANDS.items() for word in words[1:]]


_known: dict[str, set[str]] = {}


def options() -> dict[str, set[str]]:
    """Return the options of each command, `-h` and `--help` among them; `dcr` alone has `--version` and completion."""
    if not _known:
        group: Any = get_command(app)
        with group.make_context("dcr", ["check"], resilient_parsing=True) as context:
            for name in (*COMMANDS, *list_subcommands()):
                made = group.get_command(context, name)
                _known[name] = {"-h", "--help"} | {each for one in made.params for each in one.opts
                                                   if each.startswith("-")}  # fmt: skip
        _known["dcr"] = {"-h", "--help", "--version", "--install-completion", "--show-completion"}
    return _known

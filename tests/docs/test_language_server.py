"""What a real editor's language servers make of the schemas; they are fetched from npm, so only with `-m network`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from doc_pages import ROOT, all_blocks
from language_server import LanguageServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
]
SETTINGS = {
    "yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}},
}
ON_THE_PAGE = next(each for each in all_blocks("json") if "yaml.schemas" in each.text)
FAULTY = """\
# yaml-language-server: $schema=contract.schema.json
dataset_id: shop.orders
version: "1.0"
status: deprecated
ownrs: []
fields:
  - name: id
    type: strin
  - name: note
    type: string
    minimum: 3
    m
  - name: tags
    type: array
"""
FAULTY_ACCEPTANCES = """\
# yaml-language-server: $schema=acceptances.schema.json
accepted:
  - dataset: "shop.*"
    version: "2.0.0"
    kind: field_removed
    reason: agreed
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    packages = ("yaml-language-server", "@taplo/cli")
    subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), *packages], check=True, timeout=300)
    return folder / "node_modules" / ".bin"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the schemas in it, as `dcr schema` prints them."""
    made = tmp_path_factory.mktemp("editor")
    for name in ("contract", "policy", "acceptances"):
        with (made / f"{name}.schema.json").open("wb") as file:
            subprocess.run([sys.executable, "-m", "dcr", "schema", name], stdout=file, check=True, cwd=ROOT)
    return made


@pytest.fixture(scope="module")
def server(programs: Path, folder: Path) -> Iterator[LanguageServer]:
    with LanguageServer([str(programs / "yaml-language-server"), "--stdio"], folder, SETTINGS) as running:
        yield running


@pytest.mark.parametrize("name", ["growth/users_daily_active.yaml", "commerce/orders.yaml"])
def test_a_good_contract_is_not_complained_of(server: LanguageServer, folder: Path, name: str) -> None:
    path = folder / name.replace("/", "_")
    line = "# yaml-language-server: $schema=contract.schema.json\n"
    path.write_text(line + (ROOT / "contracts-example" / name).read_text("utf-8"), "utf-8")
    assert server.opened(path) == []


def test_a_faulty_contract_is_complained_of_where_it_is_wrong(server: LanguageServer, folder: Path) -> None:
    path = folder / "faulty.yaml"
    path.write_text(FAULTY.replace("    m\n", ""), "utf-8")
    told = dict(server.opened(path))
    assert told[3] == 'version is not valid, expected MAJOR.MINOR.PATCH in quotes, such as "1.0.0"'
    assert told[5] == "Property ownrs is not allowed."
    assert told[8].startswith('Value is not accepted. Valid values: "string", "integer"')
    assert told[11] == "minimum is only for integer and number fields, and this one is 'string'"
    assert told[12] == 'Missing property "items".'
    assert told[2] == "deprecation_uri is missing: a deprecated contract needs the address of the migration plan"
    assert len(told) == 6


def test_a_key_is_explained_under_the_cursor(server: LanguageServer, folder: Path) -> None:
    path = folder / "hover.yaml"
    path.write_text(FAULTY, "utf-8")
    server.opened(path)
    status = server.hover(path, 4, 3)
    assert "Where the version is in its life." in status
    assert "* `archived`: out of use" in status
    assert "* `timestamp`: text with date, time and zone" in server.hover(path, 8, 6)
    assert "Example:\n\n```yaml\nshop.orders" not in server.hover(path, 2, 3)
    assert "Example:\n\n```yaml\nusers.daily_active" in server.hover(path, 2, 3)


def test_keys_and_words_are_offered(server: LanguageServer, folder: Path) -> None:
    path = folder / "complete.yaml"
    path.write_text(FAULTY.replace("status: deprecated", "status: "), "utf-8")
    server.opened(path)
    assert set(server.completions(path, 4, 9)) >= {"draft", "active", "deprecated", "archived"}
    keys = server.completions(path, 12, 6)
    assert {"min_length", "max_length", "required", "enum", "pattern", "description"} <= set(keys)
    assert not [text for text in keys.values() if "null" in text]


def test_acceptances_are_checked_too(server: LanguageServer, folder: Path) -> None:
    path = folder / "dcr.accepted.yaml"
    path.write_text(FAULTY_ACCEPTANCES, "utf-8")
    assert sorted(server.opened(path)) == [
        (3, "one name, exactly: no wildcards, not blank"),
        (3, "field is missing: this kind is about a field"),
    ]


def test_the_settings_on_the_page_find_the_schemas_without_a_line_in_the_file(programs: Path, tmp_path: Path) -> None:
    (tmp_path / ".dcr").mkdir()
    (tmp_path / "contracts" / "shop").mkdir(parents=True)
    for name in ("contract", "acceptances"):
        with (tmp_path / ".dcr" / f"{name}.schema.json").open("wb") as file:
            subprocess.run([sys.executable, "-m", "dcr", "schema", name], stdout=file, check=True, cwd=ROOT)
    settings = {"yaml": {**SETTINGS["yaml"], "schemas": json.loads(ON_THE_PAGE.text)["yaml.schemas"]}}
    with LanguageServer([str(programs / "yaml-language-server"), "--stdio"], tmp_path, settings) as server:
        for path, text in (("contracts/shop/a.yaml", FAULTY), ("dcr.accepted.yaml", FAULTY_ACCEPTANCES)):
            (tmp_path / path).write_text(text.partition("\n")[2], "utf-8")
            assert server.opened(tmp_path / path)
        (tmp_path / "elsewhere.yaml").write_text("dataset_id: 1\n", "utf-8")
        assert server.opened(tmp_path / "elsewhere.yaml") == []


def test_a_toml_editor_checks_the_policy(programs: Path, folder: Path) -> None:
    path = folder / "dcr.toml"

    def taplo(text: str) -> subprocess.CompletedProcess[str]:
        path.write_text(f"#:schema ./policy.schema.json\n{text}", "utf-8")
        command = [str(programs / "taplo"), "lint", "--colors", "never", path.name]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)

    assert taplo('mode = "full"\n[severity]\nfield_removed = "warning"\n').returncode == 0
    wrong = taplo('mode = "ful"\n')
    assert wrong.returncode == 1
    assert '"ful" is not one of ["backward","forward","full"' in wrong.stderr
    assert "field_remved" in taplo('[severity]\nfield_remved = "warning"\n').stderr

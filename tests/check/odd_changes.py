"""Provides repositories in which many files change in odd ways, at random, for tests of portions."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from repositories import Repository, contract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IDS = [f"shop.d{number}" for number in range(20)]
FORMS: tuple[Callable[[str], bytes], ...] = (
    lambda text: text.replace("dataset_id: ", 'dataset_id: "').replace("\nversion", '"\nversion', 1).encode(),
    lambda text: (
        text.replace("shop.", r"\x73hop.")
        .replace("dataset_id: ", 'dataset_id: "', 1)
        .replace("\nv", '"\nv', 1)
        .encode()
    ),
    lambda text: text.replace("dataset_id: ", "dataset_id: &id ").encode(),
    lambda text: text.replace("dataset_id: ", "dataset_id:\n  ").encode(),
    lambda text: text.replace("dataset_id:", "? dataset_id\n:").encode(),
    lambda text: (text + "# models and dataset_id: other.id\n").encode(),
    lambda text: text.replace("\n", "\r\n").encode(),
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: text.encode("utf-16"),
    lambda text: (text + "---\n" + text).encode(),
    lambda text: text.replace("fields:", "\tfields:").encode(),
    lambda text: text.replace("fields:", "columns:").encode(),
    lambda text: f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n".encode(),
    lambda text: text.replace("dataset_id", "name").encode(),
    lambda _: b"kind: Deployment\nspec: {dataset_id: shop.d1}\n",
    lambda _: b"",
)
"""Odd ways to write a native contract, most of them invalid."""


def _native(chance: random.Random, dataset_id: str) -> bytes:
    without = [name for name in ("ltv", "plan") if chance.random() < 0.3]
    version = chance.choice(("1.0.0", "1.0.1", "1.1.0", "2.0.0"))
    status = chance.choice(("active", "active", "draft", "deprecated"))
    more = chance.choice(("", "", "  - {name: extra, type: string, required: false}", "x-consumers: complete"))
    text = contract(dataset_id, version, status=status, without=without, more=more)
    return chance.choice(FORMS)(text) if chance.random() < 0.25 else text.encode()


def _odcs(chance: random.Random, name: str) -> bytes:
    tables = chance.sample(("a", "b", "c"), chance.randint(1, 3))
    lines = ["apiVersion: v3.1.0", "kind: DataContract", f"id: {name}", "version: 1.0.0", "status: active", "schema:"]
    for table in tables:
        columns = chance.sample(("id", "name", "total"), chance.randint(1, 3))
        lines += [f"  - name: {table}", "    properties:"]
        lines += [f"      - {{name: {column}, logicalType: string}}" for column in columns]
    return ("\n".join(lines) + "\n").encode()


def _dcs(chance: random.Random, name: str) -> bytes:
    lines = ["dataContractSpecification: 1.1.0", f"id: {name}", "info: {title: t, version: 1.0.0}", "models:"]
    tables = chance.sample(("a", "b", "c"), chance.randint(1, 3))
    fields = ("{id: {type: string}}", "{id: {type: string}, x: {type: integer}}", "{x: {type: string}}")
    lines += [f"  {table}: {{fields: {chance.choice(fields)}}}" for table in tables]
    return ("\n".join(lines) + "\n").encode()


def _dbt(chance: random.Random, _: str) -> bytes:
    lines = ["models:"]
    for name in chance.sample(("m1", "m2", "m3", "shop.d1"), chance.randint(1, 3)):
        enforced = chance.choice(("true", "true", "false"))
        columns = ", ".join(f"{{name: {each}, data_type: text}}" for each in chance.sample("abc", chance.randint(1, 3)))
        lines.append(f"  - {{name: {name}, config: {{contract: {{enforced: {enforced}}}}}, columns: [{columns}]}}")
    return ("\n".join(lines) + "\n").encode()


def _text(chance: random.Random, path: str) -> bytes:
    """Return a text for a file, most often of the dataset and the format that it had before."""
    number = int(path[-7:-5])
    dataset_id = IDS[number] if chance.random() < 0.85 else chance.choice(IDS)
    kinds = (_odcs, _dcs, _dbt)
    kind = kinds[number % 3] if path.startswith("other") else _native
    return (kind if chance.random() < 0.9 else chance.choice(kinds))(chance, dataset_id)


def _change(repository: Repository, chance: random.Random, paths: list[str], share: float) -> None:
    """Change some files of the working tree: edit, add, remove, move or swap them, or make them something else."""
    for path in chance.sample(paths, round(len(paths) * share)):
        target = repository.folder / path
        other = repository.folder / chance.choice(paths)
        action = chance.choice((*["edit"] * 8, "remove", "move", "swap", "copy", "link", "mode", "line ends"))
        exists = target.is_file() and not target.is_symlink()
        if action == "edit" or not exists:
            if target.is_symlink() or target.exists():
                target.unlink()
            repository.write(path, _text(chance, path))
        elif action == "remove":
            target.unlink()
        elif action == "move":
            (repository.folder / "contracts/moved").mkdir(exist_ok=True)
            target.rename(repository.folder / "contracts/moved" / target.name)
        elif action == "swap" and other.is_file() and not other.is_symlink():
            mine, theirs = target.read_bytes(), other.read_bytes()
            target.write_bytes(theirs)
            other.write_bytes(mine)
        elif action == "copy":
            (repository.folder / f"contracts/copy-{target.name}").write_bytes(target.read_bytes())
        elif action == "link":
            target.unlink()
            target.symlink_to("elsewhere.yaml")
        elif action == "mode":
            target.chmod(0o755)
        elif action == "line ends":
            target.write_bytes(target.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


CONSUMER = """\
consumer: {name}
owners: [{{team: finance}}]
uses:
  - dataset: {dataset}
    fields: [{field}]
"""


def build_odd_repository(root: Path, seed: int, *, policy: str = "", consumers: int = 0) -> Repository:
    """Return a repository whose branch, base and working tree changed most of its files at random."""
    chance = random.Random(seed)
    repository = Repository(root)
    paths = [f"contracts/f{number:02}.yaml" for number in range(14)]
    paths += [f"other/g{number:02}.yaml" for number in range(14, 20)]
    files: dict[str, str | bytes | None] = {path: _text(chance, path) for path in paths}
    files["dcr.toml"] = policy
    files["notes.txt"] = contract("shop.d3")
    for number in range(consumers):
        text = CONSUMER.format(name=f"c{number}", dataset=chance.choice(IDS), field=chance.choice(("ltv", "plan")))
        files[f"consumers/c{number}.yaml"] = text
    repository.commit(files)
    for share in (0.3, 0.2):  # a history
        _change(repository, chance, paths, share)
        repository.commit()
    repository.branch("feature")
    _change(repository, chance, paths, 0.6)
    repository.commit()
    repository.git("checkout", "-q", "main")
    if chance.random() < 0.5:  # the base moves on, and has some of the branch's changes
        for path in repository.git("diff", "--name-only", "--diff-filter=M", "main", "feature").split()[:3]:
            repository.git("checkout", "-q", "feature", "--", path)
        _change(repository, chance, paths, 0.2)
        repository.commit()
    repository.git("checkout", "-q", "feature")
    _change(repository, chance, paths, 0.4)
    return repository

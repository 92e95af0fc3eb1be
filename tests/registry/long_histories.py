"""Generates a repository with a long history of contracts, with one git fast-import.

Equal seeds give equal repositories. The generator does not use dcr.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repositories import Repository

ZONES = ("+0000", "+0200", "-0730", "+1245")
AUTHORS = ("Ada <ada@example.com>", "José Ñ <jose@example.com>", 'o\'Brien, "Bo" <bo@example.com>')
WORDS = ("amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath")
BROKEN = ("dataset_id: [", "dataset_id: {a\n", "\tdataset_id: x\n", "a: 1\na: &x [*y]\n")


@dataclass(frozen=True)
class Dataset:
    """One dataset as a file has it."""

    id: str
    path: str
    version: tuple[int, int, int] = (1, 0, 0)
    status: str = "active"
    description: str = "one row each"
    fields: tuple[str, ...] = ("id", "day", "amount", "plan")
    comment: str = ""
    text: str | None = None

    def content(self) -> str:
        if self.text is not None:
            return self.text
        lines = [f"# {self.comment}"] if self.comment else []
        lines += [f"dataset_id: {self.id}", 'version: "{}.{}.{}"'.format(*self.version), f"status: {self.status}"]
        lines += [f"deprecation_uri: https://example.com/{self.id}"] if self.status == "deprecated" else []
        lines += [f"description: {self.description}", "owners: [{team: growth}]", "fields:"]
        lines += [f"  - {{name: {name}, type: string, required: false}}" for name in self.fields]
        return "\n".join(lines) + "\n"


@dataclass
class Branch:
    """What a branch holds, and what its next commit changes."""

    files: dict[str, Dataset]
    removed: list[Dataset] = field(default_factory=list)
    changed: dict[str, str | None] = field(default_factory=dict)

    def put(self, dataset: Dataset, before: Dataset | None = None) -> None:
        if before is not None and before.path != dataset.path:
            del self.files[before.path]
            self.changed[before.path] = None
        self.files[dataset.path] = dataset
        self.changed[dataset.path] = dataset.content()

    def drop(self, dataset: Dataset) -> None:
        del self.files[dataset.path]
        self.changed[dataset.path] = None
        self.removed.append(replace(dataset, text=None))


class Writer:
    """Writes commits as fast-import reads them; marks count from 1."""

    def __init__(self, chance: random.Random) -> None:
        self.out: list[bytes] = []
        self.mark, self.chance = 0, chance

    def commit(self, ref: str, changed: dict[str, str | None], *parents: int) -> int:
        self.mark += 1
        when = 1_600_000_000 + self.mark * 3_600 + self.chance.randrange(-9_000, 9_000)
        zone, author = self.chance.choice(ZONES), self.chance.choice(AUTHORS)
        message = f"change {self.mark}\n\nat length".encode()
        self.out.append(
            f"commit {ref}\nmark :{self.mark}\nauthor {author} {when - 500} +0000\n"
            f"committer Merger <merger@example.com> {when} {zone}\n".encode()
        )
        self.out.append(b"data %d\n%b\n" % (len(message), message))
        for number, parent in enumerate(parents):
            self.out.append(f"{'merge' if number else 'from'} :{parent}\n".encode())
        for path, text in changed.items():
            if text is None:
                self.out.append(f'D "{path}"\n'.encode())
            else:
                content = text.encode()
                self.out.append(f'M 100644 inline "{path}"\ndata {len(content)}\n'.encode() + content + b"\n")
        changed.clear()
        return self.mark


def build(repository: Repository, contracts: int, commits: int, seed: int) -> None:
    """Fill a repository's `main` with so many first-parent commits; one in ten is a merge."""
    chance = random.Random(seed)
    writer = Writer(chance)
    main = Branch({})
    for number in range(contracts):
        word = chance.choice(WORDS)
        main.put(Dataset(f"{word}.set_{number:04}", f"contracts/{word}/set_{number:04}.yaml"))
    main.changed["README.md"] = "contracts\n"
    tip = writer.commit("refs/heads/main", main.changed)
    for number in range(1, commits):
        if number % 10 == 0:
            tip = _merge(writer, main, tip, chance)
        elif number % 17 == 0:
            tip = writer.commit("refs/heads/main", {"README.md": f"{number}\n"}, tip)
        else:
            for _ in range(chance.randint(1, 4)):
                _change(main, chance)
            tip = writer.commit("refs/heads/main", main.changed, tip)
    repository.git("fast-import", "--quiet", "--done", given=b"".join([*writer.out, b"done\n"]))


def _merge(writer: Writer, main: Branch, tip: int, chance: random.Random) -> int:
    """A side branch of some commits, merged with what it changed, with none of it, or with something else."""
    side = Branch(dict(main.files), list(main.removed))
    head = tip
    for _ in range(chance.randint(1, 3)):
        for _ in range(chance.randint(1, 2)):
            _change(side, chance)
        head = writer.commit("refs/heads/side", side.changed, head)
    how = chance.choice(("whole", "whole", "none", "otherwise"))
    changed: dict[str, str | None] = {}
    if how != "none":
        if how == "otherwise":
            _change(side, chance)
        for path in main.files.keys() - side.files.keys():
            changed[path] = None
        for path, dataset in side.files.items():
            if main.files.get(path) != dataset:
                changed[path] = dataset.content()
        main.files, main.removed = side.files, side.removed
    return writer.commit("refs/heads/main", changed, tip, head)


def _change(branch: Branch, chance: random.Random) -> None:
    """Do to one contract what people do."""
    if branch.removed and chance.random() < 0.15:
        back = branch.removed.pop(chance.randrange(len(branch.removed)))
        path = back.path if chance.random() < 0.4 else f"contracts/again/{back.id}.yml"
        if path not in branch.files:
            branch.put(replace(back, path=path, comment="back", status="active"))
        return
    dataset = branch.files[chance.choice(sorted(branch.files))]
    if dataset.text is not None:
        branch.put(replace(dataset, text=None, comment="mended"))
        return
    roll = chance.random()
    major, minor, patch = dataset.version
    changed = dataset
    if roll < 0.3:
        changed = replace(dataset, version=(major, minor, patch + 1), description=f"words {chance.randrange(10**6)}")
    elif roll < 0.55:
        changed = replace(
            dataset, version=(major, minor + 1, 0), fields=(*dataset.fields, f"f{chance.randrange(10**6)}")
        )
    elif roll < 0.65:
        changed = replace(dataset, version=(major + 1, 0, 0), fields=dataset.fields[:-1] or dataset.fields)
    elif roll < 0.7:  # two contents of one version
        changed = replace(dataset, description=f"edited {chance.randrange(3)}")
    elif roll < 0.76:
        changed = replace(dataset, status=chance.choice(("active", "deprecated", "archived", "draft")))
    elif roll < 0.8:
        changed = replace(dataset, comment=f"comment {chance.randrange(10**6)}")
    elif roll < 0.88:
        changed = replace(dataset, path=f"contracts/{chance.choice(WORDS)}/moved/{chance.randrange(10**9)}.yaml")
    elif roll < 0.92:
        changed = replace(dataset, text=chance.choice(BROKEN))
    elif roll < 0.94:
        changed = replace(dataset, fields=dataset.fields[::-1])
    else:
        branch.drop(dataset)
        return
    branch.put(changed, dataset)


def lines_of(repository: Repository, *arguments: str) -> Iterator[str]:
    yield from repository.git(*arguments).splitlines()

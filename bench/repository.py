"""Builds a git repository of contracts with history; what they say is left to contracts.

All history goes to git in one `fast-import` stream, since a process for each commit would take minutes.
The same seed gives the same commit ids: dates, author and configuration are fixed.
"""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contracts import Contract, consumer, sample, with_optional_field, with_status_value, with_wording, without_status
from layout import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AUTHOR = "dcr bench <bench@example.com>"
FIRST_COMMIT = 1_700_000_000
SECONDS_BETWEEN_COMMITS = 3600
MOST_RELEASES_PER_COMMIT = 4


@dataclass(frozen=True)
class Size:
    """How large a repository is: `commits` counts the first one, which adds every contract.

    `others` are files beside the contracts, three in ten of them YAML or JSON; `setting` is the text of a dcr.toml.
    The changes break consumers if they are `breaking`.
    """

    contracts: int
    commits: int
    changed: int
    others: int = 0
    setting: str = ""
    consumers: int = 0
    breaking: bool = False

    def __post_init__(self) -> None:
        if self.contracts < 1 or self.commits < 1:
            raise ValueError("a repository has at least one contract and one commit")
        if not 0 <= self.changed <= self.contracts:
            raise ValueError(f"{self.changed} of {self.contracts} contracts cannot be changed")


def build(folder: Path, size: Size, seed: int) -> None:
    """Make `folder` a repository on branch `topic`, which is `main` but for the working tree.

    There `size.changed` contracts have an optional field more and the next MINOR version, or a field less and the next
    MAJOR version, not committed.
    Raises FileExistsError when the folder has something in it.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"'{folder}' is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    latest = [sample(seed, index) for index in range(size.contracts)]
    beside = dict(_others(size.others))
    beside.update(consumer(seed, number, latest) for number in range(size.consumers))
    if size.setting:
        beside["dcr.toml"] = size.setting
    history = b"".join(_history(latest, size.commits, random.Random(f"{seed}/history"), beside))
    _git(folder, "init", "--quiet", "--initial-branch=topic", "--template=")
    _git(folder, "fast-import", "--quiet", "--done", stdin=history)
    _check_out(folder, [*(each.path for each in latest), *beside])
    for contract in random.Random(f"{seed}/topic").sample(latest, size.changed):
        text = render(without_status(contract) if size.breaking else with_optional_field(contract))
        (folder / contract.path).write_text(text, encoding="utf-8", newline="\n")


def build_complete(folder: Path, size: Size, seed: int) -> None:
    """Build a repository unless it is there. It gets its name when complete, so an interrupted one is never used."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix="partial-", dir=folder.parent))
        build(partial, size, seed)
        partial.rename(folder)


def build_file(folder: Path, path: str, committed: Iterable[str], now: str) -> None:
    """Make `folder` a repository of one file, as each commit of `main` leaves it; the working tree has it as `now`."""
    history = []
    for number, text in enumerate(committed):
        date = f"{FIRST_COMMIT + number * SECONDS_BETWEEN_COMMITS} +0000"
        history.append(f"commit refs/heads/main\ncommitter {AUTHOR} {date}\n".encode() + _data(f"release {number}"))
        history.append(f"M 100644 inline {path}\n".encode() + _data(text))
    history.append(b"reset refs/heads/topic\nfrom refs/heads/main\n\ndone\n")
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--initial-branch=topic", "--template=")
    _git(folder, "fast-import", "--quiet", "--done", stdin=b"".join(history))
    _git(folder, "reset", "--quiet", "--hard")
    (folder / path).write_text(now, encoding="utf-8", newline="\n")


def environment() -> dict[str, str]:
    """Return this process's environment without what is the user's own: git's settings, a hook's GIT_DIR.

    Python may write bytecode, since an installed program has it.
    """
    own = ("GIT_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


TEMPLATE = "{{- if .Values.on }}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n{{- end }}\n"
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{number}\nspec:\n  replicas: 2\n"
PACKAGE = '{{"name": "app-{number}", "version": "1.0.0", "dependencies": {{"left-pad": "1.3.0"}}}}\n'


def _others(number: int) -> Iterator[tuple[str, str]]:
    """Yield path and text of what lies about in a repository of many services."""
    for each in range(number):
        folder = f"services/service-{each % 400}"
        kind = each % 10
        if kind == 0:
            yield f"{folder}/chart/templates/{each}.yaml", TEMPLATE
        elif kind == 1:
            yield f"{folder}/deploy/{each}.yaml", DEPLOYMENT.format(number=each)
        elif kind == 2:
            yield f"{folder}/web/{each}.json", PACKAGE.format(number=each)
        else:
            yield f"{folder}/src/module_{each}.py", f"def answer() -> int:\n    return {each}\n"


def _history(latest: list[Contract], commits: int, chance: random.Random, beside: dict[str, str]) -> Iterator[bytes]:
    """Yield fast-import commands; `latest` is left at the versions that `main` ends with."""
    yield from _commit(0, "add the contracts", latest)
    for path, text in beside.items():
        yield f"M 100644 inline {path}\n".encode() + _data(text)
    for number in range(1, commits):
        count = chance.randint(1, min(MOST_RELEASES_PER_COMMIT, len(latest)))
        chosen = chance.sample(range(len(latest)), count)
        for index in chosen:
            release = chance.choice((with_wording, with_status_value))
            latest[index] = release(latest[index])
        yield from _commit(number, f"release {count}", [latest[index] for index in chosen])
    yield b"reset refs/heads/topic\nfrom refs/heads/main\n\ndone\n"


def _commit(number: int, message: str, contracts: list[Contract]) -> Iterator[bytes]:
    date = f"{FIRST_COMMIT + number * SECONDS_BETWEEN_COMMITS} +0000"
    yield f"commit refs/heads/main\ncommitter {AUTHOR} {date}\n".encode() + _data(message)
    for contract in contracts:
        yield f"M 100644 inline {contract.path}\n".encode() + _data(render(contract))


def _data(text: str) -> bytes:
    encoded = text.encode()
    return b"data %d\n%b\n" % (len(encoded), encoded)


def _check_out(folder: Path, paths: list[str]) -> None:
    _git(folder, "reset", "--quiet", "--hard")
    # Git reads a file as new as its index again at every diff, so the files are made older.
    for path in paths:
        os.utime(folder / path, (FIRST_COMMIT, FIRST_COMMIT))
    _git(folder, "update-index", "--refresh")


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> None:
    subprocess.run(["git", *arguments], cwd=folder, env=environment(), input=stdin, check=True)

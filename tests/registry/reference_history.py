"""Reads the history of contracts without dcr, one git command for each commit, with PyYAML.

The tests compare its results with those of dcr. Files in `contracts*/` with the suffix `.yaml` or `.yml` count. A file
that PyYAML cannot parse keeps the contract that it contained before.
"""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any, NamedTuple

import yaml

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar is the text it is written as
_IN_PLACE = ("status", "deprecation_uri")
_COVERED = re.compile(r"contracts[^/]*/(?:[^/]+/)*[^/]*\.ya?ml")


class Version(NamedTuple):
    """One version of a dataset with one content: the first commit that had it, and the status it had last."""

    version: str
    commit: str
    date: str
    author: str
    path: str
    status: str


def git(folder: str, *arguments: str) -> str:
    ended = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=True)
    return ended.stdout.decode("utf-8", "surrogateescape")


def history(folder: str, ref: str) -> dict[str, list[Version]]:
    """Return the versions of every dataset, newest first, in the order of their first commits."""
    contents = subprocess.Popen(
        ["git", "-C", folder, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    files: dict[str, dict[str, Any]] = {}
    found: dict[str, dict[str, Version]] = {}
    before = None
    for commit in git(folder, "rev-list", "--first-parent", "--reverse", ref).split():
        sides = [before, commit] if before else ["--root", commit]
        listing = git(folder, "diff-tree", "-r", "-z", "--no-commit-id", "--no-renames", *sides).split("\0")
        date, author = git(folder, "show", "-s", "--format=%cI%n%an", commit).splitlines()
        for facts, path in zip(listing[::2], listing[1::2], strict=False):
            if not _COVERED.fullmatch(path):
                continue
            _, _, _, blob, status = facts.split(" ")
            if status == "D":
                files.pop(path, None)
                continue
            contract = loaded(read(contents, blob))
            if contract is None:
                continue
            files[path] = contract
            version = Version(
                contract["version"], commit, date.replace("Z", "+00:00"), author, path, contract["status"]
            )
            key = json.dumps([contract["version"], meant(contract)], sort_keys=True)
            versions = found.setdefault(contract["dataset_id"], {})
            versions[key] = versions[key]._replace(status=version.status) if key in versions else version
        before = commit
    contents.communicate()
    return {dataset_id: list(versions.values())[::-1] for dataset_id, versions in found.items()}


def read(process: subprocess.Popen[bytes], blob: str) -> bytes:
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{blob}\n".encode())
    process.stdin.flush()
    size = int(process.stdout.readline().split()[2])
    return process.stdout.read(size + 1)[:-1]


def loaded(content: bytes) -> dict[str, Any] | None:
    try:
        return yaml.load(content, Loader=_LOADER)
    except yaml.YAMLError:
        return None


def meant(contract: dict[str, Any]) -> dict[str, Any]:
    """Return a contract without what may change in place, its fields in no order."""
    kept = {key: value for key, value in contract.items() if key not in _IN_PLACE}
    return {**kept, "fields": sorted(json.dumps(each, sort_keys=True) for each in contract["fields"])}

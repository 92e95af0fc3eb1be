"""Provides folders of contracts, inside and outside repositories."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_hook_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run as if no hook, and no settings of this machine, were around."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Make a folder of files; a repository by default."""

    def make(files: dict[str, str | bytes], *, repository: bool = True) -> Path:
        root = tmp_path / "work"
        for path, content in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        root.mkdir(exist_ok=True)
        if repository:
            subprocess.run(["git", "init", "--quiet", "--initial-branch=main", root], check=True)
        return root

    return make

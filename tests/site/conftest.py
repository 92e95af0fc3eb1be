"""Keeps the facts of test repositories out of the user's cache, and builds a site that tests only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from site_story import shared_story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True, scope="package")
def no_cache() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DCR_CACHE", "off")
        yield


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site of the shared story; no test may change it."""
    out = tmp_path_factory.mktemp("site") / "out"
    shared_story().build(out)
    return out

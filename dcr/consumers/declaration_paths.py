"""Recognizes the paths of files that may declare consumers, without a look at their content."""

from __future__ import annotations

import re
from posixpath import basename
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PROJECT_FILE = "dbt_project.yml"
PROPERTY_SUFFIXES = (".yml", ".yaml")
AGREEMENT_SUFFIXES = (".yaml", ".yml", ".json")
_AGREEMENT_NAME = r"(?i)usage[-_ ]?agreement|\.dua\.(?:ya?ml|json)$"  # compiled only for files with such a suffix
"""The names of files and folders that agreements are recognized by, wherever they are."""


def is_agreement_path(path: str) -> bool:
    """Return whether a path looks like that of a Data Usage Agreement."""
    is_likely = path.endswith(AGREEMENT_SUFFIXES) and may_be_agreement_path(path)
    return is_likely and re.search(_AGREEMENT_NAME, path) is not None


def may_be_agreement_path(text: str) -> bool:
    """Return whether a text may contain the path of an agreement: a cheap test for many paths."""
    lowered = text.lower()
    return "agreement" in lowered or ".dua." in lowered


def is_project_file(path: str) -> bool:
    """Return whether a path is the file that makes its folder a dbt project."""
    return path.endswith(PROJECT_FILE) and basename(path) == PROJECT_FILE


def create_declaration_filter(matches_globs: Callable[[str], bool], paths: Iterable[str]) -> Callable[[str], bool]:
    """Return a function that selects files in which people may declare consumers.

    `paths` are all paths of the proposed side. In a repository with a dbt project, any YAML file may have exposures.
    """
    is_dbt: list[bool] = []

    def may_declare(path: str) -> bool:
        if matches_globs(path) or is_agreement_path(path):
            return True
        if not path.endswith(PROPERTY_SUFFIXES) or is_project_file(path):
            return False
        if not is_dbt:
            # Of many paths, none has the suffix: a list is faster than a call for each.
            is_dbt.append(any(map(is_project_file, [path for path in paths if path.endswith(PROJECT_FILE)])))
        return is_dbt[0]

    return may_declare

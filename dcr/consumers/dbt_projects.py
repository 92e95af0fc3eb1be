"""Finds the files of dbt projects in a repository, and distinguishes the models of several projects.

Source: docs.getdbt.com, "dbt_project.yml", "model-paths", "ref". A reference without a package means the model of the
project itself, if it has one of that name.
"""

from __future__ import annotations

from posixpath import basename, join, normpath, splitext
from typing import TYPE_CHECKING, NamedTuple

from yaml import MappingNode

from dcr.consumers.declaration_paths import PROJECT_FILE, PROPERTY_SUFFIXES, is_project_file
from dcr.formats._foreign.mapping import SourceMapping
from dcr.formats._foreign.notes import Notes
from dcr.parsing.yaml_reader import InvalidYamlError, check_tree, compose

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

CODE_SUFFIXES = (".sql", ".py")
_MODEL_SUFFIXES = (*CODE_SUFFIXES, ".csv")

_CODE_PATHS = {"model-paths": "models", "source-paths": "", "snapshot-paths": "snapshots", "macro-paths": "macros"}
_OTHER_PATHS = {"seed-paths": "seeds", "data-paths": "", "analysis-paths": "analyses", "test-paths": "tests"}
"""The keys that set a project's folders, and their defaults; keys of older versions of dbt have none."""


class DbtProject(NamedTuple):
    """A dbt project: its folder with a `/` at its end, empty for the root, and its name, None if it is not known.

    `code_folders` contain models, snapshots and macros, `property_folders` the files that describe them.
    """

    folder: str
    name: str | None
    code_folders: tuple[str, ...]
    property_folders: tuple[str, ...]

    def covers_properties(self, path: str) -> bool:
        """Return whether a file may describe models and exposures."""
        return path.endswith(PROPERTY_SUFFIXES) and path.startswith(self.property_folders) and not is_project_file(path)

    def covers_code(self, path: str) -> bool:
        """Return whether a file may be a model, a snapshot or a macro."""
        return path.endswith(CODE_SUFFIXES) and path.startswith(self.code_folders)


def read_project(path: str, content: bytes) -> DbtProject:
    """Return the project of a `dbt_project.yml`. If its folders cannot be read, all of its files count."""
    folder = path.removesuffix(PROJECT_FILE)
    try:
        root = compose(content)
        if not isinstance(root, MappingNode):
            return DbtProject(folder, None, (folder,), (folder,))
        check_tree(root)
    except InvalidYamlError:
        return DbtProject(folder, None, (folder,), (folder,))
    settings = SourceMapping(path, root, Notes())
    code_folders = _list_folders(settings, folder, _CODE_PATHS)
    property_folders = {**code_folders, **_list_folders(settings, folder, _OTHER_PATHS)}
    return DbtProject(folder, _read_literal(settings.text("name")), tuple(code_folders), tuple(property_folders))


def _read_literal(text: str | None) -> str | None:
    return None if text is None or "{{" in text else text


def _list_folders(settings: SourceMapping, folder: str, defaults: Mapping[str, str]) -> dict[str, None]:
    folders: dict[str, None] = {}
    for key, default in defaults.items():
        for written in settings.texts(key) or ([default] if default else []):
            name = "" if "{{" in written else normpath(written)
            folders[folder if name in ("", ".") else join(folder, name, "")] = None
    return folders


class DbtProjects:
    """The dbt projects of a repository, and the paths of its files."""

    def __init__(self, projects: Iterable[DbtProject] = (), paths: Collection[str] = ()) -> None:
        self.projects = tuple(sorted(projects, key=lambda project: len(project.folder), reverse=True))
        self._paths = paths
        self._models: dict[str, set[str]] = {}

    def covers_properties(self, path: str) -> bool:
        """Return whether a file may describe models and exposures of a project."""
        return any(project.covers_properties(path) for project in self.projects)

    def covers_code(self, path: str) -> bool:
        """Return whether a file may be a model, a snapshot or a macro of a project."""
        return any(project.covers_code(path) for project in self.projects)

    def may_refer(self, package: str | None, name: str, path: str, model_paths: Collection[str]) -> bool:
        """Return whether a reference in a file may mean a model that is described in one of the given files.

        For files outside of all projects this is not known, so the result is then True.
        """
        project, owners = self._find_project(path), [self._find_project(model_path) for model_path in model_paths]
        if project is None or None in owners:
            return True
        folders = {owner.folder for owner in owners if owner is not None}
        if package is not None:
            names = {other.name for other in self.projects if other.folder in folders}
            return None in names or package in names
        return project.folder in folders or name not in self._list_models(project.folder)

    def find_folder(self, path: str) -> str | None:
        """Return the folder of the project of a file, None outside of all projects."""
        project = self._find_project(path)
        return None if project is None else project.folder

    def _find_project(self, path: str) -> DbtProject | None:
        return next((project for project in self.projects if path.startswith(project.folder)), None)

    def _list_models(self, folder: str) -> set[str]:
        """Return the names of the files of a project that may be models."""
        if folder not in self._models:
            files = (path for path in self._paths if path.startswith(folder) and path.endswith(_MODEL_SUFFIXES))
            self._models[folder] = {splitext(basename(path))[0] for path in files}
        return self._models[folder]

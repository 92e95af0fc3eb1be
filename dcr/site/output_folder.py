"""Writes and removes files of one folder and its subfolders, through no link and never outside of it."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from dcr.errors import DcrError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

_PART = ".dcr-site.part"
"""The file that a content is written to before it replaces another one."""
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class SiteFolderError(DcrError):
    """The folder of the site cannot be used."""

    consequence = "nothing was written"


class UnwritableSiteError(DcrError):
    """A file of the site cannot be written or removed."""

    consequence = "the site was not finished"


class OutputFolder:
    """An open folder. Paths in it have at most one folder and use `/`. One process at a time has it open."""

    def __init__(self, path: str) -> None:
        """Create the folder if it does not exist. Raise `SiteFolderError` if it cannot be opened."""
        self.path = path
        self._folders: dict[str, int] = {}
        try:
            os.makedirs(path, exist_ok=True)
            self._root = os.open(path, _FOLDER_FLAGS)
        except OSError as error:
            reason = (error.strerror or "unknown").lower()
            raise SiteFolderError(
                f"'{path}' cannot be used: {reason}", "name a folder that you can write to"
            ) from error
        self._lock()

    def __enter__(self) -> Self:
        """Return the folder."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the folder."""
        for descriptor in (*self._folders.values(), self._root):
            os.close(descriptor)

    def list_root(self) -> list[str]:
        """Return the names of everything in the folder itself, apart from a part that an aborted run left."""
        return [name for name in os.listdir(self._root) if name != _PART]

    def list_sizes(self, folder: str) -> dict[str, int]:
        """Return the size of each file in a subfolder, or in the folder itself for an empty name, by its path.

        A subfolder that does not exist has none. Raise `UnwritableSiteError` for one that is a link.
        """
        if folder and folder not in self._folders:
            try:
                os.stat(folder, dir_fd=self._root, follow_symlinks=False)
            except OSError:
                return {}
        with self._translate_errors(folder or self.path), os.scandir(self._open(folder)) as entries:
            prefix = f"{folder}/" if folder else ""
            return {
                f"{prefix}{entry.name}": entry.stat(follow_symlinks=False).st_size if entry.is_file() else -1
                for entry in entries
                if not entry.is_dir(follow_symlinks=False)
            }

    def read(self, path: str) -> bytes | None:
        """Return the content of a file; None if there is no such regular file."""
        folder, _, name = path.rpartition("/")
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self._open(folder))
        except OSError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            return file.read()

    def write(self, path: str, content: bytes) -> None:
        """Replace a file as a whole. Raise `UnwritableSiteError`."""
        folder, _, name = path.rpartition("/")
        with self._translate_errors(path):
            descriptor = self._open(folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            file = os.open(_PART, flags, 0o666, dir_fd=descriptor)
            try:
                with os.fdopen(file, "wb", buffering=0) as opened:
                    rest = memoryview(content)
                    while rest:
                        rest = rest[opened.write(rest) :]
                os.replace(_PART, name, src_dir_fd=descriptor, dst_dir_fd=descriptor)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(_PART, dir_fd=descriptor)
                raise

    def remove(self, path: str) -> None:
        """Remove a file, and its folder if nothing else is in it. Raise `UnwritableSiteError`."""
        folder, _, name = path.rpartition("/")
        with self._translate_errors(path):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self._open(folder))
            if folder:
                with contextlib.suppress(OSError):
                    os.rmdir(folder, dir_fd=self._root)
                    os.close(self._folders.pop(folder))

    def _open(self, folder: str) -> int:
        if not folder:
            return self._root
        if folder not in self._folders:
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder, dir_fd=self._root)
            self._folders[folder] = os.open(folder, _FOLDER_FLAGS | os.O_NOFOLLOW, dir_fd=self._root)
        return self._folders[folder]

    def _lock(self) -> None:
        """Wait until no other process has the folder open. Where there are no locks, processes are not kept apart."""
        try:
            import fcntl  # noqa: PLC0415 (not on Windows)
        except ImportError:
            return
        with contextlib.suppress(OSError):
            fcntl.flock(self._root, fcntl.LOCK_EX)

    @contextlib.contextmanager
    def _translate_errors(self, path: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = (error.strerror or "unknown").lower()
            raise UnwritableSiteError(
                f"'{path}' in '{self.path}' cannot be written: {reason}",
                "remove links of that name, and check permissions and space; the next run finishes the site",
            ) from error

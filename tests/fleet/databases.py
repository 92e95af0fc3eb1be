"""A real PostgreSQL server for tests, started from Debian's package in a folder of its own, without a TCP port."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

USERS = ("postgres", "nobody")
"""The users as whom root starts the server, which refuses to run as root."""


def find_program(name: str) -> Path | None:
    """Return a program of PostgreSQL, of the newest version. Debian's package keeps them off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    on_path = shutil.which(name)
    return found[-1] if found else Path(on_path) if on_path else None


@contextmanager
def start_postgresql() -> Iterator[str]:
    """Run a server, and yield the folder of its socket. Skip the test if PostgreSQL is not installed."""
    initdb, server = find_program("initdb"), find_program("postgres")
    if initdb is None or server is None:
        pytest.skip("PostgreSQL is not installed: see .ci/postgresql")
    folder = Path(tempfile.mkdtemp(prefix="dcr-pg-", dir="/tmp"))  # the path of a socket has at most 107 bytes
    user = _find_user()
    try:
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = folder / "data"
        options = ("--auth=trust", "--username=dcr", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        _run(user, initdb, "-D", data, *options)
        settings = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "shared_buffers=16MB")
        command = [server, "-D", data, *(word for setting in settings for word in ("-c", setting))]
        running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd="/", **_as_user(user))
        try:
            for line in running.stderr:
                if "ready to accept connections" in line:
                    break
            else:
                pytest.fail("PostgreSQL did not start")
            yield str(folder)
        finally:
            running.send_signal(signal.SIGINT)  # a fast shutdown, which waits for no client
            running.communicate(timeout=60)
    finally:
        shutil.rmtree(folder)


def create_database(folder: str, name: str) -> str:
    """Create an empty database, and return its URL."""
    import psycopg

    with psycopg.connect(f"host={folder} user=dcr dbname=postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"postgresql://dcr@/{name}?host={folder}"


def _find_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    names = {each.pw_name: each for each in pwd.getpwall()}
    return next(names[name] for name in USERS if name in names)


def _as_user(user: pwd.struct_passwd | None) -> dict[str, object]:
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(user: pwd.struct_passwd | None, *command: object) -> None:
    words = [str(word) for word in command]
    subprocess.run(words, check=True, capture_output=True, cwd="/", timeout=120, **_as_user(user))

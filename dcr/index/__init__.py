"""The index of a fleet: the facts of its repositories in a database. The extra `fleet` has the packages it needs."""

from __future__ import annotations

from dcr.errors import DcrError

EXTRA_PACKAGES = ("sqlalchemy", "alembic", "psycopg")


class MissingExtraError(DcrError):
    """The packages of the extra are not installed."""


def require_extra() -> None:
    """Raise `MissingExtraError` unless the packages of the extra `fleet` are installed."""
    from importlib.util import find_spec  # noqa: PLC0415

    missing = [name for name in EXTRA_PACKAGES if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"the package '{missing[0]}' is not installed", "install it with the extra: pip install 'dcr-cli[fleet]'"
        )

"""Reads many repositories into one index, and answers over all of them."""

from __future__ import annotations

from dcr.index import MissingExtraError


def require_dask() -> None:
    """Raise `MissingExtraError` unless the package of the extra `dask` is installed."""
    from importlib.util import find_spec  # noqa: PLC0415

    if find_spec("distributed") is None:
        raise MissingExtraError(
            "the package 'distributed' is not installed", "install it with the extra: pip install 'dcr-cli[dask]'"
        )

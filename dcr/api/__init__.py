"""Serves the registry over HTTP. The extra `api` has the packages it needs.

`uvicorn --factory dcr.api:create_app` takes its settings from `DCR_REPOSITORY`, `DCR_REF` and the other variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.errors import DcrError

if TYPE_CHECKING:
    from fastapi import FastAPI

EXTRA_PACKAGES = ("fastapi", "prometheus_client", "uvicorn")


class MissingExtraError(DcrError):
    """The packages of the extra are not installed."""

    consequence = "nothing was served"


def create_app(repository: str | None = None, ref: str | None = None, **options: Any) -> FastAPI:
    """Return the ASGI application for a repository. `dcr.api.application.create_app` has the options.

    Raise `MissingExtraError` without the extra `api`.
    """
    require_extra()
    from dcr.api.application import create_app as create  # noqa: PLC0415 (without the extra there is no FastAPI)

    return create(repository, ref, **options)


def require_extra() -> None:
    """Raise `MissingExtraError` unless the packages of the extra `api` are installed."""
    from importlib.util import find_spec  # noqa: PLC0415

    missing = [name for name in EXTRA_PACKAGES if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"the package '{missing[0]}' is not installed", "install it with the extra: pip install 'dcr-cli[api]'"
        )

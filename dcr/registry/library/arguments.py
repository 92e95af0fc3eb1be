"""Checks the arguments of the Python API and defines its errors."""

from __future__ import annotations

from dcr.errors import DcrError, UsageError


class ArgumentError(UsageError, ValueError):
    """An argument has an invalid value, or contradicts another argument."""


class RegistryError(DcrError, ValueError):
    """The requested dataset or version does not exist, or exists already."""


class UnknownContractError(RegistryError, KeyError):
    """The dataset, or the version of it, does not exist."""

    __str__ = DcrError.__str__


def choose_mode(mode: str | None, compatibility: str | None) -> str | None:
    """Return the mode given by either argument. Raise `ArgumentError` if they differ."""
    if mode is not None and compatibility is not None and mode != compatibility:
        raise ArgumentError(f"mode is '{mode}' and compatibility is '{compatibility}'", "pass only one of them")
    return compatibility if mode is None else mode


def choose_uri(deprecation_uri: str | None, uri: str | None) -> str:
    """Return the address given by either argument. Raise `TypeError` unless exactly one is given."""
    if (deprecation_uri is None) == (uri is None):
        raise TypeError("deprecate() takes one address: deprecation_uri")
    return deprecation_uri or uri or ""

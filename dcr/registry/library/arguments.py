"""Checks the arguments of the Python API and defines its errors."""

from __future__ import annotations

from dcr.errors import DcrError, UsageError


class ArgumentError(UsageError, ValueError):
    """A call's argument is one that the library does not have, or does not fit another one."""


class RegistryError(DcrError, ValueError):
    """The registry does not have what a call asks for, or has it already."""


class UnknownContractError(RegistryError, KeyError):
    """No such dataset, or no such version of it."""

    __str__ = DcrError.__str__


def choose_mode(mode: str | None, compatibility: str | None) -> str | None:
    """Return the mode that a call names by either argument. Raises `ArgumentError` for two modes."""
    if mode is not None and compatibility is not None and mode != compatibility:
        raise ArgumentError(f"mode is '{mode}' and compatibility is '{compatibility}'", "give one of them")
    return compatibility if mode is None else mode


def choose_uri(deprecation_uri: str | None, uri: str | None) -> str:
    """Return the address that a call names by either argument. Raises `TypeError` for none, or for two."""
    if (deprecation_uri is None) == (uri is None):
        raise TypeError("deprecate() takes one address: deprecation_uri")
    return deprecation_uri or uri or ""

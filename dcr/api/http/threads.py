"""Runs work that takes time in a thread, so that other requests are answered meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

from anyio import to_thread

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


async def run_read(work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
    """Return what some work returns. A request that is over its time is answered at once; the thread ends by itself.

    This is for work that writes nothing: of a write it must be known how it ended.
    """
    return await to_thread.run_sync(work, *arguments, abandon_on_cancel=True)

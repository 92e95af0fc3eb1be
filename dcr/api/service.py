"""Holds what the routes of one application share: the registry, the writer, tokens, caches, metrics and events."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, cast

from starlette.concurrency import run_in_threadpool

from dcr.api.events import EventSender
from dcr.api.http.answers import BodyCache
from dcr.api.http.metrics import Metrics
from dcr.api.http.threads import run_read
from dcr.api.snapshots.live import LiveRegistry
from dcr.api.tokens import TokenFile
from dcr.api.writing.writer import RegistryWriter
from dcr.errors import DcrError
from dcr.git.command import GitFailedError
from dcr.git.objects import ObjectMissingError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

    from dcr.api.http.answers import PreparedBody
    from dcr.api.options import ServiceOptions
    from dcr.api.snapshots.state import RegistryState

POLL_INTERVAL = 0.25
"""Seconds between two looks at the files of the ref."""

_logger = logging.getLogger("dcr.api")


class Service:
    """The parts of one application."""

    def __init__(self, options: ServiceOptions) -> None:
        """Raise a `DcrError` if the repository, the ref, the tokens or the branch cannot be used."""
        self.options = options
        self.metrics = Metrics()
        self.live = LiveRegistry(options.repository, options.ref)
        self.tokens = TokenFile(options.tokens) if options.tokens is not None else None
        self.writer = RegistryWriter(self.live, self.metrics, propose=options.propose) if options.writable else None
        self.bodies = BodyCache()
        self.write_lock = asyncio.Lock()
        self.events = EventSender(options.events_url, options.events_token, self.metrics)
        self.metrics.follow("dcr_datasets", "Datasets of the registry.", self._count_datasets)
        self.metrics.follow("dcr_ready", "Whether the registry was read and follows its ref.", self._is_ready)

    @contextlib.asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Follow the ref and send events while the application runs."""
        tasks = [asyncio.create_task(self._follow_ref()), asyncio.create_task(self.events.run())]
        tasks[0].add_done_callback(self._report_end)
        tasks[1].add_done_callback(_log_end)
        try:
            yield
        finally:
            await self.events.flush()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def get_state(self) -> RegistryState:
        """Return the newest state; wait for it if none has been read yet. Raise a `DcrError`."""
        state = self.live.state
        return state if state is not None else await run_in_threadpool(self._read_first)

    async def refresh(self) -> RegistryState:
        """Return the state of the ref as it is now. Raise a `DcrError`."""
        return await run_in_threadpool(self.live.refresh)

    async def build_body(
        self, state: RegistryState, build: Callable[[RegistryState], PreparedBody]
    ) -> tuple[RegistryState, PreparedBody]:
        """Return a body that is built in a thread, with the state that it was built from.

        Objects of a commit that no ref has any more may be removed while they are read. The state of the ref as it is
        now is then read instead. Raise a `DcrError`.
        """
        try:
            return state, await run_read(build, state)
        except (GitFailedError, ObjectMissingError):
            newest = await self.refresh()
            if newest.commit == state.commit:
                raise
            return newest, await run_read(build, newest)

    def _read_first(self) -> RegistryState:
        return self.live.state or self.live.refresh()

    async def _follow_ref(self) -> None:
        """Read the new state whenever the ref moves. An error is kept, and the state before stays."""
        while True:
            if self.live.state is None or self.live.needs_check():
                before = self.live.error
                try:
                    await self.refresh()
                except OSError as error:
                    self.live.error = DcrError(f"the repository cannot be read: {error.strerror or error}")
                except DcrError as error:
                    if before is None or before.message != error.message:
                        _logger.warning("the ref '%s' cannot be read: %s", self.live.name, error.message)
            await asyncio.sleep(POLL_INTERVAL)

    def _report_end(self, task: asyncio.Task[None]) -> None:
        """Let `GET /readyz` fail if the ref is no longer followed."""
        if not task.cancelled():
            self.live.error = DcrError("the ref is no longer followed; the server's log has the details")
            _log_end(task)

    def _count_datasets(self) -> float:
        return len(self.live.state.source_files) if self.live.state else 0

    def _is_ready(self) -> float:
        return float(self.live.state is not None and self.live.error is None)


def _log_end(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _logger.error("a background task ended", exc_info=error)


def get_service(request: Request) -> Service:
    """Return the service of a request's application."""
    return cast("Service", request.app.state.service)

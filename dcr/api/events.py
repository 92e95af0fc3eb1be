"""Sends events to one address in the background, in the CloudEvents 1.0 format. The commit is the durable record.

A full queue, a slow receiver or an error never holds or fails a write: the event is dropped and counted.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import urllib.request
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.api.http.metrics import Metrics

MAX_QUEUE = 1_000
SEND_SECONDS = 5.0
FLUSH_SECONDS = 5.0
TYPE_PREFIX = "dcr."
PROMOTED, FAILED, DEPRECATED, ARCHIVED = (
    "contract_promoted", "contract_compatibility_failed", "contract_deprecated", "contract_archived",
)  # fmt: skip

_logger = logging.getLogger("dcr.api.events")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the token must not go to another address."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Return None, which makes the redirect an error."""


class EventSender:
    """A queue of events and the task that sends them. Without an address it does nothing."""

    def __init__(self, url: str | None, token: str | None, metrics: Metrics) -> None:
        self._url, self._token, self._metrics = url, token, metrics
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(MAX_QUEUE)
        self._opener = urllib.request.build_opener(_NoRedirect)

    def add(self, kind: str, source: str, subject: str, data: Mapping[str, Any]) -> None:
        """Put an event into the queue; `data` has no contacts of owners."""
        if self._url is None:
            return
        event = {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": source,
            "type": f"{TYPE_PREFIX}{kind}",
            "subject": subject,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "data": {"kind": kind, **data},
        }
        try:
            self._queue.put_nowait(json.dumps(event, allow_nan=False).encode("ascii"))
        except asyncio.QueueFull:
            self._metrics.count_event("dropped")

    async def run(self) -> None:
        """Send events until cancelled."""
        while self._url is not None:
            event = await self._queue.get()
            try:
                await run_in_threadpool(self._send, self._url, event)
            finally:
                self._queue.task_done()

    async def flush(self) -> None:
        """Wait a short time for the events in the queue."""
        if self._url is not None:
            try:
                await asyncio.wait_for(self._queue.join(), FLUSH_SECONDS)
            except TimeoutError:
                _logger.warning("%d events were not sent", self._queue.qsize())

    def _send(self, url: str, event: bytes) -> None:
        headers = {"Content-Type": "application/cloudevents+json", "User-Agent": f"dcr/{__version__}"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(url, event, headers, method="POST")  # noqa: S310 (checked in options)
        try:
            with self._opener.open(request, timeout=SEND_SECONDS) as response:
                response.read(1)
        except (OSError, ValueError, http.client.HTTPException) as error:
            self._metrics.count_event("failed")
            _logger.warning("an event was not sent: %s", type(error).__name__)
        else:
            self._metrics.count_event("sent")

"""Counts requests, writes and states for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._requests = Counter(
            "dcr_http_requests", "Requests by route and status.", ("route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "dcr_http_request_seconds", "Seconds a request takes.", ("route",), registry=self.registry, buckets=_BUCKETS
        )
        self._writes = Counter(
            "dcr_writes", "Writes by action and result.", ("action", "result"), registry=self.registry
        )
        self._retries = Counter("dcr_write_retries", "Writes judged again on a new tip.", registry=self.registry)
        self._events = Counter("dcr_events", "Events by result.", ("result",), registry=self.registry)
        self._known: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self.busy = Gauge("dcr_http_requests_in_progress", "Requests in progress.", registry=self.registry)

    def follow(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """Add a gauge whose value is read when metrics are asked for."""
        Gauge(name, help_text, registry=self.registry).set_function(read)

    def count_request(self, route: str, status: int, seconds: float) -> None:
        """Count a finished request; `route` is the route's pattern, never an address that a client made up."""
        key = (route, status)
        if key not in self._known:
            self._known[key] = (self._requests.labels(route, str(status)), self._seconds.labels(route))
        counter, histogram = self._known[key]
        counter.inc()
        histogram.observe(seconds)

    def count_write(self, action: str, result: str) -> None:
        """Count a write that ended."""
        self._writes.labels(action, result).inc()

    def count_retry(self) -> None:
        """Count a write whose ref moved meanwhile."""
        self._retries.inc()

    def count_event(self, result: str) -> None:
        """Count an event that was sent, failed or dropped."""
        self._events.labels(result).inc()

    def render(self) -> bytes:
        """Return all metrics as text."""
        return generate_latest(self.registry)

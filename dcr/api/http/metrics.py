"""Counts requests, writes and events for Prometheus."""

from __future__ import annotations

import threading
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prometheus_client.core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._requests = _RequestCounts()
        self.registry.register(self._requests)
        labels = ("action", "result")
        self._writes = Counter("dcr_writes", "Writes by action and result.", labels, registry=self.registry)
        self._retries = Counter("dcr_write_retries", "Writes checked again on a new tip.", registry=self.registry)
        self._events = Counter("dcr_events", "Events by result.", ("result",), registry=self.registry)
        self.busy = Gauge("dcr_http_requests_in_progress", "Requests in progress.", registry=self.registry)

    def follow(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """Add a gauge whose value is read when metrics are rendered."""
        Gauge(name, help_text, registry=self.registry).set_function(read)

    def count_request(self, route: str, status: int, seconds: float) -> None:
        """Count a finished request; `route` is the route's pattern, never an address that a client made up."""
        self._requests.add(route, status, seconds)

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


class _RequestCounts(Collector):
    """Requests by route and status. It is cheaper than the library's metrics, and each request pays for it."""

    def __init__(self) -> None:
        self._statuses: dict[tuple[str, int], int] = {}
        self._buckets: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}
        self._lock = threading.Lock()

    def add(self, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        with self._lock:
            key = (route, status)
            self._statuses[key] = self._statuses.get(key, 0) + 1
            buckets = self._buckets.get(route)
            if buckets is None:
                buckets = self._buckets[route] = [0] * (len(_BOUNDS) + 1)
                self._seconds[route] = 0.0
            buckets[bisect_left(_BOUNDS, seconds)] += 1
            self._seconds[route] += seconds

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics in the library's form."""
        counts = CounterMetricFamily("dcr_http_requests", "Requests by route and status.", labels=("route", "status"))
        seconds = HistogramMetricFamily("dcr_http_request_seconds", "Seconds a request takes.", labels=("route",))
        with self._lock:
            for (route, status), number in self._statuses.items():
                counts.add_metric((route, str(status)), number)
            for route, buckets in self._buckets.items():
                bounds = [*map(str, _BOUNDS), "+Inf"]
                seconds.add_metric((route,), list(zip(bounds, accumulate(buckets), strict=True)), self._seconds[route])
        yield counts
        yield seconds

"""A worker's events and the rows of its database in, numbers for Prometheus and a word on readiness out.

Counters and the histogram are this process's own; gauges are read from the database at the moment of asking.
"""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from prokes_social.app import App
from prokes_social.errors import ProkesError
from prokes_social.i18n import _
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.store import alarms, soundness
from prokes_social.worker import Event, Worker

#: The worker ticks every second; a database that makes it wait for longer is not ready either.
FRESH = 15.0
#: Seconds after the due time.
LATENESS = (0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800)
PLAIN = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """What one worker did, and how its queue is."""

    def __init__(self, app: App, worker: Worker) -> None:
        self._app = app
        self._worker = worker
        self.registry = CollectorRegistry()
        self._published = Counter(
            "prokes_published", "Posts this worker made or found", ["platform"], registry=self.registry
        )
        self._uncertain = Counter(
            "prokes_uncertain", "Calls without a trustworthy answer", ["platform"], registry=self.registry
        )
        self._lateness = Histogram(
            "prokes_lateness_seconds",
            "From the due time to the beginning of the public call",
            buckets=LATENESS,
            registry=self.registry,
        )
        self.registry.register(_Rows(app, worker))

    def note(self, event: Event) -> None:
        """Count an event of the worker."""
        row = event.delivery
        if row is None:
            return
        if event.status is DeliveryStatus.PUBLISHED:
            self._published.labels(row.platform).inc()
            late = self._app.deliveries.lateness(row)
            if late is not None:
                self._lateness.observe(late.total_seconds())
        elif event.status is DeliveryStatus.UNCERTAIN and not row.lookups:
            self._uncertain.labels(row.platform).inc()

    def unready(self) -> str:
        """Why nothing should be expected of this worker now; empty where all is well."""
        try:
            self._app.deliveries.next_wake()
        except ProkesError as error:
            return error.message
        age = self._worker.tick_age
        if age is None or age > FRESH:
            return _("the worker did not look for due deliveries lately")
        return ""


class _Rows(Collector):
    """Gauges, read when they are asked for."""

    def __init__(self, app: App, worker: Worker) -> None:
        self._app = app
        self._worker = worker

    def describe(self) -> Iterable[Metric]:
        return ()  # else registering would read the database

    def collect(self) -> Iterator[Metric]:
        with self._app.store.read() as tx:
            counts, ringing = soundness.by_status(tx), alarms.ringing(tx)
        by_status = GaugeMetricFamily("prokes_deliveries", "Deliveries by status", labels=["status"])
        for status, count in counts.items():
            by_status.add_metric([status.value], count)
        yield by_status
        yield GaugeMetricFamily("prokes_alarms_open", "Alarms that want a person", value=len(ringing))
        stopped = self._app.decisions.stopped() is not None
        yield GaugeMetricFamily("prokes_stopped", "1 while everything is stopped", value=int(stopped))
        if (age := self._worker.tick_age) is not None:
            yield GaugeMetricFamily("prokes_last_tick_age_seconds", "Since the worker last looked", value=age)


@contextmanager
def served(metrics: Metrics, *, host: str, port: int) -> Iterator[int]:
    """/metrics and /readyz over HTTP while the block runs; the port, chosen by the system where 0 was asked for."""
    server = ThreadingHTTPServer((host, port), _handler(metrics))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def _handler(metrics: Metrics) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(*_measured(metrics))
            elif self.path == "/readyz":
                reason = metrics.unready()
                said = json.dumps({"ready": not reason, "reason": reason or None}, ensure_ascii=False)
                self._answer(503 if reason else 200, "application/json", said.encode())
            else:
                self._answer(404, "text/plain", b"/metrics /readyz\n")

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass  # a line every few seconds says nothing

    return Handler


def _measured(metrics: Metrics) -> tuple[int, str, bytes]:
    try:
        return 200, PLAIN, generate_latest(metrics.registry)
    except ProkesError as error:
        return 503, "text/plain; charset=utf-8", error.message.encode()

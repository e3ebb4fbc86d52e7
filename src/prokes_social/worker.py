"""APScheduler as the alarm clock: which step runs how often. Our tables are the queue; nothing is stored here."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor as JobThreads
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from prokes_social import logs
from prokes_social.alerting.watchdog import Reading, jump_between
from prokes_social.app import App
from prokes_social.clock import SystemClock
from prokes_social.errors import ProkesError, StoreError
from prokes_social.i18n import speaking
from prokes_social.model.delivery import Claim, Delivery, DeliveryStatus

TICK = timedelta(seconds=1)
REAP = timedelta(seconds=10)
TELL = timedelta(seconds=5)
OPEN = timedelta(seconds=10)
REPORT = timedelta(minutes=1)
RELAY = timedelta(seconds=2)
FORGET = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Event:
    """What a progress view is told: a delivery came to a status, readings were taken, or something went wrong."""

    delivery: Delivery | None = None
    status: DeliveryStatus | None = None
    readings: int = 0
    error: ProkesError | None = None


class Worker:
    """One process of publishing, looking up, reaping and reading. A second one on the same database is harmless."""

    def __init__(self, app: App, on_event: Callable[[Event], None] = lambda event: None) -> None:
        self._app = app
        self._tell = on_event
        self._publisher = app.publisher()
        self._lookup = app.look_up(self._publisher)
        self._watchdog = app.watchdog()
        self._teller = app.teller(self._publisher.owner)
        self._relay = app.relay(self._publisher.owner)
        self._read_clock = Reading.of(SystemClock())
        self._ticked_at: float | None = None
        self._threads = app.settings.publishing.threads
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="send")
        self._running: set[Future[None]] = set()
        self._ticking = threading.Lock()
        self._again = threading.Event()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._broken: BaseException | None = None
        self._clock = self._make_scheduler()

    def run(self, *, until_idle: bool = False) -> None:
        """Work until `stop`, or until nothing is due soon or in doubt. Raises what made a job fail for good."""
        self._clock.start()
        listening = threading.Thread(target=self._safely, args=(self._listen,), daemon=True)
        listening.start()
        try:
            while not self._stopping.is_set() and not (until_idle and self._is_idle()):
                with self._changed:
                    self._changed.wait(timeout=0.25)
                self._keep_jobs_running()
        finally:
            self._clock.shutdown(wait=True)
            self._pool.shutdown(wait=True)  # a call that is out is waited for: Ctrl-C is safe
            self._safely(self._take_leave)
        if self._broken:
            raise self._broken

    def run_once(self) -> None:
        """One round: reap, publish what is due, look up what is in doubt, read, make the report, tell alarms."""
        self._reap()
        for claim in self._publisher.claim(self._threads):
            self._publish(claim)
        for claim in self._lookup.claim(self._threads):
            self._look(claim)
        self._open_waves()
        self._read()
        self._report()
        self._relay.tell()
        self._app.upkeep.forget_changes()
        self._pool.shutdown()
        self._take_leave()

    def stop(self) -> None:
        self._stopping.set()

    # --- jobs ---

    def _make_scheduler(self) -> Any:
        scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": JobThreads(8)},
            timezone=UTC,
            # Its defaults drop a job that is one second late.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for name, job, every in (
            ("tick", self._tick, TICK),
            ("reaper", self._reap, REAP),
            ("reading", self._read, TICK),
            ("telling", self._tell_alarms, TELL),
            ("opening", self._open_waves, OPEN),
            ("reporting", self._report, REPORT),
            ("relaying", self._relay.tell, RELAY),
            ("forgetting", self._app.upkeep.forget_changes, FORGET),
        ):
            first = datetime.now(UTC)
            scheduler.add_job(
                self._safely, "interval", (job,), id=name, seconds=every.total_seconds(), next_run_time=first
            )
        return scheduler

    def _safely(self, job: Callable[[], None]) -> None:
        """Our own errors are told and the next round tries again; anything else ends the worker with its trace."""
        try:
            with speaking(self._app.settings.language):  # threads begin in the default language
                job()
        except ProkesError as error:
            if type(error) is StoreError:
                self._teller.database_failed(error)
            logging.getLogger("prokes.worker").warning("job failed", extra={"reason": error.message})
            self._tell(Event(error=error))
        except BaseException as error:
            logging.getLogger("prokes.worker").error("job broke", exc_info=error)
            self._broken = error
            self._stopping.set()
        with self._changed:
            self._changed.notify_all()

    def _tick(self) -> None:
        """Claim and start what is due. Called while another tick runs, that one goes round once more."""
        self._again.set()
        while self._again.is_set() and self._ticking.acquire(blocking=False):
            try:
                self._again.clear()
                self._claim()
            finally:
                self._ticking.release()

    @property
    def tick_age(self) -> float | None:
        """Seconds since this worker last looked for due deliveries; None before the first time."""
        return None if self._ticked_at is None else SystemClock().uptime() - self._ticked_at

    def _claim(self) -> None:
        self._watchdog.look()  # before anything trusts the clock
        free = self._threads - len(self._running)
        if free > 0 and not self._stopping.is_set():
            for claim in self._publisher.claim(free):
                self._log(claim.delivery, DeliveryStatus.CLAIMED)
                self._start(self._publish, claim)
            for claim in self._lookup.claim(free):
                self._start(self._look, claim)
        self._wake_exactly("tick", self._tick, self._app.deliveries.next_wake())
        self._ticked_at = SystemClock().uptime()

    def _listen(self) -> None:
        """Another process made something due: don't wait for the tick."""
        for _beat in self._app.store.wakeups(self._stopping.is_set):
            self._tick()

    def _start(self, work: Callable[[Claim], None], claim: Claim) -> None:
        future = self._pool.submit(self._safely, lambda: work(claim))
        self._running.add(future)
        future.add_done_callback(self._ended)

    def _ended(self, future: Future[None]) -> None:
        """Its account is free: the next delivery need not wait for the tick."""
        self._running.discard(future)
        if not self._stopping.is_set():
            self._safely(self._tick)

    def _wake_exactly(self, name: str, job: Callable[[], None], moment: datetime | None) -> None:
        """Jobs run every second; what is due in between gets a wake-up of its own."""
        if moment is None or not self._clock.running:
            return
        ahead = moment - self._app.clock.now()  # the queue's clock, which may not be this machine's
        if timedelta(0) < ahead < TICK:
            at = DateTrigger(datetime.now(UTC) + ahead)
            self._clock.add_job(self._safely, at, (job,), id=f"{name}-exactly", replace_existing=True, max_instances=8)

    def _publish(self, claim: Claim) -> None:
        status = self._publisher.publish(claim)
        self._moved(claim.delivery.id, status)

    def _look(self, claim: Claim) -> None:
        status = self._lookup.look(claim)
        self._moved(claim.delivery.id, status)

    def _reap(self) -> None:
        self._watchdog.look()  # before anything trusts the clock
        self._app.upkeep.report(self._publisher.owner)
        self._teller.database_works()
        for delivery_id in self._app.deliveries.reap():
            self._moved(delivery_id, DeliveryStatus.MISSED)

    def _moved(self, delivery_id: int, status: DeliveryStatus) -> None:
        row = self._app.deliveries.get(delivery_id)
        if row:
            self._log(row, status)
        self._tell(Event(delivery=row, status=status))

    def _log(self, row: Delivery, status: DeliveryStatus) -> None:
        logs.moved(delivery=row.id, account=row.key.account, status=status.value, owner=self._publisher.owner)

    def _keep_jobs_running(self) -> None:
        """The scheduler waits for wall times: where this machine's clock is set back, its jobs would stand still."""
        now = Reading.of(SystemClock())
        if abs(jump_between(self._read_clock, now)) > TICK:
            for job in self._clock.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
        self._read_clock = now

    def _tell_alarms(self) -> None:
        self._teller.tell()

    def _open_waves(self) -> None:
        self._app.sharing.open_due()
        self._app.personal_posts.note_published()

    def _report(self) -> None:
        self._app.reports.make_due()
        self._app.reports.send_due()

    def _take_leave(self) -> None:
        self._teller.tell()
        self._teller.close()
        self._app.upkeep.leave(self._publisher.owner)

    def _read(self) -> None:
        collected = self._app.reach.collect_due(self._stopping.is_set)
        self._wake_exactly("reading", self._read, self._app.reach.next_wake())
        if collected.taken:
            self._tell(Event(readings=collected.taken))

    def _is_idle(self) -> bool:
        return not self._running and self._app.deliveries.is_idle() and not self._app.reach.has_due()

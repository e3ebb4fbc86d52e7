"""Orders in, a result out: stage, publishers, stream and kills together, then the queue beside the ledger."""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from prokes_social.app import App
from prokes_social.drill import stage, verdict
from prokes_social.drill.databases import own_database
from prokes_social.drill.journal import Reader, Word
from prokes_social.drill.orders import Orders, make_workspace
from prokes_social.drill.stream import CAMPAIGN, LATEST_LANDING, Stream
from prokes_social.drill.verdict import Comparison, Row
from prokes_social.errors import ProkesError
from prokes_social.i18n import _
from prokes_social.model.delivery import Delivery, DeliveryStatus, Outcome
from prokes_social.sandbox import Control
from prokes_social.settings import load_settings
from prokes_social.store import Store

S = DeliveryStatus
UNSETTLED = (S.WAITING, S.SCHEDULED, S.CLAIMED, S.SENDING, S.UNCERTAIN)
BEAT = 0.25
#: Without any change for so long, what is not settled is stuck, and counts as lost.
PATIENCE = 40.0


@dataclass(frozen=True, kw_only=True)
class Progress:
    kills: int
    settled: int
    held: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """All figures of a drill; times in seconds."""

    db: str
    seed: int
    publishers: int
    accounts: int
    jobs: int
    kills: int
    kills_by: dict[str, int]
    freezes: int
    frozen_before_call: int
    stopped_by_guard: int
    lies: dict[str, int]
    published: int
    found_by_look_up: int
    held: int
    held_public: int  #: of these, were public after all, and were found when a person decided
    failed: int
    missed: int
    lost: int
    doubled: int
    phantom: int
    unrecorded: int
    broken: int  #: publishers that ended by themselves
    taken_up: int  #: rows that a killed publisher left behind
    recovery_p99_s: float | None
    recovery_max_s: float | None
    lateness_p99_s: float | None  #: first calls that nothing disturbed
    lateness_all_p99_s: float | None
    seconds: float
    kills_per_s: float
    complaint: str = ""  #: what the first broken publisher said

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.phantom or self.unrecorded)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def run(
    orders: Orders,
    *,
    db: str = "sqlite",
    server: str | None = None,
    beside: Path | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Result:
    """Drill on a database of its own: beside `beside` on SQLite, on `server` (else a new one) on PostgreSQL.

    Raises ProkesError where the stage can't be set up.
    """
    with tempfile.TemporaryDirectory(prefix="drill-", dir=beside) as name:
        folder = Path(name)
        with (
            own_database(db, folder, server) as database_url,
            stage.sandbox(folder) as control,
            stage.picture_server() as pictures,
        ):
            environment = make_workspace(folder, database_url=database_url, sandbox=control.url, pictures=pictures)
            with _opened(database_url, environment) as app:
                return Drill(orders, db, folder, environment, app, control, on_progress).run()


@contextmanager
def _opened(database_url: str, environment: dict[str, str]) -> Iterator[App]:
    store = Store(database_url)
    store.migrate()
    store.close()
    app = App(load_settings(environment))
    try:
        yield app
    finally:
        app.close()


class Drill:
    def __init__(
        self,
        orders: Orders,
        db: str,
        folder: Path,
        environment: dict[str, str],
        app: App,
        control: Control,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._orders = orders
        self._db = db
        self._folder = folder
        self._environment = environment
        self._app = app
        self._control = control
        self._tell = on_progress
        self._journal = Reader(folder / "journal")
        self._lies: Counter[str] = Counter()

    def run(self) -> Result:
        accounts = stage.add_accounts(self._app, self._control, min(max(self._orders.deliveries // 2, 10), 80))
        stage.keep_picture(self._app)
        stream = Stream(self._app, self._control, accounts, self._orders.seed)
        started = time.monotonic()
        with self._publishers() as process:
            self._make_trouble(stream, process)
            held = self._settled(stream, process)
            comparison = self._rows_beside_ledger()[1]
            public = sum(row.id not in comparison.told for row in held)
            self._decide(held)
            self._await_settled(stream, process)
        seconds = time.monotonic() - started
        return self._result(accounts, len(held), public, seconds)

    # --- trouble ---

    @contextmanager
    def _publishers(self) -> Iterator["subprocess.Popen[bytes]"]:
        """The nursery; it ends when its standard input does."""
        course = {
            "environment": self._environment,
            "journal": str(self._folder / "journal"),
            "kills": self._orders.kills,
            "publishers": self._orders.publishers,
            "seed": self._orders.seed,
            "publisher_class": self._orders.publisher_class,
        }
        path = self._folder / "course.json"
        path.write_text(json.dumps(course), encoding="utf-8")
        with (self._folder / "complaints").open("wb") as complaints:
            command = [sys.executable, "-m", "prokes_social.drill.nursery", str(path)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=complaints)
            try:
                yield process
            finally:
                assert process.stdin  # noqa: S101 - a pipe was asked for
                process.stdin.close()
                process.wait(timeout=30)

    def _make_trouble(self, stream: Stream, process: "subprocess.Popen[bytes]") -> None:
        """Write deliveries in step with the kills, so that publishers always have something to die over."""
        while self._kills() < self._orders.kills or stream.written < self._orders.deliveries:
            self._require_alive(process)
            open_rows = self._report(stream)
            wanted = self._wanted(stream.written, open_rows)
            if wanted and verdict.count(self._journal.entries, Word.BORN):
                stream.write(wanted)
            time.sleep(BEAT)

    def _wanted(self, written: int, open_rows: int) -> int:
        """How many more now: not so far ahead of the kills that these run dry, nor so many that a slow machine drowns."""
        orders = self._orders
        ahead = (self._kills() + 2 * orders.publishers) / max(orders.kills, 1)
        in_step = round(orders.deliveries * min(ahead, 1.0)) - written
        return max(0, min(in_step, 6 * orders.publishers - open_rows, orders.publishers // 2))

    def _settled(self, stream: Stream, process: "subprocess.Popen[bytes]") -> list[Delivery]:
        """Wait for the dust to settle; what is held then waits for a person."""
        self._await_settled(stream, process)
        self._count_lies()
        self._control.clear_faults()
        self._control.settings(timeline_lag_s=0.0)
        self._await_stillness()
        return self._app.deliveries.listing(campaign=CAMPAIGN, statuses=(S.HELD,))

    def _await_settled(self, stream: Stream, process: "subprocess.Popen[bytes]") -> None:
        before, until = -1, time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self._require_alive(process)
            open_rows = self._report(stream)
            if open_rows == 0:
                return
            if open_rows != before:
                before, until = open_rows, time.monotonic() + PATIENCE
            time.sleep(BEAT)

    def _await_stillness(self) -> None:
        """Nobody is frozen any more, and the last call has landed if it ever will."""
        while True:
            entries = self._journal.read_on()
            gone = {entry.life for entry in entries if entry.word in (Word.THAWED, Word.DIED, Word.BROKE)}
            frozen = {entry.life for entry in entries if entry.word is Word.FROZEN} - gone
            calls = [entry.at for entry in entries if entry.word in (Word.PASSED, Word.THAWED)]
            if not frozen and time.time() > max(calls, default=0.0) + LATEST_LANDING:
                return
            time.sleep(BEAT)

    def _decide(self, held: list[Delivery]) -> None:
        """A person says of each: send it. A fresh look comes first, and finds what is out there after all."""
        for row in held:
            self._app.decisions.send(row.id)

    # --- looking on ---

    def _kills(self) -> int:
        return sum(verdict.deaths(self._journal.read_on()).values())

    def _report(self, stream: Stream) -> int:
        """Tell the progress; how many deliveries are not settled."""
        rows = self._app.deliveries.listing(campaign=CAMPAIGN, statuses=(*UNSETTLED, S.HELD))
        held = sum(row.status is S.HELD for row in rows)
        open_rows = len(rows) - held
        self._tell(Progress(kills=self._kills(), settled=stream.written - open_rows, held=held))
        return open_rows

    def _require_alive(self, process: "subprocess.Popen[bytes]") -> None:
        if process.poll() is not None:
            raise ProkesError(_("The publishers of the drill came to an end by themselves."), hint=self._complaint())

    def _complaint(self) -> str:
        path = self._folder / "complaints"
        return path.read_text(encoding="utf-8", errors="replace")[-2000:] if path.exists() else ""

    def _count_lies(self) -> None:
        for fault in self._control.faults():
            self._lies[fault["kind"]] += fault["struck"]

    # --- the end ---

    def _rows_beside_ledger(self) -> tuple[list[Row], Comparison]:
        rows = [
            Row(
                delivery=each,
                tries=[(tried["started_at"], Outcome(tried["outcome"])) for tried in self._tries(each.id)],
            )
            for each in self._app.deliveries.listing(campaign=CAMPAIGN)
        ]
        lines = (self._folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
        return rows, verdict.compare(rows, [json.loads(line) for line in lines])

    def _tries(self, delivery_id: int) -> list[dict[str, Any]]:
        from datetime import datetime

        tries = self._app.deliveries.attempts(delivery_id)
        return [{**each, "started_at": datetime.fromisoformat(each["started_at"]).timestamp()} for each in tries]

    def _result(self, accounts: list[str], held: int, public: int, seconds: float) -> Result:
        rows, comparison = self._rows_beside_ledger()
        journal = self._journal.read_on()
        kills_by = verdict.deaths(journal)
        frozen, stopped = verdict.guarded(journal)
        statuses = Counter(row.delivery.status for row in rows)
        recovered = verdict.recoveries(rows, journal)
        return Result(
            db=self._db,
            seed=self._orders.seed,
            publishers=self._orders.publishers,
            accounts=len(accounts),
            jobs=len(rows),
            kills=sum(kills_by.values()),
            kills_by=kills_by,
            freezes=verdict.count(journal, Word.THAWED),
            frozen_before_call=frozen,
            stopped_by_guard=stopped,
            lies=dict(sorted(self._lies.items())),
            published=statuses[S.PUBLISHED],
            found_by_look_up=verdict.found_by_look_up(journal),
            held=held,
            held_public=public,
            failed=statuses[S.FAILED],
            missed=statuses[S.MISSED],
            lost=len(comparison.lost),
            doubled=len(comparison.doubled),
            phantom=len(comparison.phantom),
            unrecorded=len(comparison.unrecorded),
            broken=verdict.count(journal, Word.BROKE),
            taken_up=len(recovered),
            recovery_p99_s=verdict.percentile(recovered, 99),
            recovery_max_s=verdict.percentile(recovered, 100),
            lateness_p99_s=verdict.percentile(verdict.lateness_undisturbed(rows, journal), 99),
            lateness_all_p99_s=verdict.percentile(verdict.lateness(rows), 99),
            seconds=round(seconds, 1),
            kills_per_s=round(sum(kills_by.values()) / seconds, 2),
            complaint=self._complaint(),
        )

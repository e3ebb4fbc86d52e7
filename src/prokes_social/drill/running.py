"""Orders in, a result out: stage, publishers, stream and kills together, then the queue beside the ledger."""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from prokes_social.app import App
from prokes_social.drill import stage, verdict
from prokes_social.drill.databases import for_publishers, own_database
from prokes_social.drill.journal import Entry, Reader, Word
from prokes_social.drill.orders import Orders, make_workspace
from prokes_social.drill.result import Result, draw_up
from prokes_social.drill.stream import CAMPAIGN, LATEST_LANDING, Stream
from prokes_social.drill.verdict import Row
from prokes_social.errors import ProkesError, SettingsError
from prokes_social.i18n import _
from prokes_social.model.delivery import Delivery, Outcome
from prokes_social.model.delivery import DeliveryStatus as S
from prokes_social.publishing import Point
from prokes_social.sandbox import Control
from prokes_social.settings import load_settings
from prokes_social.store import Store

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
class Scene:
    """What is set up before anything happens."""

    folder: Path
    environment: dict[str, str]
    app: App
    control: Control


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
    with _folder(beside) as folder, own_database(db, folder, server) as url, _scene(folder, url) as scene:
        drill = _Drill(orders, scene, on_progress)
        began = time.monotonic()
        held = drill.run()
        return draw_up(
            orders,
            db=db,
            rows=drill.rows(),
            ledger=drill.ledger(),
            journal=drill.journal.read_on(),
            held=held,
            silent=drill.silent,
            lies=drill.lies,
            seconds=time.monotonic() - began,
            complaints=drill.complaints(),
        )


@contextmanager
def _folder(beside: Path | None) -> Iterator[Path]:
    try:
        folder = tempfile.TemporaryDirectory(prefix="drill-", dir=beside)
    except OSError as error:
        raise SettingsError(
            _("The drill can't make a folder in {folder}: {reason}.", folder=beside, reason=error.strerror),
            hint=_("Make the folder writable, or run the drill outside of the workspace."),
        ) from error
    with folder as name:
        yield Path(name)


@contextmanager
def _scene(folder: Path, database_url: str) -> Iterator[Scene]:
    with stage.sandbox(folder) as control, stage.picture_server() as pictures:
        environment = make_workspace(folder, database_url=database_url, sandbox=control.url, pictures=pictures)
        store = Store(database_url)
        store.migrate()
        store.close()
        app = App(load_settings(environment))
        try:
            yield Scene(folder=folder, environment=environment, app=app, control=control)
        finally:
            app.close()


class _Drill:
    def __init__(self, orders: Orders, scene: Scene, on_progress: Callable[[Progress], None]) -> None:
        self._orders = orders
        self._scene = scene
        self._app = scene.app
        self._tell = on_progress
        self.journal = Reader(scene.folder / "journal")
        self.lies: Counter[str] = Counter()
        self.silent = 0  #: rests where a person must decide, but no alarm rings

    def run(self) -> list[Delivery]:
        """Trouble, dust, a person's decisions; the deliveries that had to wait for a person."""
        accounts = stage.add_accounts(self._app, self._scene.control, self._orders.accounts)
        stage.keep_picture(self._app)
        stream = Stream(self._app, self._scene.control, accounts, self._orders.seed)
        with self._publishers() as nursery:
            self._make_trouble(stream, nursery)
            stuck = self._await_settled(stream, nursery)
            self._end_of_lies()
            held = self._held()
            if held and not stuck:
                self._await_stillness()
                self._decide(held)
                self._await_settled(stream, nursery)
        return held

    # --- publishers ---

    @contextmanager
    def _publishers(self) -> Iterator["subprocess.Popen[bytes]"]:
        """The nursery; it ends, and all publishers with it, when its standard input does."""
        course = self._scene.folder / "course.json"
        course.write_text(json.dumps(self._course()), encoding="utf-8")
        with (self._scene.folder / "complaints").open("wb") as complaints:
            command = [sys.executable, "-m", "prokes_social.drill.nursery", str(course)]
            with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=complaints) as nursery:
                yield nursery

    def _course(self) -> dict[str, Any]:
        return {
            "environment": self._scene.environment | {"PROKES_DATABASE_URL": for_publishers(self._app.store.url)},
            "journal": str(self._scene.folder / "journal"),
            "kills": self._orders.kills,
            "publishers": self._orders.publishers,
            "seed": self._orders.seed,
            "publisher_class": self._orders.publisher_class,
        }

    def _require_alive(self, nursery: "subprocess.Popen[bytes]") -> None:
        if nursery.poll() is not None:
            raise ProkesError(_("The publishers of the drill came to an end by themselves."), hint=self.complaints())

    # --- trouble ---

    def _make_trouble(self, stream: Stream, nursery: "subprocess.Popen[bytes]") -> None:
        """Write deliveries in step with the kills, so that publishers always have something to die over."""
        patience = _Patience()
        while self._kills() < self._orders.kills or stream.written < self._orders.deliveries:
            self._require_alive(nursery)
            unsettled = self._report(stream)
            if patience.ends_with((self._kills(), stream.written, unsettled)):
                return
            wanted = self._wanted(stream.written, unsettled)
            if wanted and verdict.count(self.journal.entries, Word.BORN):
                stream.write(wanted)
            if not unsettled and stream.written == self._orders.deliveries:
                _say_no_more_comes(nursery)
            time.sleep(BEAT)

    def _wanted(self, written: int, unsettled: int) -> int:
        """How many more now: in step with the kills, and never so many that a slow machine drowns."""
        orders = self._orders
        ahead = (self._kills() + 2 * orders.publishers) / max(orders.kills, 1)
        in_step = round(orders.deliveries * min(ahead, 1.0)) - written
        return max(0, min(in_step, 6 * orders.publishers - unsettled, orders.publishers // 2 + 1))

    def _await_settled(self, stream: Stream, nursery: "subprocess.Popen[bytes]") -> int:
        """How many never come to rest."""
        patience = _Patience()
        while (unsettled := self._report(stream)) and not patience.ends_with(unsettled):
            self._require_alive(nursery)
            time.sleep(BEAT)
        return unsettled

    def _end_of_lies(self) -> None:
        for fault in self._scene.control.faults():
            self.lies[fault["kind"]] += fault["struck"]
        self._scene.control.clear_faults()
        self._scene.control.settings(timeline_lag_s=0.0)

    def _held(self) -> list[Delivery]:
        resting = self._app.deliveries.listing(campaign=CAMPAIGN, statuses=verdict.TOLD)
        ringing = {alarm.subject for alarm in self._app.decisions.alarms()}
        self.silent = sum(f"delivery:{row.id}" not in ringing for row in resting)
        return [row for row in resting if row.status is S.HELD]

    def _await_stillness(self) -> None:
        """Nobody is frozen any more, and the last call has landed if it ever will."""
        patience = _Patience()
        while not _is_still(self.journal.read_on()) and not patience.ends_with(None):
            time.sleep(BEAT)

    def _decide(self, held: list[Delivery]) -> None:
        """A person says of each: send it. A fresh look comes first, and finds what is out there after all."""
        for row in held:
            self._app.decisions.send(row.id)

    # --- looking on ---

    def _kills(self) -> int:
        return verdict.count(self.journal.read_on(), Word.DIED)

    def _report(self, stream: Stream) -> int:
        """Tell the progress; how many deliveries are not settled."""
        rows = self._app.deliveries.listing(campaign=CAMPAIGN, statuses=(*UNSETTLED, S.HELD))
        held = sum(row.status is S.HELD for row in rows)
        unsettled = len(rows) - held
        self._tell(Progress(kills=self._kills(), settled=stream.written - unsettled, held=held))
        return unsettled

    def complaints(self) -> str:
        """What publishers said on standard error, the last of it."""
        path = self._scene.folder / "complaints"
        return path.read_text(encoding="utf-8", errors="replace")[-4000:] if path.exists() else ""

    def rows(self) -> list[Row]:
        """Every delivery, with its tries."""
        rows = self._app.deliveries.listing(campaign=CAMPAIGN)
        return [Row(delivery=row, tries=self._tries(row)) for row in rows]

    def _tries(self, row: Delivery) -> list[tuple[float, Outcome]]:
        tries = self._app.deliveries.attempts(row.id)
        return [(datetime.fromisoformat(each["started_at"]).timestamp(), Outcome(each["outcome"])) for each in tries]

    def ledger(self) -> list[dict[str, Any]]:
        """Everything that ever became public."""
        lines = (self._scene.folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]


class _Patience:
    """Ends where nothing has changed for too long."""

    def __init__(self) -> None:
        self._before: object = None
        self._until = time.monotonic() + PATIENCE

    def ends_with(self, now: object) -> bool:
        if now != self._before:
            self._before, self._until = now, time.monotonic() + PATIENCE
        return time.monotonic() > self._until


def _say_no_more_comes(nursery: "subprocess.Popen[bytes]") -> None:
    assert nursery.stdin  # noqa: S101 - a pipe was asked for
    nursery.stdin.write(b"\n")
    nursery.stdin.flush()


def _is_still(journal: list[Entry]) -> bool:
    awake = {entry.life for entry in journal if entry.word in (Word.THAWED, Word.DIED, Word.BROKE)}
    frozen = {entry.life for entry in journal if entry.word is Word.FROZEN} - awake
    calls = [entry.at for entry in journal if entry.word is Word.THAWED or entry.detail == Point.GUARDED]
    return not frozen and time.time() > max(calls, default=0.0) + LATEST_LANDING

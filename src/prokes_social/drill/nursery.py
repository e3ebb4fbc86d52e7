"""Bring publishers into the world and out of it: a course as JSON in, forks, kills and freezes out, all in a journal.

A process of its own with one thread and no connection, because only such a one may fork safely; what publishers import
is imported here once, so that a fork takes milliseconds. It ends, and they with it, when its standard input ends.
"""

import gc
import json
import logging
import os
import select
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from prokes_social.drill.fates import Death, Fate, draw
from prokes_social.drill.journal import Journal, Word
from prokes_social.drill.publisher import Doom, WatchedApp, live, rehearse
from prokes_social.publishing import Point

#: A publisher that does not meet its fate is killed anyway; sooner once no more deliveries come.
LONGEST_LIFE, LONGEST_WITHOUT_WORK = 8.0, 1.0
#: A publisher that is told to end may finish its call.
LAST_WORDS = 5.0
#: So many that ended by themselves: something is wrong beyond what a drill can tell.
TOO_MANY_BROKEN = 25


@dataclass(kw_only=True)
class Child:
    life: int
    pid: int
    fate: Fate
    born_at: float  #: uptime
    thaws_at: float | None = None
    thawed_at: float | None = None
    killed: bool = False  #: by us, not by its own hand


class Nursery:
    def __init__(self, course: dict[str, Any], app: WatchedApp) -> None:
        self._course = course
        self._app = app
        self._journal = Journal(Path(course["journal"]))
        self._fates = draw(course["seed"])
        self._children: dict[int, Child] = {}
        self._kills_left: int = course["kills"]
        self._born = self._broken = 0
        self._unmet = list(Point)  #: points at which nobody has died yet
        self._longest_life = LONGEST_LIFE

    def run(self) -> None:
        while not self._is_told_to_end() and self._broken < TOO_MANY_BROKEN:
            self._collect()
            self._thaw()
            self._kill()
            self._fill()
        self._end()

    def _is_told_to_end(self) -> bool:
        """Waits a moment for word on standard input, which also is the beat of the loop; a line says: no more work."""
        if not select.select([sys.stdin], [], [], 0.005)[0]:
            return False
        self._longest_life = LONGEST_WITHOUT_WORK
        return not os.read(sys.stdin.fileno(), 100)

    # --- birth ---

    def _fill(self) -> None:
        awake = sum(child.thaws_at is None for child in self._children.values())
        for _place in range(self._course["publishers"] - awake):
            self._bear(self._next_fate())

    def _next_fate(self) -> Fate:
        doomed = [child.fate.death for child in self._children.values() if child.fate.death]
        if len(doomed) >= self._kills_left:
            return Fate()
        overlooked = [point for point in self._unmet if point not in doomed]
        fate = next(self._fates)
        return Fate(death=overlooked[0]) if overlooked else fate

    def _bear(self, fate: Fate) -> None:
        self._born += 1
        pid = os.fork()
        if pid == 0:
            self._be_born(fate)
        self._children[pid] = Child(life=self._born, pid=pid, fate=fate, born_at=time.monotonic())

    def _be_born(self, fate: Fate) -> None:
        """In the new process; never returns."""
        code = 1
        try:
            sys.stdin.close()
            self._journal.note(self._born, Word.BORN, detail=str(fate.death or ""))
            live(self._app, Doom(self._born, fate, self._journal))
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)  # not through what the parent has registered

    # --- death ---

    def _kill(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if child.fate.death and not child.killed and child.thaws_at is None and now >= self._end_of(child):
                child.killed = True
                how = Death.THAWED if child.thawed_at else Death.ANY_TIME
                self._journal.note(child.life, Word.DIED, detail=how)
                os.kill(child.pid, signal.SIGKILL)

    def _end_of(self, child: Child) -> float:
        """When we kill it, unless it dies before by its own hand."""
        if child.thawed_at:
            return child.thawed_at + child.fate.seconds
        return child.born_at + (child.fate.seconds if child.fate.death is Death.ANY_TIME else self._longest_life)

    def _thaw(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if child.thaws_at is not None and now >= child.thaws_at:
                child.thaws_at, child.thawed_at = None, now
                self._journal.note(child.life, Word.THAWED)
                os.kill(child.pid, signal.SIGCONT)

    def _collect(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            if pid == 0:
                return
            if os.WIFSTOPPED(status):
                child = self._children[pid]
                child.thaws_at = time.monotonic() + child.fate.frozen
            else:
                self._bury(self._children.pop(pid), status)

    def _bury(self, child: Child, status: int) -> None:
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            self._kills_left -= 1
            if not child.killed and child.fate.death in self._unmet:
                self._unmet.remove(Point(child.fate.death))
        else:
            self._broken += 1
            self._journal.note(child.life, Word.BROKE, detail=str(status))

    def _end(self) -> None:
        for pid in self._children:
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + LAST_WORDS
        while self._children and time.monotonic() < until:
            pid, _status = os.waitpid(-1, os.WNOHANG)
            self._children.pop(pid, None)
            time.sleep(0.01)
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)


def _warm_up(course: dict[str, Any]) -> WatchedApp:
    """Do once what every publisher would do at its birth, and keep it out of the collector's way."""
    for module in ("tweepy", "facebook"):
        import_module(module)

    logging.disable(logging.WARNING)  # the journal tells; alarms ring all the time here
    app = WatchedApp(course["environment"], course["publisher_class"])
    rehearse(app, Journal(Path(course["journal"])))
    gc.collect()
    gc.freeze()
    return app


def main() -> None:
    course = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Nursery(course, _warm_up(course)).run()


if __name__ == "__main__":
    main()

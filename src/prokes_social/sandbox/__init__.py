"""A local server that speaks the parts of X API v2 and Meta's Graph API that we use, strictly; with a feed to look at.

Nothing of prokes-social is imported here: only so can it prove the platform adapters independently.

    with Sandbox() as sandbox:
        sandbox.fault("x", "publish", "accept_then_drop")
        ...
        assert len(sandbox.posts()) == 1
"""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from prokes_social.sandbox.accounts import Directory, default_directory
from prokes_social.sandbox.remote import Control, SandboxRefused
from prokes_social.sandbox.server import Server, listen, serve, write_state
from prokes_social.sandbox.settings import Settings
from prokes_social.sandbox.world import World

__all__ = ["Control", "Sandbox", "SandboxRefused", "make_world", "serve", "write_state"]


def make_world(
    *,
    accounts: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    ledger: Path | None = None,
    clock: Callable[[], float] = time.time,
) -> World:
    """A world from plain data; without `accounts` it has the default ones. Raises ValueError for unknown names."""
    return World(
        directory=Directory.from_json(accounts) if accounts is not None else default_directory(),
        settings=Settings().changed(settings or {}),
        ledger=ledger,
        time=clock,
    )


class Sandbox(Control):
    """The server on a thread of this process, on a free port of 127.0.0.1; for tests.

    `accounts` and `settings` are plain data as /_control takes them, `clock` gives Unix time.
    """

    def __init__(
        self,
        *,
        accounts: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        ledger: Path | None = None,
        clock: Callable[[], float] = time.time,
        port: int = 0,
    ) -> None:
        world = make_world(accounts=accounts, settings=settings, ledger=ledger, clock=clock)
        self._listening = threading.Event()
        self._server = Server(world, listen(world, "127.0.0.1", port), lambda _url: self._listening.set())
        self._thread = threading.Thread(target=self._server.run_here, name="sandbox", daemon=True)
        super().__init__(world.origin)

    def __enter__(self) -> "Sandbox":
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def start(self) -> None:
        """Raises TimeoutError where the server does not come up."""
        self._thread.start()
        if not self._listening.wait(10):
            raise TimeoutError("the sandbox did not start")

    def stop(self) -> None:
        """Hang up on everybody, also on calls that still wait, and end the thread."""
        self.close()
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)

"""Put the sandbox on a socket: a world in, an address out; runs until told to stop."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from prokes_social.sandbox import control, feed
from prokes_social.sandbox.edge import Edge, OpenHandedProtocol
from prokes_social.sandbox.graph import consent as dialog
from prokes_social.sandbox.graph import door as graph
from prokes_social.sandbox.world import World
from prokes_social.sandbox.x import consent
from prokes_social.sandbox.x import door as x

METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]


def make_app(world: World) -> Starlette:
    edges = (("/2/{rest:path}", x.admit), ("/1.1/{rest:path}", x.admit), ("/v{rest:path}", graph.admit))
    platforms = [Route(path, Edge(world, admit).__call__, methods=METHODS) for path, admit in edges]
    people = [*feed.routes(world), *consent.routes(world), *dialog.routes(world)]
    return Starlette(routes=[*control.routes(world), *people, *platforms])


class Server(uvicorn.Server):
    """Calls `on_listening` with the address as soon as connections are taken."""

    def __init__(self, world: World, listener: socket.socket, on_listening: Callable[[str], None]) -> None:
        config = uvicorn.Config(
            make_app(world),
            http=OpenHandedProtocol,
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            access_log=False,
            # Shorter than a client's pause, the server's hanging up would look like a lost answer.
            timeout_keep_alive=120,
        )
        super().__init__(config)
        self._world = world
        self._listener = listener
        self._on_listening = on_listening

    def run_here(self) -> None:
        """Blocks until `should_exit`."""
        try:
            self.run(sockets=[self._listener])
        finally:
            self._listener.close()
            self._world.close()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._on_listening(self._world.origin)


def listen(world: World, host: str, port: int) -> socket.socket:
    """Bind; port 0 takes a free one. The world learns its address. Raises OSError where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, or asyncio leaves Nagle's algorithm on, and each answer waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    named = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  (nobody can call these)
    name = f"[{named}]" if ":" in named else named
    world.origin = f"http://{name}:{listener.getsockname()[1]}"
    return listener


def serve(host: str, port: int, *, world: World | None = None, state_file: Path | None = None) -> None:
    """Serve in this thread until SIGINT or SIGTERM; `state_file` gets url and pid once the server listens."""
    world = world or World()

    def tell(url: str) -> None:
        if state_file:
            write_state(state_file, url)

    _forget_state(state_file)
    try:
        Server(world, listen(world, host, port), tell).run_here()
    finally:
        _forget_state(state_file)


def _forget_state(path: Path | None) -> None:
    """Whoever waits for the file must not find that of an earlier run."""
    if path:
        path.unlink(missing_ok=True)


def write_state(path: Path, url: str) -> None:
    """In one step, so that nobody reads half of it."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
    fresh.replace(path)

"""Between the socket and the platforms: a request in, an answer, a fault or a cut connection out.

An admitted call passes the faults twice: before it is done (refusals, drops) and, once it was accepted, after it (lost
and spoiled answers). A fault that hangs sleeps on the event loop and so holds up nobody else.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from prokes_social.sandbox.calls import Answer, Call, Incoming, Refused, Upload
from prokes_social.sandbox.fault_answers import answer_of
from prokes_social.sandbox.faults import Fault
from prokes_social.sandbox.world import World

Admit = Callable[[World, Incoming], Call]


class OpenHandedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, with the transport handed to the application, so that it can hang up without an answer."""

    def connection_made(self, transport: Any) -> None:
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class HangUp(Response):
    """Close the connection without a single byte: a TCP reset, or in order when `reset` is false."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self._reset = reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope["state"]["transport"]
        if self._reset:
            # Lingering for zero seconds makes the kernel send RST instead of FIN.
            connection = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        # uvicorn would answer 500 for an application that returns in silence, until it has seen the connection go.
        while (await receive())["type"] != "http.disconnect":
            pass


class Edge:
    """Carries out the calls of one platform family; `admit` turns a request into a call or refuses it."""

    def __init__(self, world: World, admit: Admit) -> None:
        self._world = world
        self._admit = admit
        self._landings: set[asyncio.Task[Answer]] = set()

    async def __call__(self, request: Request) -> Response:
        incoming = await read(request)
        try:
            call = await run_in_threadpool(self._admit, self._world, incoming)
        except Refused as refused:
            return respond(refused.answer)
        return await self._carry_out(call)

    async def _carry_out(self, call: Call) -> Response:
        fault = self._strike(call, accepted=False)
        if fault:
            return await self._instead(fault, call)
        answer = await self._done(call)
        fault = self._strike(call, accepted=True) if answer.accepted else None
        if fault is None:
            return respond(answer.with_headers(call.headers))
        await asyncio.sleep(fault.number("seconds", 30) if fault.kind == "hang" else 0)
        return self._faulty(fault, call, answer)

    async def _instead(self, fault: Fault, call: Call) -> Response:
        """The fault strikes first; the deed comes later or never."""
        seconds = fault.number("seconds", 30 if fault.kind == "hang" else 1)
        if fault.kind == "hang":
            await asyncio.sleep(seconds)
            return await self._after_hanging(fault, call)
        if fault.accept == "later":
            landing = asyncio.create_task(self._land(call, seconds))
            self._landings.add(landing)
            landing.add_done_callback(self._landings.discard)
        return self._faulty(fault, call, None)

    async def _after_hanging(self, fault: Fault, call: Call) -> Response:
        if fault.accept == "never":
            return HangUp(reset=bool(fault.parameters.get("reset", True)))
        return respond((await self._done(call)).with_headers(call.headers))

    async def _land(self, call: Call, seconds: float) -> Answer:
        before = self._world.generation
        await asyncio.sleep(seconds)
        return await self._done(call) if self._world.generation == before else Answer()

    async def _done(self, call: Call) -> Answer:
        try:
            return await run_in_threadpool(call.act)
        except Refused as refused:
            return refused.answer

    def _strike(self, call: Call, *, accepted: bool) -> Fault | None:
        with self._world.lock:
            return self._world.faults.strike(call, accepted=accepted)

    def _faulty(self, fault: Fault, call: Call, done: Answer | None) -> Response:
        answer = answer_of(fault, call, self._world, done)
        if answer is None:
            return HangUp(reset=bool(fault.parameters.get("reset", True)))
        return respond(answer.with_headers(call.headers))


async def read(request: Request) -> Incoming:
    """The whole request, multipart bodies taken apart."""
    body = await request.body()
    form: list[tuple[str, str]] = []
    files: list[Upload] = []
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        async with request.form() as parts:
            for name, part in parts.multi_items():
                if isinstance(part, UploadFile):
                    files.append(await _read_file(name, part))
                else:
                    form.append((name, part))
    return Incoming(
        method=request.method,
        url=str(request.url),
        path=request.url.path,
        query=tuple(request.query_params.multi_items()),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        form=tuple(form),
        files=tuple(files),
    )


async def _read_file(name: str, part: UploadFile) -> Upload:
    return Upload(
        field=name, filename=part.filename or "", content_type=part.content_type or "", data=await part.read()
    )


def respond(answer: Answer) -> Response:
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-type"}
    return Response(answer.encoded(), answer.status, headers, answer.media_type)

"""Chunks in, what came of each out, in the order in which they end: drawn here, in processes beside, or on a cluster.

All three hand out `draw_chunk`, and all can be left in the middle: who draws ends after the card in hand, and what is
finished stands in the journals.
"""

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import connection, get_context, parent_process
from typing import Any

from prokes_social.errors import CardError, SettingsError
from prokes_social.i18n import _
from prokes_social.rendering.bulk.chunk import BulkJob, Chunk, StaffCard, draw_chunk

Cards = Sequence[StaffCard]
Chunks = Generator[Chunk, None, None]
Pool = Callable[[BulkJob, Sequence[Cards]], Chunks]

#: Processes that somebody else ended, so often that it is no accident.
_MOST_BROKEN = 3
#: Seconds that a cluster may take to answer, and to have a first worker.
_PATIENCE = 20


def in_this_process(job: BulkJob, chunks: Sequence[Cards]) -> Chunks:
    for number, cards in enumerate(chunks):
        yield draw_chunk(job, number, cards)


def in_processes(job: BulkJob, chunks: Sequence[Cards], *, count: int) -> Chunks:
    """Processes that are killed are replaced, and their chunks begun again. Raises CardError if that goes on."""
    left = dict(enumerate(chunks))
    for _attempt in range(_MOST_BROKEN):
        try:
            for chunk in _in_pool(job, left, count):
                del left[chunk.number]
                yield chunk
            return
        except BrokenProcessPool:
            continue
    raise CardError(
        _("The processes that draw were ended from outside again and again."),
        hint=_("The memory may be too small for so many: try again with --processes 1. What is finished is kept."),
    )


def _in_pool(job: BulkJob, chunks: Mapping[int, Cards], count: int) -> Chunks:
    waiting = iter(list(chunks.items()))
    running: set[Future[Chunk]] = set()
    # Forks of a process with threads may hang; fresh ones also start small.
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_end_with_parent)
    try:
        while True:
            with _deaf_to_interrupts():
                while len(running) < 2 * count and (each := next(waiting, None)):
                    running.add(pool.submit(draw_chunk, job, *each))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    except BrokenProcessPool:
        raise
    except BaseException:
        job.stop()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ctrl-C reaches every process of a terminal; those that are started in here leave it to us."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """A run that is killed leaves nobody behind who draws on."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def on_cluster(job: BulkJob, chunks: Sequence[Cards], *, address: str) -> Chunks:
    """Through Dask's scheduler at `address`; its workers see the same folders. Raises SettingsError, CardError."""
    try:
        from distributed import Client, KilledWorker, as_completed
        from distributed import wait as all_done
    except ImportError as error:
        raise SettingsError(
            _("Drawing on a cluster needs Dask, which is not installed."),
            hint=_("Install it with `pip install 'prokes-social[cluster]'`."),
        ) from error
    with _connected(Client, address) as client:
        futures = client.map(partial(draw_chunk, job), range(len(chunks)), list(chunks), pure=False)
        try:
            for future in as_completed(futures):  # type: ignore[no-untyped-call]
                yield future.result()
        except KilledWorker as error:
            raise CardError(
                _("The cluster's workers were ended from outside again and again."),
                hint=_("Their memory may be too small. What is finished is kept; run the same command again."),
            ) from error
        except BaseException:
            job.stop()
            all_done(futures, timeout=_PATIENCE)  # type: ignore[no-untyped-call]
            client.cancel(futures)
            raise


@contextmanager
def _connected(kind: Callable[..., Any], address: str) -> Iterator[Any]:
    try:
        client = kind(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise SettingsError(
            _("There is no Dask scheduler at {address}.", address=address),
            hint=_("Start one with `dask scheduler`, and name the address it prints."),
        ) from error
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
        yield client
    except TimeoutError as error:
        raise SettingsError(
            _("The Dask scheduler at {address} has no workers.", address=address),
            hint=_("Start some with `dask worker {address}`, where the workspace's folder is at hand.",
                   address=address),
        ) from error  # fmt: skip
    finally:
        client.close()

"""When the sources are to be read again: their files have changed, the time has come, or somebody says so (SIGHUP)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from server.watching import Watch, follow

log = logging.getLogger("specgraph")

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Freshness:
    """What makes the sources be read again: a watch of their files, and every `refresh_minutes`; 0 is never."""

    watch: Watch | None = None
    refresh_minutes: float = 0


async def keep_fresh(
    freshness: Freshness, refresh: Callable[[], Awaitable[object]], *, due: asyncio.Event | None = None
) -> None:
    """Await `refresh` whenever it is due, once at a time; ends only by being cancelled.

    What becomes due during a refresh is done once after it. Whoever gives `due` may set it.
    """
    due = due or asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        with _on_hangup(due):
            if freshness.watch is not None:
                tasks.create_task(_when_changed(freshness.watch, due))
            if freshness.refresh_minutes:
                tasks.create_task(_every(freshness.refresh_minutes * SECONDS_PER_MINUTE, due))
            while True:
                await due.wait()
                due.clear()
                await refresh()


async def _when_changed(watch: Watch, due: asyncio.Event) -> None:
    async def changed() -> None:
        due.set()

    await follow(watch, changed)


async def _every(seconds: float, due: asyncio.Event) -> None:
    while True:
        await asyncio.sleep(seconds)
        log.info("reading the sources again: it is time")
        due.set()


@contextlib.contextmanager
def _on_hangup(due: asyncio.Event) -> Iterator[None]:
    """Let SIGHUP make it due, where signals are heard: in the main thread of a POSIX process."""
    if not hasattr(signal, "SIGHUP") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def hangup() -> None:
        log.info("reading the sources again: SIGHUP")
        due.set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, hangup)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)

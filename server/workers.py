"""`--workers N`: several processes that serve one snapshot file, and the process above them that keeps it fresh.

The process above reads the sources and leaves what came of it in a folder (`server.rebuilding`); the workers map that
file, so that they share its memory, and watch it. A snapshot file that the user names is mapped and watched as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn
from uvicorn.supervisors import Multiprocess

from server.background import beside_the_loop
from server.freshness import Freshness, keep_fresh
from server.rebuilding import rebuild
from server.settings import Settings

log = logging.getLogger("specgraph")


class Workers(Multiprocess):
    """Uvicorn's supervisor, on which SIGHUP reads the sources again instead of starting the workers anew."""

    def __init__(self, config: uvicorn.Config, address: socket.socket, hangup: Callable[[], None] | None) -> None:
        """`hangup` is called on SIGHUP; None passes the signal on to the workers."""
        super().__init__(config, sockets=[address])
        self._hangup = hangup

    def handle_hup(self) -> None:
        """Have the sources read again."""
        if self._hangup is not None:
            self._hangup()
            return
        for process in self.processes:
            # One that has not started does not hear signals yet: this one would end it, and it reads soon anyway.
            if process.pid is not None and process.is_ready():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGHUP)


class FileKeeper:
    """Keeps the file that the workers serve fresh, in a thread beside the supervisor."""

    def __init__(self, sources: Sequence[str], settings: Settings, folder: Path, freshness: Freshness) -> None:
        self._sources = sources
        self._settings = settings
        self._folder = folder
        self._freshness = freshness
        self._loop = asyncio.new_event_loop()
        self._due = asyncio.Event()

    def start(self) -> None:
        """Begin; it ends with the process."""
        threading.Thread(target=self._run, name="specgraph-keep-fresh", daemon=True).start()

    def refresh_soon(self) -> None:
        """Rebuild now, or once more after the rebuild that is under way."""
        self._loop.call_soon_threadsafe(self._due.set)

    def _run(self) -> None:
        self._loop.run_until_complete(keep_fresh(self._freshness, self._rebuild, due=self._due))

    async def _rebuild(self) -> None:
        # How it ended is logged and told by the workers, who find it in the folder.
        try:
            await beside_the_loop(lambda: rebuild(self._sources, self._settings, self._folder))
        except OSError:  # no process, or no room for its outcome: the next one may do better
            log.exception("the sources could not be read again")

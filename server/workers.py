"""`--workers N`: several processes that serve one snapshot file, and the process above them that keeps it fresh.

The process above reads the sources and leaves what came of it in a folder (`server.rebuilding`); the workers map that
file, so that they share its memory, and watch it. A snapshot file that the user names is mapped and watched as it is.

A worker listens when it has something to serve. One that ends unasked is replaced; SIGUSR2 replaces all of them, one
after the other, each when the next one listens. When the process above is killed, its workers end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing import connection, parent_process
from pathlib import Path

import uvicorn
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from server.app import HANDOVER_VARIABLE, from_environment
from server.background import beside_the_loop
from server.exposition import Siblings
from server.freshness import Freshness, keep_fresh
from server.lifecycle import Lifecycle
from server.listening import LINGER_SECONDS, Server
from server.operations import REPORTS_VARIABLE
from server.rebuilding import rebuild
from server.settings import Settings, settled

log = logging.getLogger("specgraph")

ANSWER_SECONDS = 30
"""How long a worker may be silent before it is killed and replaced: far more than any request holds it up."""

READY_SECONDS = 120.0
"""How long a worker that is to take over from another may take until it listens."""

LONGEST_PAUSE_SECONDS = 30.0
"""Between two attempts to start a worker that ends before it listens; the first pause is a half second."""

HOPELESS = 3
"""Failed starts after which the server gives up, where no worker has listened yet."""


class Worker(Process):
    """A process that serves. What it serves is in its environment."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self.listened = False

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to end: what the new process does."""
        # Until the application hears it, a signal to read the sources again is not to end the process.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        end_with_the_process_above()
        lifecycle = Lifecycle()
        self._server = Server(from_environment(lifecycle, hold=True), settled({}, os.environ), lifecycle)
        super().target(sockets)

    def is_ready(self, timeout: float = ANSWER_SECONDS) -> bool:
        """Tell whether it listens; once it does, it does to its end."""
        self.listened = self.listened or super().is_ready(timeout)
        return self.listened


def end_with_the_process_above() -> None:
    """Have this process end, as SIGTERM would, when the one that started it has ended, in whatever way.

    It removes the folders that the process above would have removed.
    """
    above = parent_process()
    if above is None:
        return
    folders = [os.environ[name] for name in (HANDOVER_VARIABLE, REPORTS_VARIABLE) if name in os.environ]

    def wait() -> None:
        connection.wait([above.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    threading.Thread(target=wait, name="specgraph-end-with-parent", daemon=True).start()


class Workers(Multiprocess):
    """Uvicorn's supervisor, that reads the sources again on SIGHUP and replaces its workers on SIGUSR2."""

    def __init__(
        self,
        config: uvicorn.Config,
        settings: Settings,
        address: socket.socket,
        hangup: Callable[[], None] | None,
        siblings: Siblings,
    ) -> None:
        """`hangup` is called on SIGHUP; None passes the signal on to the workers."""
        super().__init__(config, sockets=[address])
        self.processes_num = settings.workers
        self._hangup = hangup
        self._siblings = siblings
        self._patience = settings.drain_seconds + LINGER_SECONDS + settings.shutdown_seconds + ANSWER_SECONDS
        self._leaving: list[Process] = []
        self._next: Worker | None = None
        self._next_until = 0.0
        self._ending: list[Process] = []
        self._failed_starts = 0
        self._not_before = 0.0
        self.gave_up = False

    def _started(self) -> Worker:
        worker = Worker(self.config, self.sockets)
        worker.start()
        return worker

    def init_processes(self) -> None:
        """Start all workers."""
        self.processes = [self._started() for _ in range(self.processes_num)]

    def keep_subprocess_alive(self) -> None:
        """Replace what has ended, and go on with a replacement of all."""
        if self.should_exit.is_set():
            return
        self._replace_ended()
        self._go_on_replacing()
        before = len(self._ending)
        self._ending = [process for process in self._ending if process.process.is_alive()]
        if len(self._ending) < before:
            self._retire_reports()

    def _replace_ended(self) -> None:
        for place, process in enumerate(self.processes):
            if process.is_alive(timeout=ANSWER_SECONDS):
                if process.is_ready(ANSWER_SECONDS):
                    self._failed_starts = 0
                continue
            if time.monotonic() < self._not_before:
                continue
            self._count_failed_start(process)
            if self.gave_up:
                self.should_exit.set()
                return
            process.kill()
            process.join()
            log.error("worker %s ended unasked (%s) and is replaced", process.pid, process.exitcode)
            self.processes[place] = self._started()
            self._retire_reports()

    def _count_failed_start(self, process: Process) -> None:
        if isinstance(process, Worker) and process.listened:
            return
        self._failed_starts += 1
        pause = min(2.0**self._failed_starts / 4, LONGEST_PAUSE_SECONDS)
        self._not_before = time.monotonic() + pause
        nobody = not any(isinstance(each, Worker) and each.listened for each in self.processes)
        self.gave_up = nobody and self._failed_starts >= HOPELESS * self.processes_num

    def _retire_reports(self) -> None:
        everyone = [*self.processes, *self._ending, *([self._next] if self._next else [])]
        with contextlib.suppress(OSError):  # a full disk: they are retired with the next one
            self._siblings.retire({process.pid for process in everyone if process.pid is not None})

    def _go_on_replacing(self) -> None:
        if self._next is None:
            self._leaving = [process for process in self._leaving if process in self.processes]
            if self._leaving and not self._ending:
                self._next = self._started()
                self._next_until = time.monotonic() + READY_SECONDS
        elif self._next.is_ready(1):
            self._take_over(self._next)
        elif not self._next.process.is_alive() or time.monotonic() > self._next_until:
            log.error("the new worker %s did not start: the old ones stay", self._next.pid)
            self._next.kill()
            self._next.join()
            self._next = None
            self._leaving = []

    def _take_over(self, successor: Worker) -> None:
        old = self._leaving.pop(0)
        self._next = None
        if old in self.processes:
            self.processes[self.processes.index(old)] = successor
        else:  # it ended by itself meanwhile, and has a successor already
            old = successor
        old.terminate()
        self._ending.append(old)
        log.info("worker %s ends when its requests have", old.pid)

    def handle_usr2(self) -> None:
        """Replace all workers, one after the other."""
        log.info("replacing the workers, one after the other: SIGUSR2")
        self._leaving = list(self.processes)

    def handle_ttin(self) -> None:
        """Have one worker more."""
        self.processes.append(self._started())
        self.processes_num += 1

    def handle_ttou(self) -> None:
        """Have one worker less, but one."""
        if self.processes_num > 1:
            self.processes_num -= 1
            process = self.processes.pop()
            process.terminate()
            self._ending.append(process)

    def handle_hup(self) -> None:
        """Have the sources read again."""
        if self._hangup is not None:
            self._hangup()
            return
        for process in self.processes:
            # One that has not started has nothing to read again, and reads soon.
            if process.pid is not None and process.is_ready():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGHUP)

    def terminate_all(self) -> None:
        """Have all processes end when their requests have."""
        if self._next is not None:
            self.processes.append(self._next)
        for process in self.processes:
            process.terminate()

    def join_all(self) -> None:
        """Wait for all of them; one that takes longer than its requests may is killed."""
        end = time.monotonic() + self._patience
        for process in [*self.processes, *self._ending]:
            process.process.join(max(0.0, end - time.monotonic()))
            if process.process.is_alive():
                process.process.kill()
                process.process.join()


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

"""A server whose event loop's pulse is taken: STALLS_FILE=FILE python -m tests.stalls.beating serve ...

Every `BEAT_SECONDS` the loop is to come round. What it took longer is the machine's doing or the process's own, and
three clocks tell them apart:

    wall        time between two beats
    cpu         CPU time of the whole process meanwhile: what its own threads can have kept the loop with, at the most
    waiting     time for which the loop's thread was ready to run and had no processor (/proc/self/schedstat)

A stall is the lesser of `cpu` and `wall - waiting`: who only waits for the machine uses no CPU, and a thread that works
beside the loop without the interpreter's lock does not make the beats late.
"""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import json
import os
import time
from pathlib import Path
from typing import IO

import server.listening
from server.cli import main

BEAT_SECONDS = 0.005

TOLD_SECONDS = 0.015
"""Stalls that are written down one by one."""

FILE_VARIABLE = "STALLS_FILE"

WHERE_VARIABLE = "STALLS_WHERE"
"""A file for what all threads were doing where a beat is late, with the seconds from which on: FILE:0.04."""


class Pulse:
    """Takes the pulse of the running loop, in its thread, until the loop ends."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._loop = asyncio.get_running_loop()
        where, _, after = os.environ.get(WHERE_VARIABLE, "").rpartition(":")
        # All three files stay open as long as the process.
        self._where = Path(where).open("w") if where else None  # noqa: SIM115
        self._after = float(after) if where else 0.0
        self._waiting = Path(f"/proc/self/task/{os.getpid()}/schedstat").open("rb", buffering=0)  # noqa: SIM115
        self._collecting = 0.0
        self._collected = 0.0
        gc.callbacks.append(self._collects)
        self._last = self._clocks()
        self._loop.call_later(BEAT_SECONDS, self._beat)

    def _collects(self, phase: str, _: dict[str, int]) -> None:
        """Add up what the garbage collector takes: it keeps the interpreter from all threads."""
        if phase == "start":
            self._collecting = time.perf_counter()
        else:
            self._collected += time.perf_counter() - (self._collecting or time.perf_counter())
            self._collecting = 0.0

    def _clocks(self) -> tuple[float, float, float]:
        self._waiting.seek(0)
        return time.perf_counter(), time.process_time(), int(self._waiting.read().split()[1]) / 1e9

    def _beat(self) -> None:
        now = self._clocks()
        if self._collecting:  # it is at its end: its thread has lost the interpreter just before it could say so
            self._collected += time.perf_counter() - self._collecting
            self._collecting = 0.0
        wall, cpu, waiting = (after - before for after, before in zip(now, self._last, strict=True))
        if min(cpu, wall - waiting) >= TOLD_SECONDS or wall >= 4 * TOLD_SECONDS:
            line = {"at": time.time(), "wall": wall, "cpu": cpu, "waiting": waiting, "collecting": self._collected}
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        if self._where is not None:
            faulthandler.dump_traceback_later(self._after, file=self._where)
        self._collected = 0.0
        self._last = self._clocks()
        self._loop.call_later(BEAT_SECONDS, self._beat)


class Server(server.listening.Server):
    """The server, with its pulse taken from when it listens."""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Start."""
        await super().startup(sockets)  # type: ignore[arg-type]
        self.pulse = Pulse(Path(os.environ[FILE_VARIABLE]).open("w"))  # noqa: SIM115


if __name__ == "__main__":
    server.listening.Server = Server  # type: ignore[misc]
    main()

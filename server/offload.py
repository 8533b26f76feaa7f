"""Work that would hold up the event loop, in a few threads beside it; more than these and their queue is refused.

The interpreter runs one thread at a time and changes over every `SWITCH_SECONDS`, so the loop goes on answering small
questions while a thread walks a large one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from http import HTTPStatus
from typing import TypeVar

from server.graphql_request import RequestRefused

Result = TypeVar("Result")

SWITCH_SECONDS = 0.001
"""Longest that a thread keeps the interpreter from the loop; Python's own is 5 ms, a small answer takes 0.1."""

RETRY_AFTER_SECONDS = "1"


class Threads:
    """`threads` pieces of work at a time, and at most `queue` that wait."""

    def __init__(self, threads: int, queue: int) -> None:
        """No thread is started before there is work."""
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="specgraph-answer")
        self._most = threads + queue
        self.under_way = 0

    @property
    def full(self) -> bool:
        """Whether the next piece of work would be refused."""
        return self.under_way >= self._most

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run the work and return its result or raise its error; raises `RequestRefused` where the queue is full."""
        if self.full:
            raise RequestRefused(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "OVERLOADED",
                "this server has as many large requests as it takes: ask again soon",
                {"Retry-After": RETRY_AFTER_SECONDS},
            )
        self.under_way += 1
        # Counted until it has ended, whether or not anybody still waits for it.
        # The work belongs to the request: what the request's context says holds in the thread too.
        future = asyncio.get_running_loop().run_in_executor(self._executor, copy_context().run, work)
        future.add_done_callback(self._ended)
        try:
            return await asyncio.shield(future)
        finally:
            # An error knows this frame, and the future the error: a circle around all that the work had at hand.
            del future

    def _ended(self, _: object) -> None:
        self.under_way -= 1

    def close(self) -> None:
        """Let go of the threads that wait for work, without waiting for those that work."""
        self._executor.shutdown(wait=False, cancel_futures=True)

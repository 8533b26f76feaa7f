"""Long work beside the event loop, which an ending process does not wait for."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def beside_the_loop(work: Callable[[], Result]) -> Result:
    """Run the work in a thread of its own and return its result or raise its error.

    A daemon thread, and not `asyncio.to_thread`: the loop's executor is joined when the process ends, so that Ctrl-C
    during a load of minutes would take minutes.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 (it is raised again in the task that waits)
            deliver(_fail, future, error)
        else:
            deliver(_succeed, future, result)

    def deliver(callback: Callable[..., None], *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
            loop.call_soon_threadsafe(callback, *arguments)

    threading.Thread(target=run, name="specgraph-load", daemon=True).start()
    return await future


def _succeed(future: asyncio.Future[Result], result: Result) -> None:
    if not future.cancelled():
        future.set_result(result)


def _fail(future: asyncio.Future[Result], error: Exception) -> None:
    if not future.cancelled():
        future.set_exception(error)

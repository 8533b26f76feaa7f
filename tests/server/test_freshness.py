"""When the sources are read again: by the clock, by a signal, and never twice at once."""

import asyncio
import os
import signal

from server.app import freshness_of
from server.freshness import Freshness, keep_fresh
from server.settings import settled

SOON = 0.01 / 60
"""A hundredth of a second, in minutes."""


async def kept_fresh(freshness, refresh, *, until, due=None):
    """Keep fresh until the event is set."""
    keeping = asyncio.create_task(keep_fresh(freshness, refresh, due=due))
    await asyncio.wait_for(until.wait(), timeout=30)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


def test_the_sources_are_read_again_and_again_by_the_clock():
    async def scenario():
        often, count = asyncio.Event(), 0

        async def refresh():
            nonlocal count
            count += 1
            if count == 3:
                often.set()

        await kept_fresh(Freshness(refresh_minutes=SOON), refresh, until=often)

    asyncio.run(scenario())


def test_hangup_reads_the_sources_again():
    async def scenario():
        read = asyncio.Event()

        async def refresh():
            read.set()

        asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGHUP)
        await kept_fresh(Freshness(), refresh, until=read)

    before = signal.getsignal(signal.SIGHUP)
    asyncio.run(scenario())
    assert signal.getsignal(signal.SIGHUP) == before


def test_what_becomes_due_during_a_refresh_is_done_once_after_it():
    async def scenario():
        due, done = asyncio.Event(), asyncio.Event()
        running, most, count = 0, 0, 0

        async def refresh():
            nonlocal running, most, count
            running += 1
            most = max(most, running)
            count += 1
            if count == 1:
                due.set()
                await asyncio.sleep(0.01)
                due.set()
            else:
                asyncio.get_running_loop().call_later(0.05, done.set)
            running -= 1

        due.set()
        await kept_fresh(Freshness(), refresh, until=done, due=due)
        assert (most, count) == (1, 2)

    asyncio.run(scenario())


def test_what_is_asked_for_in_the_settings(tmp_path):
    assert freshness_of([str(tmp_path)], settled({}, {})) == Freshness(None, 0)
    both = freshness_of([str(tmp_path)], settled({"reload_sources": True, "refresh": "5"}, {}))
    assert both.watch is not None
    assert both.refresh_minutes == 5
    assert freshness_of(["https://binaries.spack.io"], settled({"reload_sources": True}, {})).watch is None

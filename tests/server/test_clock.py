"""A real server whose calendar jumps forth and back under load; libfaketime (Debian's package) turns it.

The monotonic clock, which nobody can set, is left alone, as it is where a real clock is set.
"""

import json
import os
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.server.live import PATIENCE_SECONDS, LiveServer, until
from tests.server.processes import Clients, scrape

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))

REQUIRED = os.environ.get("SPECGRAPH_CLOCK_TESTS") == "required"

pytestmark = pytest.mark.skipif(
    not LIBRARIES and not REQUIRED, reason="the clock cannot be turned: libfaketime is not installed"
)

DAY = 86_400

JUMPS = {"+6h": DAY // 4, "-30h": 0, "+400d": 400 * DAY, "-20000d": 0, "+0": 0}
"""From the true time: hours and days forth, hours back, to 1971, and home; with the age that is told then."""


class Calendar:
    """What the server takes for the time, turned by `jump`; read anew at each look."""

    def __init__(self, folder):
        self._file = folder / "faketime"
        self.jump("+0")

    def jump(self, offset):
        draft = self._file.with_suffix(".draft")
        draft.write_text(offset + "\n")
        draft.replace(self._file)

    @property
    def turned(self):
        """What a server is started with."""
        return {
            "module": "tests.server.turned",
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


@pytest.fixture
def calendar(tmp_path):
    return Calendar(tmp_path)


def test_jumps_of_the_calendar_lose_no_request_and_turn_no_age_negative(calendar):
    with LiveServer("--rate", "0", "--log-level", "error", "--client-timeout", "2", **calendar.turned) as server:
        with Clients(server) as load:
            for jump, age in JUMPS.items():
                calendar.jump(jump)
                answered = load.answers
                until(lambda answered=answered: load.errors or load.answers > answered + 40)
                told = server.ready()["ageSeconds"], scrape(server)["specgraph_snapshot_age_seconds"]
                assert all(0 <= each - age < DAY // 24 for each in told)
        server.stop()
    assert load.errors == []
    assert len({json.dumps(seen) for seen in load.seen}) == 1
    assert "Traceback" not in server.err


def test_the_log_follows_the_calendar_and_durations_do_not(calendar):
    with LiveServer("--log-format", "json", **calendar.turned) as server:
        begun = datetime.now(UTC)
        for jump in JUMPS:
            calendar.jump(jump)
            server.ask("{ snapshot { digest } }")
            server.ready()  # the line is written after the answer, and before the next request is read
        out, _ = server.stop()
    lines = [json.loads(line) for line in out.splitlines() if '"/graphql"' in line]
    days = [round((datetime.fromisoformat(line["time"]) - begun) / timedelta(days=1)) for line in lines]
    assert days == [0, -1, 400, -20_000, 0]
    assert all(0 <= line["milliseconds"] < 1000 * PATIENCE_SECONDS for line in lines)


def test_no_jump_gives_a_client_points_or_takes_its_budget_away(calendar):
    query = json.dumps({"query": "{ specs { totalCount } }"}).encode()

    def status(server):
        request = urllib.request.Request(f"{server.address}/graphql", query, {"Content-Type": "application/json"})
        try:
            return urllib.request.urlopen(request, timeout=60).status
        except urllib.error.HTTPError as error:
            return error.code

    with LiveServer("--rate", "60", "--log-level", "error", **calendar.turned) as server:
        begun, answered = time.monotonic(), 0
        for jump in JUMPS:
            calendar.jump(jump)
            answered += [status(server) for _ in range(3)].count(200)
            # 22 points each, a point a second; a jump that gave points would give 60.
            assert 22 * answered <= 60 + time.monotonic() - begun
        calendar.jump("-20000d")
        until(lambda: status(server) == 200)

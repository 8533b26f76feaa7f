"""The log of what is said beside requests."""

import logging
import os
import threading

import pytest

from server.logs import Aside
from server.request_log import MOST_WAITING

PIPE_BYTES = 1 << 16
"""What a pipe takes on Linux before its writer has to wait."""

pytestmark = pytest.mark.usefixtures("patient_logs")


def test_a_log_that_nobody_reads_holds_nothing_up():
    reading, writing = os.pipe()
    with os.fdopen(reading) as reader:
        read: list[str] = []
        with os.fdopen(writing, "w") as stream:
            handler = Aside(stream)
            line = "x" * 100
            for _ in range(3 * MOST_WAITING):
                handler.emit(logging.makeLogRecord({"msg": line}))  # would never return, if it waited
            assert 3 * MOST_WAITING * len(line) > PIPE_BYTES
            begins = threading.Thread(target=lambda: read.extend(reader))
            begins.start()
            handler.close()
        begins.join()
    told = {text for text in read if text != f"{line}\n"}
    assert MOST_WAITING <= len(read) < 3 * MOST_WAITING
    assert told
    assert all(text.endswith(" lines were dropped: the log is not read fast enough\n") for text in told)


def test_what_was_said_is_written_at_the_end(tmp_path):
    with (tmp_path / "log").open("w") as stream:
        handler = Aside(stream)
        handler.emit(logging.makeLogRecord({"msg": "the %s", "args": ("end",)}))
        handler.close()
    assert (tmp_path / "log").read_text() == "the end\n"

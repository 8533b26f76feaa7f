"""Blocks of an answer's size that come and go take no new pages from the system."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

ROUNDS = 50
PAGES_OF_A_ROUND = 4 * 2**20 // 4096

FAULTS = f"""
import resource, sys
from server.allocator import keep_freed_pages

def answer():
    copies = [b"x" * (2**20 + size) for size in range(4)]
    del copies

if sys.argv[1] == "kept":
    keep_freed_pages()
for _ in range(5):
    answer()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range({ROUNDS}):
    answer()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


ARENAS = """
import ctypes, sys, threading
from server.allocator import keep_freed_pages

if sys.argv[1] == "kept":
    keep_freed_pages()
library = ctypes.CDLL(None)
for _ in range(4):
    # Blocks that Python's own allocator does not make, in a thread each that stays.
    taken = threading.Event()
    threading.Thread(target=lambda: (bytes(5000), taken.set(), threading.Event().wait()), daemon=True).start()
    taken.wait()
stream = ctypes.c_void_p.in_dll(library, "stdout")
library.malloc_info(0, stream)
library.fflush(stream)
"""


def faults(mode: str) -> int:
    """Return how many pages the rounds took from the system."""
    command = [sys.executable, "-c", FAULTS, mode]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def arenas(mode: str) -> int:
    """Return how many arenas threads made."""
    command = [sys.executable, "-c", ARENAS, mode]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.count("<heap nr=")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library is not glibc")
def test_memory_that_answers_used_is_used_again():
    assert faults("kept") < PAGES_OF_A_ROUND
    assert faults("as it is") > ROUNDS * PAGES_OF_A_ROUND / 2


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="the C library is not glibc")
def test_threads_share_what_they_free():
    assert arenas("kept") == 1
    assert arenas("as it is") > 1

"""The C library's allocator, told what a server's memory is like: answers come and go.

By default glibc gives pages back to the system wherever some are free at the end of the heap, and takes large blocks
from the system each time. An answer of 1 MB is written into some blocks of its size: their pages are made and given
back at each request, unless the process freed larger blocks before. So what is free stays up to a bound;
`server.current.give_back_memory` gives it back after a load.
"""

from __future__ import annotations

import ctypes

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
"""The names of parameters in glibc's malloc.h."""

ARENAS_VARIABLE = "MALLOC_ARENA_MAX"
"""Says the same to a process that is started, as glibc reads it."""

ONE_ARENA = 1
"""What a thread frees, the others use: each arena would keep its own (measured: 25 MB of a process that was asked
much). Threads rarely wait for one another here, for most of them wait for the interpreter's lock."""

KEPT_FREE_BYTES = 32 * 2**20
"""Free memory at the end of the heap up to which none is given back: a large answer and its copies."""

OWN_PAGES_BYTES = 8 * 2**20
"""Blocks from this size on have pages of their own, which go back when the block is freed."""


def keep_freed_pages() -> bool:
    """Set the bounds for this process, and tell whether that was done: glibc alone has them.

    Arenas that threads have already stay: called before numpy is imported, whose threads have some, it is worth most.
    """
    set_parameter = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_parameter is None:
        return False
    bounds = (
        (M_MMAP_THRESHOLD, OWN_PAGES_BYTES),
        (M_TRIM_THRESHOLD, KEPT_FREE_BYTES),
        (M_ARENA_MAX, ONE_ARENA),
    )
    return all(set_parameter(parameter, size) == 1 for parameter, size in bounds)

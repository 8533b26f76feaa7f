"""Answers made smaller: zstd and gzip, by libraries that release the interpreter while they work."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Mapping

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEAST_BYTES = 1_024
"""Bodies below it are sent as they are: they fit one packet either way."""

BESIDE_THE_LOOP_BYTES = 64 * 1024
"""Bodies over it are made smaller beside the event loop: gzip takes a millisecond for as many bytes."""

GZIP_LEVEL = 5
ZSTD_LEVEL = 3
"""Where a further level takes twice the time for a few per cent (measured on answers of specs)."""


def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, GZIP_LEVEL, mtime=0)  # without a time, so that equal answers have equal bytes


def _zstandard(body: bytes) -> bytes:
    return zstd.compress(body, ZSTD_LEVEL)


CODINGS: Mapping[str, Callable[[bytes], bytes]] = {"zstd": _zstandard, "gzip": _gzipped}
"""Content codings by their names in HTTP, the better first."""


def smaller(body: bytes, coding: str) -> bytes:
    """Return the body in a content coding.

    >>> len(smaller(bytes(10_000), "gzip")) < 100
    True
    """
    return CODINGS[coding](body)

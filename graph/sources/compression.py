"""Compressed data, told by their first bytes: gzip, xz, bzip2 and zstd, always read up to a bound.

Damage is an error and never a shorter answer: each of these readers tells where a stream ends before its mark.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Protocol

from graph.errors import SourceError, SourceTooLarge
from graph.sources.bounds import MIB, byte_count

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAGIC_BYTES = 6
"""How many first bytes tell a compression."""

CHUNK = MIB
"""Bytes read at a time: Python reserves a whole read's worth of memory beforehand."""

DAMAGE = (OSError, EOFError, lzma.LZMAError, zlib.error, zstd.ZstdError)
"""What the readers of compressed data raise where they are damaged or cannot be read."""


class Readable(Protocol):
    """What data are read from, some bytes at a time."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        ...


_COMPRESSIONS: Mapping[bytes, Callable[[IO[bytes]], AbstractContextManager[Readable]]] = {
    b"\x1f\x8b\x08": lambda file: gzip.GzipFile(fileobj=file),
    b"\x28\xb5\x2f\xfd": zstd.ZstdFile,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"BZh": bz2.BZ2File,
}


def decompressed(file: IO[bytes]) -> AbstractContextManager[Readable]:
    """Return what reads a file's content, decompressed where its first bytes are those of a compression."""
    magic = file.read(MAGIC_BYTES)
    file.seek(0)
    opened = (opened for start, opened in _COMPRESSIONS.items() if magic.startswith(start))
    return next(opened, nullcontext)(file)


def is_compressed(head: bytes) -> bool:
    """Whether data begin as one of the compressions does.

    >>> is_compressed(gzip.compress(b"x")), is_compressed(b"{}")
    (True, False)
    """
    return head.startswith(tuple(_COMPRESSIONS))


def read_file(path: Path, *, limit: int, only: int | None = None, place: str | None = None) -> bytes:
    """Return a file, decompressed, or its first `only` bytes; more than `limit` bytes is `SourceTooLarge`.

    `place` is what problems call the file, by default its path.
    """
    place = str(path) if place is None else place
    try:
        with path.open("rb") as file:
            return _content(file, limit=limit, only=only, place=place)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", place=place) from error


def read_stored(path: Path, *, limit: int, place: str) -> bytes:
    """Return a file as it is stored; more than `limit` bytes is `SourceTooLarge`."""
    try:
        with path.open("rb") as file:
            return read_bounded(file, limit=limit, place=place)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", place=place) from error


def unpacked(data: bytes, *, limit: int, only: int | None = None, place: str) -> bytes:
    """Return data decompressed, or their first `only` bytes; more than `limit` bytes is `SourceTooLarge`."""
    return _content(io.BytesIO(data), limit=limit, only=only, place=place)


def read_bounded(file: Readable, *, limit: int, only: int | None = None, place: str) -> bytes:
    """Return all that a file holds, or its first `only` bytes; more than `limit` bytes is `SourceTooLarge`."""
    chunks = []
    size = 0
    while only is None or size < only:
        chunk = file.read(CHUNK if only is None else min(CHUNK, only - size))
        if not chunk:
            break
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise SourceTooLarge(f"more than {byte_count(limit)} (`file_bytes`)", place=place)
    return b"".join(chunks)


def _content(file: IO[bytes], *, limit: int, only: int | None, place: str) -> bytes:
    try:
        with decompressed(file) as content:
            return read_bounded(content, limit=limit, only=only, place=place)
    except DAMAGE as error:
        raise SourceError(f"damaged: {error}", place=place) from error

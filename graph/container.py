"""A file of named sections that is opened by memory map: what a snapshot file is made of.

    file    = header { padding section } padding table
    header  = magic version  table_offset table_size  checksum
    table   = JSON: for each section its name, offset, size, CRC-32 and, of an array, dtype and shape

The checksum is the CRC-32 of the header before it and of the table, so that it vouches for every section's own. All
sections start at multiples of 64 bytes, so that arrays of any type are aligned in the map; numbers are little-endian.
A file is written beside its place and renamed into it, so that a crash at any moment leaves the old file whole.

Plain arrays with a small header were chosen over Arrow IPC: a map of them needs no library of 100 MB, and the format
is one page that any language reads.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import re
import struct
import weakref
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from graph.errors import DamagedFile, NewerFile, NotASnapshotFile, SourceError, shown

MAGIC = b"specgraph\r\n\x00"
"""Begins every file. The line break is damaged by transfers that take it for text, and the zero says it is none."""

FORMAT_VERSION = 1
"""Rises whenever an older reader could not read the file, or would read it wrongly."""

ALIGNMENT = 64
"""Bytes: a cache line, and a multiple of every element's size."""

READ_SIZE = 1 << 20
"""Bytes read at once when checksums are compared."""

PERMISSIONS = 0o644
"""A snapshot is public data: whoever may enter the folder may read it."""

_PLAIN = re.compile(r"[<|](?:[iu][1248]|b1|S[0-9]{1,4})")
"""Types of numbers, truth values and short bytes, little-endian: what is written, and nothing that holds a pointer."""

_HEADER = struct.Struct("<12sIQQI")

Content = NDArray[Any] | bytes


class Section(Struct, frozen=True):
    """One entry of the table: where a section lies, its checksum, and the array that it is (bytes have no dtype)."""

    name: str
    offset: int
    size: int
    crc32: int
    dtype: str | None = None
    shape: tuple[int, ...] = ()


def write_file(path: Path, sections: Mapping[str, Content]) -> None:
    """Write a file of these sections in place of whatever is at the path, in one step.

    A symbolic link stays: what it points at is replaced. Raises `SourceError` where it cannot be written; the file that
    was there is whole then.
    """
    written = Path(os.path.realpath(path))
    try:
        with _draft_of(written) as draft:
            _write(draft, sections)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).chmod(PERMISSIONS)
            Path(draft.name).replace(written)
        _sync_folder(written.parent)
    except OSError as error:
        raise SourceError(f"cannot be written: {error.strerror}", place=str(path)) from error


@contextlib.contextmanager
def _draft_of(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside the path, and remove it where it has not become the file at the path."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".draft", delete=False) as draft:
        try:
            yield draft
        except BaseException:
            Path(draft.name).unlink()
            raise


def _sync_folder(folder: Path) -> None:
    """Make the rename itself last through a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(file: IO[bytes], sections: Mapping[str, Content]) -> None:
    file.seek(_HEADER.size)
    entries = [_write_section(file, name, content) for name, content in sections.items()]
    table = msgspec.json.encode(entries)
    offset = _pad(file)
    file.write(table)
    header = _HEADER.pack(MAGIC, FORMAT_VERSION, offset, len(table), 0)[:-4]
    file.seek(0)
    file.write(header + struct.pack("<I", zlib.crc32(table, zlib.crc32(header))))


def _write_section(file: IO[bytes], name: str, content: Content) -> Section:
    offset = _pad(file)
    if isinstance(content, bytes):
        file.write(content)
        return Section(name, offset, len(content), zlib.crc32(content))
    data = np.ascontiguousarray(content, dtype=content.dtype.newbyteorder("<"))
    file.write(data.data)
    return Section(name, offset, data.nbytes, zlib.crc32(data.data), data.dtype.str, data.shape)


def _pad(file: IO[bytes]) -> int:
    """Fill up to the next aligned offset, and return it."""
    file.write(b"\x00" * (-file.tell() % ALIGNMENT))
    return file.tell()


class Container(Mapping[str, Content]):
    """An opened file: arrays and bytes by name, read from the map when they are used.

    Opening checks the header and the table, and that every section lies in the file and is as large as its array;
    `verify` reads the sections too.
    Arrays are views of the map and read-only. The file may be replaced while it is open: the map keeps the old one.
    """

    def __init__(self, path: Path) -> None:
        """Map the file; raises `NotASnapshotFile`, `NewerFile` or `DamagedFile`, each with the remedy."""
        self.path = path
        try:
            # A named pipe that nobody writes to would be waited for.
            self._descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            weakref.finalize(self, os.close, self._descriptor)
            self._map = mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror}", place=str(path)) from error
        except ValueError:
            raise NotASnapshotFile("the file is empty", place=str(path)) from None
        self.sections = {entry.name: entry for entry in self._table()}
        unsound = [name for name, entry in self.sections.items() if not self._sound(entry)]
        if unsound:
            raise self.damaged(f"in the table's entry of {shown(unsound)}")

    def damaged(self, where: str) -> DamagedFile:
        """Return the error of a file whose content is not what was written."""
        return DamagedFile(f"damaged {where}: build it again, or copy it again", place=str(self.path))

    def _sound(self, entry: Section) -> bool:
        """Tell whether a section lies in the file and is as large as its array."""
        inside = entry.offset >= 0 and entry.size >= 0 and entry.offset + entry.size <= len(self._map)
        if entry.dtype is None:
            return inside
        if not _PLAIN.fullmatch(entry.dtype) or min(entry.shape, default=0) < 0:
            return False
        return inside and math.prod(entry.shape) * np.dtype(entry.dtype).itemsize == entry.size

    def _table(self) -> list[Section]:
        place = str(self.path)
        if len(self._map) < _HEADER.size or self._map[: len(MAGIC)] != MAGIC:
            raise NotASnapshotFile("not a snapshot file; `specgraph build` makes one", place=place)
        _, version, offset, size, checksum = _HEADER.unpack_from(self._map)
        if version > FORMAT_VERSION:
            message = f"written in format {version}; this version reads up to {FORMAT_VERSION}: use a newer specgraph"
            raise NewerFile(message, place=place)
        table = self._map[offset : offset + size]
        whole = offset + size == len(self._map)
        if not whole or zlib.crc32(table, zlib.crc32(self._map[: _HEADER.size - 4])) != checksum:
            raise self.damaged("or cut off")
        try:
            return msgspec.json.decode(table, type=list[Section])
        except msgspec.MsgspecError:
            raise self.damaged("in the table of sections") from None

    def __getitem__(self, name: str) -> Content:
        entry = self.sections[name]
        if entry.dtype is None:
            return self._map[entry.offset : entry.offset + entry.size]
        count = int(np.prod(entry.shape, dtype=np.int64))
        return np.frombuffer(self._map, np.dtype(entry.dtype), count, entry.offset).reshape(entry.shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self.sections)

    def __len__(self) -> int:
        return len(self.sections)

    def array(self, name: str) -> NDArray[Any]:
        """Return a section that is an array; raises `DamagedFile` where there is none."""
        found = self.get(name)
        if not isinstance(found, np.ndarray):
            raise self.damaged(f"in {name}, which is no array")
        return found

    def data(self, name: str) -> bytes:
        """Return a section that is bytes, as a copy; raises `DamagedFile` where there is none."""
        found = self.get(name)
        if not isinstance(found, bytes):
            raise self.damaged(f"in {name}, which is not there as bytes")
        return found

    def verify(self) -> None:
        """Read every section and compare its checksum; raises `DamagedFile` that names those that differ."""
        damaged = [name for name, entry in self.sections.items() if self._checksum(entry) != entry.crc32]
        if damaged:
            raise self.damaged(f"in {', '.join(damaged)}")

    def _checksum(self, entry: Section) -> int:
        """Checksum a section read from the file, not the map: what is only checked need not stay in memory."""
        checksum = 0
        for offset in range(entry.offset, entry.offset + entry.size, READ_SIZE):
            length = min(READ_SIZE, entry.offset + entry.size - offset)
            checksum = zlib.crc32(os.pread(self._descriptor, length, offset), checksum)
        return checksum

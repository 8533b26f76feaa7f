"""A tar or zip archive as a tree of files, read in memory and never unpacked to the disk."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, cast

from graph.errors import SourceError, SourceTooLarge
from graph.sources.bounds import Bounds, byte_count
from graph.sources.compression import (
    CHUNK,
    DAMAGE,
    MAGIC_BYTES,
    Readable,
    decompressed,
    read_bounded,
    read_file,
    unpacked,
)
from graph.sources.tree import ABSENT, fingerprint_of, is_passed_over, is_unchanged

_TAR_BLOCK = 512
"""Bytes of a tar archive's header."""

_DAMAGED_ARCHIVE = (*DAMAGE, tarfile.TarError, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError)
"""What Python's own readers raise on an archive that is damaged or of a kind that they do not read."""

_Wanted = Callable[[str], str | None]
"""A member's name in the archive to its name in the tree; None where it is not held."""


class Archive:
    """The files of a tar or zip archive, read into memory in one pass.

    Of two files of one name the later counts, as where the archive is extracted. Links are followed where they are
    hard; a symbolic link is no regular file. Files that are passed over are held once `prefetch` has named them,
    which is another pass: a compressed archive can only be read from its beginning. `place` is what problems call
    the archive, by default its path.
    """

    remote = False

    def __init__(self, path: Path, *, bounds: Bounds, place: str | None = None) -> None:
        self._path = path
        self._place = str(path) if place is None else place
        self._bounds = bounds
        self._files: dict[str, bytes] = {}
        self._prefetched: set[str] = set()
        self._held = 0
        self._fingerprint = fingerprint_of(path)  # before it is read: a change meanwhile is found next time
        self._load(_listed_name)

    def names(self) -> Iterator[str]:
        """Yield the names of all regular files, sorted."""
        yield from sorted(self._files.keys() - self._prefetched)

    def exists(self, name: str) -> bool:
        """Whether there is a regular file of that name; of those passed over, one that was prefetched."""
        return name in self._files

    def prefetch(self, names: Collection[str]) -> None:
        """Hold those files too, in one more pass over the archive."""
        missing = set(names) - self._files.keys()
        if missing:
            before = set(self._files)
            self._load(lambda name: found if (found := _inner_name(name)) in missing else None)
            self._prefetched |= self._files.keys() - before

    def head(self, name: str, size: int) -> bytes:
        """Return the first bytes of a file, decompressed."""
        return unpacked(self.stored(name), limit=self._bounds.file_bytes, only=size, place=f"{self._place}/{name}")

    def read(self, name: str) -> bytes:
        """Return the whole of a file, decompressed."""
        return unpacked(self.stored(name), limit=self._bounds.file_bytes, place=f"{self._place}/{name}")

    def stored(self, name: str) -> bytes:
        """Return the whole of a file as the archive has it."""
        if name not in self._files:
            raise SourceError("no such file in the archive", place=f"{self._place}/{name}")
        return self._files[name]

    def fingerprint(self, name: str) -> str:
        """Return the archive's fingerprint, that of each of its files."""
        return self._fingerprint if self.exists(name) else ABSENT

    def unchanged(self, name: str, fingerprint: str) -> bool:
        """Whether the archive is what it was when its file had this fingerprint."""
        if not self.exists(name):
            return fingerprint == ABSENT
        return fingerprint == self._fingerprint or is_unchanged(self._path, fingerprint)

    def _load(self, wanted: _Wanted) -> None:
        try:
            with self._path.open("rb") as file:
                magic = file.read(MAGIC_BYTES)
                file.seek(0)
                self._load_zip(file, wanted) if magic.startswith(b"PK") else self._load_tar(file, wanted)
        except _DAMAGED_ARCHIVE as error:
            raise SourceError(f"damaged archive: {error}", place=self._place) from error

    def _load_tar(self, file: IO[bytes], wanted: _Wanted) -> None:
        # A stream: a compressed archive is decompressed once, from its beginning to its end.
        with decompressed(file) as content:
            stream = _Watched(content)
            self._load_members(stream, wanted)
            stream.check_end()

    def _load_members(self, stream: _Watched, wanted: _Wanted) -> None:
        with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r|") as archive:
            for member in archive:
                name = wanted(member.name)
                if name is None:
                    continue
                if member.islnk() and (target := _inner_name(member.linkname)) in self._files:
                    self._files[name] = self._files[target]
                elif member.isreg() and (content := archive.extractfile(member)) is not None:
                    self._hold(name, content)

    def _load_zip(self, file: IO[bytes], wanted: _Wanted) -> None:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                name = wanted(member.filename)
                if name is not None and not member.is_dir():
                    with archive.open(member) as content:
                        self._hold(name, content)

    def _hold(self, name: str, content: IO[bytes]) -> None:
        data = read_bounded(content, limit=self._bounds.file_bytes, place=f"{self._place}/{name}")
        self._held += len(data)
        if self._held > self._bounds.archive_bytes:
            limit = byte_count(self._bounds.archive_bytes)
            raise SourceTooLarge(f"more than {limit} of files (`archive_bytes`)", place=self._place)
        self._files[name] = data
        if len(self._files) > self._bounds.files:
            raise SourceTooLarge(f"more than {self._bounds.files} files (`files`)", place=self._place)


class _Watched:
    """A tar archive on its way to Python's reader, which takes one that is cut off for one that ends there."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._tail = b""

    def read(self, size: int, /) -> bytes:
        """Read on, and remember the end of what has come."""
        data = self._file.read(size)
        self._tail = (self._tail + data)[-_TAR_BLOCK:]
        return data

    def check_end(self) -> None:
        """Read to the end, which of a compressed file tells whether it is whole, and look for the mark of a tar."""
        while self.read(CHUNK):
            pass
        if any(self._tail):
            raise tarfile.ReadError("it is cut off: expected blocks of zeros at its end")


def is_archive(path: Path) -> bool:
    """Whether a file is a tar or zip archive, by its content."""
    try:
        head = read_file(path, limit=_TAR_BLOCK, only=_TAR_BLOCK)
    except SourceError:
        return False
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return True
    try:
        tarfile.TarInfo.frombuf(head, tarfile.ENCODING, "surrogateescape")
    except (tarfile.TarError, ValueError):
        return False
    return True


def _inner_name(name: str) -> str | None:
    """Return a member's name in the tree; None where it leads out of it."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", ".")]
    return None if not parts or ".." in parts else "/".join(parts)


def _listed_name(name: str) -> str | None:
    """Return a member's name in the tree; None where it leads out of it or is passed over."""
    inner = _inner_name(name)
    return None if inner is None or any(map(is_passed_over, inner.split("/"))) else inner

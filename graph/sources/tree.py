"""A read-only tree of named files, so that a folder and an archive are read by the same code.

Names are relative to the tree, with `/` between their parts. A file may be compressed with gzip, xz or bzip2, which
its first bytes tell; whoever reads it gets what was compressed.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, cast

from graph.errors import SourceError, SourceTooLarge
from graph.sources.bounds import MIB, Bounds, byte_count

PASSED_OVER_FOLDERS = frozenset({"blobs", ".git", ".hg", ".svn", ".bzr", "CVS"})
"""Folders without data of their own: a mirror's content-addressed blobs, and those of version control."""

PASSED_OVER_ENDINGS = (".spack", ".sig", ".asc")
"""Binaries and signatures, which a mirror has by the thousand."""

_CHUNK = MIB
"""Bytes read at a time: Python reserves a whole read's worth of memory beforehand."""

_TAR_BLOCK = 512
"""Bytes of a tar archive's header."""

_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_MAGIC_BYTES = 6

_DAMAGE = (OSError, EOFError, lzma.LZMAError, zlib.error, tarfile.TarError, zipfile.BadZipFile)
"""What Python's own readers raise on data that is damaged or cannot be read."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


_COMPRESSIONS: Mapping[bytes, Callable[[IO[bytes]], AbstractContextManager[_Readable]]] = {
    b"\x1f\x8b\x08": lambda file: gzip.GzipFile(fileobj=file),
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"BZh": bz2.BZ2File,
}


class Tree(Protocol):
    """Named files. A name that is not there, or cannot be read, raises `SourceError` on reading."""

    def names(self) -> Iterator[str]:
        """Yield the names of all regular files, sorted; what is passed over is named in this module."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is a regular file of that name."""
        ...

    def head(self, name: str, size: int) -> bytes:
        """Return the first `size` bytes of a file, decompressed; fewer where it has fewer."""
        ...

    def read(self, name: str) -> bytes:
        """Return the whole of a file, decompressed."""
        ...


class Folder:
    """The files under a folder. Symbolic links that lead out of it are not followed."""

    def __init__(self, path: Path, *, bounds: Bounds) -> None:
        self._path = path
        self._root = Path(os.path.realpath(path))
        self._bounds = bounds
        self._listed: dict[str, str] = {}

    def names(self) -> Iterator[str]:
        """Yield the names of all regular files, sorted."""
        for name, real in self._walk(self._path, "", (self._root,)):
            self._listed[name] = str(real)
            if len(self._listed) > self._bounds.files:
                raise SourceTooLarge(f"more than {self._bounds.files} files (`files`)", place=str(self._path))
        yield from sorted(self._listed)

    def exists(self, name: str) -> bool:
        """Whether there is a regular file of that name, in the folder and not only linked from it."""
        if name in self._listed:
            return True
        path = self._path / name
        try:
            return self._inside(path) and path.is_file()
        except (OSError, ValueError):  # a name that no file can have: too long, or with a NUL
            return False

    def real_path(self, name: str) -> str:
        """Return where the file lies once links are followed: two names of one file have the same."""
        return self._listed.get(name) or os.path.realpath(self._path / name)

    def head(self, name: str, size: int) -> bytes:
        """Return the first bytes of a file, decompressed."""
        return read_file(self._existing(name), limit=self._bounds.file_bytes, only=size)

    def read(self, name: str) -> bytes:
        """Return the whole of a file, decompressed."""
        return read_file(self._existing(name), limit=self._bounds.file_bytes)

    def _existing(self, name: str) -> Path:
        if not self.exists(name):
            raise SourceError("no such file in the folder", place=str(self._path / name))
        return self._path / name

    def _inside(self, path: Path) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(self._root)

    def _walk(self, folder: Path, prefix: str, above: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
        """Yield names below a folder, each with the file's real path.

        `above` are the real folders that lead here, for a link may lead back.
        """
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            raise SourceError(f"cannot be listed: {error.strerror}", place=str(folder)) from error
        for entry in entries:
            if is_passed_over(entry.name):
                continue
            real = above[-1] / entry.name
            if entry.is_symlink():
                real = Path(os.path.realpath(real))
                if not real.is_relative_to(self._root):
                    continue
            if real.is_file():
                yield prefix + entry.name, real
            elif real.is_dir() and real not in above:
                yield from self._walk(real, f"{prefix}{entry.name}/", (*above, real))


class Archive:
    """The files of a tar or zip archive, read into memory in one pass; nothing is extracted to the disk.

    Of two files of one name the later counts, as where the archive is extracted. Links are followed where they are
    hard; a symbolic link is no regular file.
    """

    def __init__(self, path: Path, *, bounds: Bounds) -> None:
        self._path = path
        self._bounds = bounds
        self._files: dict[str, bytes] = {}
        self._held = 0
        try:
            with path.open("rb") as file:
                magic = file.read(_MAGIC_BYTES)
                file.seek(0)
                self._load_zip(file) if magic.startswith(b"PK") else self._load_tar(file)
        except (*_DAMAGE, RuntimeError, NotImplementedError, ValueError) as error:
            raise SourceError(f"damaged archive: {error}", place=str(path)) from error

    def names(self) -> Iterator[str]:
        """Yield the names of all regular files, sorted."""
        yield from sorted(self._files)

    def exists(self, name: str) -> bool:
        """Whether there is a regular file of that name."""
        return name in self._files

    def head(self, name: str, size: int) -> bytes:
        """Return the first bytes of a file, decompressed."""
        return self._unpacked(name, only=size)

    def read(self, name: str) -> bytes:
        """Return the whole of a file, decompressed."""
        return self._unpacked(name)

    def _unpacked(self, name: str, *, only: int | None = None) -> bytes:
        place = f"{self._path}/{name}"
        if name not in self._files:
            raise SourceError("no such file in the archive", place=place)
        file = io.BytesIO(self._files[name])
        return _unpacked(file, place=place, limit=self._bounds.file_bytes, only=only)

    def _load_tar(self, file: IO[bytes]) -> None:
        # A stream: a compressed archive is decompressed once, from its beginning to its end.
        with _decompressed(file, place=str(self._path)) as content:
            stream = _Watched(content)
            self._load_members(stream)
            stream.check_end()

    def _load_members(self, stream: _Watched) -> None:
        with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r|") as archive:
            for member in archive:
                name = _member_name(member.name)
                if name is None:
                    continue
                if member.islnk() and (target := _member_name(member.linkname)) in self._files:
                    self._files[name] = self._files[target]
                elif member.isreg() and (content := archive.extractfile(member)) is not None:
                    self._hold(name, content)

    def _load_zip(self, file: IO[bytes]) -> None:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                name = _member_name(member.filename)
                if name is not None and not member.is_dir():
                    with archive.open(member) as content:
                        self._hold(name, content)

    def _hold(self, name: str, content: IO[bytes]) -> None:
        place = f"{self._path}/{name}"
        data = _bounded(content, limit=self._bounds.file_bytes, place=place)
        self._held += len(data)
        if self._held > self._bounds.archive_bytes:
            limit = byte_count(self._bounds.archive_bytes)
            raise SourceTooLarge(f"more than {limit} of files (`archive_bytes`)", place=str(self._path))
        self._files[name] = data
        if len(self._files) > self._bounds.files:
            raise SourceTooLarge(f"more than {self._bounds.files} files (`files`)", place=str(self._path))


class _Watched:
    """A tar archive on its way to Python's reader, which takes one that is cut off for one that ends there."""

    def __init__(self, file: _Readable) -> None:
        self._file = file
        self._tail = b""

    def read(self, size: int, /) -> bytes:
        data = self._file.read(size)
        self._tail = (self._tail + data)[-_TAR_BLOCK:]
        return data

    def check_end(self) -> None:
        """Read to the end, which of a compressed file tells whether it is whole, and look for the mark of a tar."""
        while self.read(_CHUNK):
            pass
        if any(self._tail):
            raise tarfile.ReadError("it is cut off: expected blocks of zeros at its end")


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of this name holds no data that any reader takes.

    >>> is_passed_over("blobs"), is_passed_over("zlib-1.3.1.spack"), is_passed_over("index.json")
    (True, True, False)
    """
    return name in PASSED_OVER_FOLDERS or name.endswith(PASSED_OVER_ENDINGS)


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


def read_file(path: Path, *, limit: int, only: int | None = None) -> bytes:
    """Return a file, decompressed, or its first `only` bytes; more than `limit` bytes is `SourceTooLarge`."""
    try:
        with path.open("rb") as file:
            return _unpacked(file, place=str(path), limit=limit, only=only)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", place=str(path)) from error


def _unpacked(file: IO[bytes], *, place: str, limit: int, only: int | None = None) -> bytes:
    try:
        with _decompressed(file, place=place) as content:
            return _bounded(content, limit=limit, place=place, only=only)
    except _DAMAGE as error:
        raise SourceError(f"damaged: {error}", place=place) from error


def _decompressed(file: IO[bytes], *, place: str) -> AbstractContextManager[_Readable]:
    magic = file.read(_MAGIC_BYTES)
    file.seek(0)
    if magic.startswith(_ZSTANDARD):
        raise SourceError("compressed with zstd, which is not read: decompress it first", place=place)
    opened = (opened for start, opened in _COMPRESSIONS.items() if magic.startswith(start))
    return next(opened, nullcontext)(file)


def _bounded(file: _Readable, *, limit: int, place: str, only: int | None = None) -> bytes:
    chunks = []
    size = 0
    while only is None or size < only:
        chunk = file.read(_CHUNK if only is None else min(_CHUNK, only - size))
        if not chunk:
            break
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise SourceTooLarge(f"more than {byte_count(limit)} (`file_bytes`)", place=place)
    return b"".join(chunks)


def _member_name(name: str) -> str | None:
    """Return a member's name in the tree; None where it leads out of it or is passed over."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", ".")]
    if not parts or ".." in parts or any(map(is_passed_over, parts)):
        return None
    return "/".join(parts)

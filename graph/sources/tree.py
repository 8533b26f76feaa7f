"""A read-only tree of named files, so that a folder, an archive and a server are read by the same code.

Names are relative to the tree, with `/` between their parts. A file may be compressed, which its first bytes tell;
whoever reads it gets what was compressed.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Protocol

from graph.errors import SourceError, SourceTooLarge
from graph.sources.bounds import MIB, Bounds
from graph.sources.compression import read_file, read_stored

PASSED_OVER_FOLDERS = frozenset({"blobs", ".git", ".hg", ".svn", ".bzr", "CVS"})
"""Folders without names of their own: a mirror's content-addressed blobs, which its manifests name, and those of
version control."""

PASSED_OVER_ENDINGS = (".spack", ".sig", ".asc")
"""Binaries and signatures, which a mirror has by the thousand."""

SIGNED_SPEC_FILE = ".spec.json.sig"
"""The ending of a file that is a spec file in its signature's armour, and so is not passed over."""


ABSENT = "absent"
UNKNOWN = ""

YOUNG_SECONDS = 2.0
"""Age up to which a file may change once more without another size or time: some file systems count in seconds."""


class Tree(Protocol):
    """Named files. A name that is not there, or cannot be read, raises `SourceError` on reading."""

    @property
    def remote(self) -> bool:
        """Whether a file has to be fetched before it is known to be there."""
        ...

    def names(self) -> Iterator[str]:
        """Yield the names of all regular files, sorted; what is passed over is named in this module."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is a regular file of that name; also one that is passed over."""
        ...

    def prefetch(self, names: Collection[str]) -> None:
        """Make ready what will be read of the files that are passed over; those that are not there are no error."""
        ...

    def head(self, name: str, size: int) -> bytes:
        """Return the first `size` bytes of a file, decompressed; fewer where it has fewer."""
        ...

    def read(self, name: str) -> bytes:
        """Return the whole of a file, decompressed."""
        ...

    def stored(self, name: str) -> bytes:
        """Return the whole of a file as it is stored: what its checksum is about."""
        ...

    def fingerprint(self, name: str) -> str:
        """Return what changes whenever the file does, `ABSENT` where there is none, `UNKNOWN` where it is not told."""
        ...

    def unchanged(self, name: str, fingerprint: str) -> bool:
        """Whether the file is what it was when it had this fingerprint."""
        ...


class Folder:
    """The files under a folder. Symbolic links that lead out of it are not followed."""

    remote = False

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

    def prefetch(self, names: Collection[str]) -> None:
        """Do nothing: every file of a folder is at hand."""

    def real_path(self, name: str) -> str:
        """Return where the file lies once links are followed: two names of one file have the same."""
        return self._listed.get(name) or os.path.realpath(self._path / name)

    def head(self, name: str, size: int) -> bytes:
        """Return the first bytes of a file, decompressed."""
        return read_file(self._existing(name), limit=self._bounds.file_bytes, only=size)

    def read(self, name: str) -> bytes:
        """Return the whole of a file, decompressed."""
        return read_file(self._existing(name), limit=self._bounds.file_bytes)

    def stored(self, name: str) -> bytes:
        """Return the whole of a file as it is stored."""
        path = self._existing(name)
        return read_stored(path, limit=self._bounds.file_bytes, place=str(path))

    def fingerprint(self, name: str) -> str:
        """Return the file's fingerprint."""
        return fingerprint_of(self._path / name) if self.exists(name) else ABSENT

    def unchanged(self, name: str, fingerprint: str) -> bool:
        """Whether the file is what it was when it had this fingerprint."""
        if not self.exists(name) or fingerprint in (ABSENT, UNKNOWN):
            return fingerprint == ABSENT and not self.exists(name)
        return is_unchanged(self._path / name, fingerprint)

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


def fingerprint_of(path: Path) -> str:
    """Return size, times and number of a file; of one that changed just now size and checksum.

    The time of change is among them, which no tool sets: a file that is copied over another with the time of that is
    another file.
    """
    try:
        status = path.stat()
        return _checksum(path) if _is_young(status) else _signs(status)
    except OSError:
        return UNKNOWN


def is_unchanged(path: Path, fingerprint: str) -> bool:
    """Whether a file has this fingerprint, one of either kind."""
    try:
        if fingerprint.startswith(_CHECKSUM):
            return _checksum(path) == fingerprint
        status = path.stat()
    except OSError:
        return False
    return not _is_young(status) and _signs(status) == fingerprint


def _is_young(status: os.stat_result) -> bool:
    return time.time() - max(status.st_mtime, status.st_ctime) < YOUNG_SECONDS


def _signs(status: os.stat_result) -> str:
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}-{status.st_ino}"


_CHECKSUM = "crc32:"
"""Twice as fast as SHA-256, and enough: it tells whether a file was written once more within two seconds, to the same
size, and whoever may write it need not deceive the one who reads it."""

_AT_ONCE = MIB
"""Bytes that are read at once."""


def _checksum(path: Path) -> str:
    checksum = size = 0
    buffer = memoryview(bytearray(_AT_ONCE))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            checksum = zlib.crc32(buffer[:count], checksum)
            size += count
    return f"{_CHECKSUM}{size}-{checksum:08x}"


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of this name holds no data that any reader takes by itself.

    >>> is_passed_over("blobs"), is_passed_over("zlib-1.3.1.spack"), is_passed_over("index.json")
    (True, True, False)
    """
    if name in PASSED_OVER_FOLDERS:
        return True
    return name.endswith(PASSED_OVER_ENDINGS) and not name.endswith(SIGNED_SPEC_FILE)

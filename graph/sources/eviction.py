"""What keeps the download cache within its size: what was used longest ago goes, and nothing that is being read.

    <cache>/downloads-1/<random>.run         a reading of sources that is under way: its process holds the lock

A file of the cache is used when it is fetched or found unchanged, and gets the time of that. Whoever reads has a mark
from before its first use. So what was last used before the oldest mark was made is read by no one. A mark whose lock
nobody holds is of a process that was killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

KEY_CHARACTERS = 32
"""Characters of an address's digest in names: 128 bits."""

_MARK = ".run"
_LOCK = ".lock"


class Mark:
    """The mark of one reading, from now until it is closed."""

    def __init__(self, folder: Path) -> None:
        """Make it; raises `OSError` where the folder cannot be written."""
        self._file, self.path = _locked_mark(folder)
        self.made = os.fstat(self._file).st_mtime_ns

    def now(self) -> int:
        """Return the time as the file system of the cache has it, in nanoseconds."""
        os.utime(self._file)
        return os.fstat(self._file).st_mtime_ns

    def close(self) -> None:
        """Take the mark away."""
        self.path.unlink(missing_ok=True)
        os.close(self._file)


def _locked_mark(folder: Path) -> tuple[int, Path]:
    while True:
        file, name = tempfile.mkstemp(suffix=_MARK, dir=folder)
        fcntl.flock(file, fcntl.LOCK_EX)
        if is_at(file, Path(name)):
            return file, Path(name)
        os.close(file)  # taken for one of a process that was killed, before it was locked


def is_at(file: int, path: Path) -> bool:
    """Tell whether the path is still that of the open file."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


class _Group(NamedTuple):
    """The files of one address, when one of them was last used, and how many bytes they take together."""

    paths: tuple[Path, ...]
    used: int
    size: int

    @classmethod
    def of(cls, paths: tuple[Path, ...]) -> Self:
        """Return an entry of these files; those that are gone meanwhile take no bytes."""
        used, size = 0, 0
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                used, size = max(used, status.st_mtime_ns), size + status.st_size
        return cls(paths, used, size)


def evict(folder: Path, mark: Mark, *, max_bytes: int, ending: bool) -> None:
    """Remove what was used longest ago until the folder takes `max_bytes`, or the rest is being read.

    `ending` says that whoever has the mark reads no more. Raises `OSError` where the folder cannot be written.
    """
    own = mark.now() if ending else mark.made
    unused_since = min([own, *_others(folder, mark)])
    groups = [_Group.of(paths) for paths in _groups(folder)]
    held = sum(group.size for group in groups)
    for group in sorted(groups, key=lambda group: group.used):
        if group.used >= unused_since:
            return
        # What has nothing but a lock left, because the server has no such file, goes too.
        if held > max_bytes or not group.size:
            held -= _removed(group, unused_since)


def _groups(folder: Path) -> Iterator[tuple[Path, ...]]:
    found: dict[str, list[Path]] = defaultdict(list)
    for path in folder.iterdir():
        if path.suffix != _MARK:
            found[path.name[:KEY_CHARACTERS]].append(path)
    return map(tuple, found.values())


def _others(folder: Path, mark: Mark) -> Iterator[int]:
    """Yield when the marks of others were made; those of processes that were killed are removed."""
    for path in folder.glob(f"*{_MARK}"):
        if path == mark.path:
            continue
        with contextlib.suppress(FileNotFoundError), _file(path, os.O_RDONLY) as file:
            made = os.fstat(file).st_mtime_ns
            if _locks(file):
                path.unlink(missing_ok=True)
            else:
                yield made


def _removed(group: _Group, unused_since: int) -> int:
    """Remove the files of an address, unless it is worked on or was used since; returns how many bytes went."""
    lock = group.paths[0].with_name(group.paths[0].name[:KEY_CHARACTERS] + _LOCK)
    with _file(lock, os.O_RDWR | os.O_CREAT) as file:
        others = tuple(path for path in group.paths if path != lock)
        if not _locks(file) or not is_at(file, lock) or _Group.of(others).used >= unused_since:
            return 0
        # First what is known of the file: without that, the rest is as if it were not there.
        for path in (*sorted(others, key=lambda path: not path.name.endswith(".json")), lock):
            path.unlink(missing_ok=True)
    return group.size


def _locks(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _file(path: Path, flags: int) -> Iterator[int]:
    file = os.open(path, flags, 0o600)
    try:
        yield file
    finally:
        os.close(file)

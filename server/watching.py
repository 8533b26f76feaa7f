"""Watching the sources: tell when a file of them has changed, by notification and by looking now and then.

What counts is the fingerprint (name, size and time of every file). Notifications say only when to look, so that a
change between two watches is never lost, and one that the file system does not report (NFS, Lustre) is found late.
"""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path

from watchfiles import Change, awatch

from server.background import beside_the_loop

log = logging.getLogger("specgraph")

LOOK_EVERY_MS = 30_000
"""Longest time that a change stays unseen where the file system sends no notification."""

SETTLE_MS = 500
"""How long the files are to be quiet before they are read: a mirror's sync writes many."""

Fingerprint = tuple[tuple[str, int, int], ...]


def watched_paths(sources: Sequence[str]) -> list[Path]:
    """Return the sources that are on this machine; an address is not watched."""
    return [Path(source) for source in sources if "://" not in source]


def fingerprint(paths: Sequence[Path]) -> Fingerprint:
    """Return name, size in bytes and time of change in nanoseconds of every file under the paths, sorted.

    A path that is gone has no entry: it may be between two states of a replacement.
    """
    return tuple(sorted(entry for path in paths for entry in _files(path)))


def _files(path: Path) -> Iterator[tuple[str, int, int]]:
    for folder, _, names in os.walk(path, followlinks=True):
        for name in names:
            yield from _file(Path(folder, name))
    if not path.is_dir():
        yield from _file(path)


def _file(path: Path) -> Iterator[tuple[str, int, int]]:
    try:
        status = path.stat()
    except OSError:
        return
    yield (str(path), status.st_size, status.st_mtime_ns)


async def follow(
    paths: Sequence[Path],
    seen: Fingerprint,
    changed: Callable[[], Awaitable[object]],
    *,
    look_every_ms: int = LOOK_EVERY_MS,
    settle_ms: int = SETTLE_MS,
) -> None:
    """Await `changed` whenever the files differ from what was seen last; ends only by being cancelled.

    `seen` is the fingerprint from before the first load, so that a change during the load counts.
    """
    while True:
        async for _ in _wake_ups(paths, look_every_ms=look_every_ms, settle_ms=settle_ms):
            now = await beside_the_loop(lambda: fingerprint(paths))
            if now != seen:
                break
        log.info("the sources have changed: reading them again")
        seen = now
        await changed()


async def _wake_ups(paths: Sequence[Path], *, look_every_ms: int, settle_ms: int) -> AsyncIterator[None]:
    """Yield when something near the paths changed, at once for a start, and at least every `look_every_ms`.

    The folders above are watched, for a file or a folder is often replaced by renaming another over it.
    """
    names = {os.path.abspath(path) for path in paths}  # noqa: PTH100 (resolve() would follow the link)
    folders = {os.path.realpath(path) for path in paths if path.is_dir()}
    parents = {str(Path(name).parent) for name in names if Path(name).parent.is_dir()}

    def concerns(_: Change, changed: str) -> bool:
        return any(changed == name or changed.startswith(name + os.sep) for name in names | folders)

    yield
    async for _ in awatch(
        *sorted(folders | parents),
        watch_filter=concerns,
        step=settle_ms,
        debounce=max(settle_ms * 10, 1),
        rust_timeout=look_every_ms,
        yield_on_timeout=True,
        recursive=bool(folders),
        ignore_permission_denied=True,
    ):
        yield

"""Watching the sources: tell when a file of them has changed, by notification and by looking now and then.

What counts is the fingerprint (name, size and time of every file). Notifications say only when to look, so that a
change between two watches is never lost, and one that the file system does not report (NFS, Lustre) is found late.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from watchfiles import Change, awatch

from server.background import beside_the_loop
from server.snapshot_file import path_of

log = logging.getLogger("specgraph")

LOOK_EVERY_SECONDS = 30.0
"""Longest time that a change stays unseen where the file system sends no notification."""

FIRST_LOOK_SECONDS = 1.0
"""When to look after the watch was set up: what changed before it stood has sent no notification."""

SETTLE_MS = 500
"""How long the files are to be quiet before they are read: a mirror's sync writes many."""

Fingerprint = tuple[tuple[str, int, int], ...]


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


@dataclass(frozen=True, slots=True)
class Watch:
    """The sources on this machine, and what they were before the first load: a change during it counts."""

    paths: tuple[Path, ...]
    seen: Fingerprint

    @classmethod
    def of(cls, sources: Sequence[str]) -> Self | None:
        """Look at the sources now; None where none is on this machine (an address is not watched)."""
        paths = tuple(path_of(source) for source in sources if "://" not in source)
        return cls(paths, fingerprint(paths)) if paths else None


async def follow(
    watch: Watch,
    changed: Callable[[], Awaitable[object]],
    *,
    look_every: float = LOOK_EVERY_SECONDS,
) -> None:
    """Await `changed` whenever the files differ from what was seen last; ends only by being cancelled.

    `look_every` is in seconds.
    """
    paths, seen = watch.paths, watch.seen
    while True:
        wake = asyncio.Event()
        watchers = [asyncio.create_task(watcher) for watcher in _watchers(paths, wake)]
        try:
            seen = await _next_fingerprint(paths, seen, wake, look_every=look_every)
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)
        log.info("the sources have changed: reading them again")
        await changed()


async def _next_fingerprint(
    paths: Sequence[Path], seen: Fingerprint, wake: asyncio.Event, *, look_every: float
) -> Fingerprint:
    pause = min(FIRST_LOOK_SECONDS, look_every)
    while True:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(wake.wait(), pause)
        wake.clear()
        now = await beside_the_loop(lambda: fingerprint(paths))
        if now != seen:
            return now
        pause = look_every


def _watchers(paths: Sequence[Path], wake: asyncio.Event) -> Iterator[Coroutine[None, None, None]]:
    """Yield a watch of all that lies in the folders, and one of the folders above.

    The folders above are watched, for a file or a folder is often replaced by renaming another over it; but not what
    else lies in them.
    """
    names = {os.path.abspath(path) for path in paths}  # noqa: PTH100 (resolve() would follow the link)
    folders = {os.path.realpath(path) for path in paths if path.is_dir()}
    parents = {str(Path(name).parent) for name in names if Path(name).parent.is_dir()}
    if folders:
        yield _wake_on_change(folders, lambda _, __: True, wake, recursive=True)
    if parents:
        yield _wake_on_change(parents, lambda _, changed: changed in names, wake, recursive=False)


async def _wake_on_change(
    folders: Iterable[str], concerns: Callable[[Change, str], bool], wake: asyncio.Event, *, recursive: bool
) -> None:
    try:
        async for _ in awatch(
            *sorted(folders),
            watch_filter=concerns,
            step=SETTLE_MS,
            recursive=recursive,
            ignore_permission_denied=True,
        ):
            wake.set()
    except (OSError, RuntimeError) as error:  # too many folders for the system's limit, or one that just went
        log.warning("changes are looked for every %d s, for they cannot be watched: %s", LOOK_EVERY_SECONDS, error)

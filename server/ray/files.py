"""Snapshot files on a node: each is fetched once, kept under its digest, and mapped by every replica there.

    <cache>/<node>/<group>-<digest>.specgraph    a snapshot file, whole before it has its name
    <cache>/<node>/<group>.digests               the digests of those, the one that was opened last at the end
    <cache>/<node>/<group>.lock                  who fetches a file of the group holds its lock

A file that has its name stays when its source changes; so an older content is served while any node keeps it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph.errors import SourceError
from graph.snapshot import Catalogue
from graph.sources.bounds import Bounds
from graph.sources.download import Downloads
from graph.sources.receive import Absent
from graph.sources.transfer import Transfer
from graph.store import open_file
from server.ray.errors import DigestGone
from server.ray.release import content_digest

_ENDING = ".specgraph"


class NodeFiles:
    """The folder of one node. `keep` files of a group are kept beside the newest."""

    def __init__(self, folder: Path, transfer: Transfer, *, keep: int) -> None:
        self._folder = folder
        self._transfer = transfer
        self._keep = keep
        folder.mkdir(parents=True, exist_ok=True)

    def opened(self, group: str, digest: str, source: str | None) -> Catalogue:
        """Open the file of a digest, fetched from its source where the node has none.

        Raises `DigestGone` where the source has other content by now (None: where it is, is not known), and what
        fetching and opening raise.
        """
        path = self._path(group, digest)
        with self._locked(group):
            if path.exists():
                self._opened_last(group, digest)
            elif source is None:
                raise DigestGone(f"the content {group}:{digest} is not kept any more: ask without pinning it")
            else:
                self._fetch(group, source, digest)
        return open_file(path)

    def newest(self, group: str, source: str) -> tuple[str, Catalogue]:
        """Fetch what the source has now; returns its digest and its content."""
        with self._locked(group):
            digest = self._fetch(group, source, None)
        return digest, open_file(self._path(group, digest))

    def _path(self, group: str, digest: str) -> Path:
        return self._folder / f"{group}-{digest}{_ENDING}"

    @contextmanager
    def _locked(self, group: str) -> Iterator[None]:
        with (self._folder / f"{group}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # given back when it is closed
            yield

    def _fetch(self, group: str, source: str, digest: str | None) -> str:
        """Bring the source's file into the folder under its digest, which is to be the one given; returns it."""
        draft = self._folder / f".{group}.draft"
        draft.unlink(missing_ok=True)
        if "://" in source:
            self._download(source, draft)
        else:
            _link_or_copy(Path(source), draft)
        found = content_digest(open_file(draft))
        if digest not in (None, found):
            draft.unlink()
            raise DigestGone(f"{source} holds {group}:{found} by now, and {group}:{digest} is kept nowhere here")
        draft.replace(self._path(group, found))
        self._opened_last(group, found)
        return found

    def _download(self, address: str, draft: Path) -> None:
        downloads = Downloads(self._transfer, bounds=Bounds(), tell=_silent)
        try:
            fetched = downloads.fetch(address)
            if isinstance(fetched, Absent):
                raise SourceError("not on the server", place=address)
            if fetched.encoding:
                remedy = "a snapshot file is mapped as it comes"
                raise SourceError(f"is sent as {fetched.encoding}: {remedy}", place=address)
            # Before the cache may drop it.
            _link_or_copy(fetched.path, draft)
        finally:
            downloads.close()

    def _opened_last(self, group: str, digest: str) -> None:
        """Note that a file was opened, and drop those opened longest ago; whoever maps one keeps what it maps."""
        record = self._folder / f"{group}.digests"
        known = record.read_text().split() if record.exists() else []
        order = [*(other for other in known if other != digest), digest]
        kept = order[-1 - self._keep :]
        record.write_text("".join(f"{one}\n" for one in kept))
        for dropped in order[: -len(kept)]:
            self._path(group, dropped).unlink(missing_ok=True)


def _link_or_copy(source: Path, path: Path) -> None:
    # A link keeps what the file is now: snapshot files and downloads are replaced by renaming, never written over.
    try:
        os.link(source, path)
    except OSError:
        shutil.copyfile(source, path)


def _silent() -> None:
    return

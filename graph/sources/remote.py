"""A server as a tree of files: what is read is fetched into the download cache first.

A server's folders cannot be listed. What it has is known from a catalogue or a manifest, or found by asking.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import unquote, urlsplit

from graph.errors import SourceError
from graph.sources.address import shown_address, split_address, without_user
from graph.sources.archive import Archive, is_archive
from graph.sources.bounds import Bounds
from graph.sources.catalogue import BUILD_CACHE, CATALOGUE_NAME
from graph.sources.client import status_text
from graph.sources.compression import is_compressed, read_file, read_stored, unpacked
from graph.sources.download import Downloads, Fetched
from graph.sources.formats import HEAD_BYTES, Format, detect
from graph.sources.located import SEARCHED_FOR, Files
from graph.sources.manifest import MANIFESTS, place_of_manifests
from graph.sources.receive import Absent
from graph.sources.tree import ABSENT, UNKNOWN

ENTRY_POINTS = (CATALOGUE_NAME, "/".join((*MANIFESTS, "index", "index.manifest.json")), f"{BUILD_CACHE}/index.json")
"""What a mirror is asked for, in this order; the first that is there tells what there is."""

_BLOB = re.compile(r"(?:.*/)?blobs/sha256/[0-9a-f]{2}/(?P<sha256>[0-9a-f]{64})")


class Remote:
    """The files below an address. Names are paths below it; an address is its own name.

    A blob's name is its checksum: one that is in the cache is not asked for again, and one that has another is
    damaged.
    """

    remote = True

    def __init__(self, base: str, names: Sequence[str], *, downloads: Downloads, bounds: Bounds) -> None:
        self._base = base if base.endswith("/") else f"{base}/"
        self._names = names
        self._downloads = downloads
        self._bounds = bounds

    def names(self) -> Iterator[str]:
        """Yield the names that were found by asking."""
        yield from sorted(self._names)

    def address(self, name: str) -> str:
        """Return the address of a name."""
        return name if "://" in name else self._base + name

    def exists(self, name: str) -> bool:
        """Whether the server has the file, which is fetched for that; what goes wrong raises `SourceError`."""
        return isinstance(self._outcome(name), Fetched)

    def prefetch(self, names: Collection[str]) -> None:
        """Fetch files, one after the other."""
        for name in names:
            self.exists(name)

    def head(self, name: str, size: int) -> bytes:
        """Return the first bytes of a file, decompressed."""
        return self._content(name, only=size)

    def read(self, name: str) -> bytes:
        """Return the whole of a file, decompressed."""
        return self._content(name)

    def stored(self, name: str) -> bytes:
        """Return the whole of a file as the server has it."""
        fetched, place, limit = self._fetched(name), self._place(name), self._bounds.file_bytes
        if fetched.encoding:
            return read_file(fetched.path, limit=limit, place=place)
        return read_stored(fetched.path, limit=limit, place=place)

    def fingerprint(self, name: str) -> str:
        """Return what the name of the file in the cache has of its checksum; a query is not written down."""
        if "?" in name or "@" in name:
            return UNKNOWN
        outcome = self._outcome(name)
        return outcome.path.name.rpartition("-")[2] if isinstance(outcome, Fetched) else ABSENT

    def unchanged(self, name: str, fingerprint: str) -> bool:
        """Whether the server has the same file as when it had this fingerprint."""
        return fingerprint != UNKNOWN and self.fingerprint(name) == fingerprint

    def _content(self, name: str, *, only: int | None = None) -> bytes:
        fetched, place, limit = self._fetched(name), self._place(name), self._bounds.file_bytes
        content = read_file(fetched.path, limit=limit, only=only, place=place)
        if fetched.encoding and is_compressed(content):  # a compressed file that was compressed to be sent
            return unpacked(self.stored(name), limit=limit, only=only, place=place)
        return content

    def _fetched(self, name: str) -> Fetched:
        outcome = self._outcome(name)
        if isinstance(outcome, Fetched) and not outcome.path.exists():
            # Another process has fetched a newer one meanwhile, or the cache was emptied.
            self._downloads.forget(self.address(name))
            outcome = self._outcome(name)
        if isinstance(outcome, Absent):
            raise SourceError(absence(outcome), place=self._place(name))
        return outcome

    def _outcome(self, name: str) -> Fetched | Absent:
        blob = _BLOB.fullmatch(name)
        return self._downloads.fetch(self.address(name), sha256=None if blob is None else blob["sha256"])

    def _place(self, name: str) -> str:
        return shown_address(self.address(name))


def absence(absent: Absent) -> str:
    """Say that the server has no such file.

    >>> absence(Absent(404))
    'not there (404 Not Found): check the address'
    """
    remedy = "check the address" if absent.status != 403 else "check the address, or that it may be read by everyone"
    return f"not there ({status_text(absent.status)}): {remedy}"


def files_of_address(address: str, *, downloads: Downloads, bounds: Bounds) -> Files:
    """Find out what an address is: a file that is recognized, an archive, or a mirror by its entry points.

    What is neither raises `SourceError`, which names all that was asked for.
    """
    parts = split_address(address)
    outcome: Fetched | Absent = Absent(404)
    if not parts.path.endswith("/") and parts.path:
        outcome = downloads.fetch(address)
        if isinstance(outcome, Fetched):
            if is_archive(outcome.path):
                return _files_of_archive(address, outcome, bounds=bounds)
            alone = _file_alone(address, downloads=downloads, bounds=bounds)
            if _is_recognized(alone):
                return alone
    base = address.partition("#")[0].partition("?")[0]
    mirror = Remote(base, (), downloads=downloads, bounds=bounds)
    entry = next(filter(mirror.exists, ENTRY_POINTS), None)
    if entry is not None:
        mirror = Remote(base, (entry,), downloads=downloads, bounds=bounds)
        return _files(mirror, [entry], above=_parts(base), wanted=SEARCHED_FOR, written=address)
    if isinstance(outcome, Fetched):
        return alone
    tried = ", ".join(ENTRY_POINTS)
    message = f"{absence(outcome)}; as a mirror it has none of {tried}"
    raise SourceError(message, place=shown_address(address))


def _file_alone(address: str, *, downloads: Downloads, bounds: Bounds) -> Files:
    # A manifest is read from the mirror that it belongs to, for that has its blobs.
    start, mark, query = address.partition("#")[0].partition("?")
    folders = start.split("/")
    at = place_of_manifests(folders)
    depth = 1 if at is None else len(folders) - at
    base = "/".join(folders[:-depth]) + "/"
    name = "/".join(folders[-depth:]) + mark + query
    tree = Remote(base, (name,), downloads=downloads, bounds=bounds)
    return _files(tree, [name], above=_parts(base), wanted=tuple(Format), written=address)


def _is_recognized(files: Files) -> bool:
    name = files.names[0]
    return detect(files.tree.head(name, HEAD_BYTES), name="/".join((*files.above, name.partition("?")[0]))) is not None


def _files(
    tree: Remote, names: Sequence[str], *, above: tuple[str, ...], wanted: tuple[Format, ...], written: str
) -> Files:
    return Files(
        tree,
        names,
        place=lambda name: shown_address(tree.address(name)),
        label=lambda name: shown_address(tree.address(name)),
        identity=lambda name: without_user(tree.address(name)),
        above=above,
        wanted=wanted,
        written=shown_address(written),
    )


def _files_of_archive(address: str, fetched: Fetched, *, bounds: Bounds) -> Files:
    shown = shown_address(address)
    archive = Archive(fetched.path, bounds=bounds, place=shown)
    return Files(
        archive,
        list(archive.names()),
        place=lambda name: f"{shown}/{name}",
        label=lambda name: f"{shown}/{name}",
        identity=lambda name: f"{without_user(address)}/{name}",
        above=(),
        wanted=SEARCHED_FOR,
        written=shown,
    )


def _parts(base: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in urlsplit(base).path.split("/") if part)

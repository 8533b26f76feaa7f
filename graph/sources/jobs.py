"""The files of one source to jobs: each reads one file, or all spec manifests of one mirror."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from graph.errors import SourceError, UnrecognizedSource, shown
from graph.sources.armour import without_armour
from graph.sources.binaries import Manifests, read_spec_manifests, with_binaries
from graph.sources.bounds import Bounds
from graph.sources.catalogue import BUILD_CACHE
from graph.sources.formats import EXPECTED, HEAD_BYTES, Format, detect
from graph.sources.index import read_index, read_installation
from graph.sources.located import Files, Source
from graph.sources.manifest import MANIFESTS, Manifest, mirror_of_manifest, read_blob, read_manifest
from graph.sources.mirror import IndexFile, index_files, origin_of_index, origin_of_lock
from graph.sources.noted import Noted
from graph.sources.records import Problem, Reading

INDEX_NAME = f"{BUILD_CACHE}/index.json"

_KEY_BYTES = 16

_BESIDE_AN_INDEX = (".spec.json", ".spec.json.sig")
"""Endings of the spec files of a mirror of the v2 layout, by the thousand: its index has them all."""


class Job(NamedTuple):
    """One thing to be read. Two of one `identity` are the same, read the same way.

    `fetch` puts what is read from a server into the cache, and may run in another thread before `read`. `tree` notes
    what is read; `given` is what was read before.
    """

    label: str
    identity: tuple[str | None, ...]
    read: Callable[[], Iterator[Reading]]
    tree: Noted
    fetch: Callable[[], None] | None = None
    given: object = None

    @property
    def key(self) -> str:
        """What tells this job from others and says nothing of where files lie: a digest."""
        told = repr((self.label, self.identity, self.given)).encode(errors="surrogateescape")
        return hashlib.blake2b(told, digest_size=_KEY_BYTES).hexdigest()


class Jobs:
    """The jobs of one source's files. `untagged` is the snapshot of what names none."""

    def __init__(self, source: Source, files: Files, *, untagged: str, bounds: Bounds) -> None:
        self._source = source
        self._tree = Noted(files.tree)
        self._files = files._replace(tree=self._tree)
        self._untagged = untagged
        self._bounds = bounds
        self._found: dict[Format, list[str]] = {}
        self._unreadable: list[SourceError] = []

    def all(self) -> Iterator[Job | Problem]:
        """Yield all jobs, by format; nothing to read, and names that do not fit the source, raise `SourceError`."""
        self._detect()
        wanted = [kind for kind in self._files.wanted if kind in self._found]
        if not wanted and Format.SPEC_FILE in self._found:
            wanted = [Format.SPEC_FILE]
        if not wanted:
            raise self._nothing_to_read()
        yield from (Problem(error.place, error.message) for error in self._unreadable)
        manifests = Manifests(self._files, self._found.get(Format.MANIFEST, ()))
        yield from manifests.problems
        listed, problems = self._indexes(manifests)
        yield from problems
        locks = self._found.get(Format.LOCKFILE, ())
        installations = self._found.get(Format.INSTALLATION, ())
        mirrors = manifests.without_index()
        self._check_given_names(len(listed) + len(locks) + len(installations) + len(mirrors))
        for file in listed:
            yield self._index(file, manifests)
        for mirror in mirrors:
            yield self._spec_manifests(mirror, manifests)
        yield from map(self._installation, installations)
        yield from map(self._lock, locks)
        yield from map(self._page, self._found.get(Format.PAGE, ()))
        if Format.SPEC_FILE in wanted:
            yield from map(self._spec_file, self._found[Format.SPEC_FILE])

    # What there is ---------------------------------------------------------------------------------------------------

    def _detect(self) -> None:
        files = self._files
        with_index = {name[: -len("index.json")] for name in files.names if ("/" + name).endswith("/" + INDEX_NAME)}
        for name in files.names:
            if name.endswith(_BESIDE_AN_INDEX) and name[: name.rfind("/") + 1] in with_index:
                continue
            try:
                head = files.tree.head(name, HEAD_BYTES)
            except SourceError as error:
                self._unreadable.append(error)
                continue
            kind = detect(head, name="/".join((*files.above, name)))
            if kind is not None:
                self._found.setdefault(kind, []).append(name)

    def _nothing_to_read(self) -> SourceError:
        if self._unreadable:
            return self._unreadable[0]
        return UnrecognizedSource(f"nothing here is recognized; expected {EXPECTED}", place=self._files.written)

    def _indexes(self, manifests: Manifests) -> tuple[list[IndexFile], list[Problem]]:
        return index_files(
            self._files.tree,
            catalogues=self._found.get(Format.CATALOGUE, ()),
            indexes=[*self._found.get(Format.INDEX, ()), *manifests.indexes],
            above=self._files.above,
            place=self._files.place,
        )

    def _check_given_names(self, with_stack: int) -> None:
        source = self._source
        if source.snapshot is not None and Format.CATALOGUE in self._found:
            raise SourceError("a catalogue names its own snapshots: leave out `TAG=`", place=source.written)
        if source.stack is not None and with_stack != 1:
            message = (
                "`TAG/STACK=` names the stack of one index, lock or installation, but here are "
                f"{with_stack}: name one, or give `TAG=`"
            )
            raise SourceError(message, place=source.written)

    # One job each ----------------------------------------------------------------------------------------------------

    def _index(self, file: IndexFile, manifests: Manifests) -> Job:
        files, bounds = self._files, self._bounds
        snapshot = self._source.snapshot or file.origin.snapshot or self._untagged
        stack = self._source.stack or file.origin.stack
        binaries = manifests.binaries_beside(file.name)

        def read() -> Iterator[Reading]:
            name = self._present(file)
            place = files.place(name)
            readings = read_index(
                self._database(name),
                place=place,
                name=files.label(name),
                snapshot=snapshot,
                stack=stack,
                bounds=bounds,
            )
            return with_binaries(readings, binaries) if binaries else readings

        def fetch() -> None:
            blob = self._blob_of(self._present(file))
            if blob is not None:
                files.tree.exists(blob)

        identity = (files.identity(file.name), snapshot, stack)
        ahead = fetch if files.tree.remote else None
        return Job(files.label(file.name), identity, read, self._tree, ahead, given=sorted(binaries.items()))

    def _present(self, file: IndexFile) -> str:
        """Return the name that the index has; of one on a server this is known once it was asked."""
        tree = self._files.tree
        if not file.others:
            return file.name
        present = next((name for name in (file.name, *file.others) if tree.exists(name)), None)
        if present is None:
            tried = shown([self._files.place(name) for name in (file.name, *file.others)])
            raise SourceError(f"not on the server; tried {tried}", place=file.listed_at)
        return present

    def _database(self, name: str) -> bytes:
        data = self._text(name)
        manifest = self._index_manifest(data, name)
        if manifest is None:
            return data
        blob, mirror, place = manifest.index, mirror_of_manifest(name), self._files.place(name)
        if blob is None or mirror is None:
            raise SourceError("expected the manifest of an index, below the `v3/manifests` of its mirror", place=place)
        return read_blob(self._files.tree, blob, mirror=mirror, limit=self._bounds.file_bytes, place=place)

    def _blob_of(self, name: str) -> str | None:
        """Return the blob that the manifest of an index names; None for an index that is there itself."""
        if detect(self._files.tree.head(name, HEAD_BYTES), name=name) is not Format.MANIFEST:
            return None
        manifest = self._index_manifest(self._files.tree.read(name), name)
        mirror = mirror_of_manifest(name)
        if manifest is None or manifest.index is None or mirror is None:
            return None
        return manifest.index.path_in(mirror)

    def _index_manifest(self, data: bytes, name: str) -> Manifest | None:
        if detect(data[:HEAD_BYTES], name=name) is not Format.MANIFEST:
            return None
        return read_manifest(data, place=self._files.place(name))

    def _spec_manifests(self, mirror: str, manifests: Manifests) -> Job:
        files, specs = self._files, manifests.specs[mirror]
        origin = origin_of_index(specs[0].name, above=files.above)
        snapshot = self._source.snapshot or origin.snapshot or self._untagged
        stack = self._source.stack or origin.stack
        label = files.label("/".join(filter(None, (mirror, *MANIFESTS, "spec"))))

        def read() -> Iterator[Reading]:
            return read_spec_manifests(
                files, specs, mirror=mirror, name=label, snapshot=snapshot, stack=stack, bounds=self._bounds
            )

        return Job(label, (files.identity(specs[0].name), snapshot, stack), read, self._tree, given=specs)

    def _installation(self, name: str) -> Job:
        files, stack = self._files, self._source.stack
        snapshot = self._source.snapshot or self._untagged
        place, label = files.place(name), files.label(name)

        def read() -> Iterator[Reading]:
            data = self._text(name)
            return read_installation(data, place=place, name=label, snapshot=snapshot, stack=stack, bounds=self._bounds)

        return Job(label, (files.identity(name), snapshot, stack), read, self._tree)

    def _lock(self, name: str) -> Job:
        files = self._files
        folder_snapshot, folder_stack = origin_of_lock(name, above=files.above)
        snapshot = self._source.snapshot or folder_snapshot or self._untagged
        stack = self._source.stack or folder_stack
        place, label = files.place(name), files.label(name)

        def read() -> Iterator[Reading]:
            from graph.sources.lockfile import read_lockfile  # which an index does not need

            data = self._text(name)
            return read_lockfile(data, place=place, name=label, snapshot=snapshot, stack=stack, bounds=self._bounds)

        return Job(label, (files.identity(name), snapshot, stack), read, self._tree)

    def _page(self, name: str) -> Job:
        files, source = self._files, self._source
        folder, slash, _ = name.rpartition("/")
        label = files.label(name)

        def sibling(beside: str) -> bytes | None:
            full = f"{folder}{slash}{beside}"
            return files.tree.read(full) if files.tree.exists(full) else None

        def read() -> Iterator[Reading]:
            # YAML takes longer to import than an index that did not change to be looked at.
            from graph.sources.page import read_page

            return read_page(
                files.tree.read(name),
                place=files.place(name),
                name=label,
                siblings=sibling,
                untagged=self._untagged,
                snapshot=source.snapshot,
                bounds=self._bounds,
            )

        return Job(label, (files.identity(name), source.snapshot), read, self._tree)

    def _spec_file(self, name: str) -> Job:
        files = self._files
        origin = origin_of_index(name, above=files.above)
        snapshot = self._source.snapshot or origin.snapshot or self._untagged
        place, label = files.place(name), files.label(name)

        def read() -> Iterator[Reading]:
            from graph.sources.specfile import read_specfile  # which an index does not need

            return read_specfile(self._text(name), place=place, name=label, snapshot=snapshot, bounds=self._bounds)

        return Job(label, (files.identity(name), snapshot), read, self._tree)

    def _text(self, name: str) -> bytes:
        return without_armour(self._files.tree.read(name))

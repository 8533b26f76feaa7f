"""What the manifests of a source's mirrors name: indexes, and binaries with their spec files.

Where a mirror of the v3 layout has an index, that tells its specs, and the manifests of the binaries what an index
does not record: size and path of each. Where it has none, the manifests name the spec files too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from graph.errors import SourceError
from graph.sources.armour import without_armour
from graph.sources.bounds import Bounds
from graph.sources.located import Files
from graph.sources.manifest import Manifest, hash_of_manifest, mirror_of_manifest, read_blob, read_manifest
from graph.sources.records import Problem, Reading, SourceRecord, SpecRecord, StackRecord, TargetRecord


class Binary(NamedTuple):
    """A binary's size in bytes and its path below the mirror."""

    size: int
    tarball: str


class SpecManifest(NamedTuple):
    """The manifest of a binary; `hash` is that of its spec, where the manifest's name ends with it."""

    name: str
    hash: str | None
    manifest: Manifest

    @property
    def binary(self) -> Binary | None:
        """The binary; None where the manifest names a spec file alone."""
        tarball = self.manifest.tarball
        return None if tarball is None else Binary(tarball.content_length, tarball.path)


class Manifests:
    """The manifests of a source, read: those of indexes by name, those of binaries by their mirror's folder."""

    def __init__(self, files: Files, names: Sequence[str]) -> None:
        self.problems: list[Problem] = []
        self.indexes: dict[str, Manifest] = {}
        self.specs: dict[str, list[SpecManifest]] = {}
        for name in names:
            try:
                self._take(name, read_manifest(files.tree.read(name), place=files.place(name)))
            except SourceError as error:
                self.problems.append(Problem(error.place, error.message))
        if not files.tree.remote:
            files.tree.prefetch([*self._blobs()])

    def _take(self, name: str, manifest: Manifest) -> None:
        mirror = mirror_of_manifest(name)
        if manifest.index is not None:
            self.indexes[name] = manifest
        elif mirror is not None and manifest.spec_file is not None:
            self.specs.setdefault(mirror, []).append(SpecManifest(name, hash_of_manifest(name), manifest))

    def _blobs(self) -> Iterator[str]:
        for name, manifest in self.indexes.items():
            mirror = mirror_of_manifest(name)
            if mirror is not None and manifest.index is not None:
                yield manifest.index.path_in(mirror)
        for mirror in self.without_index():
            for spec in self.specs[mirror]:
                if spec.manifest.spec_file is not None:
                    yield spec.manifest.spec_file.path_in(mirror)

    def without_index(self) -> list[str]:
        """Return the mirrors whose specs only the manifests of their binaries tell."""
        with_index = set(map(mirror_of_manifest, self.indexes))
        return [mirror for mirror in self.specs if mirror not in with_index]

    def binaries_beside(self, index: str) -> dict[str, Binary]:
        """Return what is known of the binaries in the mirror of an index, by hash."""
        specs = self.specs.get(mirror_of_manifest(index) or "", ())
        return {spec.hash: spec.binary for spec in specs if spec.hash is not None and spec.binary is not None}


def with_binaries(readings: Iterator[Reading], binaries: Mapping[str, Binary]) -> Iterator[Reading]:
    """Yield the readings of an index, each spec with the size and path of its binary, where they are known."""
    for reading in readings:
        if isinstance(reading, SpecRecord) and (binary := binaries.get(reading.spec.hash)) is not None:
            yield replace(reading, size=binary.size, tarball=binary.tarball)
        else:
            yield reading


def read_spec_manifests(
    files: Files,
    specs: Sequence[SpecManifest],
    *,
    mirror: str,
    name: str,
    snapshot: str,
    stack: str,
    bounds: Bounds,
) -> Iterator[Reading]:
    """Read the spec file of each binary of a mirror that has no index.

    A spec file has the nodes of its whole DAG: those of a binary's own manifest are in the build cache, the others
    are read once. A manifest whose blob is not there or damaged is a `Problem`.
    """
    yield SourceRecord(snapshot, name, "manifests of specs, layout version 3")
    yield StackRecord(snapshot, stack, name)
    own = {spec.hash for spec in specs}
    seen: set[object] = set()
    for spec in specs:
        for reading in _spec_file(files, spec, mirror=mirror, snapshot=snapshot, bounds=bounds):
            match reading:
                case SpecRecord(in_build_cache=True):
                    size, tarball = spec.binary or (None, None)
                    yield replace(reading, stacks=(stack,), size=size, tarball=tarball)
                case SpecRecord(spec=other) if other.hash not in own and other.hash not in seen:
                    seen.add(other.hash)
                    yield replace(reading, stacks=(stack,))
                case TargetRecord(target=target) if target not in seen:
                    seen.add(target)
                    yield reading
                case Problem():
                    yield reading


def _spec_file(files: Files, spec: SpecManifest, *, mirror: str, snapshot: str, bounds: Bounds) -> Iterator[Reading]:
    # What an index alone does not need is not imported for it.
    from graph.sources.specfile import read_specfile

    place = files.place(spec.name)
    blob = spec.manifest.spec_file
    assert blob is not None, "a manifest without one is not listed"
    try:
        data = read_blob(files.tree, blob, mirror=mirror, limit=bounds.file_bytes, place=place)
        where = files.place(blob.path_in(mirror))
        yield from read_specfile(
            without_armour(data), place=where, name=files.label(spec.name), snapshot=snapshot, bounds=bounds
        )
    except SourceError as error:
        yield Problem(error.place, error.message)

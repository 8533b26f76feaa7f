"""Manifests of the v3 layout of build caches: which blobs an index or a binary consists of.

    {"version": 3, "data": [{"contentLength", "mediaType", "compression", "checksumAlgorithm", "checksum"}]}

A blob lies at `blobs/<algorithm>/<first two of the checksum>/<checksum>` below the mirror, and length and checksum
are those of the blob as it is stored. Manifests lie below `v3/manifests/`: `index/[<view>/]index.manifest.json` and
`spec/<package>/<package>-<version>-<hash>.spec.manifest.json`; the latter may be clear-signed, which is taken off
and not verified (see `graph.sources.armour`). The rules are those of Spack's `url_buildcache.py`.
"""

from __future__ import annotations

import hashlib
import re

import msgspec
from msgspec import Struct

from graph.errors import SourceError
from graph.sources.armour import without_armour
from graph.sources.compression import unpacked
from graph.sources.mismatch import BYTE_ORDER_MARK, MalformedJson, Mismatch, document_error
from graph.sources.tree import Tree

LAYOUT_VERSION = 3

MANIFESTS = ("v3", "manifests")
"""The folders of a mirror that its manifests lie below."""

SPEC_MANIFEST_ENDING = ".spec.manifest.json"

_DATABASE = re.compile(r"application/vnd\.spack\.db\.v\d+\+json")
_SPEC_FILE = re.compile(r"application/vnd\.spack\.spec\.v\d+\+json")
_TARBALL = re.compile(r"application/vnd\.spack\.install\.v\d+\.tar(\+\w+)?")
_HASH_IN_NAME = re.compile(r"-([a-z2-7]{32})" + re.escape(SPEC_MANIFEST_ENDING))
_CHECKSUM = re.compile(r"[0-9a-f]{32,128}")

ALGORITHMS = ("sha256", "sha512", "sha384", "sha224", "sha1", "md5")
"""Checksums that Spack knows (`spack.util.crypto.hashes`); it writes the first."""


class Blob(Struct, frozen=True, rename="camel"):
    """One blob as a manifest records it; `content_length` is in bytes, as stored."""

    content_length: int
    media_type: str
    compression: str
    checksum_algorithm: str
    checksum: str

    @property
    def path(self) -> str:
        """Where the blob lies below its mirror."""
        return f"blobs/{self.checksum_algorithm}/{self.checksum[:2]}/{self.checksum}"

    def path_in(self, mirror: str) -> str:
        """Return where the blob lies in a tree that has its mirror in the folder `mirror` ("" for the tree itself)."""
        return f"{mirror}/{self.path}" if mirror else self.path


class Manifest(Struct, frozen=True):
    """The blobs of one manifest."""

    blobs: tuple[Blob, ...]

    @property
    def index(self) -> Blob | None:
        """The index of a mirror, where this is its manifest."""
        return self._first(_DATABASE)

    @property
    def spec_file(self) -> Blob | None:
        """The spec file of a binary, where this is its manifest."""
        return self._first(_SPEC_FILE)

    @property
    def tarball(self) -> Blob | None:
        """The binary itself, where this is its manifest."""
        return self._first(_TARBALL)

    def _first(self, media_type: re.Pattern[str]) -> Blob | None:
        return next((blob for blob in self.blobs if media_type.fullmatch(blob.media_type)), None)


class _Document(Struct):
    version: int
    data: list[Blob]


_decoder = msgspec.json.Decoder(_Document)


def read_manifest(data: bytes, *, place: str) -> Manifest:
    """Read a manifest, signed or not; one that does not fit raises `SourceError` with its JSON path."""
    text = without_armour(data).removeprefix(BYTE_ORDER_MARK)
    try:
        document = _decoder.decode(text)
        if document.version != LAYOUT_VERSION:
            raise Mismatch(f"layout version {document.version} is not read; expected 3", path=".version")
        for position, blob in enumerate(document.data):
            _check(blob, path=f".data[{position}]")
    except (Mismatch, *MalformedJson) as error:
        raise document_error(error, text, place=place, expected="a manifest of the v3 layout") from error
    return Manifest(tuple(document.data))


def _check(blob: Blob, *, path: str) -> None:
    if blob.checksum_algorithm not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        raise Mismatch(f"expected one of {known}, got {blob.checksum_algorithm!r}", path=f"{path}.checksumAlgorithm")
    if _CHECKSUM.fullmatch(blob.checksum) is None:  # it becomes a path
        raise Mismatch(f"expected a checksum in hexadecimal digits, got {blob.checksum!r}", path=f"{path}.checksum")


def read_blob(tree: Tree, blob: Blob, *, mirror: str, limit: int, place: str) -> bytes:
    """Return what a blob holds, decompressed, once its length and checksum are found to be the manifest's.

    `mirror` is the mirror's folder in the tree ("" for the tree itself), `place` what problems call the manifest.
    """
    name = blob.path_in(mirror)
    if not tree.exists(name):
        raise SourceError(f"its blob {name} is not there: copy the mirror with its `blobs` folder", place=place)
    stored = tree.stored(name)
    if len(stored) != blob.content_length:
        message = f"its blob {name} has {len(stored)} bytes, expected {blob.content_length}; copy the mirror anew"
        raise SourceError(message, place=place)
    found = hashlib.new(blob.checksum_algorithm, stored, usedforsecurity=False).hexdigest()
    if found != blob.checksum:
        raise SourceError(f"its blob {name} has the checksum {found}: it is damaged; copy the mirror anew", place=place)
    return unpacked(stored, limit=limit, place=place)


def mirror_of_manifest(name: str) -> str | None:
    """Return the folder of the mirror that a manifest belongs to; None where it is not in one's `v3/manifests`.

    >>> mirror_of_manifest("develop/e4s/v3/manifests/index/index.manifest.json")
    'develop/e4s'
    >>> mirror_of_manifest("v3/manifests/spec/zlib/zlib-1.3-abc.spec.manifest.json"), mirror_of_manifest("x.json")
    ('', None)
    """
    parts = name.split("/")
    at = place_of_manifests(parts)
    return None if at is None else "/".join(parts[:at])


def place_of_manifests(parts: list[str] | tuple[str, ...]) -> int | None:
    """Return at which of a path's parts its last `v3/manifests` begins; None where there is none."""
    at = (at for at in reversed(range(len(parts) - len(MANIFESTS))) if tuple(parts[at : at + 2]) == MANIFESTS)
    return next(at, None)


def hash_of_manifest(name: str) -> str | None:
    """Return the hash of the spec whose binary a manifest is about, which its name ends with.

    >>> hash_of_manifest("v3/manifests/spec/zlib/zlib-1.3-abcdefghijklmnopqrstuvwxyz234567.spec.manifest.json")
    'abcdefghijklmnopqrstuvwxyz234567'
    """
    match = _HASH_IN_NAME.search(name)
    return None if match is None else match[1]

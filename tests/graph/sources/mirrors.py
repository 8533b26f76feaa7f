"""Small mirrors of the v3 layout, written by hand."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.graph.sources.documents import database, install, node

DB = "application/vnd.spack.db.v8+json"
SPEC = "application/vnd.spack.spec.v5+json"
TARBALL = "application/vnd.spack.install.v2.tar+gzip"

LAYOUT = b'{"signing": "gpg"}'


def blob(data: bytes, media_type: str, *, compression: str = "none", algorithm: str = "sha256") -> dict[str, Any]:
    return {
        "contentLength": len(data),
        "mediaType": media_type,
        "compression": compression,
        "checksumAlgorithm": algorithm,
        "checksum": hashlib.new(algorithm, data).hexdigest(),
    }


def manifest(*blobs: dict[str, Any]) -> bytes:
    return json.dumps({"version": 3, "data": blobs}, indent=0).encode()


def blob_path(data: bytes, algorithm: str = "sha256") -> str:
    checksum = hashlib.new(algorithm, data).hexdigest()
    return f"blobs/{algorithm}/{checksum[:2]}/{checksum}"


def with_index(
    data: bytes, *, compression: str = "none", algorithm: str = "sha256", view: str = ""
) -> dict[str, bytes]:
    """The files of a mirror whose index is stored as `data`."""
    return {
        "v3/layout.json": LAYOUT,
        f"v3/manifests/index/{view}index.manifest.json": manifest(
            blob(data, DB, compression=compression, algorithm=algorithm)
        ),
        blob_path(data, algorithm): data,
    }


def index_of_nodes(*nodes: dict[str, Any]) -> bytes:
    return database({spec["hash"]: install(spec) for spec in nodes})


def with_binary(*nodes: dict[str, Any], tarball: bytes = b"binary", pack: Any = bytes) -> dict[str, bytes]:
    """The files of the binary of the first node: its manifest, its spec file and its tarball."""
    root = nodes[0]
    spec_file = pack(json.dumps({"spec": {"_meta": {"version": 5}, "nodes": nodes}}).encode())
    name = f"{root['name']}-{root['version']}-{root['hash']}"
    return {
        f"v3/manifests/spec/{root['name']}/{name}.spec.manifest.json": manifest(
            blob(tarball, TARBALL, compression="gzip"), blob(spec_file, SPEC)
        ),
        blob_path(spec_file): spec_file,
        blob_path(tarball): tarball,
    }


def below(folder: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": data for name, data in files.items()}


ZLIB_NODE = node()

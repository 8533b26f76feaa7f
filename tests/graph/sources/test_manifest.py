"""Manifests of the v3 layout, and the blobs that they name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from graph.errors import SourceError
from graph.sources.manifest import read_manifest
from tests.graph.sources.mirrors import DB, SPEC, TARBALL, blob, manifest
from tests.graph.sources.test_armour import signed

SUM = hashlib.sha256(b"x").hexdigest()


def refusal(document: Any) -> str:
    with pytest.raises(SourceError) as refused:
        read_manifest(document if isinstance(document, bytes) else json.dumps(document).encode(), place="m")
    return str(refused.value)


@pytest.mark.parametrize("armour", [bytes, signed])
def test_a_manifest_names_its_blobs(armour: Any) -> None:
    read = read_manifest(armour(manifest(blob(b"x", DB), blob(b"y", SPEC), blob(b"zz", TARBALL))), place="m")
    assert read.index is not None
    assert (read.index.path, read.index.path_in("a/b")) == (f"blobs/sha256/2d/{SUM}", f"a/b/blobs/sha256/2d/{SUM}")
    assert [found.content_length for found in (read.spec_file, read.tarball) if found] == [1, 2]


def test_versions_in_media_types_do_not_matter() -> None:
    read = read_manifest(manifest(blob(b"x", DB.replace("v8", "v7")), blob(b"y", SPEC.replace("v5", "v4"))), place="m")
    assert (read.index is not None, read.spec_file is not None, read.tarball) == (True, True, None)


def test_other_blobs_are_none_of_these() -> None:
    read = read_manifest(manifest(blob(b"x", "application/pgp-keys")), place="m")
    assert (read.index, read.spec_file, read.tarball, len(read.blobs)) == (None, None, None, 1)


NOT_ONE = "; this is not a manifest of the v3 layout"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "m: the file is empty; expected a manifest of the v3 layout"),
        (b'{"version": 3, "data"', "m:1:22: invalid JSON: the text ends too early"),
        ({"version": 3}, f"m $: object missing required field `data`{NOT_ONE}"),
        ({"version": 4, "data": []}, f"m $.version: layout version 4 is not read; expected 3{NOT_ONE}"),
        (
            {"version": 3, "data": [blob(b"x", DB) | {"checksumAlgorithm": "crc32"}]},
            "m $.data[0].checksumAlgorithm: expected one of sha256, sha512, sha384, sha224, sha1, md5, got 'crc32'"
            + NOT_ONE,
        ),
        (
            {"version": 3, "data": [blob(b"x", DB) | {"checksum": "../../../../etc/passwd"}]},
            "m $.data[0].checksum: expected a checksum in hexadecimal digits, got '../../../../etc/passwd'" + NOT_ONE,
        ),
        ({"version": 3, "data": [{}]}, f"m $.data[0]: object missing required field `contentLength`{NOT_ONE}"),
    ],
)
def test_what_does_not_fit_says_where(document: Any, message: str) -> None:
    assert refusal(document) == message


def test_lines_are_those_of_the_signed_file() -> None:
    assert refusal(signed(b'{"version": 3,\n"data": x}')) == "m:5:9: invalid JSON: invalid character"


def test_the_real_manifest(shared_data: Path) -> None:
    path = shared_data / "formats/v3-layout-build_systems/v3/manifests/index/index.manifest.json"
    index = read_manifest(path.read_bytes(), place="m").index
    assert index is not None
    assert (index.content_length, index.compression, index.checksum[:8]) == (89574, "none", "1ef03c90")

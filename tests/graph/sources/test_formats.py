"""What a file is by its first bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.sources.formats import HEAD_BYTES, Format, detect
from tests.graph.sources.documents import index_of, node, page

SIGNED = b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (page(), "any.txt", Format.PAGE),
        (b"\xef\xbb\xbf" + page(), "", Format.PAGE),
        (page().replace(b"\n", b"\r\n"), "", Format.PAGE),
        (b'---\n{"title": "a", "layout": "cache"}\n---', "", Format.PAGE),
        (b"---\nlayout: 'cache'\n", "x.yaml", Format.PAGE),
        (b"---\ntitle: zlib\n", "specs.md", Format.PAGE),
        (b"---\nlayout: table\ntag: v0.18\n---", "v0.18.md", None),
        (b"---\nkind: Deployment\n", "k8s.yaml", None),
        (b"- name: develop\n", "tags.yaml", None),
        (index_of(node()), "x", Format.INDEX),
        (b' \n{ "database" : {', "", Format.INDEX),
        (index_of(node(), installation_time=1.5), "", Format.INSTALLATION),
        (index_of(node()), "store/.spack-db/index.json", Format.INSTALLATION),
        (b'{"spec": {"nodes": []}}', "", Format.SPEC_FILE),
        (b'{"buildcache_layout_version": 1, "spec": {', "", Format.SPEC_FILE),
        (b'{"_meta": {"file-type": "spack-lockfile"}, "roots": [', "", Format.LOCKFILE),
        (b'{"version": 3, "data": [{"mediaType": "x"', "", Format.MANIFEST),
        (SIGNED + b'{"version": 3, "data": [', "", Format.MANIFEST),
        (SIGNED + b'{"spec": {"_meta"', "zlib.spec.json.sig", Format.SPEC_FILE),
        (SIGNED + b"hello", "", None),
        (b"", "develop/v3/manifests/index/index.manifest.json", Format.MANIFEST),
        (b"", "v3/manifests/spec/zlib/zlib-1.3-abc.spec.manifest.json", Format.MANIFEST),
        (b"", "v3/manifests/key/abc.key.manifest.json", None),
        (b"", "e4s/spack.lock", Format.LOCKFILE),
        (b"", "store/.spack-db/index.json", Format.INSTALLATION),
        (b'{"_meta": {"lockfile-version": 1}, "concrete_specs": {', "", Format.LOCKFILE),
        (b'{"develop": [{"label": "e4s"', "", Format.CATALOGUE),
        (b'{"develop": [{"url": "s3', "", Format.CATALOGUE),
        (b'{"v0.18": []}', "", Format.CATALOGUE),
        (b"{}", "cache_spack_io_index.json", Format.CATALOGUE),
        (b"", "e4s/build_cache/index.json", Format.INDEX),
        (b"<html>", "e4s/build_cache/index.json.gz", Format.INDEX),
        (b"", "_cache/develop/zlib/specs.md", Format.PAGE),
        (b"", "index.json", None),
        (b"", "", None),
        (b"\x00\xff", "", None),
        (b'{"a": {"database": 1}}', "", None),
        (b'{"a": "spec"}', "", None),
        (b"[]", "", None),
    ],
)
def test_content_goes_before_the_name(head: bytes, name: str, expected: Format | None) -> None:
    assert detect(head, name=name) is expected


def test_every_real_file_is_what_it_is(shared_data: Path) -> None:
    found: dict[Format | None, set[str]] = {}
    for path in sorted(shared_data.rglob("*")):
        if path.is_file() and "blobs" not in path.parts:
            name = path.relative_to(shared_data).as_posix()
            with path.open("rb") as file:
                found.setdefault(detect(file.read(HEAD_BYTES), name=name), set()).add(name)
    assert {kind: len(names) for kind, names in found.items() if kind is not None} == {
        Format.PAGE: 23,
        Format.INDEX: 18,
        Format.CATALOGUE: 1,
        Format.SPEC_FILE: 2,
        Format.LOCKFILE: 4,
        Format.MANIFEST: 1,
    }

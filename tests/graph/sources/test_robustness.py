"""Whatever the bytes are, a reader yields records and problems or raises SourceError, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph.errors import SourceError
from graph.sources.armour import without_armour
from graph.sources.bounds import Bounds
from graph.sources.catalogue import read_catalogue
from graph.sources.detect import read_sources
from graph.sources.formats import detect
from graph.sources.index import read_index, read_installation
from graph.sources.lockfile import read_lockfile
from graph.sources.manifest import read_manifest
from graph.sources.records import Problem, Reading, SpecRecord
from graph.sources.specfile import read_specfile
from tests.graph.sources.documents import BOUNDS, ROW, ZLIB, index_of, node, page, read_the_page
from tests.graph.sources.mirrors import with_index
from tests.graph.sources.test_armour import signed

SPEC_FILE = json.dumps({"spec": {"_meta": {"version": 5}, "nodes": [node(), node()]}}).encode()
LOCKFILE = json.dumps(
    {
        "_meta": {"lockfile-version": 6},
        "roots": [{"hash": ZLIB, "spec": "zlib"}],
        "concrete_specs": {ZLIB: node()},
        "include_concrete": {"/a": {"concrete_specs": {"b": node(hash="b")}}},
    }
).encode()
MANIFEST = with_index(b"{}")["v3/manifests/index/index.manifest.json"]
CATALOGUE = json.dumps({"develop": [{"label": "e4s", "url": "s3://b/develop/build_cache/index.json"}]}).encode()


def index(data: bytes) -> list[Reading]:
    return list(read_index(data, place="i", name="i", snapshot="s", stack="root", bounds=BOUNDS))


def specfile(data: bytes) -> list[Reading]:
    return list(read_specfile(data, place="i", name="i", snapshot="s", bounds=BOUNDS))


def catalogue(data: bytes) -> list[Any]:
    return list(read_catalogue(data, place="i"))


def old_index(data: bytes) -> list[Reading]:
    return index(data.replace(b'"version": "8"', b'"version": "5"'))


def lockfile(data: bytes) -> list[Reading]:
    return list(read_lockfile(data, place="i", name="i", snapshot="s", stack="e", bounds=BOUNDS))


def installation(data: bytes) -> list[Reading]:
    return list(read_installation(data, place="i", name="i", snapshot="s", stack=None, bounds=BOUNDS))


def manifest(data: bytes) -> Any:
    return read_manifest(data, place="i")


READERS: list[tuple[Callable[[bytes], Any], bytes]] = [
    (index, index_of(node())),
    (old_index, index_of({"zlib": node(name=..., dependencies={"a": {"hash": "h", "type": ["build"]}})})),
    (specfile, SPEC_FILE),
    (catalogue, CATALOGUE),
    (lockfile, LOCKFILE),
    (lockfile, LOCKFILE.replace(b'"lockfile-version": 6', b'"lockfile-version": 2')),
    (installation, index_of(node(), installed=True, explicit=True)),
    (manifest, MANIFEST),
    (manifest, signed(MANIFEST)),
    (without_armour, signed(MANIFEST)),
    (detect, signed(MANIFEST)),
    (read_the_page, page()),
    (detect, page()),
    (detect, CATALOGUE),
]

readers = pytest.mark.parametrize(("reader", "whole"), READERS)


def survives(reader: Callable[[bytes], Any], data: bytes) -> Any:
    try:
        return reader(data)
    except SourceError:
        return None


@readers
@given(data=st.binary(max_size=200))
@example(data=b"\x00")
@example(data=b"\xff\xfe{\x00}\x00")
@example(data=b"[" * 100_000)
@example(data=b'{"a":' * 100_000)
@example(data=b"---\n" + b"- " * 100_000)
@example(data=b"9" * 10_000)
def test_any_bytes(reader: Callable[[bytes], Any], whole: bytes, data: bytes) -> None:
    survives(reader, data)


@readers
@given(at=st.floats(0, 1), data=st.binary(max_size=3), removed=st.integers(0, 4))
def test_a_document_with_some_bytes_replaced(
    reader: Callable[[bytes], Any], whole: bytes, at: float, data: bytes, removed: int
) -> None:
    start = int(at * len(whole))
    survives(reader, whole[:start] + data + whole[start + removed :])


@readers
def test_a_document_cut_off_anywhere(reader: Callable[[bytes], Any], whole: bytes) -> None:
    for end in range(len(whole)):
        survives(reader, whole[:end])


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(field=st.sampled_from([*node(), "versions", "compiler", "patches", "external", "build_spec"]), value=json_values)
def test_any_value_in_any_field_of_a_node(field: str, value: Any) -> None:
    for data in (index_of(node(**{field: value})), index_of({"zlib": node(**{field: value})}, version="5")):
        found = [reading for reading in index(data) if isinstance(reading, SpecRecord | Problem)]
        assert len(found) == 1


@given(field=st.sampled_from(sorted({*ROW, "tarball"})), value=json_values)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_value_in_any_field_of_a_row(field: str, value: Any) -> None:
    readings = survives(read_the_page, page(ROW | {field: value}, ROW))
    hashes = [reading.spec.hash for reading in readings or () if isinstance(reading, SpecRecord)]
    assert hashes[-1:] == [ZLIB]


@given(
    data=st.binary(max_size=100),
    name=st.sampled_from(["x", "index.json", "specs.md", "x.tar.gz", "x.zip", "x.xz", "x.zst", "spack.lock"]),
)
@example(data=b"PK\x03\x04" + b"\x00" * 40, name="x.zip")
@example(data=b"\x1f\x8b\x08\x00" + b"\x00" * 40, name="x.tar.gz")
@example(data=b"\x28\xb5\x2f\xfd" + b"\x00" * 40, name="x.zst")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_as_a_source(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    try:
        list(read_sources([path], bounds=Bounds()))
        list(read_sources([tmp_path], bounds=Bounds()))
    except SourceError:
        pass
    finally:
        path.unlink()

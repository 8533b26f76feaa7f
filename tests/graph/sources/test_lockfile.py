"""Environment lockfiles of every version, whole and damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.errors import SourceError, SourceTooLarge
from graph.model import Compiler, Dependency
from graph.sources.bounds import Bounds
from graph.sources.lockfile import read_lockfile
from graph.sources.records import Authority, Reading, RootRecord, SourceRecord, SpecRecord, StackRecord
from tests.graph.sources.documents import BOUNDS, CMAKE, GCC, ZLIB, node, of, problems

EDGE = {"name": "cmake", "hash": CMAKE}
CMAKE_NODE = node(name="cmake", hash=CMAKE, dependencies=...)
STACKS = {
    "build_systems": (70, 9),
    "e4s-neoverse_v1": (771, 81),
    "ml-linux-x86_64-cpu": (412, 30),
    "radiuss": (294, 24),
}


def lock(specs: dict[str, Any], *, version: int = 6, roots: Any = ..., **more: Any) -> dict[str, Any]:
    return {
        "_meta": {"file-type": "spack-lockfile", "lockfile-version": version, "specfile-version": 5},
        "spack": {"version": "1.1.1", "type": "release"},
        "roots": [{"hash": ZLIB, "spec": "zlib@1.3"}] if roots is ... else roots,
        "concrete_specs": specs,
        **more,
    }


def read(document: Any, *, stack: str | None = "env", bounds: Bounds = BOUNDS) -> list[Reading]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(read_lockfile(data, place="l", name="e/spack.lock", snapshot="mine", stack=stack, bounds=bounds))


def test_a_lock_says_what_it_is_then_its_stack_its_specs_and_its_roots() -> None:
    source, stack, spec, root = read(lock({ZLIB: node()}))
    assert source == SourceRecord("mine", "e/spack.lock", "environment lockfile, version 6")
    assert stack == StackRecord("mine", "env", "l")
    assert isinstance(spec, SpecRecord)
    assert (spec.spec.hash, spec.stacks, spec.in_build_cache) == (ZLIB, ("env",), False)
    assert (spec.authority, spec.place) == (Authority.SPEC_FILE, f"l $.concrete_specs.{ZLIB}")
    assert root == RootRecord("mine", "env", ZLIB, "zlib@1.3", "l $.roots[0]")


def test_without_a_stack_its_specs_are_in_none() -> None:
    readings = read(lock({ZLIB: node()}), stack=None)
    assert [type(reading) for reading in readings] == [SourceRecord, SpecRecord, RootRecord]
    assert of(SpecRecord, readings)[0].stacks == ()


# Versions ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [6, 7])
def test_versions_6_and_7_have_compilers_as_dependencies(version: int) -> None:
    edges = [EDGE | {"parameters": {"deptypes": ["build"], "virtuals": ["c"]}}]
    [record] = of(SpecRecord, read(lock({ZLIB: node(dependencies=edges)}, version=version)))
    assert record.spec.dependencies == (Dependency(CMAKE, "cmake", 1, ("c",)),)


def test_version_5_has_the_compiler_on_the_node() -> None:
    old = node(compiler={"name": "gcc", "version": "11.4.0"}, annotations=...)
    [record] = of(SpecRecord, read(lock({ZLIB: old}, version=5)))
    assert record.spec.compiler == Compiler("gcc", "11.4.0")


def test_version_4_has_types_on_its_edges() -> None:
    [record] = of(SpecRecord, read(lock({ZLIB: node(dependencies=[EDGE | {"type": ["link"]}])}, version=4)))
    assert record.spec.dependencies == (Dependency(CMAKE, "cmake", 2),)


def test_version_3_names_specs_and_edges_by_another_hash() -> None:
    edges = [{"name": "cmake", "build_hash": "y" * 32, "type": ["build"]}]
    specs = {"x" * 32: node(dependencies=edges), "y" * 32: CMAKE_NODE}
    readings = read(lock(specs, version=3, roots=[{"hash": "x" * 32, "spec": "zlib"}]))
    assert problems(readings) == []
    assert [record.spec.hash for record in of(SpecRecord, readings)] == [ZLIB, CMAKE]
    assert of(SpecRecord, readings)[0].spec.dependencies == (Dependency(CMAKE, "cmake", 1),)
    assert [root.hash for root in of(RootRecord, readings)] == [ZLIB]


@pytest.mark.parametrize("version", [1, 2])
def test_versions_1_and_2_have_nodes_under_their_names_and_hashes_as_keys(version: int) -> None:
    old = node(name=..., hash=..., dependencies={"cmake": {"hash": CMAKE, "type": ["build"]}})
    readings = read(lock({ZLIB: {"zlib": old}}, version=version))
    [record] = of(SpecRecord, readings)
    assert (record.spec.package, record.spec.hash) == ("zlib", ZLIB)
    assert record.spec.dependencies == (Dependency(CMAKE, "cmake", 1),)
    assert [root.hash for root in of(RootRecord, readings)] == [ZLIB]


def test_a_spliced_spec_names_where_it_comes_from() -> None:
    spliced = node(build_spec={"name": "zlib", "hash": CMAKE})
    assert of(SpecRecord, read(lock({ZLIB: spliced})))[0].spec.build_spec == CMAKE


def test_included_environments_are_read_and_their_roots_are_not_this_one_s() -> None:
    inner = {"roots": [{"hash": GCC, "spec": "gcc"}], "concrete_specs": {GCC: node(name="gcc", hash=GCC)}}
    outer = {"roots": [], "concrete_specs": {CMAKE: CMAKE_NODE}, "include_concrete": {"/b": inner}}
    readings = read(lock({ZLIB: node()}, include_concrete={"/a": outer}))
    assert problems(readings) == []
    assert [record.spec.package for record in of(SpecRecord, readings)] == ["zlib", "cmake", "gcc"]
    assert (
        of(SpecRecord, readings)[2].place == f'l $.include_concrete["/a"].include_concrete["/b"].concrete_specs.{GCC}'
    )
    assert [root.hash for root in of(RootRecord, readings)] == [ZLIB]


def test_a_spec_of_two_environments_is_read_once() -> None:
    included = {"/a": {"roots": [], "concrete_specs": {ZLIB: node()}}}
    assert len(of(SpecRecord, read(lock({ZLIB: node()}, include_concrete=included)))) == 1


# What does not fit ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"roots": [5]}, ["l $.roots[0]: expected `object`, got `int`"]),
        ({"roots": [{"hash": "h"}]}, ["l $.roots[0].hash: no spec of this lock has the hash 'h'"]),
        ({"include_concrete": {"/a": 5}}, ['l $.include_concrete["/a"]: expected `object`, got `int`']),
        (
            {"include_concrete": {"/a": {"concrete_specs": {"h": {"name": 5, "arch": {}}}}}},
            ['l $.include_concrete["/a"].concrete_specs.h.name: expected `str`, got `int`'],
        ),
    ],
)
def test_what_does_not_fit_is_one_problem_and_the_rest_is_read(changes: dict[str, Any], expected: list[str]) -> None:
    readings = read(lock({ZLIB: node()}) | changes)
    assert problems(readings) == expected
    assert len(of(SpecRecord, readings)) == 1


def test_a_bad_spec_is_one_problem_and_its_neighbours_are_read() -> None:
    specs = {"a": 5, "b": node(version=..., hash="b"), ZLIB: node(), "c": node(name="", hash="c")}
    readings = read(lock(specs))
    assert problems(readings) == [
        "l $.concrete_specs.a: expected `object`, got `int`",
        "l $.concrete_specs.b.version: expected a version",
        "l $.concrete_specs.c.name: expected a name, got an empty string",
    ]
    assert [record.spec.hash for record in of(SpecRecord, readings)] == [ZLIB]
    assert problems(read(lock({ZLIB: {}}, version=1))) == [
        f"l $.concrete_specs.{ZLIB}: expected one package name, got 0",
        f"l $.roots[0].hash: no spec of this lock has the hash '{ZLIB}'",
    ]


NOT_ONE = "; this is not an environment lockfile"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "l: the file is empty; expected an environment lockfile"),
        (b'{"_meta": ', "l:1:11: invalid JSON: the text ends too early"),
        ({}, f"l $: object missing required field `_meta`{NOT_ONE}"),
        ({"_meta": {}}, f"l $._meta: object missing required field `lockfile-version`{NOT_ONE}"),
        (
            lock({}, version=8),
            'l $._meta["lockfile-version"]: lockfile version 8 is not read; those that are: 1, 2, 3, 4, 5, 6, 7',
        ),
    ],
)
def test_a_document_that_is_no_lock_says_so(document: Any, message: str) -> None:
    with pytest.raises(SourceError) as refused:
        read(document)
    assert str(refused.value) == message


def test_a_lock_beyond_the_bounds_is_refused() -> None:
    with pytest.raises(SourceTooLarge, match=r"a lock may have 10 bytes \(`file_bytes`\)"):
        read(lock({}), bounds=Bounds(file_bytes=10))
    deep: dict[str, Any] = {}
    for _ in range(4):
        deep = {"include_concrete": {"x": deep}}
    [problem] = problems(read(lock({}, roots=[], **deep), bounds=Bounds(nesting=2)))
    assert problem.endswith(".x: more than 2 levels of included environments (`nesting`)")


# Real data -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stack", STACKS)
def test_the_real_locks(shared_data: Path, stack: str) -> None:
    data = (shared_data / "locks" / stack / "spack.lock").read_bytes()
    raw = json.loads(data)
    readings = read(data, stack=stack)
    assert problems(readings) == []
    records = {record.spec.hash: record for record in of(SpecRecord, readings)}
    assert (len(records), len(of(RootRecord, readings))) == STACKS[stack]
    assert records.keys() == raw["concrete_specs"].keys()
    assert [(root.hash, root.asked) for root in of(RootRecord, readings)] == [
        (root["hash"], root["spec"]) for root in raw["roots"]
    ]
    for key, written in raw["concrete_specs"].items():
        spec = records[key].spec
        assert (spec.package, spec.version) == (written["name"], written["version"])
        assert spec.external == ("external" in written)
        assert {edge.hash for edge in spec.dependencies or ()} == {e["hash"] for e in written.get("dependencies", ())}
    assert not any(record.in_build_cache for record in records.values())

"""Build-cache indexes of all four database versions, whole and damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.errors import SourceError, SourceTooLarge
from graph.model import Compiler, Dependency, Spec, Variant
from graph.sources.bounds import Bounds
from graph.sources.index import read_index
from graph.sources.records import Authority, Reading, SourceRecord, SpecRecord, StackRecord
from tests.graph.sources.documents import (
    BOUNDS,
    CMAKE,
    GCC,
    NO_FLAGS,
    ZLIB,
    database,
    index_of,
    install,
    node,
    of,
    problems,
    read,
    the_spec,
)

HERE = f"i.json $.database.installs.{ZLIB}"
DEPTYPES = {"build": 1, "link": 2, "run": 4, "test": 8}

ZLIB_SPEC = Spec(
    hash=ZLIB,
    package="zlib",
    version="1.3.1",
    platform="linux",
    operating_system="ubuntu24.04",
    target="x86_64_v3",
    namespace="builtin",
    compiler=None,
    variants=(Variant("build_system", values=("cmake",)), Variant("shared", enabled=True)),
    flags=(),
    dependencies=(Dependency(CMAKE, "cmake", 1),),
    package_hash="qqqq====",
)


def readings_of(path: Path) -> list[Reading]:
    readings = read_index(
        path.read_bytes(), place=path.name, name=path.name, snapshot="develop", stack="root", bounds=BOUNDS
    )
    return list(readings)


def specs_of(path: Path) -> dict[str, Spec]:
    readings = readings_of(path)
    assert problems(readings) == []
    return {record.spec.hash: record.spec for record in of(SpecRecord, readings)}


def test_an_index_says_what_it_is_then_its_stack_then_its_specs() -> None:
    assert read(index_of(node())) == [
        SourceRecord("develop", "m/i.json", "build-cache index, database version 8"),
        StackRecord("develop", "e4s", "i.json"),
        SpecRecord("develop", ZLIB_SPEC, ("e4s",), True, Authority.INDEX, HERE),
    ]


def test_an_empty_index_is_a_stack_all_the_same() -> None:
    assert [type(reading) for reading in read(database({}))] == [SourceRecord, StackRecord]


# Database versions ---------------------------------------------------------------------------------------------------


def test_version_7_has_the_compiler_on_the_node() -> None:
    spec = node(compiler={"name": "gcc", "version": "11.4.0"}, annotations=...)
    assert the_spec(read(index_of(spec, version="7"))).spec.compiler == Compiler("gcc", "11.4.0")


def test_version_6_has_types_and_no_virtuals_on_its_edges() -> None:
    edges = [{"name": "cmake", "hash": CMAKE, "type": ["build", "run"]}]
    spec = the_spec(read(index_of(node(dependencies=edges), version="6"))).spec
    assert spec.dependencies == (Dependency(CMAKE, "cmake", 5),)


def test_version_5_has_nodes_and_dependencies_under_their_names() -> None:
    body = node(
        name=...,
        dependencies={"cmake": {"hash": CMAKE, "type": ["build"]}, "abc": {"hash": GCC, "type": ["link", "test"]}},
        compiler={"name": "gcc", "version": "9.3.0"},
        annotations=...,
        full_hash="x" * 32,
        build_hash="y" * 32,
    )
    readings = read(index_of({"zlib": body}, version="5"))
    spec = the_spec(readings).spec
    assert of(SourceRecord, readings)[0].format == "build-cache index, database version 5"
    assert (spec.package, spec.hash, spec.compiler) == ("zlib", ZLIB, Compiler("gcc", "9.3.0"))
    assert spec.dependencies == (Dependency(GCC, "abc", 10), Dependency(CMAKE, "cmake", 1))


def test_a_node_without_a_hash_has_that_of_its_key() -> None:
    body = node(name=..., hash=..., dependencies=...)
    assert the_spec(read(index_of({"zlib": body}, version="5"))).spec.hash == ZLIB


@pytest.mark.parametrize("version", ["4", "9", "0.9.3", ""])
def test_another_version_is_refused_with_those_that_are_read(version: str) -> None:
    with pytest.raises(SourceError) as refused:
        read(database({}, version=version))
    expected = f"database version {version!r} is not read; those that are: 5, 6, 7, 8"
    assert str(refused.value) == f"i.json $.database.version: {expected}"


def test_a_version_that_is_a_number_is_read_too() -> None:
    assert of(SourceRecord, read(database({}, version=8)))[0].format == "build-cache index, database version 8"


# What an install says ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"in_buildcache": True}, True),
        ({"in_buildcache": False}, False),
        ({"in_buildcache": ..., "installed": True}, False),
        ({"in_buildcache": ...}, True),
    ],
    ids=["said so", "said not", "an installation", "an index of before the field"],
)
def test_whether_there_is_a_binary(changes: dict[str, Any], expected: bool) -> None:
    assert the_spec(read(index_of(node(), **changes))).in_build_cache is expected


def test_an_external_is_never_in_the_build_cache() -> None:
    external = {"path": "/usr", "module": None}
    assert the_spec(read(index_of(node(external=external), in_buildcache=...))).in_build_cache is False


def test_unknown_fields_are_no_problem() -> None:
    assert the_spec(read(index_of(node(novelty={"a": [1]}), origin="mirror"))).spec == ZLIB_SPEC


# Damage --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (node(name=5), ".spec.name: expected `str`, got `int`"),
        (node(name=...), ".spec: object missing required field `name`"),
        (node(name=""), ".spec.name: expected a name, got an empty string"),
        (node(hash=GCC), f".spec.hash: expected the hash of its key, got '{GCC}'"),
        (node(arch=...), ".spec: object missing required field `arch`"),
        (node(arch="linux"), ".spec.arch: expected `object`, got `str`"),
        (
            node(arch={"platform": "linux", "platform_os": None, "target": "x86_64"}),
            ".spec.arch.platform_os: expected `str`, got `null`",
        ),
        (
            node(arch={"platform": "linux", "platform_os": "rhel8", "target": {"name": "x", "generation": 10**400}}),
            ".spec.arch.target.generation: expected `int` <= 2147483647",
        ),
        (node(version=...), ".spec.version: expected a version"),
        (node(version=1.1), ".spec.version: expected `str | null`, got `float`"),
        (node(versions=["1.2:1.3"]), ".spec.versions: expected one concrete version, got ['1.2:1.3']"),
        (node(compiler={"name": "gcc"}), ".spec.compiler.version: expected a version"),
        (node(parameters=[]), ".spec.parameters: expected `object | null`, got `array`"),
        (
            node(parameters={"v": {"a": 1}}),
            ".spec.parameters.v: expected `bool | int | float | str | array`, got `object`",
        ),
        (node(parameters={"cflags": "-O3"}), ".spec.parameters.cflags: expected `array`, got `str`"),
        (node(dependencies={}), ".spec.dependencies: expected `array | null`, got `object`"),
        (
            node(dependencies=[{"name": "a", "hash": GCC}]),
            ".spec.dependencies[0]: expected `parameters` with `deptypes`, or `type`",
        ),
        (node(dependencies=[{"name": "a", "type": []}]), ".spec.dependencies[0]: expected a name and a hash"),
        (
            node(dependencies=[{"name": "a", "hash": GCC, "type": ["build", "compile"]}]),
            ".spec.dependencies[0].type[1]: expected one of build, link, run, test, got 'compile'",
        ),
        (
            node(dependencies=[{"name": "a", "hash": GCC, "parameters": {"deptypes": ["lnk"], "virtuals": []}}]),
            ".spec.dependencies[0].parameters.deptypes[0]: expected one of build, link, run, test, got 'lnk'",
        ),
        (node(external="/usr"), ".spec.external: expected `object | null`, got `str`"),
        ([], ".spec: expected `object`, got `array`"),
    ],
)
def test_a_bad_spec_is_one_problem_and_its_neighbour_loads(spec: Any, problem: str) -> None:
    good = node(name="cmake", hash=CMAKE, dependencies=...)
    readings = read(database({ZLIB: install(spec), CMAKE: install(good)}))
    assert problems(readings) == [HERE + problem]
    assert [record.spec.hash for record in of(SpecRecord, readings)] == [CMAKE]


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({}, ".spec: expected one package name, got 0"),
        (
            {"zlib": node(name=..., dependencies={"a": {"hash": GCC, "type": ["x"]}})},
            ".spec.zlib.dependencies.a.type[0]: expected one of build, link, run, test, got 'x'",
        ),
        ({"zlib": node(name=...)}, ".spec.zlib.dependencies: expected `object | null`, got `array`"),
        (
            {"zlib": node(name=..., hash=GCC, dependencies=...)},
            f".spec.zlib.hash: expected the hash of its key, got '{GCC}'",
        ),
    ],
)
def test_a_bad_spec_of_version_5_is_one_problem(spec: Any, problem: str) -> None:
    assert problems(read(index_of(spec, version="5"))) == [HERE + problem]


def test_a_record_without_a_spec_is_one_problem() -> None:
    assert problems(read(database({ZLIB: {"ref_count": 1}}))) == [f"{HERE}: object missing required field `spec`"]


def test_bytes_that_are_no_utf8_in_one_spec_are_its_problem_alone() -> None:
    good = node(name="cmake", hash=CMAKE, dependencies=...)
    data = database({ZLIB: install(node(version="BAD")), CMAKE: install(good)}).replace(b"BAD", b"\xff")
    readings = read(data)
    assert [record.spec.hash for record in of(SpecRecord, readings)] == [CMAKE]
    [problem] = problems(readings)
    assert problem.startswith(f"{HERE}")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "i.json: the file is empty; expected a build-cache index"),
        (b" \n", "i.json: the file is empty; expected a build-cache index"),
        (b"\x00", "i.json:1:1: invalid JSON: invalid character"),
        (b'{"database": {\n  "version" "8"}}', "i.json:2:13: invalid JSON: expected ':'"),
        (
            b'{"database": {"version": "8",\n "installs": {"a"',
            "i.json:2:18: invalid JSON: the text ends too early",
        ),
        (
            b'{"database": {"version": "8", "installs": {"\xff": 1}}}',
            "i.json:1:45: invalid JSON: byte 0xff is not UTF-8",
        ),
        (b"[]", "i.json $: expected `object`, got `array`; this is not a build-cache index"),
        (b"{}", "i.json $: object missing required field `database`; this is not a build-cache index"),
        (b'{"database": 5}', "i.json $.database: expected `object`, got `int`; this is not a build-cache index"),
        (
            b'{"database": {"version": "8"}}',
            "i.json $.database: object missing required field `installs`; this is not a build-cache index",
        ),
        (
            b'{"database": {"version": "8", "installs": []}}',
            "i.json $.database.installs: expected `object`, got `array`; this is not a build-cache index",
        ),
    ],
)
def test_a_document_that_is_no_index_says_where_and_what_was_expected(data: bytes, message: str) -> None:
    with pytest.raises(SourceError) as refused:
        read(data)
    assert str(refused.value) == message


def test_deep_nesting_is_too_large() -> None:
    with pytest.raises(SourceTooLarge, match=r"i\.json: nested too deeply for a build-cache index"):
        read(b'{"database": {"version": "8", "installs": {"a": ' + b"[" * 100_000)


def test_an_index_beyond_the_bound_is_refused() -> None:
    with pytest.raises(SourceTooLarge, match=r"an index may have 10 bytes \(`file_bytes`\)"):
        read(index_of(node()), bounds=Bounds(file_bytes=10))


def test_a_byte_order_mark_makes_no_difference() -> None:
    assert read(b"\xef\xbb\xbf" + index_of(node())) == read(index_of(node()))


# Real data -----------------------------------------------------------------------------------------------------------


def test_every_index_has_what_the_statistics_say(shared_data: Path) -> None:
    for tag, stacks in json.loads((shared_data / "stats.json").read_text()).items():
        for stack, expected in stacks.items():
            folder = shared_data / "binaries" / tag / ("" if stack == "root" else stack)
            specs = specs_of(folder / "build_cache" / "index.json").values()
            counted = {
                "specs": len(specs),
                "external": sum(spec.external for spec in specs),
                "edges": sum(len(spec.dependencies or ()) for spec in specs),
                "distinct_names": len({spec.package for spec in specs}),
            }
            assert counted == {key: expected[key] for key in counted}, (tag, stack)


def test_every_field_of_a_real_index_is_what_its_json_says(shared_data: Path) -> None:
    path = shared_data / "binaries/v2025.11.0/build_cache/index.json"
    installs = json.loads(path.read_text())["database"]["installs"]
    specs = specs_of(path)
    assert list(specs) == list(installs)
    for hash_, record in installs.items():
        raw, spec = record["spec"], specs[hash_]
        arch, target = raw["arch"], raw["arch"]["target"]
        assert (spec.package, spec.version, spec.namespace) == (raw["name"], raw["version"], raw["namespace"])
        assert (spec.platform, spec.operating_system) == (arch["platform"], arch["platform_os"])
        assert spec.target == (target if isinstance(target, str) else target["name"])
        assert (spec.package_hash, spec.external) == (raw["package_hash"], bool(raw.get("external")))
        compiler = raw["annotations"].get("compiler", "").replace("@=", "@")
        assert (spec.compiler.name if spec.compiler else "") == compiler
        assert {edge.hash: edge for edge in spec.dependencies or ()} == {
            edge["hash"]: Dependency(
                edge["hash"],
                edge["name"],
                sum(DEPTYPES[name] for name in edge["parameters"]["deptypes"]),
                tuple(sorted(edge["parameters"]["virtuals"])),
            )
            for edge in raw.get("dependencies", ())
        }
        assert {**values_of(spec)} == {k: v for k, v in raw["parameters"].items() if k not in NO_FLAGS or v}


def values_of(spec: Spec) -> dict[str, Any]:
    """The parameters of a spec as its JSON has them."""
    values: dict[str, Any] = {flags.name: list(flags.values) for flags in spec.flags}
    for variant in spec.variants:
        if variant.enabled is not None:
            values[variant.name] = variant.enabled
        else:
            values[variant.name] = list(variant.values) if variant.exact else variant.values[0]
    return values


def test_one_stack_is_the_same_in_database_versions_6_7_and_8(shared_data: Path) -> None:
    eight = specs_of(shared_data / "binaries/v2025.11.0/e4s-neoverse_v1/build_cache/index.json")
    seven = specs_of(shared_data / "formats/v7-e4s-neoverse_v1/index.json")
    six = specs_of(shared_data / "formats/v6-downgraded/index.json")
    assert len(eight) == 771
    assert seven == eight
    assert {hash_: without_virtuals(spec) for hash_, spec in eight.items()} == six


def without_virtuals(spec: Spec) -> Spec:
    edges = tuple(Dependency(e.hash, e.package, e.deptypes) for e in spec.dependencies or ())
    return Spec(**{field: getattr(spec, field) for field in Spec.__struct_fields__} | {"dependencies": edges})

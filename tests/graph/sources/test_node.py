"""What a node of Spack's JSON says of a spec, read from an index of that one spec."""

from __future__ import annotations

from typing import Any

import pytest

from graph.model import Compiler, Dependency, Flags, Variant
from graph.sources.records import SpecRecord, TargetRecord
from graph.targets import Microarchitecture
from tests.graph.sources.documents import (
    CMAKE,
    GCC,
    NO_FLAGS,
    ZLIB,
    database,
    index_of,
    install,
    node,
    of,
    read,
    the_spec,
)

HERE = f"i.json $.database.installs.{ZLIB}"


def test_the_compiler_of_a_spec_of_an_older_format_is_annotated() -> None:
    spec = node(annotations={"original_specfile_version": 4, "compiler": "gcc@=11.4.0"})
    assert the_spec(read(index_of(spec))).spec.compiler == Compiler("gcc", "11.4.0")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, Variant("v", enabled=True)),
        (False, Variant("v", enabled=False)),
        ("Release", Variant("v", values=("Release",))),
        ("17", Variant("v", values=("17",))),
        ("True", Variant("v", enabled=True)),
        (17, Variant("v", values=("17",))),
        (["shared", "static"], Variant("v", values=("shared", "static"), exact=True)),
        (["b", "a", "b"], Variant("v", values=("a", "b"), exact=True)),
        ([], Variant("v", exact=True)),
    ],
)
def test_the_type_of_a_parameter_is_the_kind_of_its_variant(value: Any, expected: Variant) -> None:
    assert the_spec(read(index_of(node(parameters={"v": value, **NO_FLAGS})))).spec.variants == (expected,)


def test_flags_are_no_variants_and_recorded_where_there_are_any() -> None:
    parameters = {**NO_FLAGS, "zz": True, "ldlibs": ["-lm"], "cflags": ["-O3", "-g"], "aa": False}
    spec = the_spec(read(index_of(node(parameters=parameters)))).spec
    assert spec.variants == (Variant("aa", enabled=False), Variant("zz", enabled=True))
    assert spec.flags == (Flags("cflags", ("-O3", "-g")), Flags("ldlibs", ("-lm",)))


def test_patches_are_a_variant_even_where_only_the_node_has_them() -> None:
    parameters = {"shared": True}
    spec = the_spec(read(index_of(node(parameters=parameters, patches=["b" * 64, "a" * 64])))).spec
    assert spec.variants == (
        Variant("patches", values=("a" * 64, "b" * 64), exact=True),
        Variant("shared", enabled=True),
    )


def test_edges_to_one_hash_are_joined() -> None:
    edges = [
        {"name": "gcc", "hash": GCC, "parameters": {"deptypes": ["build"], "virtuals": ["cxx", "c"]}},
        {"name": "cmake", "hash": CMAKE, "parameters": {"deptypes": ["build"], "virtuals": []}},
        {"name": "gcc", "hash": GCC, "parameters": {"deptypes": ["link"], "virtuals": ["c", "libc"], "direct": True}},
    ]
    spec = the_spec(read(index_of(node(dependencies=edges)))).spec
    assert spec.dependencies == (
        Dependency(CMAKE, "cmake", 1),
        Dependency(GCC, "gcc", 3, ("c", "cxx", "libc")),
    )


def test_two_edges_to_one_package_come_by_hash() -> None:
    edges = [
        {"name": "gcc", "hash": hash_, "parameters": {"deptypes": ["link"], "virtuals": []}} for hash_ in (GCC, CMAKE)
    ]
    spec = the_spec(read(index_of(node(dependencies=edges)))).spec
    assert spec.dependencies == (Dependency(CMAKE, "gcc", 2), Dependency(GCC, "gcc", 2))


def test_a_spec_without_dependencies_has_none_rather_than_unknown_ones() -> None:
    assert the_spec(read(index_of(node(dependencies=...)))).spec.dependencies == ()


def test_an_external_and_a_spliced_spec_are_marked() -> None:
    changes = {
        "external": {"path": "/usr", "module": None, "extra_attributes": {}},
        "build_spec": {"name": "zlib", "hash": GCC},
    }
    spec = the_spec(read(index_of(node(**changes), in_buildcache=False))).spec
    assert (spec.external, spec.build_spec) == (True, GCC)


def test_a_target_that_is_an_object_is_recorded_once() -> None:
    target = {
        "name": "neoverse_v9",
        "vendor": "ARM",
        "features": ["sve"],
        "generation": 0,
        "parents": ["neoverse_v2", "armv9.0a"],
        "cpupart": "0xd99",
    }
    arch = {"platform": "linux", "platform_os": "ubuntu22.04", "target": target}
    specs = {key: install(node(arch=arch, hash=key, dependencies=...)) for key in (ZLIB, CMAKE)}
    readings = read(database(specs))
    recorded = Microarchitecture(name="neoverse_v9", vendor="ARM", generation=0, parents=("neoverse_v2", "armv9.0a"))
    assert of(TargetRecord, readings) == [TargetRecord(recorded, f"{HERE}.spec.arch.target")]
    assert [record.spec.target for record in of(SpecRecord, readings)] == ["neoverse_v9", "neoverse_v9"]


@pytest.mark.parametrize(("versions", "version"), [(["1.2"], "1.2"), (["=1.2"], "1.2"), (["git.ab=1.2"], "git.ab=1.2")])
def test_a_list_of_one_concrete_version_is_a_version(versions: list[str], version: str) -> None:
    assert the_spec(read(index_of(node(version=..., versions=versions)))).spec.version == version

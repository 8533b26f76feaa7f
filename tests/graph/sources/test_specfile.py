"""Spec files of all versions, whole and damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.errors import SourceError, SourceTooLarge
from graph.model import Compiler, Dependency, Flags, Spec, Variant
from graph.sources.bounds import Bounds
from graph.sources.records import Authority, Reading, SourceRecord, SpecRecord, TargetRecord
from graph.sources.specfile import read_specfile
from graph.targets import Microarchitecture
from tests.graph.sources.documents import BOUNDS, CMAKE, ZLIB, node, of, problems

ROOT = node(dependencies=[{"name": "cmake", "hash": CMAKE, "type": ["build", "link"]}], annotations=...)
LEAF = node(name="cmake", hash=CMAKE, dependencies=..., annotations=...)


def read(document: Any, *, package: str | None = "zlib", bounds: Bounds = BOUNDS) -> list[Reading]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(read_specfile(data, place="s.json", name="m/s.json", snapshot="v0.18", package=package, bounds=bounds))


def specs(document: Any, **options: Any) -> list[SpecRecord]:
    readings = read(document, **options)
    assert problems(readings) == []
    return of(SpecRecord, readings)


def nodes(*items: Any, version: int = 3) -> dict[str, Any]:
    return {"spec": {"_meta": {"version": version}, "nodes": list(items)}}


def nameless(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A node of version 1, which stands under its name."""
    whole = {key: value for key, value in body.items() if key != "name"} | changes
    return {body["name"]: {key: value for key, value in whole.items() if value is not ...}}


NOT_ONE = "; this is not a spec file"

VERSION_1 = [
    nameless(ROOT, dependencies={"cmake": {"hash": CMAKE, "type": ["build", "link"]}}),
    nameless(LEAF),
]


@pytest.mark.parametrize("version", [2, 3, 4, 5])
def test_every_node_is_a_spec_and_the_root_is_in_the_build_cache(version: int) -> None:
    root, leaf = specs(nodes(ROOT, LEAF, version=version))
    assert (root.spec.hash, root.in_build_cache, root.stacks, root.authority) == (ZLIB, True, (), Authority.SPEC_FILE)
    assert (leaf.spec.hash, leaf.in_build_cache, leaf.stacks) == (CMAKE, False, ())
    assert (root.snapshot, root.place, leaf.place) == ("v0.18", "s.json $.spec.nodes[0]", "s.json $.spec.nodes[1]")
    assert root.spec.dependencies == (Dependency(CMAKE, "cmake", 3),)
    assert leaf.spec.dependencies == ()


@pytest.mark.parametrize("spec", [VERSION_1, VERSION_1[0] | VERSION_1[1]], ids=["list", "map"])
def test_version_1_says_the_same_as_version_3(spec: Any) -> None:
    assert [r.spec for r in specs({"spec": spec})] == [r.spec for r in specs(nodes(ROOT, LEAF))]


@pytest.mark.parametrize("kind", ["build_hash", "full_hash"])
def test_edges_by_another_hash_lead_to_the_node_that_has_it(kind: str) -> None:
    edge = {"name": "cmake", kind: "other", "type": ["build"]}
    root, _ = specs(nodes(ROOT | {"dependencies": [edge]}, LEAF | {kind: "other"}, version=2))
    assert root.spec.dependencies == (Dependency(CMAKE, "cmake", 1),)


def test_a_root_of_another_package_is_not_known_to_be_in_the_build_cache() -> None:
    assert [record.in_build_cache for record in specs(nodes(ROOT), package="hdf5")] == [False]
    assert [record.in_build_cache for record in specs(nodes(ROOT), package=None)] == [True]


def test_an_external_root_is_never_in_the_build_cache() -> None:
    assert [record.in_build_cache for record in specs(nodes(ROOT | {"external": {"path": "/usr"}}))] == [False]


def test_without_meta_the_nodes_tell() -> None:
    assert [record.spec.hash for record in specs({"spec": {"nodes": [ROOT]}})] == [ZLIB]


def test_the_file_is_a_source_first() -> None:
    assert read(nodes(ROOT))[0] == SourceRecord("v0.18", "m/s.json", "spec file")


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (5, "s.json $.spec.nodes[1]: expected `object`, got `int`"),
        (LEAF | {"name": None}, "s.json $.spec.nodes[1].name: expected `str`, got `null`"),
        (LEAF | {"hash": None}, "s.json $.spec.nodes[1].hash: expected a hash"),
        (LEAF | {"version": None}, "s.json $.spec.nodes[1].version: expected a version"),
        (
            LEAF | {"dependencies": [{"name": "a", "hash": ZLIB, "type": ["all"]}]},
            "s.json $.spec.nodes[1].dependencies[0].type[0]: expected one of build, link, run, test, got 'all'",
        ),
    ],
)
def test_a_bad_node_is_one_problem_and_its_neighbours_load(bad: Any, problem: str) -> None:
    readings = read(nodes(ROOT, bad, node(name="abc", hash="h", dependencies=...)))
    assert problems(readings) == [problem]
    assert [record.spec.hash for record in of(SpecRecord, readings)] == [ZLIB, "h"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "s.json: the file is empty; expected a spec file"),
        (b'{"spec": ', "s.json:1:10: invalid JSON: the text ends too early"),
        (b"[]", "s.json $: expected `object`, got `array`; this is not a spec file"),
        ({}, "s.json $: object missing required field `spec`; this is not a spec file"),
        ({"spec": 5}, "s.json $.spec: expected `object`, got `int`; this is not a spec file"),
        ({"spec": []}, "s.json $.spec: expected a node, got none"),
        ({"spec": {}}, "s.json $.spec: expected a node, got none"),
        ({"spec": [5]}, "s.json $.spec[0]: expected `object`, got `int`; this is not a spec file"),
        ({"spec": {"nodes": {}}}, "s.json $.spec.nodes: expected `array`, got `object`; this is not a spec file"),
        (
            nodes(ROOT, version=6),
            f"s.json $.spec._meta.version: version 6 is not read; those that are: 1, 2, 3, 4, 5{NOT_ONE}",
        ),
    ],
)
def test_a_document_that_is_no_spec_file_says_where_and_what_was_expected(document: Any, message: str) -> None:
    with pytest.raises(SourceError) as refused:
        read(document)
    assert str(refused.value) == message


def test_a_spec_file_beyond_the_bounds_is_refused() -> None:
    with pytest.raises(SourceTooLarge, match=r"a spec file may have 10 bytes \(`file_bytes`\)"):
        read(nodes(ROOT), bounds=Bounds(file_bytes=10))
    with pytest.raises(SourceTooLarge, match=r"s\.json: nested too deeply for a spec file"):
        read(b'{"spec": ' + b"[" * 100_000)


def test_a_real_spec_file(shared_data: Path) -> None:
    readings = read((shared_data / "pages/_cache/amg/spec-4.json").read_bytes(), package="amg")
    assert problems(readings) == []
    power9 = Microarchitecture(name="power9le", vendor="IBM", generation=9, parents=("power8le",))
    assert [record.target for record in of(TargetRecord, readings)] == [power9, power9]
    amg, spectrum = of(SpecRecord, readings)
    [edge] = amg.spec.dependencies or ()
    assert amg.spec == Spec(
        hash=amg.spec.hash,
        package="amg",
        version="1.2",
        platform="linux",
        operating_system="rhel7",
        target="power9le",
        namespace="builtin",
        compiler=Compiler("xl", "16.1"),
        variants=(
            Variant("int64", enabled=False),
            Variant("openmp", enabled=True),
            Variant("optflags", enabled=False),
        ),
        flags=(Flags("fflags", ("-qzerosize",)),),
        dependencies=(Dependency(spectrum.spec.hash, "spectrum-mpi", 3),),
    )
    assert (spectrum.spec.package, spectrum.spec.external, spectrum.in_build_cache) == ("spectrum-mpi", True, False)
    assert edge.hash == spectrum.spec.hash

"""Mirrors of the v3 layout, locks, installations and signed spec files, as users name them."""

from __future__ import annotations

import gzip
import io
import json
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.errors import SourceError
from graph.sources.detect import read_sources
from graph.sources.records import Reading, RootRecord, SourceRecord, SpecRecord, StackRecord
from tests.graph.sources.documents import CMAKE, GCC, ZLIB, database, index_of, install, node, of, page, problems
from tests.graph.sources.mirrors import below, blob_path, index_of_nodes, with_binary, with_index
from tests.graph.sources.test_armour import signed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MANIFEST = "v3/manifests/index/index.manifest.json"
CMAKE_NODE = node(name="cmake", version="3.31", hash=CMAKE, dependencies=...)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def packed(name: str, files: dict[str, bytes]) -> None:
    if name.endswith(".zip"):
        with zipfile.ZipFile(name, "w") as archive:
            for member, data in files.items():
                archive.writestr(member, data)
        return
    with tarfile.open(name, "w:gz") as tar:
        for member, data in files.items():
            info = tarfile.TarInfo(member)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def read(*sources: str | Path, **options: Any) -> list[Reading]:
    return list(read_sources(sources, **options))


def found(readings: list[Reading]) -> list[tuple[str, tuple[str, ...], str]]:
    return [(record.snapshot, record.stacks, record.spec.package) for record in of(SpecRecord, readings)]


def refusal(*sources: str | Path) -> str:
    with pytest.raises(SourceError) as refused:
        read(*sources)
    return str(refused.value)


# The v3 layout -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["m", "m/develop/e4s", f"m/develop/e4s/{MANIFEST}", "m.tar.gz", "m.zip"])
@pytest.mark.parametrize(("compression", "pack"), [("none", bytes), ("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_an_index_is_read_by_its_manifest(source: str, compression: str, pack: Callable[[bytes], bytes]) -> None:
    files = below("develop/e4s", with_index(pack(index_of(node())), compression=compression))
    write(below("m", files))
    packed("m.tar.gz", files)
    packed("m.zip", files)
    readings = read(source)
    assert problems(readings) == []
    assert found(readings) == [("develop", ("e4s",), "zlib")]
    assert [(r.name, r.format) for r in of(SourceRecord, readings)] == [
        (
            {"m/develop/e4s": f"e4s/{MANIFEST}"}.get(source, f"{source}/develop/e4s/{MANIFEST}")
            if not source.endswith(".json")
            else source,
            "build-cache index, database version 8",
        )
    ]


def test_a_manifest_may_be_signed_and_have_another_checksum() -> None:
    files = with_index(index_of(node()), algorithm="sha512")
    write(files | {MANIFEST: signed(files[MANIFEST])})
    assert found(read("T/S=.")) == [("T", ("S",), "zlib")]


def test_a_view_of_an_index_is_a_stack() -> None:
    write(below("develop", with_index(index_of(node()), view="gpu/")))
    assert found(read(".")) == [("develop", ("gpu",), "zlib")]


def test_a_mirror_of_both_layouts_is_read_whole() -> None:
    write(below("develop/e4s", with_index(index_of(node()))))
    write({"develop/e4s/build_cache/index.json": index_of_nodes(CMAKE_NODE)})
    assert sorted(found(read("."))) == [("develop", ("e4s",), "cmake"), ("develop", ("e4s",), "zlib")]


def test_a_catalogue_lists_manifests() -> None:
    write(below("develop/e4s", with_index(index_of(node()))))
    entries = [{"label": "E4S", "url": f"s3://b/develop/e4s/{MANIFEST}"}]
    write({"cache_spack_io_index.json": json.dumps({"develop": entries}).encode()})
    for source in (".", "cache_spack_io_index.json"):
        assert found(read(source)) == [("develop", ("E4S",), "zlib")]


def harmed(files: dict[str, bytes], harm: Callable[[bytes], bytes | None]) -> dict[str, bytes]:
    [name] = [name for name in files if name.startswith("blobs/")]
    data = harm(files[name])
    return {key: value for key, value in (files | {name: data}).items() if value is not None}


@pytest.mark.parametrize("ending", ["", ".tar.gz"])
@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda data: None, "is not there: copy the mirror with its `blobs` folder"),
        (lambda data: data[:-1], "bytes, expected"),
        (lambda data: data[:-1] + b" ", "it is damaged; copy the mirror anew"),
    ],
)
def test_a_blob_is_checked(ending: str, harm: Any, message: str) -> None:
    files = harmed(with_index(index_of(node())), harm)
    write(below("m", files))
    packed("m.tar.gz", files)
    text = refusal(f"m{ending}") if ending else problems(read("m", *[]))[0]
    assert text.startswith(f"m{ending}/{MANIFEST}: its blob blobs/sha256/")
    assert message in text


def test_a_manifest_outside_of_a_mirror_says_where_it_belongs() -> None:
    write({"x.json": with_index(index_of(node()))[MANIFEST]})
    assert refusal("x.json") == ("x.json: expected the manifest of an index, below the `v3/manifests` of its mirror")


# Manifests of binaries -----------------------------------------------------------------------------------------------


def test_manifests_of_binaries_add_size_and_path_to_an_index() -> None:
    write(with_index(index_of_nodes(node(), CMAKE_NODE)) | with_binary(node(), tarball=b"12345"))
    readings = read("T=.")
    assert problems(readings) == []
    assert [(r.spec.package, r.size, r.tarball) for r in of(SpecRecord, readings)] == [
        ("zlib", 5, blob_path(b"12345")),
        ("cmake", None, None),
    ]


@pytest.mark.parametrize("source", ["m", "m.tar.gz", "m.zip"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_without_an_index_they_tell_the_specs(source: str, pack: Any) -> None:
    gcc = node(name="gcc", hash=GCC, dependencies=..., external={"path": "/usr"})
    files = with_binary(node(), CMAKE_NODE, gcc, tarball=b"12345", pack=pack)
    files |= with_binary(CMAKE_NODE, gcc, tarball=b"123", pack=pack)
    files = below("v1.0/e4s", files)
    write(below("m", files))
    packed("m.tar.gz", files)
    packed("m.zip", files)
    readings = read(source)
    assert problems(readings) == []
    assert [(r.spec.package, r.stacks, r.in_build_cache, r.size) for r in of(SpecRecord, readings)] == [
        ("cmake", ("e4s",), True, 3),
        ("gcc", ("e4s",), False, None),
        ("zlib", ("e4s",), True, 5),
    ]
    assert [(r.snapshot, r.stack) for r in of(StackRecord, readings)] == [("v1.0", "e4s")]
    assert [(r.name, r.format) for r in of(SourceRecord, readings)] == [
        (f"{source}/v1.0/e4s/v3/manifests/spec", "manifests of specs, layout version 3")
    ]


def test_a_bad_manifest_of_a_binary_is_one_problem() -> None:
    files = with_binary(node(), pack=gzip.compress) | with_binary(CMAKE_NODE)
    [zlib] = [name for name in files if "/zlib/" in name]
    write(files | {zlib: b"{"})
    readings = read(".")
    assert problems(readings) == [f"{zlib}:1:2: invalid JSON: the text ends too early"]
    assert [r.spec.package for r in of(SpecRecord, readings)] == ["cmake"]


def test_a_spec_file_that_is_not_there_is_one_problem() -> None:
    zlib = with_binary(node())
    [spec_file] = [name for name, data in zlib.items() if name.startswith("blobs/") and data.startswith(b"{")]
    del zlib[spec_file]
    write(zlib | with_binary(CMAKE_NODE))
    readings = read(".")
    [problem] = problems(readings)
    assert f"its blob {spec_file} is not there" in problem
    assert [r.spec.package for r in of(SpecRecord, readings)] == ["cmake"]


# Environments --------------------------------------------------------------------------------------------------------


def lock(*nodes: dict[str, Any]) -> bytes:
    specs = {spec["hash"]: spec for spec in nodes}
    meta = {"file-type": "spack-lockfile", "lockfile-version": 6, "specfile-version": 5}
    roots = [{"hash": nodes[0]["hash"], "spec": nodes[0]["name"]}]
    return json.dumps({"_meta": meta, "roots": roots, "concrete_specs": specs}).encode()


@pytest.mark.parametrize(
    ("source", "snapshot", "stack"),
    [
        ("envs", "untagged", "ours"),
        ("envs/ours", "untagged", "ours"),
        ("envs/ours/spack.lock", "untagged", "ours"),
        ("T=envs", "T", "ours"),
        ("T/S=envs", "T", "S"),
        ("{here}/envs/ours/spack.lock", "untagged", "ours"),
    ],
)
def test_an_environment_s_folder_is_its_stack(here: Path, source: str, snapshot: str, stack: str) -> None:
    write({"envs/ours/spack.lock": lock(node()), "envs/ours/spack.yaml": b"spack:\n"})
    readings = read(source.format(here=here))
    assert problems(readings) == []
    assert found(readings) == [(snapshot, (stack,), "zlib")]
    assert [(r.stack, r.hash, r.asked) for r in of(RootRecord, readings)] == [(stack, ZLIB, "zlib")]
    assert str(here) not in of(SourceRecord, readings)[0].name


def test_a_tag_above_the_environment_is_the_snapshot() -> None:
    write({"v2025.11.0/e4s/spack.lock": lock(node())})
    assert found(read(".")) == [("v2025.11.0", ("e4s",), "zlib")]


def test_a_compressed_lock_of_any_name() -> None:
    write({"e/any.json.zst": zstd.compress(lock(node()))})
    assert found(read("e/any.json.zst")) == [("untagged", ("e",), "zlib")]


def test_an_archive_of_a_lock_names_no_stack() -> None:
    packed("e.tar.gz", {"spack.lock": lock(node())})
    assert found(read("e.tar.gz")) == [("untagged", (), "zlib")]


def test_a_damaged_lock_is_missed_as_such() -> None:
    write({"a/spack.lock": b"", "b/spack.lock": lock(node())})
    readings = read(".")
    assert problems(readings) == ["a/spack.lock: the file is empty; expected an environment lockfile"]
    assert found(readings) == [("untagged", ("b",), "zlib")]


# Installations -------------------------------------------------------------------------------------------------------


def installation() -> bytes:
    more = {"path": "/opt/zlib", "installed": True, "installation_time": 1.5, "origin": None}
    return database(
        {
            ZLIB: install(node(), in_buildcache=..., explicit=True, **more),
            CMAKE: install(CMAKE_NODE, in_buildcache=..., explicit=False, **more | {"installed": False}),
        }
    )


@pytest.mark.parametrize(
    ("source", "snapshot", "stacks"),
    [("store", "untagged", ()), ("T=store/.spack-db/index.json", "T", ()), ("T/S=store", "T", ("S",))],
)
def test_an_installation_has_no_binaries(source: str, snapshot: str, stacks: tuple[str, ...]) -> None:
    write({"store/.spack-db/index.json": installation()})
    readings = read(source)
    assert problems(readings) == []
    assert found(readings) == [(snapshot, stacks, "zlib"), (snapshot, stacks, "cmake")]
    assert [r.in_build_cache for r in of(SpecRecord, readings)] == [False, False]
    assert [(r.hash, r.asked) for r in of(RootRecord, readings)] == [(ZLIB, None)]
    assert [r.stack for r in of(StackRecord, readings)] == list(stacks)
    assert of(SourceRecord, readings)[0].format == "database of an installation, version 8"


def test_an_installation_is_told_by_its_content_too() -> None:
    write({"x.json": installation()})
    assert [r.in_build_cache for r in of(SpecRecord, read("x.json"))] == [False, False]


def test_an_index_of_an_installation_whose_flags_are_odd_is_read() -> None:
    write({"x.json": installation().replace(b'"explicit": true', b'"explicit": "yes"')})
    readings = read("x.json")
    assert (problems(readings), len(of(SpecRecord, readings)), of(RootRecord, readings)) == ([], 2, [])


# Spec files ----------------------------------------------------------------------------------------------------------


def spec_file(version: int, **changes: Any) -> bytes:
    return json.dumps({"spec": {"_meta": {"version": version}, "nodes": [node(**changes)]}}, indent=0).encode()


EDGES: dict[int, dict[str, Any]] = {
    2: {"dependencies": [{"name": "cmake", "build_hash": CMAKE, "type": ["build"]}]},
    3: {"dependencies": [{"name": "cmake", "hash": CMAKE, "type": ["build"]}]},
    4: {"compiler": {"name": "gcc", "version": "11.4.0"}},
    5: {},
}


@pytest.mark.parametrize("version", EDGES)
@pytest.mark.parametrize(("name", "armour"), [("z.spec.json", bytes), ("z.spec.json.sig", signed)])
def test_a_spec_file_of_any_version_is_read_alone_signed_or_not(version: int, name: str, armour: Any) -> None:
    write({name: armour(spec_file(version, **EDGES[version]))})
    [record] = of(SpecRecord, read(f"T={name}"))
    assert (record.snapshot, record.spec.hash, record.in_build_cache) == ("T", ZLIB, True)
    assert [edge.package for edge in record.spec.dependencies or ()] == ["cmake"]


def test_spec_files_are_read_where_there_is_nothing_else() -> None:
    write({"develop/build_cache/z.spec.json.sig": signed(spec_file(5)), "develop/build_cache/z.spack": b"x"})
    assert found(read(".")) == [("develop", (), "zlib")]
    write({"develop/build_cache/index.json": index_of_nodes(CMAKE_NODE)})
    assert found(read(".")) == [("develop", ("root",), "cmake")]
    write({"p/specs.md": page()})
    assert [package for _, _, package in found(read("p"))] == ["zlib"]


# Real data -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("below_it", ["", f"/{MANIFEST}"])
def test_the_real_mirror_of_the_v3_layout(shared_data: Path, below_it: str) -> None:
    readings = read(f"T={shared_data}/formats/v3-layout-build_systems{below_it}")
    assert problems(readings) == []
    specs = {r.spec.hash: r.spec for r in of(SpecRecord, readings)}
    assert len(specs) == 70
    assert sum(spec.external for spec in specs.values()) == 2
    assert sum(len(spec.dependencies or ()) for spec in specs.values()) == 434
    # It is the index of the v2 layout, stored as a blob.
    index = read(f"T={shared_data}/binaries/v2025.11.0/build_systems/build_cache/index.json")
    assert specs == {r.spec.hash: r.spec for r in of(SpecRecord, index)}


@pytest.mark.parametrize("folder", ["v6-downgraded", "v7-e4s-neoverse_v1"])
def test_the_real_indexes_of_older_versions(shared_data: Path, folder: str) -> None:
    readings = read(shared_data / "formats" / folder)
    assert problems(readings) == []
    specs = [r.spec for r in of(SpecRecord, readings)]
    assert (len(specs), sum(s.external for s in specs), sum(len(s.dependencies or ()) for s in specs)) == (771, 1, 5690)


def test_the_real_locks_are_a_snapshot_of_four_stacks(shared_data: Path) -> None:
    readings = read(f"locked={shared_data / 'locks'}")
    assert problems(readings) == []
    counts = {
        stack: sum(r.stacks == (stack,) for r in of(SpecRecord, readings))
        for stack in ("build_systems", "e4s-neoverse_v1", "ml-linux-x86_64-cpu", "radiuss")
    }
    assert counts == {"build_systems": 70, "e4s-neoverse_v1": 771, "ml-linux-x86_64-cpu": 412, "radiuss": 294}
    assert {r.snapshot for r in of(SpecRecord, readings)} == {"locked"}
    assert len(of(RootRecord, readings)) == 144


def test_a_real_lock_has_the_specs_of_the_index_of_its_stack(shared_data: Path) -> None:
    locked = {r.spec.hash: r.spec for r in of(SpecRecord, read(shared_data / "locks/radiuss/spack.lock"))}
    index = read(shared_data / "binaries/v2025.11.0/radiuss/build_cache/index.json")
    indexed = {r.spec.hash: r.spec for r in of(SpecRecord, index)}
    assert locked.keys() == indexed.keys()
    assert all(locked[key] == indexed[key] for key in locked)

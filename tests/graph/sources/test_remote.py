"""Sources by their address: files, catalogues, mirrors and archives of a real server on 127.0.0.1."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from graph.errors import SourceError, UnrecognizedSource
from graph.sources.bounds import Bounds
from graph.sources.detect import read_sources
from graph.sources.formats import EXPECTED
from graph.sources.records import Progress, Reading, SourceRecord, SpecRecord
from graph.sources.transfer import Transfer
from tests.graph.sources.documents import CMAKE, ZLIB, index_of, install, node, of, page, problems
from tests.graph.sources.documents import database as database_of
from tests.graph.sources.mirrors import below, index_of_nodes, with_index
from tests.graph.sources.site import Handler, Site, cut_whole_etag, running, status, wait_first, zipped
from tests.graph.sources.test_armour import signed

INDEX = "build_cache/index.json"
MANIFEST = "v3/manifests/index/index.manifest.json"
CATALOGUE = "cache_spack_io_index.json"
CMAKE_NODE = node(name="cmake", version="3.31", hash=CMAKE, dependencies=...)


@pytest.fixture
def transfer(tmp_path: Path) -> Transfer:
    return Transfer(cache=tmp_path / "cache", allow_private=True, attempts=3, first_pause_seconds=0.01)


@pytest.fixture
def read(transfer: Transfer) -> Any:
    return lambda *sources, **options: list(read_sources(sources, **{"transfer": transfer} | options))


def serve(site: Site, files: dict[str, bytes], *, at: str = "") -> None:
    site.files |= {f"{at}/{name}": data for name, data in files.items()}


def catalogue(**tags: list[tuple[str, str]]) -> bytes:
    listed = {tag: [{"label": label, "url": url} for label, url in entries] for tag, entries in tags.items()}
    return json.dumps(listed).encode()


def found(readings: list[Reading]) -> list[tuple[str, tuple[str, ...], str]]:
    return [(record.snapshot, record.stacks, record.spec.package) for record in of(SpecRecord, readings)]


def refusal(read: Any, *sources: str, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as refused:
        read(*sources, **options)
    return refused.value


# Files ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        (f"develop/e4s/{INDEX}", index_of(node()), ("develop", ("e4s",), "zlib")),
        (f"develop/e4s/{INDEX}.gz", gzip.compress(index_of(node())), ("develop", ("e4s",), "zlib")),
        ("any/index.json", index_of(node()), ("untagged", ("root",), "zlib")),
        ("_cache/develop/zlib/specs.md", page(), ("develop", ("e4s", "root"), "zlib")),
        ("z.spec.json.sig", signed(json.dumps({"spec": {"nodes": [node()]}}).encode()), ("untagged", (), "zlib")),
    ],
)
def test_a_file_is_read_by_its_address(site: Site, read: Any, name: str, data: bytes, expected: Any) -> None:
    serve(site, {name: data})
    readings = read(f"{site.base}/{name}")
    assert problems(readings) == []
    assert found(readings) == [expected]
    assert [record.name for record in of(SourceRecord, readings)] == [f"{site.base}/{name}"]
    assert site.paths == [f"/{name}"]


def test_a_tag_and_a_stack_are_given_as_for_a_path(site: Site, read: Any) -> None:
    serve(site, {INDEX: index_of(node())})
    assert found(read(f"T={site.base}/{INDEX}")) == [("T", ("root",), "zlib")]
    site.files[f"/{INDEX}?x=y=z"] = index_of(node())
    assert found(read(f"releases/v0.2/S={site.base}/{INDEX}?x=y=z")) == [("v0.2", ("S",), "zlib")]


def test_a_secret_in_an_address_is_nowhere_shown(site: Site, read: Any) -> None:
    site.files[f"/{INDEX}?token=hush"] = database_of({ZLIB: install(node()), "x": 5})
    readings = read(f"{site.base.replace('//', '//me:hush@')}/{INDEX}?token=hush")
    assert found(readings) == [("untagged", ("root",), "zlib")]
    assert problems(readings) == [f"{site.base}/{INDEX} $.database.installs.x: expected `object`, got `int`"]
    assert "hush" not in repr(readings)


def test_a_page_reads_the_spec_files_beside_it(site: Site, read: Any) -> None:
    text = b'---\ntitle: zlib\nlayout: cache\ncategory: package\nspec_files:\n  - "zlib": spec-0.json\n---'
    serve(
        site,
        {"_cache/zlib/index.md": text, "_cache/zlib/spec-0.json": json.dumps({"spec": {"nodes": [node()]}}).encode()},
    )
    readings = read(f"{site.base}/_cache/zlib/index.md")
    assert [package for _, _, package in found(readings)] == ["zlib"]


def test_an_archive_is_read_by_its_address(site: Site, read: Any) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in below("v1.0/e4s", with_index(index_of(node()))).items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    serve(site, {"all.tar.gz": packed.getvalue()})
    readings = read(f"{site.base}/all.tar.gz")
    assert found(readings) == [("v1.0", ("e4s",), "zlib")]
    assert of(SourceRecord, readings)[0].name == f"{site.base}/all.tar.gz/v1.0/e4s/{MANIFEST}"
    serve(site, {"cut.tar.gz": packed.getvalue()[:-9]})
    assert str(refusal(read, f"{site.base}/cut.tar.gz")).startswith(f"{site.base}/cut.tar.gz: damaged archive: ")


@pytest.mark.parametrize("name", ["index.json", "index.json.gz"])
def test_a_content_encoding_changes_nothing(site: Site, read: Any, name: str) -> None:
    serve(site, {name: index_of(node()) if name.endswith("json") else gzip.compress(index_of(node()))})
    site.then(f"/{name}", zipped)
    assert found(read(f"{site.base}/{name}")) == [("untagged", ("root",), "zlib")]


# Mirrors -------------------------------------------------------------------------------------------------------------


def test_a_mirror_is_asked_for_its_catalogue_first(site: Site, read: Any) -> None:
    entries = [
        ("E4S", f"s3://spack-binaries/develop/e4s/{INDEX}"),
        ("root", f"https://binaries.spack.io/develop/{INDEX}"),
    ]
    serve(site, {CATALOGUE: catalogue(develop=entries), MANIFEST: b"", INDEX: b""})
    serve(site, {f"develop/e4s/{INDEX}": index_of(node()), f"develop/{INDEX}": index_of_nodes(CMAKE_NODE)})
    for base in (site.base, f"{site.base}/"):
        readings = read(base)
        assert problems(readings) == []
        assert found(readings) == [("develop", ("E4S",), "zlib"), ("develop", ("root",), "cmake")]
    assert site.paths[0] == f"/{CATALOGUE}"


def test_then_for_the_v3_layout_and_then_for_the_v2_layout(site: Site, read: Any) -> None:
    serve(site, {INDEX: index_of_nodes(CMAKE_NODE)}, at="/develop/e4s")
    assert found(read(f"{site.base}/develop/e4s")) == [("develop", ("e4s",), "cmake")]
    asked = [f"/develop/e4s/{name}" for name in (CATALOGUE, MANIFEST, INDEX)]
    assert site.paths == ["/develop/e4s", *asked]
    serve(site, with_index(index_of(node())), at="/develop/e4s")
    assert found(read(f"{site.base}/develop/e4s/")) == [("develop", ("e4s",), "zlib")]


@pytest.mark.parametrize("address", [f"/develop/e4s/{MANIFEST}", "/develop/e4s"])
@pytest.mark.parametrize("armour", [bytes, signed])
def test_a_blob_that_is_in_the_cache_is_not_asked_for_again(site: Site, read: Any, address: str, armour: Any) -> None:
    files = with_index(index_of(node()))
    serve(site, files | {MANIFEST: armour(files[MANIFEST])}, at="/develop/e4s")
    for _ in range(2):
        readings = read(site.base + address)
        assert (problems(readings), found(readings)) == ([], [("develop", ("e4s",), "zlib")])
    assert sum("/blobs/" in path for path in site.paths) == 1


def test_a_blob_with_another_checksum_is_refused(site: Site, read: Any) -> None:
    files = with_index(index_of(node()))
    files = {name: data + b" " if name.startswith("blobs") else data for name, data in files.items()}
    serve(site, files)
    assert "damaged: its checksum is" in str(refusal(read, site.base))


def test_a_catalogue_of_both_layouts(site: Site, read: Any) -> None:
    serve(site, {f"v1.0/{INDEX}": index_of_nodes(CMAKE_NODE)} | below("v1.0/e4s", with_index(index_of(node()))))
    entries = [("e4s", f"s3://b/v1.0/e4s/{MANIFEST}"), ("root", f"s3://b/v1.0/{INDEX}")]
    serve(site, {"c.json": catalogue(**{"v1.0": entries})})
    assert found(read(f"{site.base}/c.json")) == [("v1.0", ("e4s",), "zlib"), ("v1.0", ("root",), "cmake")]


def test_entries_are_files_of_the_catalogue_s_own_server_and_folder(site: Site, read: Any) -> None:
    """Shorter ends of an entry's path are tried where the whole is not there."""
    serve(site, {"m/c.json": catalogue(develop=[("a", f"s3://b/deep/develop/a/{INDEX}")])})
    serve(site, {f"m/develop/a/{INDEX}": index_of(node())})
    assert found(read(f"{site.base}/m/c.json")) == [("develop", ("a",), "zlib")]
    assert site.paths == ["/m/c.json", f"/m/deep/develop/a/{INDEX}", f"/m/develop/a/{INDEX}"]


def test_an_entry_elsewhere_is_read_there(site: Site, read: Any) -> None:
    with running() as other:
        serve(other, {f"develop/a/{INDEX}": index_of(node())})
        serve(site, {"c.json": catalogue(develop=[("a", f"{other.base}/develop/a/{INDEX}")])})
        assert found(read(f"{site.base}/c.json")) == [("develop", ("a",), "zlib")]


def test_an_entry_that_is_not_there_is_one_problem(site: Site, read: Any) -> None:
    entries = [("a", f"s3://b/develop/a/{INDEX}"), ("b", f"https://127.0.0.1:1/develop/b/{INDEX}")]
    serve(site, {"c.json": catalogue(develop=entries), f"develop/a/{INDEX}": index_of(node())})
    readings = read(f"{site.base}/c.json")
    assert found(readings) == [("develop", ("a",), "zlib")]
    [problem] = problems(readings)
    assert problem.startswith("https://127.0.0.1:1/develop/b/build_cache/index.json: cannot be connected to")
    serve(site, {"c.json": catalogue(develop=[*entries[:1], ("b", f"s3://b/x/develop/b/{INDEX}")])})
    tried = ", ".join(f"{site.base}/{name}/{INDEX}" for name in ("x/develop/b", "develop/b"))
    assert problems(read(f"{site.base}/c.json")) == [
        f"{site.base}/c.json $.develop[1].url: not on the server; tried {tried}"
    ]


# Fetching ahead ------------------------------------------------------------------------------------------------------


def many(site: Site, count: int) -> None:
    names = [f"s{at:02}" for at in range(count)]
    serve(site, {"c.json": catalogue(develop=[(name, f"s3://b/develop/{name}/{INDEX}") for name in names])})
    serve(site, {f"develop/{name}/{INDEX}": index_of(node()) for name in names})
    for name in names:
        site.then(f"/develop/{name}/{INDEX}", wait_first(0.05))


@pytest.mark.parametrize("parallel", [1, 3])
def test_only_so_many_files_are_fetched_at_a_time(site: Site, transfer: Transfer, parallel: int) -> None:
    many(site, 12)
    bounded = Transfer(cache=transfer.cache, allow_private=True, parallel=parallel)
    readings = list(read_sources([f"{site.base}/c.json"], transfer=bounded))
    assert [stacks for _, stacks, _ in found(readings)] == [(f"s{at:02}",) for at in range(12)]
    assert site.most_at_once == parallel
    assert len(site.paths) == 13


def test_a_fault_in_one_file_does_not_stop_the_others(site: Site, read: Any) -> None:
    many(site, 4)
    site.then(f"/develop/s01/{INDEX}", *[status(500)] * 3)
    site.behaviours[f"/develop/s01/{INDEX}"].pop(0)
    site.behaviours[f"/develop/s02/{INDEX}"] = [cut_whole_etag(100)]
    readings = read(f"{site.base}/c.json")
    assert [stacks for _, stacks, _ in found(readings)] == [("s00",), ("s02",), ("s03",)]
    expected = "the server answers 500 Internal Server Error (3 attempts)"
    assert problems(readings) == [f"{site.base}/develop/s01/{INDEX}: {expected}"]


def test_a_reader_that_stops_early_leaves_no_thread_behind(site: Site, transfer: Transfer) -> None:
    many(site, 300)
    readings = read_sources([f"{site.base}/c.json"], transfer=transfer)
    next(readings)
    readings.close()  # type: ignore[attr-defined]
    assert len(site.paths) < 300


def test_progress_tells_bytes_and_specs(site: Site, read: Any) -> None:
    big = index_of(node()) + b" " * 3_000_000
    serve(site, {INDEX: big})
    site.then(f"/{INDEX}", partial(in_parts, seconds=0.5))
    told: list[Progress] = []
    read(f"{site.base}/{INDEX}", report=told.append)
    assert told[-1] == Progress(1, 1, "", len(big), len(big), 1)
    assert any(0 < progress.received < len(big) and progress.total == 0 for progress in told)
    assert all(before.received <= after.received for before, after in pairwise(told))


def in_parts(handler: Handler, *, seconds: float) -> None:
    handler.begin(200, **{"Content-Length": str(len(handler.body))})
    for at in range(0, len(handler.body), len(handler.body) // 10):
        handler.wfile.write(handler.body[at : at + len(handler.body) // 10])
        handler.wfile.flush()
        time.sleep(seconds / 10)


def test_what_has_not_changed_is_read_from_the_cache(site: Site, read: Any) -> None:
    many(site, 3)
    first = read(f"{site.base}/c.json")
    told: list[Progress] = []
    assert read(f"{site.base}/c.json", report=told.append) == first
    assert told[-1] == Progress(3, 3, "", 0, 0, 3)


def test_one_file_named_twice_is_fetched_and_read_once(site: Site, read: Any) -> None:
    serve(site, {f"develop/a/{INDEX}": index_of(node())})
    serve(site, {"c.json": catalogue(develop=[("a", f"s3://b/develop/a/{INDEX}")])})
    assert len(found(read(f"{site.base}/c.json", f"{site.base}/develop/a/{INDEX}"))) == 1
    assert site.paths.count(f"/develop/a/{INDEX}") == 1


def test_paths_and_addresses_are_read_together(site: Site, read: Any, tmp_path: Path) -> None:
    serve(site, {INDEX: index_of(node())})
    (tmp_path / "p.md").write_bytes(page())
    assert found(read(str(tmp_path / "p.md"), f"{site.base}/{INDEX}")) == [
        ("develop", ("e4s", "root"), "zlib"),
        ("untagged", ("root",), "zlib"),
    ]


def test_a_cache_that_is_emptied_meanwhile_costs_a_request(site: Site, transfer: Transfer) -> None:
    serve(site, {f"develop/{name}/{INDEX}": index_of(node()) for name in "ab"})
    serve(site, {"c.json": catalogue(develop=[(name, f"s3://b/develop/{name}/{INDEX}") for name in "ab"])})
    readings = read_sources([f"{site.base}/c.json"], transfer=transfer)
    first = [next(readings), next(readings), next(readings)]
    site.then(f"/develop/b/{INDEX}", Handler.serve)
    for path in (transfer.cache / "downloads-1").glob("*.data"):
        path.unlink()
    assert found([*first, *readings]) == [("develop", ("a",), "zlib"), ("develop", ("b",), "zlib")]


# Refusals ------------------------------------------------------------------------------------------------------------


def test_what_is_neither_a_file_nor_a_mirror_says_what_was_tried(site: Site, read: Any) -> None:
    error = refusal(read, f"{site.base}/nope?x=y")
    tried = f"{CATALOGUE}, {MANIFEST}, {INDEX}"
    remedy = "not there (404 Not Found): check the address"
    assert str(error) == f"{site.base}/nope: {remedy}; as a mirror it has none of {tried}"


def test_a_page_for_people_is_not_recognized(site: Site, read: Any) -> None:
    serve(site, {"index.html": b"<html>"})
    error = refusal(read, f"{site.base}/index.html")
    assert isinstance(error, UnrecognizedSource)
    assert str(error) == f"{site.base}/index.html: nothing here is recognized; expected {EXPECTED}"


def test_of_several_sources_one_that_fails_is_a_problem(site: Site, read: Any) -> None:
    serve(site, {INDEX: index_of(node())})
    site.then("/bad", *[status(500)] * 3)
    readings = read(f"{site.base}/bad", f"{site.base}/{INDEX}")
    assert len(found(readings)) == 1
    assert problems(readings) == [f"{site.base}/bad: the server answers 500 Internal Server Error (3 attempts)"]


def test_a_file_beyond_the_bound_is_refused(site: Site, read: Any) -> None:
    serve(site, {INDEX: gzip.compress(index_of(node()) + b" " * 100_000)})
    bounds = Bounds(file_bytes=50_000)
    assert str(refusal(read, f"{site.base}/{INDEX}", bounds=bounds)) == (
        f"{site.base}/{INDEX}: more than 50000 bytes (`file_bytes`)"
    )


def test_private_addresses_are_refused_by_default(site: Site, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"127\.0\.0\.1 is a private address: .* \(`allow_private`\)"):
        read_sources([site.base], transfer=Transfer(cache=tmp_path / "cache"))
    assert site.paths == []


# Real data -----------------------------------------------------------------------------------------------------------


def test_the_real_mirrors_are_over_http_what_they_are_as_folders(
    site: Site, read: Any, shared_data: Path, tmp_path: Path
) -> None:
    for folder in (shared_data / "binaries", shared_data / "formats/v3-layout-build_systems"):
        site.files = {
            f"/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }
        local = {(r.snapshot, r.stacks, r.spec) for r in of(SpecRecord, list(read_sources([folder])))}
        readings = read(site.base)
        assert problems(readings) == []
        assert {(r.snapshot, r.stacks, r.spec) for r in of(SpecRecord, readings)} == local

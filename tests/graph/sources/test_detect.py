"""Sources as users name them: files, folders and archives of all formats together."""

from __future__ import annotations

import gzip
import json
import os
import tarfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from graph.errors import SourceError, SourceTooLarge, UnrecognizedSource
from graph.sources.bounds import Bounds
from graph.sources.detect import read_batches, read_sources
from graph.sources.formats import EXPECTED
from graph.sources.records import Batch, Progress, Reading, SourceRecord, SpecRecord, StackRecord
from graph.sources.tree import YOUNG_SECONDS, Folder
from tests.graph.sources.documents import CMAKE, index_of, node, of, page, problems, row

INDEX = "build_cache/index.json"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Users name sources from where they are."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, data: Any) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())


def read(*sources: str | Path, **options: Any) -> list[Reading]:
    return list(read_sources(sources, **options))


def memberships(readings: list[Reading]) -> list[tuple[str, tuple[str, ...]]]:
    return [(record.snapshot, record.stacks) for record in of(SpecRecord, readings)]


def names(readings: list[Reading]) -> list[str]:
    return [record.name for record in of(SourceRecord, readings)]


def refusal(*sources: str | Path, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as refused:
        read(*sources, **options)
    return refused.value


# One file ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["specs.md", "page.txt", "page"])
def test_a_page_of_any_extension(name: str) -> None:
    write(name, page())
    readings = read(name)
    assert (names(readings), memberships(readings)) == ([name], [("develop", ("e4s", "root"))])


@pytest.mark.parametrize(
    ("written", "label", "membership"),
    [
        ("m/develop/e4s/build_cache/index.json", "m/develop/e4s/build_cache/index.json", ("develop", "e4s")),
        ("./m/develop/e4s/build_cache/index.json", "m/develop/e4s/build_cache/index.json", ("develop", "e4s")),
        ("{here}/m/develop/e4s/build_cache/index.json", "develop/e4s/build_cache/index.json", ("develop", "e4s")),
        ("TAG=m/develop/e4s/build_cache/index.json", "m/develop/e4s/build_cache/index.json", ("TAG", "e4s")),
        ("TAG/S=m/develop/e4s/build_cache/index.json", "m/develop/e4s/build_cache/index.json", ("TAG", "S")),
        ("releases/v0.2/S=m/develop/e4s/build_cache/index.json", "m/develop/e4s/build_cache/index.json", ("v0.2", "S")),
    ],
)
def test_an_index_says_by_its_path_what_it_feeds(here: Path, written: str, label: str, membership: Any) -> None:
    write(f"m/develop/e4s/{INDEX}", index_of(node()))
    readings = read(written.format(here=here))
    assert names(readings) == [label]
    assert memberships(readings) == [(membership[0], (membership[1],))]


def test_an_index_that_says_nothing_is_untagged_and_of_all_stacks() -> None:
    write("index.json", index_of(node()))
    assert memberships(read("index.json")) == [("untagged", ("root",))]
    assert memberships(read(Path("index.json"), untagged="mine")) == [("mine", ("root",))]


def test_a_compressed_index_is_read() -> None:
    write("i.json.gz", gzip.compress(index_of(node())))
    assert memberships(read("i.json.gz")) == [("untagged", ("root",))]


def test_a_path_that_exists_as_written_is_that_path() -> None:
    write("a=index.json", index_of(node()))
    write("index.json", index_of(node()))
    assert memberships(read("a=index.json")) == [("untagged", ("root",))]
    assert memberships(read("b=a=index.json")) == [("b", ("root",))]
    assert memberships(read("b=index.json")) == [("b", ("root",))]


def test_a_tag_that_is_given_goes_before_the_page_s_own() -> None:
    write("p.md", page())
    assert memberships(read("mine=p.md")) == [("mine", ("e4s", "root"))]


def test_a_file_that_a_link_names_is_read_wherever_it_lies() -> None:
    write("far/specs.md", page())
    Path("near").mkdir()
    Path("near/link.md").symlink_to(Path("far/specs.md").resolve())
    assert names(read("near/link.md")) == ["near/link.md"]


def test_a_catalogue_alone_reads_what_it_lists(here: Path) -> None:
    write(f"m/develop/e4s/{INDEX}", index_of(node()))
    write(f"m/v0.18/{INDEX}", index_of(node()))
    write("m/c.json", {"develop": [{"label": "E4S", "url": f"s3://b/develop/e4s/{INDEX}"}]})
    readings = read("m/c.json")
    assert (names(readings), memberships(readings)) == ([f"m/develop/e4s/{INDEX}"], [("develop", ("E4S",))])
    assert names(read(here / "m/c.json")) == [f"develop/e4s/{INDEX}"]


def test_a_spec_file_alone_is_read() -> None:
    write("s.json", {"spec": {"_meta": {"version": 5}, "nodes": [node()]}})
    readings = read("v1.0=s.json")
    assert (names(readings), memberships(readings)) == (["s.json"], [("v1.0", ())])


# Folders and archives ------------------------------------------------------------------------------------------------


def mirror() -> None:
    write("m/_cache/develop/zlib/specs.md", page())
    write("m/_cache/develop/zlib/spec-0.json", {"spec": {"nodes": [node()]}})
    write(f"m/b/v1.0/e4s/{INDEX}", index_of(node()))
    write(f"m/b/v1.0/{INDEX}", index_of(node()))
    write(f"m/b/v1.1/{INDEX}", index_of(node()))
    write("m/b/cache_spack_io_index.json", {"v1.0": [{"label": "E4S", "url": f"s3://x/v1.0/e4s/{INDEX}"}]})
    write("m/b/blobs/sha256/aa/aabb", index_of(node()))
    write("m/README.md", b"# A mirror\n")
    write("m/_data/tags.yaml", b"- name: develop\n")


EXPECTED_MEMBERSHIPS = [
    ("v1.0", ("E4S",)),
    ("v1.0", ("root",)),
    ("v1.1", ("root",)),
    ("develop", ("e4s", "root")),
]


def test_pages_and_a_catalogue_below_the_folder_are_read_together() -> None:
    mirror()
    readings = read("m")
    assert problems(readings) == []
    assert memberships(readings) == EXPECTED_MEMBERSHIPS
    assert names(readings) == [
        f"m/b/v1.0/e4s/{INDEX}",
        f"m/b/v1.0/{INDEX}",
        f"m/b/v1.1/{INDEX}",
        "m/_cache/develop/zlib/specs.md",
    ]


@pytest.mark.parametrize("source", ["m/", "./m", "m/../m", "{here}/m"])
def test_names_begin_with_the_last_part_of_the_source(here: Path, source: str) -> None:
    mirror()
    assert {name.split("/")[0] for name in names(read(source.format(here=here)))} == {"m"}


def test_the_folder_that_one_stands_in_has_its_name(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror()
    monkeypatch.chdir(here / "m/b/v1.1")
    readings = read(".")
    assert (names(readings), memberships(readings)) == ([f"v1.1/{INDEX}"], [("v1.1", ("root",))])


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tar.xz"])
def test_an_archive_is_read_as_the_folder_is(ending: str) -> None:
    mirror()
    mode: Any = "w" if ending == ".tar" else f"w:{ending[5:]}"
    with tarfile.open(f"packed{ending}", mode) as archive:
        archive.add("m/_cache", "_cache")
        archive.add("m/b", "b")
    readings = read(f"packed{ending}")
    assert problems(readings) == []
    assert memberships(readings) == EXPECTED_MEMBERSHIPS
    assert names(readings)[0] == f"packed{ending}/b/v1.0/e4s/{INDEX}"


def test_a_tag_that_is_given_holds_for_all_of_a_folder() -> None:
    write(f"m/v1.0/e4s/{INDEX}", index_of(node()))
    write(f"m/v1.0/{INDEX}", index_of(node()))
    write("m/p.md", page())
    assert memberships(read("T=m")) == [("T", ("root",)), ("T", ("e4s",)), ("T", ("e4s", "root"))]


def test_places_of_problems_can_be_opened(here: Path) -> None:
    write("m/p.md", page(row(hash=None)))
    assert [p.split(":")[0] for p in problems(read("m"))] == ["m/p.md"]
    assert [p.split(":")[0] for p in problems(read(here / "m"))] == [f"{here}/m/p.md"]


# Several sources -----------------------------------------------------------------------------------------------------


def test_a_file_that_is_named_twice_is_read_once(here: Path) -> None:
    mirror()
    sources: list[str | Path] = ["m", "m/_cache/develop/zlib/specs.md", here / f"m/b/v1.1/{INDEX}", "./m"]
    assert memberships(read(*sources)) == EXPECTED_MEMBERSHIPS


def test_a_file_under_two_tags_is_read_for_each() -> None:
    write("p.md", page())
    assert [snapshot for snapshot, _ in memberships(read("a=p.md", "b=p.md", "a=p.md"))] == ["a", "b"]


def test_one_bad_file_does_not_stop_the_others() -> None:
    write("bad.md", b"---\ntitle: 'x\n---")
    write("good.md", page())
    write("odd.png", b"GIF89a")
    readings = read("bad.md", "odd.png", "good.md")
    reason = "while scanning a quoted scalar that begins on line 2, found unexpected end of stream (column 1)"
    assert problems(readings) == [
        f"bad.md:3: invalid YAML: {reason}",
        f"odd.png: nothing here is recognized; expected {EXPECTED}",
    ]
    assert names(readings) == ["good.md"]


def test_bad_files_of_a_folder_do_not_stop_the_others() -> None:
    write(f"m/develop/a/{INDEX}", b"")
    write(f"m/develop/b/{INDEX}", index_of(node())[:-20])
    write(f"m/develop/c/{INDEX}", gzip.compress(index_of(node()))[:-9])
    write(f"m/develop/d/{INDEX}", index_of(node()))
    readings = read("m")
    assert memberships(readings) == [("develop", ("d",))]
    end = len(index_of(node())) - 20 + 1
    assert sorted(problems(readings)) == [
        f"m/develop/a/{INDEX}: the file is empty; expected a build-cache index",
        f"m/develop/b/{INDEX}:1:{end}: invalid JSON: the text ends too early",
        f"m/develop/c/{INDEX}: damaged: Compressed file ended before the end-of-stream marker was reached",
    ]


def test_progress_is_told_file_by_file() -> None:
    write("m/a.md", page())
    write("m/b.md", page())
    told: list[Progress] = []
    read("m", report=told.append)
    assert told == [Progress(0, 2, "m/a.md"), Progress(1, 2, "m/b.md", specs=1), Progress(2, 2, "", specs=2)]


# Refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["nope", "T=nope", "=x", "a\0b", ""])
def test_a_path_that_does_not_exist_says_what_to_give(source: str) -> None:
    remedy = "give the path of a page, an index.json, or a folder or archive of them, or TAG=PATH"
    assert str(refusal(source)) == f"{source}: no such file or folder: {remedy}"
    write("p.md", page())
    assert str(refusal("p.md", source)) == f"{source}: no such file or folder: {remedy}"


BUCKET_REMEDY = "give the https:// address at which the bucket is served, for spack-binaries https://binaries.spack.io"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("https://cache.spack.io", "addresses are not fetched here: download it first, and give its path"),
        ("T=http://x/index.json", "addresses are not fetched here: download it first, and give its path"),
        ("file:///x", "expected an https:// or http:// address, or a path"),
        (
            "S3://spack-binaries/develop",
            f"buckets are not read directly: {BUCKET_REMEDY}",
        ),
    ],
)
def test_an_address_that_is_not_fetched_says_what_to_give(source: str, message: str) -> None:
    assert str(refusal(source)) == f"{source}: {message}"


def test_a_folder_in_which_nothing_is_recognized_says_what_would_be() -> None:
    write("m/README.md", b"# nothing")
    error = refusal("m")
    assert isinstance(error, UnrecognizedSource)
    assert str(error) == f"m: nothing here is recognized; expected {EXPECTED}"


def test_a_catalogue_refuses_a_tag_and_several_indexes_refuse_a_stack() -> None:
    mirror()
    write(f"n/develop/{INDEX}", index_of(node()))
    write(f"n/v1.0/{INDEX}", index_of(node()))
    assert str(refusal("T=m")) == "T=m: a catalogue names its own snapshots: leave out `TAG=`"
    names_one = "`TAG/STACK=` names the stack of one index, lock or installation"
    expected = f"{names_one}, but here are 2: name one, or give `TAG=`"
    assert str(refusal("T/S=n")) == f"T/S=n: {expected}"
    assert memberships(read("T/S=n/v1.0")) == [("T", ("S",))]


def test_the_one_source_that_cannot_be_read_raises() -> None:
    write("bad.md", b"---\nlayout: cache\n---")
    assert str(refusal("bad.md")) == "bad.md: expected `title: <package name>`"
    write("c.json", {"develop": [{"label": "a", "url": "s3://b/develop/build_cache/index.json"}]})
    expected = "no file develop/build_cache/index.json here, and none is fetched"
    assert str(refusal("c.json")) == f"c.json $.develop[0].url: {expected}"


def test_what_is_neither_a_file_nor_a_folder_is_refused() -> None:
    os.mkfifo("pipe")
    assert str(refusal("pipe")) == "pipe: neither a file nor a folder"


def test_bounds_reach_every_reader() -> None:
    write("p.md", page())
    assert isinstance(refusal("p.md", bounds=Bounds(page_bytes=10)), SourceTooLarge)
    assert isinstance(refusal("p.md", bounds=Bounds(file_bytes=10)), SourceTooLarge)


def test_a_name_that_is_no_text_is_shown_all_the_same() -> None:
    write("m/p.md", page())
    Path("m/p.md").rename(os.fsdecode(b"m/p\xff.md"))
    assert names(read("m")) == ["m/p\ufffd.md"]


# Real data -----------------------------------------------------------------------------------------------------------


def test_the_real_mirror(shared_data: Path) -> None:
    readings = read(shared_data / "binaries")
    statistics = json.loads((shared_data / "stats.json").read_text())
    assert problems(readings) == []
    assert Counter((record.snapshot, record.stacks[0]) for record in of(SpecRecord, readings)) == {
        (tag, stack): counts["specs"] for tag, stacks in statistics.items() for stack, counts in stacks.items()
    }
    assert {(record.snapshot, record.stack) for record in of(StackRecord, readings)} == {
        (tag, stack) for tag, stacks in statistics.items() for stack in stacks
    }


def test_the_real_mirror_says_the_same_without_its_catalogue(shared_data: Path) -> None:
    tags = [shared_data / "binaries" / tag for tag in ("v2025.11.0", "v2025.07.0", "develop-2025-10-05")]
    listed = {(r.snapshot, r.stacks, r.spec.hash) for r in of(SpecRecord, read(shared_data / "binaries"))}
    found = {(r.snapshot, r.stacks, r.spec.hash) for r in of(SpecRecord, read(*tags))}
    assert listed == found


def test_the_real_pages(shared_data: Path) -> None:
    readings = read(shared_data / "pages")
    [problem] = problems(readings)
    assert problem.startswith(f"{shared_data}/pages/_cache/amg/index.md:11: invalid YAML: ")
    assert Counter(record.snapshot for record in of(SpecRecord, readings)) == {
        "untagged": 4,
        "develop": 40,
        "develop-2024-03-17": 5,
        "develop-2025-03-23": 2,
        "develop-2025-07-13": 10,
        "v0.18.0": 1,
        "v0.19": 1,
        "v0.20": 3,
        "v0.20.3": 1,
        "v0.21.0": 6,
        "v0.22.1": 5,
        "v0.23.0": 1,
        "v0.23.1": 1,
    }


def test_the_real_archive_of_pages(shared_data: Path) -> None:
    readings = read(shared_data / "pages-858.tar.xz")
    assert problems(readings) == []
    assert Counter(type(reading).__name__ for reading in readings)["SourceRecord"] == 858
    assert Counter(snapshot for snapshot, _ in memberships(readings)) == {"v2025.11.0": 3192}
    assert CMAKE not in {record.spec.hash for record in of(SpecRecord, readings)}


def read_again(seen: Batch | None) -> Batch:
    """Read the one index, as one that was read before."""
    [batch] = (
        batch._replace(readings=None if batch.readings is None else list(batch.readings))
        for batch in read_batches(["mirror"], before=lambda key: None if seen is None else seen.seen)
    )
    return batch


def test_what_changes_just_after_it_was_compared_is_read_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"mirror/develop/e4s/{INDEX}"
    write(name, index_of(CMAKE))
    first = read_again(None)
    later = time.time() + YOUNG_SECONDS + 1
    monkeypatch.setattr("graph.sources.tree.time.time", lambda: later)
    compared = Folder.unchanged

    def unchanged(tree: Folder, at: str, fingerprint: str) -> bool:
        found = compared(tree, at, fingerprint)
        write(name, {"database": {"version": "8", "installs": {}}})
        return found

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Folder, "unchanged", unchanged)
        second = read_again(first)
    assert second.readings is None
    third = read_again(second)
    assert third.readings is not None
    assert third.seen != second.seen
    assert read_again(third).readings is None

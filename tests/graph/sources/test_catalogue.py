"""The catalogue of indexes, and the files that its addresses stand for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.errors import SourceError
from graph.sources.catalogue import Entry, file_of_entry, path_of_address, read_catalogue
from graph.sources.records import Problem

BUCKET = "s3://spack-binaries"
V3 = "develop/v3/manifests/index/index.manifest.json"


def read(document: Any) -> list[Entry | Problem]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(read_catalogue(data, place="c.json"))


def listed(tag: str, *urls: str) -> dict[str, Any]:
    return {tag: [{"label": f"s{position}", "url": url} for position, url in enumerate(urls)]}


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (f"{BUCKET}/develop/build_cache/index.json", "develop/build_cache/index.json"),
        ("https://binaries.spack.io/v0.23/e4s/build_cache/index.json", "v0.23/e4s/build_cache/index.json"),
        ("https://host:8080//a/index.json?x=1#y", "a/index.json"),
        ("develop/build_cache/index.json", "develop/build_cache/index.json"),
        ("/develop/build_cache/index.json", "develop/build_cache/index.json"),
    ],
)
def test_an_address_stands_for_its_path(url: str, path: str) -> None:
    assert path_of_address(url) == path


def test_entries_come_in_their_order() -> None:
    document = listed(
        "develop", f"{BUCKET}/develop/a/build_cache/index.json", f"{BUCKET}/develop/build_cache/index.json"
    )
    assert read(document) == [
        Entry("develop", "s0", f"develop/a/{INDEX}", "c.json $.develop[0]", f"{BUCKET}/develop/a/{INDEX}"),
        Entry("develop", "s1", f"develop/{INDEX}", "c.json $.develop[1]", f"{BUCKET}/develop/{INDEX}"),
    ]


def test_a_release_branch_is_named_by_its_version() -> None:
    [entry] = read(listed("releases/v0.20", f"{BUCKET}/releases/v0.20/build_cache/index.json"))
    assert isinstance(entry, Entry)
    assert (entry.snapshot, entry.path) == ("v0.20", "releases/v0.20/build_cache/index.json")


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (5, "c.json $.develop[0]: expected `object`, got `int`"),
        ({"label": "e4s"}, "c.json $.develop[0]: object missing required field `url`"),
        ({"label": None, "url": "x"}, "c.json $.develop[0].label: expected `str`, got `null`"),
        ({"label": "a", "url": ""}, "c.json $.develop[0].url: expected the address of an index, got ''"),
        (
            {"label": "a", "url": "s3://b/../x"},
            "c.json $.develop[0].url: expected the address of an index, got 's3://b/../x'",
        ),
    ],
)
def test_a_bad_entry_is_one_problem_and_its_neighbour_is_read(bad: Any, problem: str) -> None:
    good = {"label": "root", "url": f"{BUCKET}/develop/build_cache/index.json"}
    first, second = read({"develop": [bad, good]})
    assert str(first) == problem
    assert isinstance(second, Entry)


def test_a_tag_that_is_no_list_is_one_problem() -> None:
    assert [str(item) for item in read({"v0.18": {}})] == ['c.json $["v0.18"]: expected `array`, got `object`']


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "c.json: the file is empty; expected a catalogue of indexes"),
        (b'{"develop": [', "c.json:1:14: invalid JSON: the text ends too early"),
        (b"[]", "c.json $: expected `object`, got `array`; this is not a catalogue of indexes"),
    ],
)
def test_a_document_that_is_no_catalogue_says_so(data: bytes, message: str) -> None:
    with pytest.raises(SourceError) as refused:
        read(data)
    assert str(refused.value) == message


INDEX = "build_cache/index.json"


@pytest.mark.parametrize(
    ("path", "folder", "above", "there", "expected"),
    [
        (f"develop/e4s/{INDEX}", "", (), {f"develop/e4s/{INDEX}"}, f"develop/e4s/{INDEX}"),
        (f"develop/e4s/{INDEX}", "m", (), {f"m/develop/e4s/{INDEX}"}, f"m/develop/e4s/{INDEX}"),
        (f"develop/e4s/{INDEX}", "m", (), {f"develop/e4s/{INDEX}"}, f"develop/e4s/{INDEX}"),
        (f"releases/develop/e4s/{INDEX}", "", (), {f"develop/e4s/{INDEX}"}, f"develop/e4s/{INDEX}"),
        (f"develop/e4s/{INDEX}", "", ("m", "develop"), {f"e4s/{INDEX}", INDEX}, f"e4s/{INDEX}"),
        (f"develop/e4s/{INDEX}", "", ("develop", "e4s"), {INDEX}, INDEX),
        (f"develop/e4s/{INDEX}", "develop", (), {f"develop/e4s/{INDEX}"}, f"develop/e4s/{INDEX}"),
        # Another index is never taken for the one that is listed.
        (f"develop/e4s/{INDEX}", "", ("m", "v0.23"), {f"e4s/{INDEX}", INDEX, "index.json"}, None),
        (f"develop/{INDEX}", "", ("develop", "e4s"), {INDEX}, None),
    ],
)
def test_a_shorter_path_counts_where_what_is_left_off_is_known(
    path: str, folder: str, above: tuple[str, ...], there: set[str], expected: str | None
) -> None:
    entry = Entry("develop", "e4s", path, "")
    assert file_of_entry(entry, folder=folder, above=above, exists=there.__contains__) == expected


def test_every_address_of_the_real_catalogue_is_a_file(shared_data: Path) -> None:
    folder = shared_data / "binaries"
    entries = list(read_catalogue((folder / "cache_spack_io_index.json").read_bytes(), place="c"))
    assert len(entries) == 16
    for entry in entries:
        assert isinstance(entry, Entry)
        assert (folder / entry.path).is_file()

"""Which index of a mirror feeds which snapshot and stack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph.sources.bounds import Bounds
from graph.sources.mirror import IndexFile, Origin, index_files, looks_like_tag, origin_of_index
from graph.sources.tree import Folder

INDEX = "build_cache/index.json"


@pytest.mark.parametrize(
    "tag", ["develop", "develop-2025-07-13", "v0.18", "v0.20.3", "v2025.07.0", "v1.0.0-alpha.4", "v1.0.0rc1"]
)
def test_tags_of_the_public_mirror_look_like_tags(tag: str) -> None:
    assert looks_like_tag(tag)


@pytest.mark.parametrize("name", ["e4s", "v0", "v7-e4s", "develop-7", "root", "vital.1", "", "develop-2025-07-13x"])
def test_other_folders_do_not(name: str) -> None:
    assert not looks_like_tag(name)


@pytest.mark.parametrize(
    ("name", "above", "origin"),
    [
        (f"v2025.11.0/e4s/{INDEX}", (), Origin("v2025.11.0", "e4s")),
        (f"v2025.11.0/{INDEX}", (), Origin("v2025.11.0", "root")),
        (f"binaries/v2025.11.0/e4s/{INDEX}", (), Origin("v2025.11.0", "e4s")),
        (f"releases/v0.20/e4s/{INDEX}", (), Origin("v0.20", "e4s")),
        (f"ours/theirs/{INDEX}", (), Origin("ours", "theirs")),
        (f"ours/{INDEX}", (), Origin("ours", "root")),
        (f"e4s/{INDEX}", ("m", "develop"), Origin("develop", "e4s")),
        (INDEX, ("m", "develop"), Origin("develop", "root")),
        (INDEX, ("develop", "e4s"), Origin("develop", "e4s")),
        ("index.json", ("develop", "e4s", "build_cache"), Origin("develop", "e4s")),
        ("index.json", ("releases", "v0.20", "build_cache"), Origin("v0.20", "root")),
        (INDEX, ("home", "me"), Origin(None, "root")),
        (INDEX, (), Origin(None, "root")),
        ("index.json", (), Origin(None, "root")),
        ("index.json", ("home", "build_cache"), Origin(None, "root")),
        ("v7-e4s-neoverse_v1/index.json", ("v0.18",), Origin(None, "root")),
    ],
)
def test_where_an_index_lies_says_what_it_feeds(name: str, above: tuple[str, ...], origin: Origin) -> None:
    assert origin_of_index(name, above=above) == origin


def test_what_a_catalogue_lists_comes_first_and_once(tmp_path: Path) -> None:
    for name in (f"develop/e4s/{INDEX}", f"develop/{INDEX}", f"v0.18/{INDEX}"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    listed = [
        {"label": "everything", "url": f"s3://b/develop/{INDEX}"},
        {"label": "lost", "url": f"s3://b/develop/lost/{INDEX}"},
    ]
    (tmp_path / "c.json").write_text(json.dumps({"develop": listed}))
    files, problems = index_files(
        Folder(tmp_path, bounds=Bounds()),
        catalogues=["c.json"],
        indexes=[f"develop/e4s/{INDEX}", f"develop/{INDEX}", f"v0.18/{INDEX}"],
        above=(),
        place=lambda name: f"m/{name}",
    )
    assert files == [
        IndexFile(f"develop/{INDEX}", Origin("develop", "everything")),
        IndexFile(f"develop/e4s/{INDEX}", Origin("develop", "e4s")),
        IndexFile(f"v0.18/{INDEX}", Origin("v0.18", "root")),
    ]
    expected = f"m/c.json $.develop[1].url: no file develop/lost/{INDEX} here, and none is fetched"
    assert [str(problem) for problem in problems] == [expected]


def test_a_damaged_catalogue_leaves_the_indexes_to_where_they_lie(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text("{")
    files, problems = index_files(
        Folder(tmp_path, bounds=Bounds()), catalogues=["c.json"], indexes=[f"v0.18/{INDEX}"], above=(), place=str
    )
    assert files == [IndexFile(f"v0.18/{INDEX}", Origin("v0.18", "root"))]
    assert [str(problem) for problem in problems] == ["c.json:1:2: invalid JSON: the text ends too early"]

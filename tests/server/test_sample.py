"""The embedded sample holds the data that it was made from, byte for byte."""

import lzma
import tarfile
from pathlib import Path

import pytest

from server.sample.make import ARCHIVE, PAGE, archive, members

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not here")


def contents():
    with tarfile.open(ARCHIVE) as tar:
        return {member.name: read.read() for member in tar if (read := tar.extractfile(member))}


@needs_data
def test_every_member_is_the_file_that_it_was_made_from():
    assert contents() == {name: path.read_bytes() for name, path in members(DATA)}


@needs_data
def test_the_same_data_give_the_archive_that_is_embedded():
    # Not the compressed bytes: another release of the compressor may make others.
    assert lzma.decompress(archive(DATA)) == lzma.decompress(ARCHIVE.read_bytes())


def test_the_members_are_sorted_and_say_nothing_of_the_machine():
    with tarfile.open(ARCHIVE) as tar:
        found = tar.getmembers()
    assert [member.name for member in found] == sorted(member.name for member in found)
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in found} == {(0, 0, 0, "", "", 0o644)}
    assert PAGE in {member.name for member in found}


def test_the_four_snapshots(built):
    counts = {
        snapshot.name: (len(snapshot.rows), len(snapshot.packages), len(snapshot.stacks), snapshot.dependency_count)
        for snapshot in built.catalogue
    }
    assert counts == {
        "develop": (24, 1, 8, 0),
        "develop-2025-10-05": (353, 245, 3, 2604),
        "v2025.07.0": (610, 396, 4, 4861),
        "v2025.11.0": (3202, 859, 9, 27018),
    }
    assert built.catalogue.default == "v2025.11.0"
    assert built.problems == ()


def test_develop_is_the_page_of_py_build(client):
    held = "specCount stacks { edges { node { name } specCount } }"
    query = f'{{ package(name: "py-build", snapshot: "develop") {{ {held} }} }}'
    package = client.post("/graphql", json={"query": query}).json()["data"]["package"]
    assert package["specCount"] == 24
    assert {edge["node"]["name"]: edge["specCount"] for edge in package["stacks"]["edges"]} == {
        "e4s": 8,
        "e4s-neoverse_v1": 3,
        "ml-linux-aarch64-cpu": 4,
        "ml-linux-aarch64-cuda": 4,
        "ml-linux-x86_64-cpu": 6,
        "ml-linux-x86_64-cuda": 3,
        "ml-linux-x86_64-rocm": 5,
        "root": 24,
    }

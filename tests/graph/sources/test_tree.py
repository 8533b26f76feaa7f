"""Folders and archives, plain and compressed, whole and damaged."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from graph.errors import SourceError, SourceTooLarge
from graph.sources.archive import Archive, is_archive
from graph.sources.bounds import Bounds
from graph.sources.tree import ABSENT, UNKNOWN, YOUNG_SECONDS, Folder, Tree
from tests.graph.sources.documents import BOUNDS

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FILES = {"a.md": b"alpha", "b/c.json": b"{}", "b/d/e.txt": b"", "z.md": b"omega"}
SKIPPED = {"b/blobs/sha256/aa": b"x", ".git/config": b"x", "b/zlib.spack": b"x", "b/index.json.sig": b"x"}


def writing(path: Path) -> Any:
    opened: dict[str, Any] = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open, ".zst": zstd.open}
    return opened.get(path.suffix, open)(path, "wb")


def tar(path: Path, files: dict[str, bytes]) -> None:
    with writing(path) as file, tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def zipped(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def folder(path: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)


def tree_of(tmp_path: Path, kind: str, files: dict[str, bytes], bounds: Bounds = BOUNDS) -> Tree:
    path = tmp_path / f"tree{kind}"
    if not kind:
        folder(path, files)
        return Folder(path, bounds=bounds)
    zipped(path, files) if kind == ".zip" else tar(path, files)
    assert is_archive(path)
    return Archive(path, bounds=bounds)


KINDS = ["", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".zip"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_and_every_archive_of_it_are_the_same_tree(tmp_path: Path, kind: str) -> None:
    tree = tree_of(tmp_path, kind, dict(reversed(FILES.items())) | SKIPPED)
    assert list(tree.names()) == ["a.md", "b/c.json", "b/d/e.txt", "z.md"]
    assert {name: tree.read(name) for name in tree.names()} == FILES
    assert {name: tree.head(name, 2) for name in tree.names()} == {name: data[:2] for name, data in FILES.items()}
    assert [tree.exists(name) for name in ("a.md", "b", "nope", "", "a\x00b", "x" * 5000)] == [True, *[False] * 5]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_passed_over_is_read_where_it_is_named(tmp_path: Path, kind: str) -> None:
    tree = tree_of(tmp_path, kind, FILES | SKIPPED)
    tree.prefetch(["b/blobs/sha256/aa", "nope"])
    assert [tree.exists(name) for name in ("b/blobs/sha256/aa", "nope")] == [True, False]
    assert (tree.stored("b/blobs/sha256/aa"), tree.read("b/blobs/sha256/aa")) == (b"x", b"x")
    assert list(tree.names()) == sorted(FILES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_had_as_it_is_stored(tmp_path: Path, kind: str) -> None:
    tree = tree_of(tmp_path, kind, {"a.gz": gzip.compress(b"alpha", mtime=0)})
    assert (tree.stored("a.gz"), tree.read("a.gz")) == (gzip.compress(b"alpha", mtime=0), b"alpha")


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_spec_file_is_not_passed_over(tmp_path: Path, kind: str) -> None:
    assert list(tree_of(tmp_path, kind, {"z.spec.json.sig": b"x", "z.spack.sig": b"x"}).names()) == ["z.spec.json.sig"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_not_there_is_an_error(tmp_path: Path, kind: str) -> None:
    tree = tree_of(tmp_path, kind, FILES)
    with pytest.raises(SourceError, match="nope: no such file in the"):
        tree.read("nope")
    with pytest.raises(SourceError, match="nope: no such file in the"):
        tree.head("nope", 5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, bz2.compress, zstd.compress])
def test_a_compressed_file_is_what_was_compressed(
    tmp_path: Path, kind: str, compress: Callable[[bytes], bytes]
) -> None:
    # Two parts, as where compressed files were joined.
    tree = tree_of(tmp_path, kind, {"index.json": compress(b"one ") + compress(b"two")})
    assert (tree.read("index.json"), tree.head("index.json", 5)) == (b"one two", b"one t")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(b"x" * 1000)[:-9], "damaged: Compressed file ended before the end-of-stream marker"),
        (lzma.compress(b"x" * 1000)[:-9], "damaged: Compressed file ended before the end-of-stream marker"),
        (bz2.compress(b"x" * 1000)[:-9], "damaged: Compressed file ended before the end-of-stream marker"),
        (b"\x1f\x8b\x08" + b"\xff" * 40, "damaged: "),
        (b"\xfd7zXZ\x00" + b"\xff" * 40, "damaged: "),
        (b"BZh9" + b"\xff" * 40, "damaged: "),
        (zstd.compress(b"x" * 1000)[:-4], "damaged: Compressed file ended before the end-of-stream marker"),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 40, "damaged: "),
    ],
)
def test_damaged_compressed_data_say_so(tmp_path: Path, data: bytes, message: str) -> None:
    tree = tree_of(tmp_path, "", {"f": data})
    with pytest.raises(SourceError) as refused:
        tree.read("f")
    assert str(refused.value).startswith(f"{tmp_path}/tree/f: {message}")


@pytest.mark.parametrize("compress", [bytes, gzip.compress, lzma.compress, bz2.compress, zstd.compress])
def test_a_file_beyond_the_bound_is_refused_while_it_is_decompressed(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    bound = Bounds(file_bytes=5_000_000)
    tree = tree_of(tmp_path, "", {"big": compress(bytes(5_000_001)), "fits": compress(bytes(5_000_000))}, bound)
    assert tree.read("fits") == bytes(5_000_000)
    with pytest.raises(SourceTooLarge) as refused:
        tree.read("big")
    assert str(refused.value) == f"{tmp_path}/tree/big: more than 5000000 bytes (`file_bytes`)"
    assert tree.head("big", 3) == bytes(3)


@pytest.mark.parametrize("kind", [".tar.gz", ".tar.xz", ".zip"])
@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        (Bounds(file_bytes=10), "more than 10 bytes (`file_bytes`)"),
        (Bounds(archive_bytes=15), "more than 15 bytes of files (`archive_bytes`)"),
        (Bounds(files=1), "more than 1 files (`files`)"),
    ],
)
def test_an_archive_beyond_the_bounds_is_refused(tmp_path: Path, kind: str, bounds: Bounds, message: str) -> None:
    files = {"a": bytes(8), "b": bytes(11)}
    with pytest.raises(SourceTooLarge) as refused:
        tree_of(tmp_path, kind, files, bounds)
    assert refused.value.message == message


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, "", FILES, Bounds(files=3))
    with pytest.raises(SourceTooLarge, match=r"more than 3 files \(`files`\)"):
        list(tree.names())


# Links ---------------------------------------------------------------------------------------------------------------


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    folder(tmp_path / "outside", {"secret.md": b"x"})
    folder(tmp_path / "tree", {"a.md": b"a", "b/c.md": b"c"})
    (tmp_path / "tree/file").symlink_to(tmp_path / "outside/secret.md")
    (tmp_path / "tree/folder").symlink_to(tmp_path / "outside")
    (tmp_path / "tree/broken").symlink_to(tmp_path / "tree/nothing")
    (tmp_path / "tree/self").symlink_to(tmp_path / "tree/self")
    tree = Folder(tmp_path / "tree", bounds=BOUNDS)
    assert list(tree.names()) == ["a.md", "b/c.md"]
    assert [tree.exists(name) for name in ("file", "folder/secret.md", "../outside/secret.md", "self")] == [False] * 4
    with pytest.raises(SourceError, match="no such file in the folder"):
        tree.read("../outside/secret.md")


def test_links_within_a_folder_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    folder(tmp_path / "tree", {"b/c.md": b"c"})
    (tmp_path / "tree/link").symlink_to("b")
    (tmp_path / "tree/b/up").symlink_to(tmp_path / "tree")
    (tmp_path / "tree/alias.md").symlink_to("b/c.md")
    tree = Folder(tmp_path / "tree", bounds=BOUNDS)
    assert list(tree.names()) == ["alias.md", "b/c.md", "link/c.md"]
    assert tree.real_path("alias.md") == tree.real_path("link/c.md") == str(tmp_path / "tree/b/c.md")


def test_a_folder_may_be_reached_by_a_link(tmp_path: Path) -> None:
    folder(tmp_path / "tree", {"a.md": b"a"})
    (tmp_path / "link").symlink_to("tree")
    assert list(Folder(tmp_path / "link", bounds=BOUNDS).names()) == ["a.md"]


def test_only_regular_members_of_a_tar_are_files_and_none_lies_outside(tmp_path: Path) -> None:
    path = tmp_path / "t.tar"
    with tarfile.open(path, "w") as archive:
        for name, kind, target in [
            ("./a.md", tarfile.REGTYPE, ""),
            ("/b.md", tarfile.REGTYPE, ""),
            ("../c.md", tarfile.REGTYPE, ""),
            ("x/../../d.md", tarfile.REGTYPE, ""),
            ("soft", tarfile.SYMTYPE, "a.md"),
            ("hard", tarfile.LNKTYPE, "a.md"),
            ("lost", tarfile.LNKTYPE, "nothing"),
            ("device", tarfile.CHRTYPE, ""),
            ("pipe", tarfile.FIFOTYPE, ""),
            ("folder", tarfile.DIRTYPE, ""),
        ]:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            archive.addfile(member)
    assert list(Archive(path, bounds=BOUNDS).names()) == ["a.md", "b.md", "hard"]


def test_of_two_members_of_one_name_the_later_counts(tmp_path: Path) -> None:
    path = tmp_path / "t.tar"
    with tarfile.open(path, "w") as archive:
        for data in (b"old", b"new"):
            member = tarfile.TarInfo("a")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    assert Archive(path, bounds=BOUNDS).read("a") == b"new"


# Damage --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS[1:])
@pytest.mark.parametrize("kept", [0.999, 0.9, 0.5])
def test_an_archive_that_is_cut_off_says_so(tmp_path: Path, kind: str, kept: float) -> None:
    tree_of(tmp_path, kind, {f"{n}.json": bytes(range(256)) * n for n in range(1, 99)})
    path = tmp_path / f"tree{kind}"
    data = path.read_bytes()
    # A tar ends with ten kilobytes of zeros at most, of which the first two blocks are its mark.
    whole = len(data.rstrip(b"\0")) if kind == ".tar" else len(data)
    path.write_bytes(data[: int(whole * kept)])
    with pytest.raises(SourceError, match="damaged archive: "):
        Archive(path, bounds=BOUNDS)


@pytest.mark.parametrize("data", [b"", b"---\n", b'{"database": ' * 99, b"\x00" * 2000, b"PK", gzip.compress(b"x")])
def test_what_is_no_archive_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "f").write_bytes(data)
    assert not is_archive(tmp_path / "f")


def test_the_real_archive_has_858_pages(shared_data: Path) -> None:
    names = list(Archive(shared_data / "pages-858.tar.xz", bounds=BOUNDS).names())
    assert len([name for name in names if name.startswith("_cache/v2025.11.0/")]) == 858
    assert [name for name in names if not name.startswith("_cache/")] == ["_data/tags.yaml", "pages/tags/v2025.11.0.md"]


def test_a_young_file_is_known_by_its_content_and_an_old_one_by_size_and_times(tmp_path: Path) -> None:
    tree, file = tree_of(tmp_path, "", FILES), tmp_path / "tree" / "a.md"
    list(tree.names())
    young = tree.fingerprint("a.md")
    file.write_bytes(FILES["a.md"])
    assert tree.fingerprint("a.md") == young
    assert tree.unchanged("a.md", young)
    file.write_bytes(b"alphA")
    assert tree.fingerprint("a.md") != young
    assert not tree.unchanged("a.md", young)
    later = time.time() + YOUNG_SECONDS + 1
    with patch("graph.sources.tree.time.time", return_value=later):
        old = tree.fingerprint("a.md")
        assert tree.unchanged("a.md", old)
        assert not tree.unchanged("a.md", young)
        file.write_bytes(FILES["a.md"])
        assert tree.unchanged("a.md", young)
        assert not tree.unchanged("a.md", old)
    # Young again: that its size and times are those of before is not enough.
    assert not tree.unchanged("a.md", old)
    assert not tree.unchanged("a.md", UNKNOWN)
    file.unlink()
    assert not tree.unchanged("a.md", young)
    assert not tree.unchanged("a.md", old)
    assert (tree.fingerprint("b.md"), tree.unchanged("b.md", ABSENT)) == (ABSENT, True)

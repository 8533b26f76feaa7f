"""A file of sections: what was written is read, and nothing else."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from graph.container import ALIGNMENT, FORMAT_VERSION, MAGIC, Container, Content, write_file
from graph.errors import DamagedFile, NewerFile, NotASnapshotFile, SourceError

dtypes = st.sampled_from([np.dtype(kind) for kind in ("<i4", "<i8", "u1", "<u4", "S32", "?")])
arrays = dtypes.flatmap(lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=1, max_dims=2, min_side=0)))
contents = st.dictionaries(st.text(max_size=8), st.one_of(st.binary(max_size=200), arrays), max_size=5)

SECTIONS: dict[str, Content] = {
    "numbers": np.arange(300, dtype=np.int32),
    "empty": b"",
    "text": b"specs" * 40,
    "flag": np.ones(1, "u1"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "s.specgraph"
    write_file(path, SECTIONS)
    return path


@given(sections=contents)
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, sections: dict[str, Content]) -> None:
    path = tmp_path_factory.mktemp("file") / "s"
    write_file(path, sections)
    opened = Container(path)
    opened.verify()
    assert list(opened) == list(sections)
    for name, content in sections.items():
        if isinstance(content, bytes):
            assert opened.data(name) == content
        else:
            np.testing.assert_array_equal(opened.array(name), content)
            assert opened.array(name).dtype == content.dtype


def test_the_same_sections_are_the_same_bytes(file: Path, tmp_path: Path) -> None:
    write_file(tmp_path / "again", SECTIONS)
    assert (tmp_path / "again").read_bytes() == file.read_bytes()


def test_a_symbolic_link_stays_and_what_it_points_at_is_replaced(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    link = folder / "current"
    link.symlink_to(file)
    write_file(link, {"text": b"other"})
    assert link.readlink() == file
    assert Container(file).data("text") == b"other"
    assert list(folder.iterdir()) == [link]


def test_arrays_are_aligned_views_that_cannot_be_written(file: Path) -> None:
    numbers = Container(file).array("numbers")
    assert numbers.ctypes.data % ALIGNMENT == 0
    with pytest.raises(ValueError, match="read-only"):
        numbers[0] = 1


def test_a_file_cut_off_anywhere_is_refused(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    cut = tmp_path / "cut"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        with pytest.raises((DamagedFile, NotASnapshotFile)):
            Container(cut)


def test_any_changed_byte_is_found(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    changed = tmp_path / "changed"
    padding = set(range(len(whole)))
    for position in range(len(whole)):
        changed.write_bytes(whole[:position] + bytes([whole[position] ^ 0x40]) + whole[position + 1 :])
        try:
            Container(changed).verify()
        except (DamagedFile, NotASnapshotFile, NewerFile):
            padding.discard(position)
    assert all(whole[position] == 0 for position in padding)


def test_verifying_names_the_section_that_is_damaged(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    whole[whole.index(b"specsspecs")] ^= 1
    file.write_bytes(whole)
    with pytest.raises(DamagedFile, match="damaged in text: build it again"):
        Container(file).verify()


def test_a_file_of_a_later_format_is_refused_by_name(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    header = struct.Struct("<12sIQQ")
    _, _, offset, size = header.unpack_from(whole)
    later = header.pack(MAGIC, FORMAT_VERSION + 1, offset, size)
    whole[: header.size + 4] = later + struct.pack("<I", zlib.crc32(whole[offset:], zlib.crc32(later)))
    file.write_bytes(whole)
    with pytest.raises(NewerFile, match=f"format {FORMAT_VERSION + 1}; this version reads up to {FORMAT_VERSION}"):
        Container(file)


@pytest.mark.parametrize("content", [b"", b"{}", b"specgraph\n" + bytes(99), b"\x1f\x8b"])
def test_other_files_are_no_snapshot_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(NotASnapshotFile):
        Container(path)


def test_a_file_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="none: cannot be read: No such file"):
        Container(tmp_path / "none")


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be written"):
        write_file(tmp_path / "none" / "s", SECTIONS)
    assert list(tmp_path.iterdir()) == []


def test_an_open_file_keeps_its_content_when_it_is_replaced(file: Path) -> None:
    opened = Container(file)
    write_file(file, {"text": b"new"})
    assert opened.data("text") == SECTIONS["text"]
    assert Container(file).data("text") == b"new"


WRITER = """
import sys
from pathlib import Path
from graph.container import write_file
path = Path(sys.argv[1])
for round in range(10**6):
    write_file(path, {"a": bytes([round % 251]) * 300_000, "b": bytes([round % 251]) * 10})
    print(round, flush=True)
"""


@pytest.mark.parametrize("pause", [0.0, 0.001, 0.003, 0.007, 0.013, 0.021])
def test_a_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path: Path, pause: float) -> None:
    path = tmp_path / "s"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(pause)
        os.kill(writer.pid, signal.SIGKILL)
    opened = Container(path)
    opened.verify()
    assert set(opened.data("a")) == set(opened.data("b"))

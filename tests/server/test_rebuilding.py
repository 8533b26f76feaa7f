"""Reading in a process of its own: the same catalogue comes back, failures are told, and nothing is left behind."""

import os
import subprocess
import sys
import tempfile

import pytest

from server import rebuilding
from server.errors import RebuildFailed
from server.loading import load
from server.rebuilding import CATALOGUE, hand_over, handed_over, loaded_again, rebuild
from server.settings import settled
from tests.server.pages import page


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "specs.md"
    path.write_text(page("zlib"))
    return path


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "handover"
    path.mkdir()
    return path


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(path))
    return path


def digests(built):
    return [(snapshot.name, snapshot.digest) for snapshot in built.catalogue]


def test_another_process_builds_what_this_one_would(source, settings, temporary):
    again, here = loaded_again([str(source)], settings), load([str(source)], settings)
    assert digests(again) == digests(here)
    assert again.sources == here.sources
    assert list(temporary.iterdir()) == []


def test_the_sample_too(settings, built):
    again = loaded_again([], settings)
    assert digests(again) == digests(built)
    assert again.catalogue.default == built.catalogue.default


def test_settings_and_problems_go_through(tmp_path):
    for name, text in (("zlib", page("zlib")), ("hdf5", page("hdf5").replace('"hash": "', '"hash": 7, "was": "'))):
        (tmp_path / "_cache" / "v1.0" / name).mkdir(parents=True)
        (tmp_path / "_cache" / "v1.0" / name / "specs.md").write_text(text)
    sources = [str(tmp_path / "_cache")]
    assert len(loaded_again(sources, settled({"default_snapshot": "develop"}, {})).problems) == 1
    with pytest.raises(RebuildFailed, match="fatal with --strict"):
        loaded_again(sources, settled({"strict": True}, {}))
    with pytest.raises(RebuildFailed, match="no snapshot 'v9'"):
        loaded_again(sources, settled({"default_snapshot": "v9"}, {}))


def test_what_cannot_be_read_is_said_as_here(source, settings, temporary):
    source.write_text("shopping list")
    with pytest.raises(RebuildFailed, match=r"specs\.md: "):
        loaded_again([str(source)], settings)
    assert list(temporary.iterdir()) == []


def test_a_failure_leaves_the_file_of_before(source, settings, folder):
    hand_over(load([str(source)], settings), folder)
    before = (folder / CATALOGUE).read_bytes()
    source.write_text("shopping list")
    rebuild([str(source)], settings, folder)
    assert (folder / CATALOGUE).read_bytes() == before
    with pytest.raises(RebuildFailed):
        handed_over(folder, default=None)
    assert len(handed_over(folder, default=None, stale_too=True).catalogue) == 1


def test_a_process_that_is_killed_is_told(source, settings, folder, monkeypatch):
    monkeypatch.setattr(rebuilding, "_command", lambda _: ["/bin/sh", "-c", "kill -9 $$"])
    rebuild([str(source)], settings, folder)
    with pytest.raises(RebuildFailed, match="was killed; is the machine out of memory"):
        handed_over(folder, default=None)


def test_a_process_that_hangs_is_given_up(source, settings, folder, monkeypatch):
    monkeypatch.setattr(rebuilding, "_command", lambda _: ["/bin/sleep", "600"])
    monkeypatch.setattr(rebuilding, "LONGEST_SECONDS", 0.2)
    rebuild([str(source)], settings, folder)
    with pytest.raises(RebuildFailed, match=r"not read within 0\.2 s; does a file system or a server hang\?"):
        handed_over(folder, default=None)


def test_the_next_rebuild_begins_from_the_last_one(source, settings, folder):
    sources = [str(source)]
    rebuild(sources, settings, folder)
    first = handed_over(folder, default=None)
    source.write_text(page("hdf5"))
    rebuild(sources, settings, folder)
    second = handed_over(folder, default=None)
    assert digests(second) == digests(load(sources, settings)) != digests(first)
    assert second.sources == first.sources


def test_it_ends_and_cleans_up_when_the_server_is_gone(folder):
    endless = (
        "import sys, pathlib, time, server.rebuilding as r;"
        "r.load = lambda *_, **__: print('reading', flush=True) or time.sleep(600); r.main(pathlib.Path(sys.argv[1]))"
    )
    environment = {**os.environ, "SPECGRAPH_SOURCES": "", "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", endless, str(folder)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"reading\n"
        process.stdin.close()
        assert process.wait(timeout=30) == 0
    assert not folder.exists()

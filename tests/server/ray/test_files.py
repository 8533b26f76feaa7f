"""Snapshot files on a node: fetched once, kept under their digest, opened by it."""

import shutil
import threading

import pytest

from graph.sources.transfer import Transfer
from graph.store import open_file
from server.ray.errors import DigestGone
from server.ray.files import NodeFiles
from server.ray.release import content_digest
from tests.server.ray.conftest import served_folder


def node(folder, *, keep=2):
    return NodeFiles(folder / "node", Transfer(cache=folder / "downloads", allow_private=True), keep=keep)


@pytest.fixture
def source(contents, tmp_path):
    """A file of releases that is replaced: returns its path and the function that puts a content there."""
    path = tmp_path / "source.specgraph"

    def put(name):
        draft = path.with_suffix(".draft")
        shutil.copyfile(contents / f"{name}.specgraph", draft)
        draft.replace(path)
        return content_digest(open_file(path))

    return path, put


def test_a_file_on_a_server_is_sent_once_to_all_that_open_it_on_a_node(contents, tmp_path):
    digest = content_digest(open_file(contents / "releases.specgraph"))
    with served_folder(contents) as (address, given):
        opened = []

        def open_it():
            opened.append(node(tmp_path).opened("releases", digest, f"{address}/releases.specgraph"))

        threads = [threading.Thread(target=open_it) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert given == [("/releases.specgraph", 200)]
    assert [content_digest(catalogue) for catalogue in opened] == [digest] * 4


def test_an_old_content_is_opened_while_it_is_kept(source, tmp_path):
    path, put = source
    files = node(tmp_path, keep=1)
    first, second, third = (
        (put(name), files.newest("releases", str(path))[0]) for name in ("releases", "releases-2", "nightly")
    )
    assert len({first, second, third}) == 3
    for put_there, found in (first, second, third):
        assert put_there == found
    assert content_digest(files.opened("releases", second[0], str(path))) == second[0]
    with pytest.raises(DigestGone, match=f"{path} holds releases:{third[0]} by now, and releases:{first[0]} is kept"):
        files.opened("releases", first[0], str(path))
    assert content_digest(files.opened("releases", third[0], None)) == third[0]


def test_what_was_opened_last_is_kept_before_what_was_fetched_last(source, tmp_path):
    path, put = source
    files = node(tmp_path, keep=1)
    first = put("releases")
    files.newest("releases", str(path))
    second = put("releases-2")
    files.newest("releases", str(path))
    files.opened("releases", first, None)
    put("nightly")
    files.newest("releases", str(path))
    assert content_digest(files.opened("releases", first, None)) == first
    with pytest.raises(DigestGone, match=f"the content releases:{second} is not kept any more"):
        files.opened("releases", second, None)


def test_what_is_opened_stays_when_its_file_goes(source, tmp_path):
    path, put = source
    digest = put("releases")
    catalogue = node(tmp_path).opened("releases", digest, str(path))
    shutil.rmtree(tmp_path / "node")
    path.unlink()
    assert content_digest(catalogue) == digest
    assert catalogue.universe.spec(0).hash == catalogue.universe.hashes[0]


def test_a_content_that_is_not_known_by_its_source_is_gone(tmp_path):
    with pytest.raises(DigestGone, match="the content releases:0f is not kept any more: ask without pinning it"):
        node(tmp_path).opened("releases", "0f", None)

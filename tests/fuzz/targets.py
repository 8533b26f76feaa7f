"""What the fuzzer feeds, target by target: whatever the bytes are, each ends, and raises nothing but its own errors."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from graphql import GraphQLError

from graph.errors import SourceError, SpecgraphError
from graph.sources.bounds import Bounds
from graph.sources.detect import read_sources
from graph.sources.index import read_index
from graph.sources.page import read_page
from graph.speclang.parser import parse
from graph.store import open_file, save
from schema.execution.engine import Engine, NotPrepared
from schema.root import schema
from tests.graph.small_graphs import graph_of
from tests.graph.sources.documents import ROW, index_of, node, page

BOUNDS = Bounds()


def nothing(_: str) -> bytes | None:
    """Return what lies beside a page: here nothing does."""
    return None


ENGINE = Engine(schema)


def constraint(data: bytes) -> None:
    """Parse a constraint; its canonical text has itself as canonical text, where it is a constraint.

    It is none where a version ends in a hyphen, which Spack takes before `name=` alone.
    """
    try:
        text = str(parse(data.decode("utf-8", "replace")))
        again = str(parse(text))
    except SpecgraphError:
        return
    assert again == text


def page_of(data: bytes) -> None:
    """Read a page."""
    try:
        list(read_page(data, place="p", name="p.md", untagged="u", siblings=nothing, snapshot=None, bounds=BOUNDS))
    except SourceError:
        return


def index(data: bytes) -> None:
    """Read an index."""
    try:
        list(read_index(data, place="i", name="i", snapshot="s", stack="root", bounds=BOUNDS))
    except SourceError:
        return


def source(data: bytes) -> None:
    """Tell what a file is, and read it: archives and compressed files too."""
    with _file_of(data) as path:
        try:
            list(read_sources([path]))
        except SourceError:
            return


def snapshot_file(data: bytes) -> None:
    """Open a snapshot file."""
    with _file_of(data) as path:
        try:
            open_file(Path(path))
        except SourceError:
            return


def document(data: bytes) -> None:
    """Parse, bound, validate and price a GraphQL document."""
    try:
        ENGINE.prepare(data.decode("utf-8", "replace"))
    except NotPrepared as refused:
        codes = refused.answer.codes
        assert codes
        assert "INTERNAL" not in codes
    except GraphQLError as error:
        raise AssertionError("an error that is not presented") from error


class _file_of:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def __enter__(self) -> str:
        descriptor, self._path = tempfile.mkstemp(prefix="specgraph-fuzz-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._data)
        return self._path

    def __exit__(self, *_: object) -> None:
        Path(self._path).unlink()


def _snapshot_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "s")
        save(graph_of(["a", "b"], [("a", "b", 1, ())]).catalogue, path)
        return path.read_bytes()


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "constraint": constraint,
    "page": page_of,
    "index": index,
    "source": source,
    "snapshot_file": snapshot_file,
    "document": document,
}


def seeds() -> Mapping[str, tuple[bytes, ...]]:
    """Return what each target begins with: inputs that are read."""
    a_page, an_index = page(ROW), index_of(node())
    return {
        "constraint": (b"hdf5@1.14: +mpi~shared %gcc@11:12 ^openmpi fabrics=ucx,verbs arch=linux-ubuntu22.04-zen3",),
        "page": (a_page,),
        "index": (an_index, an_index.replace(b'"8"', b'"5"')),
        "source": (a_page, an_index),
        "snapshot_file": (_snapshot_bytes(),),
        "document": (
            b"query A($n: Int = 3) { specs(first: $n) { totalCount nodes { ...s } } } fragment s on Spec { hash }",
        ),
    }

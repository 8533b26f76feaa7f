"""What the fuzzer feeds, target by target: whatever the bytes are, each ends, and raises nothing but its own errors."""

from __future__ import annotations

import json
import os
import struct
import tempfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from graphql import GraphQLError
from pyroaring import FrozenBitMap

from graph.derived import FACETS
from graph.errors import SourceError, SpecgraphError
from graph.matching.indexes import indexes_of
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

HEADER = struct.Struct("<12sIQQI")
"""Of a snapshot file: magic, version, where the table lies, its size, checksum (`graph.container`)."""


def nothing(_: str) -> bytes | None:
    """Return what lies beside a page: here nothing does."""
    return None


ENGINE = Engine(schema)


def constraint(data: bytes) -> None:
    """Parse a constraint; its canonical text can be parsed, and has itself as canonical text."""
    try:
        text = str(parse(data.decode("utf-8", "replace")))
    except SpecgraphError:
        return
    assert str(parse(text)) == text


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
    """Open a snapshot file; what it holds as derived can be read then."""
    with _file_of(data) as path:
        try:
            universe = open_file(Path(path)).universe
        except SourceError:
            return
        if universe.derived:
            rows = [getattr(universe, name).rows for name in FACETS]
            assert all(isinstance(each, FrozenBitMap) for part in (*rows, universe.variant_rows.rows) for each in part)
            assert all(len(edges.tails) == len(edges) for edges in indexes_of(universe).providing.values())


def snapshot_columns(data: bytes) -> None:
    """Open a snapshot file whose checksums are right, whatever else is wrong with it."""
    snapshot_file(with_right_checksums(data))


def with_right_checksums(data: bytes) -> bytes:
    """Return a snapshot file with the checksums of what it holds, where its header and table can be read."""
    try:
        magic, version, offset, size, _ = HEADER.unpack_from(data)
        table = json.loads(data[offset : offset + size])
        for entry in table:
            entry["crc32"] = zlib.crc32(data[entry["offset"] : entry["offset"] + entry["size"]])
    except (struct.error, ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return data
    text = json.dumps(table).encode()
    header = HEADER.pack(magic, version, offset, len(text), 0)[:-4]
    checksum = zlib.crc32(text, zlib.crc32(header)).to_bytes(4, "little")
    return header + checksum + data[HEADER.size : offset] + text


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
        save(graph_of(["a", "b"], [("a", "b", 1, ("mpi",))]).catalogue, path)
        return path.read_bytes()


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "constraint": constraint,
    "page": page_of,
    "index": index,
    "source": source,
    "snapshot_file": snapshot_file,
    "snapshot_columns": snapshot_columns,
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
        "snapshot_columns": (_snapshot_bytes(),),
        "document": (
            b"query A($n: Int = 3) { specs(first: $n) { totalCount nodes { ...s } } } fragment s on Spec { hash }",
        ),
    }

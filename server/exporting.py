"""`specgraph export`: what a snapshot file holds, into a file or down a pipe."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Literal

from graph.container import PERMISSIONS
from graph.errors import UnknownSnapshot
from graph.export import write_graphml, write_ndjson, write_node_link
from graph.store import open_file
from server.errors import BadSetting

ExportFormat = Literal["ndjson", "graphml", "node-link"]


def export(path: Path, *, form: ExportFormat, out: Path | None, snapshot: str | None) -> None:
    """Write a snapshot file's content to `out`, or to standard output.

    Without `snapshot`, ndjson holds all snapshots, and the graph is that of the default one. Raises `SourceError`
    for what is no whole snapshot file, `BadSetting` for the snapshot and for a folder.
    """
    try:
        catalogue = open_file(path)
        chosen = catalogue.snapshot(snapshot)
    except UnknownSnapshot as error:
        raise BadSetting(f"{error}; choose one with --snapshot") from None
    with _destination(out) as file:
        if form == "ndjson":
            write_ndjson([chosen] if snapshot else catalogue, catalogue.universe, file)
        elif form == "graphml":
            write_graphml(chosen, file)
        else:
            write_node_link(chosen, file)


def _destination(out: Path | None) -> contextlib.AbstractContextManager[IO[bytes]]:
    """Open what is written to: a file of that name in the end, or what is no file and stays, such as /dev/null."""
    if out is None:
        return contextlib.nullcontext(sys.stdout.buffer)
    if out.is_dir():
        raise BadSetting(f"{out} is a folder: give the path of a file in it")
    return out.open("wb") if out.exists() and not out.is_file() else _in_place_of(out.resolve())


@contextlib.contextmanager
def _in_place_of(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the path's place when all is written, so that no half export is ever there."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".draft", delete=False) as draft:
        try:
            yield draft
            draft.flush()
            Path(draft.name).chmod(PERMISSIONS)
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink()
            raise

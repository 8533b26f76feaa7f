"""Snapshot files as the command line and the server take them: what is one, opened, written and checked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from graph.build import Built
from graph.container import MAGIC
from graph.errors import UnknownSnapshot
from graph.snapshot import Catalogue
from graph.sources.records import SourceRecord
from graph.store import open_file, save
from server.errors import BadSetting, NotReplaced, SnapshotFileAmongSources
from server.inspection import amount

if TYPE_CHECKING:
    from server.loading import Changes

FORMAT = "specgraph snapshot file"
"""What `inspect` calls it, beside the formats of the readers."""

_VERSION_BYTES = 4
"""Bytes of the format's version, behind the magic (`graph.container`)."""


def path_of(source: str) -> Path:
    """Return the path of `PATH`, `TAG=PATH` or `TAG/STACK=PATH`, read as `graph.sources.detect` reads it."""
    _, equals, path = source.partition("=")
    return Path(path if equals and not os.path.lexists(source) else source)


def is_snapshot_file(path: Path) -> bool:
    """Tell whether the file begins as snapshot files do; False where there is none to be read."""
    try:
        if not path.is_file():  # a named pipe would be waited for
            return False
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def snapshot_file_of(sources: Sequence[str]) -> Path | None:
    """Return the snapshot file that the sources are, None where they are others.

    Raises `SnapshotFileAmongSources` for one that is given a tag or stands among other sources.
    """
    found = [source for source in sources if "://" not in source and is_snapshot_file(path_of(source))]
    if not found:
        return None
    if len(sources) > 1:
        raise SnapshotFileAmongSources(
            f"{found[0]} is a snapshot file and is given alone: build one of all sources with `specgraph build`"
        )
    if not is_snapshot_file(Path(found[0])):
        raise SnapshotFileAmongSources(
            f"{found[0]} is a snapshot file, which holds its own tags: give {path_of(found[0])}"
        )
    return Path(found[0])


def opened(path: Path, *, default: str | None) -> Built:
    """Open a snapshot file, all checksums compared; raises what `graph.store.open_file` raises, and `BadSetting`."""
    try:
        catalogue = open_file(path, default=default)
    except UnknownSnapshot as error:
        raise BadSetting(f"{error}; choose one with --default-snapshot") from None
    return Built(catalogue, (), tuple(SourceRecord(snapshot.name, str(path), FORMAT) for snapshot in catalogue))


def check_replaceable(path: Path) -> None:
    """Raise `NotReplaced` where there is something at the path that is no snapshot file, or no folder to write in."""
    if path.exists() and not is_snapshot_file(path):
        raise NotReplaced(f"{path} is there and is no snapshot file: remove it, or give another -o")
    if not path.parent.is_dir():
        raise NotReplaced(f"{path.parent} is no folder: make it, or give another -o")


def check_updatable(path: Path, sources: Sequence[str]) -> None:
    """Raise `NotReplaced` for what is no snapshot file, `SnapshotFileAmongSources` for a source that is one."""
    if not is_snapshot_file(path):
        raise NotReplaced(f"{path} is no snapshot file: make it with `specgraph build SOURCE... -o {path}`")
    if snapshot_file_of(sources) is not None:
        raise SnapshotFileAmongSources(f"{sources[0]} is a snapshot file: give the sources that it was built of")


def changed_line(changes: Changes) -> str:
    """Say how much was read of the sources, and how much stayed."""
    gone = f", {amount(changes.gone, 'file')} gone" if changes.gone else ""
    return f"read {amount(changes.read, 'file')}, {changes.unchanged:,} unchanged{gone}"


def written(built: Built, path: Path) -> str:
    """Write a snapshot file and return the line that says so."""
    check_replaceable(path)
    save(built.catalogue, path, record=built.record)
    return f"wrote {path}: {counts(built.catalogue, path)}"


def verified(path: Path) -> str:
    """Return the line that says that a snapshot file is whole; raises `SourceError` where it is not."""
    counted = counts(open_file(path), path)
    return f"ok: {path}: format {format_version(path)}, {counted}"


def counts(catalogue: Catalogue, path: Path) -> str:
    """Count what is in a snapshot file, and its bytes."""
    universe = catalogue.universe
    return ", ".join(
        (
            amount(len(catalogue), "snapshot"),
            amount(len(universe), "spec"),
            amount(len(universe.dependencies.row), "dependency", "dependencies"),
            amount(path.stat().st_size, "byte"),
        )
    )


def format_version(path: Path) -> int:
    """Return the version of the format that a snapshot file says it is of."""
    with path.open("rb") as file:
        file.seek(len(MAGIC))
        return int.from_bytes(file.read(_VERSION_BYTES), "little")

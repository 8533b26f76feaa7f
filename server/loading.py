"""Sources to a built catalogue: what the user named, a snapshot file among it, or the embedded sample."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from graph.build import Built, build_batches
from graph.errors import UnknownSnapshot, shown
from graph.sources.bounds import Bounds
from graph.sources.detect import nothing_seen, read_batches
from graph.sources.records import Batch, Problem, Reading, Report, silent
from graph.sources.transfer import Transfer
from graph.store import open_file, open_record
from graph.update import Before, update
from server.errors import BadSetting, NothingLoaded, ProblemsAreFatal
from server.settings import Settings
from server.snapshot_file import opened, snapshot_file_of

SAMPLE = "sample/sample.tar.xz"
SAMPLE_DEFAULT = "v2025.11.0"
"""The sample's default snapshot: its `develop` is one page."""

SAMPLE_NAME = "the embedded sample"


@dataclass(slots=True)
class Changes:
    """How many files were read, how many are as they were when they were read before, and how many are gone."""

    read: int = 0
    unchanged: int = 0
    gone: int = 0

    def __bool__(self) -> bool:
        return bool(self.read or self.gone)


class Read(Protocol):
    """How sources are read elsewhere, as `graph.sources.detect.read_batches` reads them here."""

    def __call__(
        self,
        sources: Sequence[str | Path],
        *,
        untagged: str,
        bounds: Bounds,
        transfer: Transfer | None,
        report: Report,
    ) -> Iterator[Batch]:
        """Yield what each file of all sources gives."""


def load(
    sources: Sequence[str],
    settings: Settings,
    *,
    report: Report = silent,
    before: Path | None = None,
    changes: Changes | None = None,
    read: Read | None = None,
) -> Built:
    """Read the sources and build the catalogue; no source is the embedded sample, a snapshot file is opened.

    `before` is a snapshot file of an earlier build: files that are as they were then are not read again, and the
    result is the same. `changes` is told what was read. `read` reads the sources elsewhere; then all are read.

    Raises `SourceError` or `OSError` for a source that cannot be read at all, `UnknownSnapshot` for a default
    snapshot that is not there, `NothingLoaded`, `SnapshotFileAmongSources`, and `ProblemsAreFatal` with `strict`.
    """
    file = snapshot_file_of(sources)
    if file is not None:
        return opened(file, default=settings.default_snapshot)
    default = default_snapshot_of(sources, settings)

    def built_from(given: Sequence[str]) -> Built:
        return _built(given, settings, default=default, report=report, before=before, changes=changes, read=read)

    if sources:
        built = built_from(sources)
    else:
        from importlib.resources import as_file, files

        with as_file(files("server").joinpath(SAMPLE)) as sample:
            built = built_from([str(sample)])
    problems = [str(problem) for problem in built.problems]
    if settings.strict and problems:
        raise ProblemsAreFatal(problems)
    return built


def transfer_of(settings: Settings) -> Transfer:
    """Return how sources are fetched from servers; without a setting the cache is in the user's own cache folder.

    That folder is `$XDG_CACHE_HOME/specgraph`, else `~/.cache/specgraph` (XDG Base Directory Specification).
    """
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(settings.download_cache) if settings.download_cache else Path(base) / "specgraph"
    return Transfer(cache=cache, cache_bytes=settings.download_cache_size, allow_private=settings.allow_private)


def default_snapshot_of(sources: Sequence[str], settings: Settings) -> str | None:
    """Return the default snapshot that is asked for; None leaves it to `graph.snapshot.default_name`."""
    return settings.default_snapshot or (None if sources else SAMPLE_DEFAULT)


def shown_sources(sources: Sequence[str]) -> str:
    """Name the sources as the user did."""
    return ", ".join(sources) if sources else SAMPLE_NAME


def _built(
    sources: Sequence[str],
    settings: Settings,
    *,
    default: str | None,
    report: Report,
    before: Path | None,
    changes: Changes | None,
    read: Read | None,
) -> Built:
    problems: list[Problem] = []
    known = _before(before)
    how: dict[str, Any] = {
        "untagged": settings.untagged,
        "bounds": Bounds(),
        "transfer": transfer_of(settings),
        "report": report,
    }
    batches = (
        read_batches(sources, **how, before=nothing_seen if known is None else known.seen)
        if read is None
        else read(sources, **how)
    )
    parts = set() if known is None else set(known.parts)
    noted = _noted(batches, problems, Changes() if changes is None else changes, parts)
    try:
        built = build_batches(noted, default=default) if known is None else update(known, noted, default=default)
    except UnknownSnapshot as error:
        if error.known:
            raise BadSetting(f"{error}; choose one with --default-snapshot") from None
        raise _nothing(sources, problems) from None
    if not len(built.catalogue):
        raise _nothing(sources, problems)
    return built


def _before(file: Path | None) -> Before | None:
    """Open what an update begins from; None where there is no file, or none that an update can begin from."""
    if file is None or not file.exists():
        return None
    record = open_record(file)
    return None if record is None else Before(open_file(file, derived=False).universe, record)


def _noted(batches: Iterable[Batch], problems: list[Problem], changes: Changes, known: set[str]) -> Iterator[Batch]:
    """Yield the batches, count them, and keep the problems at hand for the case that nothing else comes."""

    def noting(readings: Iterable[Reading]) -> Iterator[Reading]:
        for reading in readings:
            if isinstance(reading, Problem):
                problems.append(reading)
            yield reading

    for batch in batches:
        known.discard(batch.key)
        if batch.readings is None:
            changes.unchanged += 1
            yield batch
        else:
            changes.read += 1
            yield batch._replace(readings=noting(batch.readings))
    changes.gone = len(known)


def _nothing(sources: Sequence[str], problems: Sequence[Problem]) -> NothingLoaded:
    reason = f"; the first of {len(problems)} problems: {problems[0]}" if problems else ""
    return NothingLoaded(f"no snapshot in {shown(list(sources))}{reason}")

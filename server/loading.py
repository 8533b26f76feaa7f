"""Sources to a built catalogue: what the user named, a snapshot file among it, or the embedded sample."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Protocol

from graph.build import Built, build
from graph.errors import UnknownSnapshot, shown
from graph.sources.bounds import Bounds
from graph.sources.detect import read_sources
from graph.sources.records import Problem, Reading, Report, silent
from graph.sources.transfer import Transfer
from server.errors import BadSetting, NothingLoaded, ProblemsAreFatal
from server.settings import Settings
from server.snapshot_file import opened, snapshot_file_of

SAMPLE = "sample/sample.tar.xz"
SAMPLE_DEFAULT = "v2025.11.0"
"""The sample's default snapshot: its `develop` is one page."""

SAMPLE_NAME = "the embedded sample"


class Read(Protocol):
    """How sources are read: `graph.sources.detect.read_sources`, or what reads them elsewhere."""

    def __call__(
        self,
        sources: Sequence[str | Path],
        *,
        untagged: str,
        bounds: Bounds,
        transfer: Transfer | None,
        report: Report,
    ) -> Iterator[Reading]:
        """Yield the readings of all sources."""


def load(sources: Sequence[str], settings: Settings, *, report: Report = silent, read: Read = read_sources) -> Built:
    """Read the sources and build the catalogue; no source is the embedded sample, a snapshot file is opened.

    Raises `SourceError` or `OSError` for a source that cannot be read at all, `UnknownSnapshot` for a default
    snapshot that is not there, `NothingLoaded`, `SnapshotFileAmongSources`, and `ProblemsAreFatal` with `strict`.
    """
    file = snapshot_file_of(sources)
    if file is not None:
        return opened(file, default=settings.default_snapshot)
    default = default_snapshot_of(sources, settings)
    if sources:
        built = _built(sources, settings, default=default, report=report, read=read)
    else:
        with as_file(files("server").joinpath(SAMPLE)) as sample:
            built = _built([str(sample)], settings, default=default, report=report, read=read)
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
    return Transfer(cache=cache, allow_private=settings.allow_private)


def default_snapshot_of(sources: Sequence[str], settings: Settings) -> str | None:
    """Return the default snapshot that is asked for; None leaves it to `graph.snapshot.default_name`."""
    return settings.default_snapshot or (None if sources else SAMPLE_DEFAULT)


def shown_sources(sources: Sequence[str]) -> str:
    """Name the sources as the user did."""
    return ", ".join(sources) if sources else SAMPLE_NAME


def _built(sources: Sequence[str], settings: Settings, *, default: str | None, report: Report, read: Read) -> Built:
    problems: list[Problem] = []
    readings = read(sources, untagged=settings.untagged, bounds=Bounds(), transfer=transfer_of(settings), report=report)
    try:
        built = build(_noted(readings, problems), default=default)
    except UnknownSnapshot as error:
        if error.known:
            raise BadSetting(f"{error}; choose one with --default-snapshot") from None
        raise _nothing(sources, problems) from None
    if not len(built.catalogue):
        raise _nothing(sources, problems)
    return built


def _noted(readings: Iterable[Reading], problems: list[Problem]) -> Iterator[Reading]:
    """Yield the readings, and keep the problems at hand for the case that nothing else comes."""
    for reading in readings:
        if isinstance(reading, Problem):
            problems.append(reading)
        yield reading


def _nothing(sources: Sequence[str], problems: Sequence[Problem]) -> NothingLoaded:
    reason = f"; the first of {len(problems)} problems: {problems[0]}" if problems else ""
    return NothingLoaded(f"no snapshot in {shown(list(sources))}{reason}")

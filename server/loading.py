"""Sources to a built catalogue: what the user named, or the embedded sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import as_file, files

from graph.sources.detect import read_sources

from graph.build import Built, build
from graph.errors import UnknownSnapshot, shown
from graph.sources.bounds import Bounds
from graph.sources.records import Problem, Reading, Report, silent
from server.errors import BadSetting, NothingLoaded, ProblemsAreFatal
from server.settings import Settings

SAMPLE = "sample/sample.tar.xz"
SAMPLE_DEFAULT = "v2025.11.0"
"""The sample's default snapshot: its `develop` is one page."""

SAMPLE_NAME = "the embedded sample"


def load(sources: Sequence[str], settings: Settings, *, report: Report = silent) -> Built:
    """Read the sources and build the catalogue; no source is the embedded sample.

    Raises `SourceError` or `OSError` for a source that cannot be read at all, `UnknownSnapshot` for a default
    snapshot that is not there, `NothingLoaded`, and `ProblemsAreFatal` with `strict`.
    """
    if sources:
        built = _built(sources, settings, default=settings.default_snapshot, report=report)
    else:
        with as_file(files("server").joinpath(SAMPLE)) as sample:
            default = settings.default_snapshot or SAMPLE_DEFAULT
            built = _built([str(sample)], settings, default=default, report=report)
    problems = [str(problem) for problem in built.problems]
    if settings.strict and problems:
        raise ProblemsAreFatal(problems)
    return built


def _built(sources: Sequence[str], settings: Settings, *, default: str | None, report: Report) -> Built:
    problems: list[Problem] = []
    readings = read_sources(sources, untagged=settings.untagged, bounds=Bounds(), report=report)
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

"""What the sources are, by their content, and how all of their files are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from graph.errors import SourceError, UnrecognizedSource, shown
from graph.sources.bounds import DEFAULT_BOUNDS, Bounds
from graph.sources.formats import EXPECTED, HEAD_BYTES, NOT_READ, Format, detect
from graph.sources.index import read_index
from graph.sources.located import Files, Source, files_of, parse_source
from graph.sources.mirror import IndexFile, index_files
from graph.sources.page import read_page
from graph.sources.records import Problem, Progress, Reading, Report, silent
from graph.sources.specfile import read_specfile

UNTAGGED = "untagged"
"""The snapshot of what names no tag, by default."""


class _Job(NamedTuple):
    """One file to be read. Two of one `identity` are the same file, read the same way."""

    label: str
    identity: tuple[str | None, ...]
    read: Callable[[], Iterator[Reading]]


def read_sources(
    sources: Sequence[str | Path],
    *,
    untagged: str = UNTAGGED,
    bounds: Bounds = DEFAULT_BOUNDS,
    report: Report = silent,
) -> Iterator[Reading]:
    """Read all sources, file by file in a fixed order; `report` is told of each.

    What is found is listed at once, before the first record: a path that does not exist, a folder or archive in
    which nothing is recognized, and a source that is not read raise `SourceError` here. A file that cannot be read
    is a `Problem`, and the others are read; where it is the one source there is, the error is raised. A file that
    two sources name is read once.
    """
    alone = len(sources) == 1
    work: list[_Job | Problem] = []
    for written in sources:
        source = parse_source(written)
        try:
            work.extend(_work(source, untagged=untagged, bounds=bounds))
        except SourceError as error:
            if alone or source.path.is_dir():
                raise
            work.append(Problem(error.place, error.message))
    jobs = sum(isinstance(item, _Job) for item in work)
    if alone and not jobs:
        raise _as_error(work)
    return _read(work, raising=alone and jobs == 1 and source.path.is_file(), report=report)


def _as_error(problems: Sequence[_Job | Problem]) -> SourceError:
    first = next(item for item in problems if isinstance(item, Problem))
    return SourceError(first.message, place=first.place)


def _read(work: Sequence[_Job | Problem], *, raising: bool, report: Report) -> Iterator[Reading]:
    unique = {item.identity: item for item in reversed(work) if isinstance(item, _Job)}
    jobs = [item for item in work if isinstance(item, Problem) or unique.pop(item.identity, None) is not None]
    total = sum(isinstance(item, _Job) for item in jobs)
    done = 0
    for item in jobs:
        if isinstance(item, Problem):
            yield item
            continue
        report(Progress(done, total, item.label))
        try:
            yield from item.read()
        except SourceError as error:
            if raising:
                raise
            yield Problem(error.place, error.message)
        done += 1
    report(Progress(done, total, ""))


def _work(source: Source, *, untagged: str, bounds: Bounds) -> Iterator[_Job | Problem]:
    files = files_of(source, bounds=bounds)
    found, unreadable = _detected(files)
    if not any(kind in found for kind in files.wanted):
        raise _nothing_to_read(files, found, unreadable)
    yield from (Problem(error.place, error.message) for error in unreadable)
    yield from _not_read(files, found)
    listed, problems = index_files(
        files.tree,
        catalogues=found.get(Format.CATALOGUE, ()),
        indexes=found.get(Format.INDEX, ()),
        above=files.above,
        place=files.place,
    )
    yield from problems
    _check_given_names(source, listed, catalogue=Format.CATALOGUE in found)
    for file in listed:
        yield _index_job(source, files, file, untagged=untagged, bounds=bounds)
    for name in found.get(Format.PAGE, ()):
        yield _page_job(source, files, name, untagged=untagged, bounds=bounds)
    if Format.SPEC_FILE in files.wanted:
        for name in found.get(Format.SPEC_FILE, ()):
            yield _spec_file_job(source, files, name, untagged=untagged, bounds=bounds)


def _detected(files: Files) -> tuple[dict[Format, list[str]], list[SourceError]]:
    found: dict[Format, list[str]] = {}
    unreadable = []
    for name in files.names:
        try:
            head = files.tree.head(name, HEAD_BYTES)
        except SourceError as error:
            unreadable.append(error)
            continue
        kind = detect(head, name="/".join((*files.above, name)))
        if kind is not None:
            found.setdefault(kind, []).append(name)
    return found, unreadable


def _nothing_to_read(
    files: Files, found: Mapping[Format, Sequence[str]], unreadable: Sequence[SourceError]
) -> SourceError:
    if unreadable:
        return unreadable[0]
    known = [str(kind) for kind in Format if kind in found]
    holds = f"not read by this version: {shown(known)}" if known else "nothing here is recognized"
    return UnrecognizedSource(f"{holds}; expected {EXPECTED}", place=files.written)


def _not_read(files: Files, found: Mapping[Format, Sequence[str]]) -> Iterator[Problem]:
    for kind in Format:
        if kind in NOT_READ and kind in found:
            names = found[kind]
            count = "" if len(names) == 1 else f" (and {len(names) - 1} more)"
            yield Problem(files.place(names[0]) + count, f"{kind}: not read by this version")


def _check_given_names(source: Source, listed: Sequence[IndexFile], *, catalogue: bool) -> None:
    if source.snapshot is not None and catalogue:
        raise SourceError("a catalogue names its own snapshots: leave out `TAG=`", place=source.written)
    if source.stack is not None and len(listed) != 1:
        message = f"`TAG/STACK=` names the stack of one index, but here are {len(listed)}: name one, or give `TAG=`"
        raise SourceError(message, place=source.written)


def _index_job(source: Source, files: Files, file: IndexFile, *, untagged: str, bounds: Bounds) -> _Job:
    snapshot = source.snapshot or file.origin.snapshot or untagged
    stack = source.stack or file.origin.stack
    label = files.label(file.name)

    def read() -> Iterator[Reading]:
        return read_index(
            files.tree.read(file.name),
            place=files.place(file.name),
            name=label,
            snapshot=snapshot,
            stack=stack,
            bounds=bounds,
        )

    return _Job(label, (files.identity(file.name), snapshot, stack), read)


def _page_job(source: Source, files: Files, name: str, *, untagged: str, bounds: Bounds) -> _Job:
    folder, slash, _ = name.rpartition("/")
    label = files.label(name)

    def sibling(beside: str) -> bytes | None:
        full = f"{folder}{slash}{beside}"
        return files.tree.read(full) if files.tree.exists(full) else None

    def read() -> Iterator[Reading]:
        return read_page(
            files.tree.read(name),
            place=files.place(name),
            name=label,
            siblings=sibling,
            untagged=untagged,
            snapshot=source.snapshot,
            bounds=bounds,
        )

    return _Job(label, (files.identity(name), source.snapshot), read)


def _spec_file_job(source: Source, files: Files, name: str, *, untagged: str, bounds: Bounds) -> _Job:
    snapshot = source.snapshot or untagged
    label = files.label(name)

    def read() -> Iterator[Reading]:
        data = files.tree.read(name)
        return read_specfile(data, place=files.place(name), name=label, snapshot=snapshot, bounds=bounds)

    return _Job(label, (files.identity(name), snapshot), read)

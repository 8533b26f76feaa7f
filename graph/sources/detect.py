"""What the sources are, by their content, and how all of their files are read."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import SourceError
from graph.sources.bounds import DEFAULT_BOUNDS, Bounds
from graph.sources.jobs import Job, Jobs
from graph.sources.located import Files, Source, files_of_path, parse_source
from graph.sources.records import Batch, Problem, Progress, Reading, Report, SpecRecord, silent
from graph.sources.transfer import Transfer
from graph.sources.tree import UNKNOWN, Tree

if TYPE_CHECKING:
    from graph.sources.download import Downloads

Seen = Callable[[str], Mapping[str, str] | None]
"""Says what was seen when the batch of a key was read before: a fingerprint of each file; None where it was not."""


def nothing_seen(key: str) -> None:
    """Say that nothing was read before."""


UNTAGGED = "untagged"
"""The snapshot of what names no tag, by default."""


def read_sources(
    sources: Sequence[str | Path],
    *,
    untagged: str = UNTAGGED,
    bounds: Bounds = DEFAULT_BOUNDS,
    transfer: Transfer | None = None,
    report: Report = silent,
    share: tuple[int, int] | None = None,
) -> Iterator[Reading]:
    """Read all sources, file by file in a fixed order; `report` is told of each.

    What is found is listed at once, before the first record: a path that does not exist, a folder or archive in
    which nothing is recognized, and a source that is not read raise `SourceError` here. A file that cannot be read
    is a `Problem`, and the others are read; where it is the one source there is, the error is raised. A file that
    two sources name is read once. Addresses need `transfer`, which says how and into which cache they are fetched;
    the files that catalogues list are fetched ahead of the reading, in threads. `share` is (part, parts): all are
    listed, and one part of them is read, the first being 0.
    """
    batches = read_batches(sources, untagged=untagged, bounds=bounds, transfer=transfer, report=report, share=share)
    return _readings_of(batches)


def _readings_of(batches: Generator[Batch]) -> Iterator[Reading]:
    with closing(batches):  # who stops early leaves no thread behind
        for batch in batches:
            yield from batch.readings or ()


def read_batches(
    sources: Sequence[str | Path],
    *,
    untagged: str = UNTAGGED,
    bounds: Bounds = DEFAULT_BOUNDS,
    transfer: Transfer | None = None,
    report: Report = silent,
    before: Seen = nothing_seen,
    share: tuple[int, int] | None = None,
) -> Generator[Batch]:
    """Read all sources as `read_sources` does, file by file: each batch is read before the next is asked for.

    `before` says what was seen when the batch of a key was read before: where all of that is unchanged, the batch has
    no readings. What could not be read is read again each time.
    """
    parsed = [parse_source(written) for written in sources]
    told = _Told(report)
    downloads = told.downloads = _downloads(parsed, transfer, bounds=bounds, tell=told.again)
    try:
        work = _work(parsed, untagged=untagged, bounds=bounds, downloads=downloads)
    except BaseException:
        if downloads is not None:
            downloads.close()
        raise
    jobs = sum(isinstance(item, Job) for item in work)
    raising = len(parsed) == jobs == 1 and not parsed[0].is_folder
    items = _each_once(work)
    if share is not None:
        part, parts = share
        items = [item for place, item in enumerate(items) if place * parts // len(items) == part]
    return _read(items, raising=raising, told=told, downloads=downloads, before=before)


def _downloads(
    sources: Sequence[Source], transfer: Transfer | None, *, bounds: Bounds, tell: Callable[[], None]
) -> Downloads | None:
    address = next((source for source in sources if isinstance(source.place, str)), None)
    if address is None:
        return None
    if transfer is None:
        raise SourceError("addresses are not fetched here: download it first, and give its path", place=address.written)
    # An HTTP client takes longer to import than a sample to be read.
    from graph.sources.download import Downloads

    return Downloads(transfer, bounds=bounds, tell=tell)


def _work(
    sources: Sequence[Source], *, untagged: str, bounds: Bounds, downloads: Downloads | None
) -> list[Job | Problem]:
    alone = len(sources) == 1
    work: list[Job | Problem] = []
    for source in sources:
        try:
            files = _files_of(source, bounds=bounds, downloads=downloads)
            work.extend(Jobs(source, files, untagged=untagged, bounds=bounds).all())
        except SourceError as error:
            if alone or source.is_folder:
                raise
            work.append(Problem(error.place, error.message))
    if alone and not any(isinstance(item, Job) for item in work):
        first = next(item for item in work if isinstance(item, Problem))
        raise SourceError(first.message, place=first.place)
    return work


def _files_of(source: Source, *, bounds: Bounds, downloads: Downloads | None) -> Files:
    if isinstance(source.place, Path):
        return files_of_path(source.place, bounds=bounds, written=source.written)
    from graph.sources.remote import files_of_address

    assert downloads is not None, "made where a source is an address"
    return files_of_address(source.place, downloads=downloads, bounds=bounds)


def _each_once(work: Sequence[Job | Problem]) -> list[Job | Problem]:
    unique = {item.identity: item for item in reversed(work) if isinstance(item, Job)}
    return [item for item in work if isinstance(item, Problem) or unique.pop(item.identity, None) is not None]


def _read(
    items: Sequence[Job | Problem], *, raising: bool, told: _Told, downloads: Downloads | None, before: Seen
) -> Generator[Batch]:
    jobs = [item for item in items if isinstance(item, Job)]
    told.total = len(jobs)
    keys: set[str] = set()
    try:
        if downloads is not None:
            downloads.ahead([job.fetch for job in jobs if job.fetch is not None])
        for item in items:
            if isinstance(item, Problem):
                yield Batch("", {}, (item,))
            else:
                yield _batch(item, told, raising=raising, downloads=downloads, before=before, keys=keys)
        told.end()
    finally:
        if downloads is not None:
            downloads.close()


def _batch(job: Job, told: _Told, *, raising: bool, downloads: Downloads | None, before: Seen, keys: set[str]) -> Batch:
    told.begin(job.label)
    key = job.key if job.key not in keys else ""
    keys.add(key)
    seen = before(key) if key else None
    try:
        if job.fetch is not None and downloads is not None:
            downloads.wait(job.fetch)
        now = _as_before(job.tree, seen) if seen else None
        if now is not None:
            told.done += 1
            return Batch(key, now, None)
    except SourceError as error:
        if raising:
            raise
        told.done += 1
        return Batch("", {}, (Problem(error.place, error.message),))
    notes: dict[str, str] = {}
    return Batch(key, notes, _readings(job, notes, told, raising=raising))


def _as_before(tree: Tree, seen: Mapping[str, str]) -> dict[str, str] | None:
    """Return the fingerprints that the files have now, where each is what it was; None where one is not."""
    now = {}
    for name, before in seen.items():
        # Before it is compared: what changes meanwhile is found to have changed the next time.
        now[name] = tree.fingerprint(name)
        if now[name] != before and not tree.unchanged(name, before):
            return None
    return now


def _readings(job: Job, notes: dict[str, str], told: _Told, *, raising: bool) -> Iterator[Reading]:
    seen = job.tree.begin()
    try:
        for reading in job.read():
            if isinstance(reading, SpecRecord):
                told.specs += 1
            yield reading
    except SourceError as error:
        if raising:
            raise
        yield Problem(error.place, error.message)
    else:
        if UNKNOWN not in seen.values():
            notes.update(seen)
    finally:
        job.tree.end()
    told.done += 1


class _Told:
    """What is reported, and to whom."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._name = ""
        self.downloads: Downloads | None = None
        self.total = 0
        self.done = 0
        self.specs = 0

    def begin(self, name: str) -> None:
        """Report that a file is being read."""
        self._name = name
        self.again()

    def end(self) -> None:
        """Report that all files were read."""
        self.begin("")

    def again(self) -> None:
        """Report once more, for more has been received."""
        received, expected = (0, 0) if self.downloads is None else self.downloads.amounts()
        self._report(Progress(self.done, self.total, self._name, received, expected, self.specs))

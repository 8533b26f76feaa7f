"""What the sources hold, counted: for `specgraph inspect`, for what `serve` prints, and for /readyz."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from graph.build import Built
from graph.snapshot import Snapshot

SHOWN_PROBLEMS = 5
"""How many problems are printed before their number says the rest."""


class StackCount(Struct, frozen=True):
    """A stack of a snapshot and the number of its specs."""

    name: str
    specs: int


class SnapshotCounts(Struct, frozen=True):
    """A snapshot in numbers. `binaries` are its specs in a build cache, `dependencies` the edges inside it."""

    name: str
    default: bool
    digest: str
    packages: int
    specs: int
    binaries: int
    dependencies: int
    stacks: tuple[StackCount, ...]


class FormatCount(Struct, frozen=True):
    """A format, by its reader's name, and the number of files that are of it."""

    format: str
    files: int


class Inspection(Struct, frozen=True):
    """All of it; snapshots, stacks and formats by name, problems in the order met."""

    formats: tuple[FormatCount, ...]
    snapshots: tuple[SnapshotCounts, ...]
    problems: tuple[str, ...]


def inspected(built: Built) -> Inspection:
    """Count what was built."""
    # One file may feed several snapshots, and is one file.
    files = {(source.name, source.format) for source in built.sources}
    formats = Counter(form for _, form in files)
    default = built.catalogue.default
    return Inspection(
        formats=tuple(FormatCount(name, formats[name]) for name in sorted(formats)),
        snapshots=tuple(counted(snapshot, default=default) for snapshot in built.catalogue),
        problems=tuple(str(problem) for problem in built.problems),
    )


def counted(snapshot: Snapshot, *, default: str) -> SnapshotCounts:
    """Count one snapshot; `default` is the name of the default one."""
    return SnapshotCounts(
        name=snapshot.name,
        default=snapshot.name == default,
        digest=snapshot.digest,
        packages=len(snapshot.packages),
        specs=len(snapshot.rows),
        binaries=len(snapshot.binaries),
        dependencies=snapshot.dependency_count,
        stacks=tuple(
            StackCount(name, len(rows)) for name, rows in zip(snapshot.stacks, snapshot.stack_rows, strict=True)
        ),
    )


def loaded_lines(name: str, built: Built) -> list[str]:
    """Return what `serve` and `build` tell of a load: the snapshots, and the problems where there are any."""
    inspection = inspected(built)
    lines = [f"loaded {name}", *summary(inspection)]
    return lines + list(problem_lines(inspection.problems)) if inspection.problems else lines


def summary(inspection: Inspection) -> Iterator[str]:
    """Yield a line a snapshot, in columns."""
    snapshots = inspection.snapshots
    width = max((len(snapshot.name) for snapshot in snapshots), default=0)
    for row in aligned([_cells(snapshot) for snapshot in snapshots]):
        name, *cells = row
        yield f"  {name:<{width}}  {'  '.join(cells)}".rstrip()


def _cells(snapshot: SnapshotCounts) -> list[str]:
    return [
        snapshot.name,
        amount(snapshot.packages, "package"),
        amount(snapshot.specs, "spec"),
        amount(snapshot.binaries, "binary", "binaries"),
        amount(len(snapshot.stacks), "stack"),
        amount(snapshot.dependencies, "dependency", "dependencies"),
        "default" if snapshot.default else "",
    ]


def amount(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> amount(1, "spec"), amount(3202, "spec"), amount(2, "binary", "binaries")
    ('1 spec', '3,202 specs', '2 binaries')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def aligned(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Pad each column's numbers to the right end of the widest; the nouns follow, padded too.

    >>> aligned([["a", "9 specs"], ["b", "10 specs"]])
    [['a', ' 9 specs'], ['b', '10 specs']]
    """
    columns = [[_numbered(cell) for cell in column] for column in zip(*rows, strict=True)]
    widths = [(max(len(n) for n, _ in column), max(len(w) for _, w in column)) for column in columns]
    return [
        [f"{number:>{left}}{word:<{right}}" for (number, word), (left, right) in zip(row, widths, strict=True)]
        for row in zip(*columns, strict=True)
    ]


def _numbered(cell: str) -> tuple[str, str]:
    number, space, word = cell.partition(" ")
    return (number, space + word) if number[:1].isdigit() and space else ("", cell)


def details(inspection: Inspection) -> Iterator[str]:
    """Yield all that `specgraph inspect` prints: formats, snapshots with their stacks, problems."""
    yield "formats"
    for row in aligned([[amount(form.files, "file"), form.format] for form in inspection.formats]):
        yield "  " + "  ".join(row).rstrip()
    yield "snapshots"
    for line, snapshot in zip(summary(inspection), inspection.snapshots, strict=True):
        yield line
        width = max((len(stack.name) for stack in snapshot.stacks), default=0)
        numbers = max((len(f"{stack.specs:,}") for stack in snapshot.stacks), default=0)
        for stack in snapshot.stacks:
            yield f"    {stack.name:<{width}}  {stack.specs:>{numbers},} spec{'' if stack.specs == 1 else 's'}"
    yield from problem_lines(inspection.problems)


def problem_lines(problems: Sequence[str]) -> Iterator[str]:
    """Yield the number of problems and the first few."""
    yield f"problems: {len(problems):,}" if problems else "problems: none"
    for problem in problems[:SHOWN_PROBLEMS]:
        yield f"  {problem}"
    if len(problems) > SHOWN_PROBLEMS:
        yield f"  (and {len(problems) - SHOWN_PROBLEMS:,} more: specgraph inspect --json lists all)"

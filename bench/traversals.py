"""What traversals and comparisons cost on a snapshot of any size: the questions of the API, asked of `graph/`.

`traversals(snapshot)` and `differences(before, after)` yield (name, question) as `bench.scale` measures them. Each
question is asked whole, with nothing kept from the one before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from pyroaring import FrozenBitMap

from graph.changes import SnapshotDifference
from graph.facets import FacetKind, facet_counts
from graph.impact import impact
from graph.installable import Host, Installability
from graph.lookup import package_rows
from graph.paths import shortest_paths
from graph.snapshot import Snapshot
from graph.traverse import Direction, reach, reached

PAGE = 50
"""Items of a page where neither `first` nor `last` is given."""

MAX_NODES = 1_000_000
HOT = 6_000
"""Dependents, however far, of what is called a hot spec."""

LOW_LEVEL = "zlib-ng"
"""The sample's zlib: nearly everything depends on it."""

HOST = Host("zen3", "ubuntu22.04")
CANDIDATES = 100_000

Questions = Iterator[tuple[str, Callable[[], object]]]


def traversals(snapshot: Snapshot) -> Questions:
    """Yield the questions about one snapshot."""
    low = package_rows(snapshot, LOW_LEVEL)
    hot, found = hottest(snapshot)
    yield f"dependents, page and count ({found} found)", lambda: dependents_page(snapshot, hot)
    yield f"impact of {LOW_LEVEL}", lambda: impact_of(snapshot, low)
    some = FrozenBitMap(snapshot.rows[:CANDIDATES])
    yield f"installable, page and counts ({len(some)} candidates)", lambda: installable_page(snapshot, some, PAGE)
    yield "installable, a page of 5,000", lambda: installable_page(snapshot, some, 5_000)
    for most in (1, 1_000):
        yield f"{most} paths from what needs most", lambda most=most: paths_between(snapshot, most)  # type: ignore[misc]


def differences(before: Snapshot, after: Snapshot) -> Questions:
    """Yield the questions about two snapshots."""
    yield f"snapshot diff ({len(before.rows)} and {len(after.rows)} specs)", lambda: snapshot_diff(before, after)


def hottest(snapshot: Snapshot) -> tuple[int, int]:
    """Return the row with about `HOT` dependents, of those with most direct ones, and how many it has."""
    direct = np.diff(snapshot.universe.dependents.start) * snapshot.holds
    rows = np.argsort(-direct, kind="stable")[:200].tolist()
    counts = {row: len(dependents(snapshot, row)[0]) for row in rows}
    return min(counts.items(), key=lambda item: abs(item[1] - HOT))


def dependents(snapshot: Snapshot, row: int) -> tuple[np.ndarray, object]:
    """Return the rows that depend on one, and a page of them with edges."""
    found = reach(snapshot, [row], Direction.DEPENDENTS, max_depth=None, max_nodes=MAX_NODES)
    return found.rows, reached(snapshot, found, 0, PAGE)


def dependents_page(snapshot: Snapshot, row: int) -> object:
    """Return the first page of transitive dependents with totalCount."""
    rows, page = dependents(snapshot, row)
    return len(rows), page


def impact_of(snapshot: Snapshot, rows: FrozenBitMap) -> object:
    """Return the whole answer of `impact`: count, waves, by stack and by target, first page."""
    found = impact(snapshot, rows, max_nodes=MAX_NODES)
    facets = [facet_counts(snapshot, found.affected, kind, limit=999) for kind in (FacetKind.STACK, FacetKind.TARGET)]
    return len(found.affected), found.waves, facets, found.affected[:PAGE]


def installable_page(snapshot: Snapshot, rows: FrozenBitMap, size: int) -> object:
    """Return the first page of `installable` with verdicts and what blocks, and both counts."""
    verdicts = Installability(snapshot, HOST)
    page = verdicts.ranked(rows).page(0, size)
    judged = [(row, verdicts.verdict(row), verdicts.blocking(row, max_nodes=MAX_NODES)) for row in page]
    return len(rows), verdicts.installable_count(rows), judged


def paths_between(snapshot: Snapshot, most: int) -> object:
    """Return paths from the spec with the most dependencies to any of the low-level package."""
    degrees = np.diff(snapshot.universe.dependencies.start) * snapshot.holds
    start = int(np.argmax(degrees))
    goals = package_rows(snapshot, LOW_LEVEL)
    return shortest_paths(snapshot, start, goals, max_paths=most, max_length=256, max_nodes=MAX_NODES, max_steps=50_000)


def snapshot_diff(before: Snapshot, after: Snapshot) -> object:
    """Return the whole answer of `snapshotDiff`."""
    found = SnapshotDifference(before, after, before.rows, after.rows)
    return found.packages, found.root_causes, found.unchanged_count, found.added[:PAGE], found.removed[:PAGE]

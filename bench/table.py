"""The table of operations: the targets, and the medians of what was measured beside them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

PLAIN = "specgraph, nothing memoised"
MEMOISED = "specgraph"
STOCK, MERCURIUS, BARE = "stock", "mercurius", "bare"

PEERS = (STOCK, MERCURIUS, BARE)

Seconds = Mapping[str, Sequence[float]]
"""By candidate: the CPU seconds of a request in each round."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line: an operation (the stem of its file), how specgraph ran, and what is to be reached where it is said.

    `over_stock` and `over_mercurius` are the peers' CPU time by specgraph's, `of_bare` is the bare application's by
    specgraph's.
    """

    operation: str
    title: str
    candidate: str
    over_stock: float | None = None
    over_mercurius: float | None = None
    of_bare: float | None = None

    @property
    def targets(self) -> tuple[float | None, ...]:
        """The targets in the order of `PEERS`."""
        return self.over_stock, self.over_mercurius, self.of_bare


LINES = (
    Line("q1_package", "Q1 one package, four scalars", MEMOISED, 40, 1.4, 0.7),
    Line("q1_package", "Q1, nothing memoised", PLAIN),
    Line("q2_specs", "Q2 100 specs, eight fields", MEMOISED, of_bare=0.45),
    Line("q2_specs", "Q2, nothing memoised", PLAIN, 110, 2.5, 0.3),
    Line("q3_nested", "Q3 1,000 specs, stacks, dependencies", MEMOISED, 900, 45, 0.5),
    Line("q3_nested", "Q3, nothing memoised", PLAIN, 120, 6, 0.07),
    Line("q4_covers", "Q4 stacks covering neoverse_v1", MEMOISED, 330, 1.2, 0.7),
    Line("q4_covers", "Q4, nothing memoised", PLAIN),
    Line("q5_dependents", "Q5 2,000 transitive dependents", MEMOISED, 60, 7, 0.3),
    Line("q5_dependents", "Q5, nothing memoised", PLAIN),
)


def ratios(measured: Mapping[str, Seconds]) -> dict[str, dict[str, float]]:
    """Return by line and peer the median over the rounds of the ratio within a round."""
    found: dict[str, dict[str, float]] = {}
    for line in LINES:
        seconds = measured[line.operation]
        own = seconds[line.candidate]
        found[f"{line.operation} {line.candidate}"] = {
            peer: statistics.median(theirs / ours for theirs, ours in zip(seconds[peer], own, strict=True))
            for peer in PEERS
            if peer in seconds
        }
    return found


def rows(measured: Mapping[str, Seconds]) -> Iterator[str]:
    """Yield the lines of the table: what was measured, and in brackets what is to be reached; ! where it is not."""
    found = ratios(measured)
    yield f"{'CPU per request':<38}{'ms':>8}  {'over stock':>16}  {'over Mercurius':>16}  {'of bare ASGI':>16}"
    for line in LINES:
        of_line = found[f"{line.operation} {line.candidate}"]
        cells = (cell(of_line.get(peer), target) for peer, target in zip(PEERS, line.targets, strict=True))
        own = statistics.median(measured[line.operation][line.candidate]) * 1e3
        yield f"{line.title:<38}{own:>8.3f}  {'  '.join(f'{text:>16}' for text in cells)}"
    yield ""
    for operation, seconds in measured.items():
        peers = ", ".join(f"{p} {statistics.median(seconds[p]) * 1e3:.3f}" for p in PEERS if p in seconds)
        yield f"{operation}: ms of the peers: {peers}"


def cell(ratio: float | None, target: float | None) -> str:
    """Return a ratio with its target.

    >>> cell(41.234, 40), cell(0.283, 0.3), cell(None, 7), cell(12.0, None)
    ('41.2 (40)', '! 0.28 (0.3)', '- (7)', '12.0')
    """
    wanted = "" if target is None else f" ({target:g})"
    if ratio is None:
        return f"-{wanted}"
    missed = "! " if target is not None and ratio < target else ""
    return f"{missed}{ratio:.{1 if ratio >= 10 else 2}f}{wanted}"

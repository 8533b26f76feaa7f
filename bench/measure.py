"""CPU time of pieces of work, measured side by side: rounds interleave the candidates, and ratios are within a round.

Machines are shared and noisy; CPU time of this process is what counts, and the median over rounds is what is said.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """What one candidate cost: the median CPU seconds of a call, and its ratio to the first candidate's."""

    seconds: float
    ratio: float


def side_by_side(candidates: Mapping[str, Callable[[], object]], *, rounds: int, calls: int) -> dict[str, Measured]:
    """Measure candidates in interleaved rounds of `calls` calls each; the first is the one that ratios refer to."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    ratios: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        spent = {name: _cpu(call, calls) for name, call in candidates.items()}
        base = next(iter(spent.values()))
        for name, cost in spent.items():
            seconds[name].append(cost)
            ratios[name].append(cost / base)
    return {name: Measured(statistics.median(seconds[name]), statistics.median(ratios[name])) for name in candidates}


def _cpu(call: Callable[[], object], calls: int) -> float:
    begun = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - begun) / calls

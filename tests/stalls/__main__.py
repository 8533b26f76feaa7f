"""Longest stalls of the event loop, by kind of load: python -m tests.stalls [SNAPSHOT-FILE [SECONDS [KIND...]]]."""

import json
import sys
import tempfile
from pathlib import Path

from tests.server.live import ROOT, LiveServer
from tests.stalls.beating import FILE_VARIABLE
from tests.stalls.load import KINDS, Stall, put

SAMPLE = ROOT / "server" / "sample" / "sample.tar.xz"

FLAGS = ("--rate", "0", "--log-level", "error")


def main(served: str = str(SAMPLE), seconds: str = "8", *kinds: str) -> None:
    """Serve the file by one process, put each kind of load on it, then all of them with swaps, and print the stalls."""
    with tempfile.TemporaryDirectory() as folder:
        beats = Path(folder, "beats")
        environment = {FILE_VARIABLE: str(beats)}
        with LiveServer(served, *FLAGS, module="tests.stalls.beating", **environment) as server:
            for swapping in (False, True):
                for kind in kinds or KINDS:
                    seen = put(server, kind, float(seconds), swapping=swapping)
                    late = [stall for stall in stalls(beats) if seen.begun <= stall.at <= seen.ended]
                    show(f"{kind}{', with swaps' if swapping else ''}", seen.statuses, seen.longest_bytes, late)


def stalls(beats: Path) -> list[Stall]:
    """Read what was written down."""
    return [Stall(**json.loads(line)) for line in beats.read_text().splitlines()]


def show(kind: str, statuses: dict[int, int], size: int, late: list[Stall]) -> None:
    """Print the figures of one kind."""
    worst = sorted(late, key=lambda stall: stall.held, reverse=True)[:5]
    wall = max((stall.wall for stall in late), default=0)
    print(
        f"{kind}: {statuses}, answers of up to {size / 1e6:.1f} MB; held, and by the collector (ms):",
        *(f"{1000 * stall.held:.0f} ({1000 * stall.collecting:.0f})" for stall in worst),
        f"of {len(late)}; longest by the clock {1000 * wall:.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

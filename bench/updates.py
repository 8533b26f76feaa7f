"""`python -m bench.updates FOLDER`: what `specgraph update` costs, beside the whole build of the same sources.

The folder is one of `python -m bench.mirror FOLDER --specs 118000 --stacks 43`. One stack's index changes: in one round
a tenth of its specs are rebuilt, in one most of them are new. CPU seconds in the process, of reading, building and
writing the file; builds and updates by turns. What comes out of both has one digest.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from bench.generate import copied_hash
from graph.store import open_file
from server.loading import load
from server.settings import settled
from server.snapshot_file import written

NEW_COPY = 1_000_000
"""The number of a copy that no generated mirror has, so that its hashes are new."""

UPDATES_A_BUILD = 3
"""An update is measured more often: it is short."""

_HASH = re.compile(r'"([a-z2-7]{32})"')


def rebuilt(text: str, *, share: float, seed: int = 0) -> str:
    """Return an index in which so many of the specs have new hashes: some, and all that depend on them."""
    installs = json.loads(text)["database"]["installs"]
    above: dict[str, list[str]] = defaultdict(list)
    for dag_hash, install in installs.items():
        for edge in install["spec"].get("dependencies", []):
            above[edge["hash"]].append(dag_hash)
    order = sorted(installs)
    random.Random(seed).shuffle(order)
    new: set[str] = set()
    for dag_hash in order:
        reached, waiting = {dag_hash}, [dag_hash]
        while waiting:
            further = [found for found in above[waiting.pop()] if found not in reached]
            reached.update(further)
            waiting += further
        if len(new | reached) <= share * len(installs):
            new |= reached
    return _HASH.sub(lambda found: f'"{copied_hash(found[1], NEW_COPY)}"' if found[1] in new else found[0], text)


def cpu_seconds(action: Callable[[], object]) -> float:
    """Return the CPU time of a call, with a collection before it."""
    gc.collect()
    start = time.process_time()
    action()
    return time.process_time() - start


def measure(folder: Path, *, share: float, rounds: int) -> None:
    """Change a stack, update and build by turns, print both times, and put the stack back."""
    index = sorted(folder.glob("*/*/build_cache/index.json"))[7]
    text = index.read_text()
    settings, sources = settled({}, {}), [str(folder)]
    with tempfile.TemporaryDirectory() as work:
        first, updated, whole = (Path(work) / name for name in ("first", "updated", "whole"))
        written(load(sources, settings), first)
        try:
            index.write_text(rebuilt(text, share=share))
            builds, updates = [], []
            for _ in range(rounds):
                builds.append(cpu_seconds(lambda: written(load(sources, settings), whole)))
                updates += [
                    cpu_seconds(lambda: written(load(sources, settings, before=first), updated))
                    for _ in range(UPDATES_A_BUILD)
                ]
        finally:
            index.write_text(text)
        if [s.digest for s in open_file(updated)] != [s.digest for s in open_file(whole)]:
            raise SystemExit("the update gave something else than the build")
    for name, times in (("build", builds), ("update", updates)):
        print(f"{share:4.0%} new, {name:6}: {min(times):.3f} least, {statistics.median(times):.3f} median")
    ratios = min(builds) / min(updates), statistics.median(builds) / statistics.median(updates)
    print(f"{share:4.0%} new, ratio : {ratios[0]:.1f}, {ratios[1]:.1f}")


def main() -> None:
    """Measure both kinds of change."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="a mirror of `bench.mirror`")
    options.add_argument("--rounds", type=int, default=3, help="how many rounds (3)")
    chosen = options.parse_args()
    for share in (0.1, 0.9):
        measure(chosen.folder, share=share, rounds=chosen.rounds)


if __name__ == "__main__":
    main()

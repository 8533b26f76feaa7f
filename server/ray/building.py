"""`specgraph build --ray`: files are read in parts, each a Ray task, and joined here.

A part is a run of the list of files that the sources make, which every task makes anew: so the sources are to be
reachable from all nodes under the same names. What comes out is what one process builds, with the record from which
an update begins.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from graph.partial import PartialReadings, partial_readings
from graph.sources.bounds import Bounds
from graph.sources.detect import read_batches
from graph.sources.records import Batch, Progress, Report, silent
from graph.sources.transfer import Transfer
from server.ray.errors import NoCluster

PARTS_A_CPU = 3
"""More parts than processors, for files are of unequal size; each costs a listing of the sources."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(PartialReadings)


def read_part(
    sources: Sequence[str], part: int, parts: int, *, untagged: str, transfer: Transfer, bounds: Bounds
) -> bytes:
    """Read one part of the sources' files, and encode what each gives."""
    batches = read_batches(sources, untagged=untagged, bounds=bounds, transfer=transfer, share=(part, parts))
    with closing(batches):
        return _encoder.encode(partial_readings(batches))


def read_on_ray(
    sources: Sequence[str | Path],
    *,
    untagged: str,
    bounds: Bounds,
    transfer: Transfer | None,
    report: Report = silent,
) -> Iterator[Batch]:
    """Read sources as `read_batches` does, in tasks on the Ray cluster of `RAY_ADDRESS`, else on this machine's."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise NoCluster('Ray is not installed: pip install "specgraph[ray]"') from None
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    parts = max(1, int(ray.cluster_resources().get("CPU", 1)) * PARTS_A_CPU)
    task = ray.remote(read_part)
    named = [str(source) for source in sources]
    waiting = [
        task.remote(named, part, parts, untagged=untagged, transfer=transfer, bounds=bounds) for part in range(parts)
    ]
    yield from _told(waiting, report)


def _told(waiting: Sequence[Any], report: Report) -> Iterator[Batch]:
    import ray
    from ray.exceptions import RayTaskError

    specs = 0
    keys: set[str] = set()
    for done, one in enumerate(waiting):
        report(Progress(done, len(waiting), "parts", specs=specs))
        try:
            found = _decoder.decode(ray.get(one))
        except RayTaskError as error:
            raise error.as_instanceof_cause() from None
        specs += sum(len(file.specs) for file in found.files)
        for batch in found.batches():
            # As in one process: what two files could be told by is known again for the first alone.
            yield batch._replace(key="") if batch.key in keys else batch
            keys.add(batch.key)

"""`specgraph build --ray`: files are read and joined in parts, each a Ray task, and the parts joined here.

A part is a run of the list of files that the sources make, which every task makes anew: so the sources are to be
reachable from all nodes under the same names. The catalogue that comes out is byte for byte what one process builds;
the record from which an update begins is not made.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from graph.partial import PartialReadings, partly_joined
from graph.sources.bounds import Bounds
from graph.sources.detect import read_sources
from graph.sources.records import Progress, Reading, Report, silent
from graph.sources.transfer import Transfer
from server.ray.errors import NoCluster

PARTS_A_CPU = 3
"""More parts than processors, for files are of unequal size; each costs a listing of the sources."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(PartialReadings)


def read_part(
    sources: Sequence[str], part: int, parts: int, *, untagged: str, transfer: Transfer, bounds: Bounds
) -> bytes:
    """Read one part of the sources' files, join its records, and encode them."""
    readings = read_sources(sources, untagged=untagged, bounds=bounds, transfer=transfer, share=(part, parts))
    return _encoder.encode(partly_joined(readings))


def read_on_ray(
    sources: Sequence[str | Path],
    *,
    untagged: str,
    bounds: Bounds,
    transfer: Transfer | None,
    report: Report = silent,
) -> Iterator[Reading]:
    """Read sources as `read_sources` does, in tasks on the Ray cluster of `RAY_ADDRESS`, else on this machine's."""
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


def _told(waiting: Sequence[Any], report: Report) -> Iterator[Reading]:
    import ray
    from ray.exceptions import RayTaskError

    specs = 0
    for done, one in enumerate(waiting):
        report(Progress(done, len(waiting), "parts", specs=specs))
        try:
            found = _decoder.decode(ray.get(one))
        except RayTaskError as error:
            raise error.as_instanceof_cause() from None
        specs += len(found.specs)
        yield from found.all()

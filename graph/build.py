"""Records to the universe and its snapshots: gather, number the rows, write the columns.

What does not fit is a `Problem`, and the rest is built.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.bitmaps import bitmap_of
from graph.cycles import circles
from graph.digest import snapshot_digest, spec_digests
from graph.errors import shown
from graph.gathering import Gathered, Gathering, canonical, joined_binary, joined_mention, with_compilers
from graph.ledger import Holding, Ledger
from graph.model import Dependency
from graph.numbering import Numbered, build_universe
from graph.snapshot import Binary, Catalogue, Mention, Snapshot
from graph.sources.records import Batch, Problem, Reading, SourceRecord
from graph.store import Record
from graph.targets import Microarchitecture
from graph.universe import Names, Universe


@dataclass(frozen=True, slots=True)
class Built:
    """What `build` made: the catalogue, all problems in the order met, and the files read by snapshot and format.

    `record` is None where there is none: of what was opened from a file.
    """

    catalogue: Catalogue
    problems: tuple[Problem, ...]
    sources: tuple[SourceRecord, ...]
    record: Record | None = None


def build(readings: Iterable[Reading], *, default: str | None = None, now: datetime | None = None) -> Built:
    """Build the universe of all readings and its snapshots.

    `default` names the default snapshot (see `graph.snapshot.default_name`); `now` is when the data came in, the
    present by default. A dependency on a spec that no reading holds is left out and reported, all such together.
    """
    return build_batches([Batch("", {}, readings)], default=default, now=now)


def build_batches(batches: Iterable[Batch], *, default: str | None = None, now: datetime | None = None) -> Built:
    """Build as `build` does, from readings by the file that they come from."""
    gathering = Gathering()
    gathered = [gathered_of(gathering, batch) for batch in batches]
    raw, contradictions = gathering.joined()
    differing = gathering.differing(gathered, raw)
    specs = dict(raw)
    given = with_compilers(specs, {})
    numbered = build_universe(specs, packages_of(gathered), targets_of(gathered))
    row_by_hash = numbered.universe.row_by_hash
    row_of = np.fromiter(map(row_by_hash.__getitem__, gathering.identities), np.int64, len(gathering.identities))
    parts = tuple(gathering.part(*found, row_of) for found in zip(gathered, differing, strict=True))
    ledger = Ledger(
        parts,
        FrozenBitMap([row_by_hash[dag_hash] for dag_hash in given]),
        numbered.dangling,
        tuple((row, canonical(raw[numbered.universe.hashes[row]])) for row in numbered.odd),
    )
    record = Record(ledger, spec_digests(numbered.universe))
    return built_of(numbered, record, contradictions, default=default, now=now)


def gathered_of(gathering: Gathering, batch: Batch) -> Gathered:
    """Take in what one file gives."""
    part = Gathered()
    for reading in batch.readings or ():
        gathering.take(part, reading)
    # Only now is it known what was read for it; what is not known cannot be compared the next time.
    part.key, part.seen = batch.key if batch.seen else "", dict(batch.seen)
    return part


def packages_of(parts: Iterable[Gathered]) -> set[str]:
    """Return the packages that are named without a spec."""
    return {package for part in parts for m in part.snapshots.values() for package in m.mentions}


def targets_of(parts: Iterable[Gathered]) -> set[Microarchitecture]:
    """Return the targets that the parts describe."""
    return {target for part in parts for target in part.targets}


def built_of(
    numbered: Numbered, record: Record, contradictions: Sequence[Problem], *, default: str | None, now: datetime | None
) -> Built:
    """Return what was built from a universe and the parts that it was built from."""
    universe, parts = numbered.universe, record.ledger.parts
    problems = [problem for part in parts for problem in part.problems]
    problems += [*contradictions, *_dangling_problems(universe, numbered.dangling), *_circle_problems(universe)]
    moment = now or datetime.now(UTC)
    holdings: dict[str, list[Holding]] = defaultdict(list)
    names: dict[str, set[str]] = defaultdict(set)
    for part in parts:
        for name, holding in part.holdings.items():
            holdings[name].append(holding)
        for source in part.sources:
            names[source.snapshot].add(source.name)
    snapshots = [
        _snapshot(name, found, names[name], universe, record.digests, moment) for name, found in holdings.items()
    ]
    catalogue = Catalogue(snapshots, universe=universe, default=default)
    sources = tuple(source for part in parts for source in part.sources)
    return Built(catalogue, tuple(problems), sources, record)


def _dangling_problems(universe: Universe, dangling: Sequence[tuple[int, Dependency]]) -> list[Problem]:
    if not dangling:
        return []
    examples = [f"{_label(universe, row)} -> {edge.package}/{edge.hash[:7]}" for row, edge in dangling]
    return [
        Problem(
            "dependencies",
            f"{len(dangling)} edges lead to specs that no source holds, and are left out: {shown(examples)}",
        )
    ]


def _label(universe: Universe, row: int) -> str:
    return f"{universe.packages[int(universe.package[row])]}/{universe.hashes[row][:7]}"


def _circle_problems(universe: Universe) -> list[Problem]:
    found = circles(universe)
    if not found:
        return []
    counted = "1 circle" if len(found) == 1 else f"{len(found)} circles"
    examples = [" -> ".join(_label(universe, row) for row in (*circle, circle[0])) for circle in found]
    return [
        Problem(
            "dependencies",
            f"specs that depend on themselves, in {counted}, where traversals end: {shown(examples)}",
        )
    ]


def _united(bitmaps: Iterable[FrozenBitMap]) -> FrozenBitMap:
    # From an array: how a union is laid out depends on its parts, and the file's bytes on how it is laid out.
    return bitmap_of(Snapshot.row_array(FrozenBitMap.union(*bitmaps)))


def _snapshot(
    name: str,
    holdings: Sequence[Holding],
    sources: set[str],
    universe: Universe,
    digests: NDArray[np.uint8],
    moment: datetime,
) -> Snapshot:
    stacks = Names(sorted({stack for holding in holdings for stack in holding.stacks}))
    binary: dict[int, Binary] = {}
    mentions: dict[str, Mention] = {}
    for holding in holdings:
        for row, detail in holding.details.items():
            binary[row] = joined_binary(binary.get(row, Binary(None, None)), *detail)
        for package, said in holding.mentions.items():
            mentions[package] = joined_mention(mentions.get(package, Mention((), ())), *said)
    undigested = Snapshot(
        name=name,
        universe=universe,
        rows=_united(holding.rows for holding in holdings),
        binaries=_united(holding.binaries for holding in holdings),
        stacks=stacks,
        stack_rows=tuple(
            _united(holding.stacks[stack] for holding in holdings if stack in holding.stacks) for stack in stacks
        ),
        binary=binary,
        mentions={universe.packages.index(package): mention for package, mention in mentions.items()},
        sources=tuple(sorted(sources)),
        ingested_at=moment,
        digest="",
    )
    return replace(undigested, digest=snapshot_digest(undigested, digests))

"""A build that begins from what was built before: only the files that changed are read.

The specs that a changed file describes, or described, are joined anew over all parts that describe them, and so is
what depends on one whose package or version changed; all other rows are taken over (`graph.merging`). The result is
that of a whole build of the same sources, byte for byte.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import msgspec
import numpy as np
from pyroaring import FrozenBitMap

from graph.bitmaps import bitmap_of
from graph.build import Built, built_of, gathered_of, packages_of
from graph.digest import spec_digests
from graph.gathering import Gathered, Gathering, canonical, with_compilers
from graph.ledger import NO_ROWS, Ledger, Part, renumbered
from graph.merging import Merge, rows_of_hashes
from graph.model import Dependency, Spec
from graph.numbering import Numbered, build_universe
from graph.sources.records import Authority, Batch
from graph.sparse import distinct
from graph.store import Record
from graph.targets import Microarchitecture
from graph.universe import ABSENT, Universe
from graph.unpacking import specs_of


@dataclass(frozen=True)
class Before:
    """What was built before: its universe, and the record that was kept of it."""

    universe: Universe
    record: Record

    @cached_property
    def parts(self) -> Mapping[str, Part]:
        """The parts that can be known again, by key."""
        return {part.key: part for part in self.record.ledger.parts if part.key}

    def seen(self, key: str) -> Mapping[str, str] | None:
        """Return the fingerprints of what was read for a part; None where it is not known."""
        part = self.parts.get(key)
        return None if part is None else part.seen

    def raws(self, rows: FrozenBitMap) -> Iterator[tuple[int, Spec]]:
        """Yield what the sources say of each spec, with all its edges and without what was filled in; by row."""
        given, odd, dangling = self.record.ledger.given_compilers, self._odd, self._dangling
        ascending = np.frombuffer(rows.to_array(), dtype=np.uint32).astype(np.int64)
        for row, spec in zip(ascending.tolist(), specs_of(self.universe, ascending), strict=True):
            if row in odd:
                yield row, odd[row]
                continue
            if row in given:
                spec = msgspec.structs.replace(spec, compiler=None)
            if row in dangling and spec.dependencies is not None:
                spec = msgspec.structs.replace(spec, dependencies=(*spec.dependencies, *dangling[row]))
            yield row, spec

    @cached_property
    def _odd(self) -> Mapping[int, Spec]:
        return dict(self.record.ledger.odd)

    @cached_property
    def _dangling(self) -> Mapping[int, list[Dependency]]:
        found: dict[int, list[Dependency]] = defaultdict(list)
        for row, edge in self.record.ledger.dangling:
            found[row].append(edge)
        return found


def update(
    before: Before, batches: Iterable[Batch], *, default: str | None = None, now: datetime | None = None
) -> Built:
    """Build as `graph.build.build_batches` does; a batch without readings gives what it gave `before`.

    Such a batch has the key of a part of `before`, each once.
    """
    return _Update(before, batches).built(default=default, now=now)


class _Update:
    def __init__(self, before: Before, batches: Iterable[Batch]) -> None:
        self._before = before
        self._gathering = Gathering()
        self._gathered: list[Gathered] = []
        self._stayed: list[Part | None] = []
        for batch in batches:
            if batch.readings is None:
                self._gathered.append(Gathered(key=batch.key, seen=dict(batch.seen)))
                self._stayed.append(before.parts[batch.key])
            else:
                self._gathered.append(gathered_of(self._gathering, batch))
                self._stayed.append(None)

    def built(self, *, default: str | None, now: datetime | None) -> Built:
        """Join, merge, and put the parts and snapshots together."""
        before = self._before
        again = self._described_again()
        self._describe(again)
        raw, contradictions = self._gathering.joined()
        differing = self._gathering.differing(self._gathered, raw)
        led_by = self._leading_to_changed(again, raw)
        for _, spec in before.raws(led_by):
            raw[spec.hash] = spec
        kept = np.ones(len(before.universe), dtype=np.bool_)
        kept[[*again, *led_by]] = False
        rows = np.flatnonzero(kept)
        specs = dict(raw)
        given = with_compilers(specs, _Versions(before.universe, kept))
        fresh = build_universe(specs, (), ())
        merge = Merge(before.universe, before.record.ledger.dangling, rows, fresh, generation=before.record.generation)
        numbered = merge.merged(self._packages(), self._targets())
        digests = np.concatenate([before.record.digests[rows], spec_digests(fresh.universe)])[merge.order]
        ledger = self._ledger(numbered, merge, differing, raw=raw, given=given, kept=kept)
        return built_of(numbered, Record(ledger, digests), contradictions, default=default, now=now)

    def _described_again(self) -> FrozenBitMap:
        """Return the rows before that are joined anew: what is disputed, and what a file that changed says otherwise.

        What parts that stayed describe is as it was where all that came in says the same, or nothing did.
        """
        before = self._before
        stayed = {part.key for part in self._stayed if part is not None}
        touched, disputed = [NO_ROWS], [FrozenBitMap([row for row, _ in before.record.ledger.odd])]
        for part in before.record.ledger.parts:
            if part.key not in stayed:
                touched += part.described.values()
            disputed.append(FrozenBitMap([row for _, row, _ in part.differing]))
        known = rows_of_hashes(before.universe, list(self._gathering.identities))
        said = bitmap_of(known[known != ABSENT])
        asked = self._staying - FrozenBitMap.union(*disputed)
        otherwise = (said & asked) - self._said_again(said & asked)
        return (FrozenBitMap.union(said, *touched) - asked) | otherwise | FrozenBitMap.union(*disputed)

    @cached_property
    def _staying(self) -> FrozenBitMap:
        """The rows before that parts that stayed describe."""
        described = (rows for part in self._stayed if part is not None for rows in part.described.values())
        return FrozenBitMap.union(NO_ROWS, *described)

    def _said_again(self, rows: FrozenBitMap) -> FrozenBitMap:
        """Return those of the rows of which all that came in says what is known of them, and leave that out."""
        found = []
        for row, spec in self._before.raws(rows):
            if self._gathering.says_only(spec):
                self._gathering.leave_out(spec.hash)
                found.append(row)
        return FrozenBitMap(found)

    def _describe(self, again: FrozenBitMap) -> None:
        """Take in what the parts that stayed say of the rows that are joined anew."""
        raw = dict(self._before.raws(again & self._staying))
        for part, gathered in zip(self._stayed, self._gathered, strict=True):
            if part is None:
                continue
            differing = {(authority, row): spec for authority, row, spec in part.differing}
            for authority, rows in part.described.items():
                for row in rows & again:
                    spec = differing.get((authority, row))
                    self._gathering.describe(gathered, Authority(authority), raw[row] if spec is None else spec)

    def _leading_to_changed(self, again: FrozenBitMap, raw: Mapping[str, Spec]) -> FrozenBitMap:
        """Return further rows before with an edge to a spec that came, went, or has another package or version.

        An edge's end may dangle now or no more, and a compiler's version is read over one.
        """
        universe, ledger = self._before.universe, self._before.record.ledger
        changed = [row for row in again if _is_other(universe, row, raw.get(universe.hashes[row]))]
        edges = universe.dependents
        found = [edges.row[edges.start[row] : edges.start[row + 1]] for row in changed]
        above = bitmap_of(distinct(np.concatenate([np.empty(0, dtype=np.int32), *found])))
        ends = FrozenBitMap([row for row, edge in ledger.dangling if edge.hash in raw])
        return (above | ends) - again

    def _packages(self) -> set[str]:
        named = {p for part in self._stayed if part is not None for h in part.holdings.values() for p in h.mentions}
        return named | packages_of(self._gathered)

    def _targets(self) -> set[Microarchitecture]:
        described = {target for part in self._stayed if part is not None for target in part.targets}
        return described | {target for part in self._gathered for target in part.targets}

    def _ledger(
        self,
        numbered: Numbered,
        merge: Merge,
        differing: Sequence[Sequence[tuple[Authority, str, Spec]]],
        *,
        raw: Mapping[str, Spec],
        given: set[str],
        kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
    ) -> Ledger:
        universe, gathering = numbered.universe, self._gathering
        new = merge.new_of_old
        row_of = rows_of_hashes(universe, list(gathering.identities))

        def parts() -> Iterator[Part]:
            for before, gathered, found in zip(self._stayed, self._gathered, differing, strict=True):
                if before is None:
                    yield gathering.part(gathered, found, row_of)
                else:
                    yield msgspec.structs.replace(
                        renumbered(before, new),
                        seen=dict(sorted(gathered.seen.items())),
                        differing=gathering.differing_by_row(found, row_of),
                    )

        had = np.frombuffer(self._before.record.ledger.given_compilers.to_array(), dtype=np.uint32)
        compilers = new[had[kept.take(had)]]
        return Ledger(
            tuple(parts()),
            bitmap_of(np.sort(np.concatenate([compilers, rows_of_hashes(universe, sorted(given))]))),
            numbered.dangling,
            tuple((row, canonical(raw[universe.hashes[row]])) for row in numbered.odd),
        )


def _is_other(universe: Universe, row: int, spec: Spec | None) -> bool:
    """Tell whether a row's spec is gone, or has become one of another package or version."""
    if spec is None:
        return True
    return (spec.package, spec.version) != (universe.packages[universe.package[row]], universe.version.value(row))


class _Versions(Mapping[str, str]):
    """The versions of the rows that stay, by hash."""

    def __init__(self, universe: Universe, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
        self._universe = universe
        self._kept = kept

    def __getitem__(self, dag_hash: str) -> str:
        row = self._universe.row_by_hash[dag_hash]
        if not self._kept[row]:
            raise KeyError(dag_hash)
        return self._universe.version.value(row) or ""

    def __iter__(self) -> Iterator[str]:
        return (self._universe.hashes[row] for row in np.flatnonzero(self._kept).tolist())

    def __len__(self) -> int:
        return int(np.count_nonzero(self._kept))

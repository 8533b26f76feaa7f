"""Two sets of specs to one universe, column by column: those that stay from a universe, and fresh ones.

What comes out is what `graph.numbering` makes of all the specs together, without a look at those that stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph import versions
from graph.bitmaps import bitmap_of
from graph.model import LINK_AND_RUN, Dependency
from graph.numbering import Numbered
from graph.sparse import Integers, likely_generations
from graph.tables import Packed
from graph.targets import Microarchitecture, TargetTable
from graph.universe import ABSENT, Adjacency, Column, Facet, Marks, Names, Universe

FACETS = ("platform", "operating_system", "target", "compiler", "namespace", "package_hash", "build_spec")
"""The facets whose values stand in the order of texts; `version` has its own."""


AT_ONCE = 1 << 16
"""Edges that are looked at before it is asked whether that is enough: a fraction of a millisecond."""


class Merge:
    """Joins the rows `kept` of one universe with all of another, which has none of their hashes.

    The rows that are not kept are either in `fresh` under the same hash, or gone; no row that is kept has an edge to
    one that is gone. `dangling` are the edges of `before` that lead to no spec, `generation` what the generations of
    its rows were said to be.
    """

    def __init__(
        self,
        before: Universe,
        dangling: Sequence[tuple[int, Dependency]],
        kept: Integers,
        fresh: Numbered,
        *,
        generation: Column | None = None,
    ) -> None:
        self._before, self._dangling, self._kept = before, dangling, kept
        self._generation = generation
        self._fresh = fresh.universe
        self._fresh_dangling, self._fresh_odd = fresh.dangling, fresh.odd
        self._joint = len(kept)
        self._count = len(kept) + len(fresh.universe)
        self._place_of_old = np.full(len(before), ABSENT, dtype=np.int64)
        self._place_of_old[kept] = np.arange(len(kept))
        again = rows_of_hashes(before, fresh.universe.hashes)
        known = np.flatnonzero(again != ABSENT)
        self._place_of_old[again[known]] = self._joint + known

    def merged(self, packages: Iterable[str], targets: Iterable[Microarchitecture]) -> Numbered:
        """Return the universe of both; `packages` and `targets` are as `build_universe` takes them."""
        self._resolve()
        names, package = self._column(
            lambda u: u.packages, lambda u: u.package, lambda found: sorted({*found, *packages})
        )
        table = Names(names)
        version = self._facet("version", lambda found: sorted(found, key=versions.sort_key))
        self._put_in_order(package, version.column)
        package = package[self.order]
        dependencies, dependents, virtual_sets = self._adjacencies()
        variant_sets, variant_set = self._encoded("variant_sets", "variant_set")
        flag_sets, flag_set = self._encoded("flag_sets", "flag_set")
        facets: dict[str, Any] = {name: self._ordered(self._facet(name, sorted)) for name in FACETS}
        universe = Universe(
            hashes=_texts(self._hashes[self.order]),
            rows_in_hash_order=self.new[self._in_hash_order].astype(np.int32),
            packages=table,
            package_start=np.searchsorted(package, np.arange(len(table) + 1)).astype(np.int32),
            package=package,
            version=self._ordered(version),
            **facets,
            variant_sets=variant_sets,
            variant_set=variant_set,
            flag_sets=flag_sets,
            flag_set=flag_set,
            external=self._rows(self._before.external, self._fresh.external),
            dependencies_recorded=self._rows(self._before.dependencies_recorded, self._fresh.dependencies_recorded),
            virtual_sets=virtual_sets,
            dependencies=dependencies,
            dependents=dependents,
            unresolved=FrozenBitMap([row for row, edge in self._all_dangling() if edge.deptypes & LINK_AND_RUN]),
            targets=TargetTable(targets),
            likely_generation=self._likely_generation(dependencies),
        )
        odd = {self._joint + row for row in self._fresh_odd} | self._newly_odd
        return Numbered(universe, self._all_dangling(), tuple(sorted(int(self.new[place]) for place in odd)))

    # Where each row goes ---------------------------------------------------------------------------------------------

    @cached_property
    def _hashes(self) -> NDArray[np.bytes_]:
        return np.concatenate([_hash_array(self._before.hashes)[self._kept], _hash_array(self._fresh.hashes)])

    @cached_property
    def _in_hash_order(self) -> Integers:
        """The places of all rows in the order of their hashes."""
        old = self._place_of_old[self._before.rows_in_hash_order]
        old = old[(old != ABSENT) & (old < self._joint)]
        fresh = self._joint + self._fresh.rows_in_hash_order.astype(np.int64)
        at = np.searchsorted(self._hashes[old], self._hashes[fresh])
        return np.insert(old, at, fresh)

    def _put_in_order(self, package: Column, version: Column) -> None:
        rank = np.empty(self._count, dtype=np.int64)
        rank[self._in_hash_order] = np.arange(self._count)
        place = package.astype(np.int64) * (int(version.max(initial=0)) + 1) + (version.max(initial=0) - version)
        # Two runs that are in order each: a merge, where sorting by three keys would be a sort of all.
        self.order = np.argsort(place * self._count + rank, kind="stable")
        self.new = np.empty(self._count, dtype=np.int64)
        self.new[self.order] = np.arange(self._count)

    @cached_property
    def _stays(self) -> Marks:
        marks: Marks = (self._place_of_old != ABSENT) & (self._place_of_old < self._joint)
        return marks

    @cached_property
    def new_of_old(self) -> Integers:
        """The new number of each row of the universe before; `ABSENT` of one that is gone."""
        found = np.full(len(self._place_of_old), ABSENT, dtype=np.int64)
        there = self._place_of_old != ABSENT
        found[there] = self.new[self._place_of_old[there]]
        return found

    @cached_property
    def _numbers(self) -> Column:
        """`new_of_old` in a narrow column, for edges."""
        return self.new_of_old.astype(np.int32)

    def _rows(self, old: FrozenBitMap, fresh: FrozenBitMap) -> FrozenBitMap:
        places = self._place_of_old[_array(old)]
        places = places[(places != ABSENT) & (places < self._joint)]
        return bitmap_of(np.sort(self.new[np.concatenate([places, self._joint + _array(fresh).astype(np.int64)])]))

    # Columns ---------------------------------------------------------------------------------------------------------

    def _column(
        self,
        names: Callable[[Universe], Sequence[str]],
        column: Callable[[Universe], Column],
        in_order: Callable[[set[str]], list[str]],
    ) -> tuple[list[str], Column]:
        old, fresh = column(self._before)[self._kept], column(self._fresh)
        used = [(names(u), _positions(c, len(names(u)))) for u, c in ((self._before, old), (self._fresh, fresh))]
        table = in_order({known[position] for known, positions in used for position in positions})
        place = {name: position for position, name in enumerate(table)}
        columns = []
        for (known, positions), values in zip(used, (old, fresh), strict=True):
            # One place more, for ABSENT.
            new = np.full(len(known) + 1, ABSENT, dtype=np.int32)
            new[positions] = [place[known[position]] for position in positions]
            columns.append(new[values])
        return table, np.concatenate(columns)

    def _facet(self, name: str, in_order: Callable[[set[str]], list[str]]) -> Facet:
        names, column = self._column(lambda u: getattr(u, name).values, lambda u: getattr(u, name).column, in_order)
        return Facet(Names(names), column)

    def _ordered(self, facet: Facet) -> Facet:
        return Facet(facet.values, facet.column[self.order])

    def _encoded(self, table: str, column: str) -> tuple[tuple[Any, ...], Column]:
        """Return the distinct values in the order of their first row, and each row's position among them."""
        known: dict[Any, int] = {}
        parts = []
        for universe, rows in ((self._before, self._kept), (self._fresh, slice(None))):
            found = getattr(universe, column)[rows]
            values = getattr(universe, table)
            used = _positions(found, len(values))
            new = np.zeros(len(values), dtype=np.int32)
            new[used] = [known.setdefault(values[position], len(known)) for position in used]
            parts.append(new.take(found))
        joint = np.concatenate(parts)[self.order]
        first = np.zeros(len(known), dtype=np.int64)
        first[joint[::-1]] = np.arange(len(joint))[::-1]  # of several rows the last one is written: the first
        in_order = np.argsort(first)
        place = np.empty(len(known), dtype=np.int32)
        place[in_order] = np.arange(len(in_order))
        values = list(known)
        return tuple(values[position] for position in in_order.tolist()), place.take(joint)

    # Edges -----------------------------------------------------------------------------------------------------------

    def _resolve(self) -> None:
        """Sort the fresh specs' dangling edges into those that lead to rows that stay, and the others."""
        self._resolved: list[tuple[int, int, Dependency]] = []
        self._newly_odd: set[int] = set()
        self._still_dangling: list[tuple[int, Dependency]] = []
        before = self._before
        hashes = list({edge.hash for _, edge in self._fresh_dangling})
        ends = rows_of_hashes(before, hashes)
        known = ends != ABSENT
        places = np.full(len(ends), ABSENT, dtype=np.int64)
        places[known] = self._place_of_old.take(ends[known])
        ends_of = dict(zip(hashes, zip(places.tolist(), ends.tolist(), strict=True), strict=True))
        for row, edge in self._fresh_dangling:
            place, old = ends_of[edge.hash]
            if place == ABSENT:
                self._still_dangling.append((self._joint + row, edge))
                continue
            self._resolved.append((self._joint + row, place, edge))
            if before.packages[int(before.package[old])] != edge.package:
                self._newly_odd.add(self._joint + row)

    def _all_dangling(self) -> tuple[tuple[int, Dependency], ...]:
        places = ((int(self._place_of_old[row]), edge) for row, edge in self._dangling)
        stayed = [(place, edge) for place, edge in places if 0 <= place < self._joint]
        return tuple(sorted((int(self.new[place]), edge) for place, edge in (*stayed, *self._still_dangling)))

    def _adjacencies(self) -> tuple[Adjacency, Adjacency, tuple[tuple[str, ...], ...]]:
        fresh = self._fresh.dependencies
        newest = np.repeat(np.arange(len(self._fresh)), np.diff(fresh.start))
        tails = np.concatenate([self._joint + newest, _integers(place for place, _, _ in self._resolved)])
        heads = np.concatenate([self._joint + fresh.row, _integers(place for _, place, _ in self._resolved)])
        deptypes = np.concatenate([fresh.deptypes, _integers(edge.deptypes for *_, edge in self._resolved)])
        virtual_sets, place, further = self._virtuals()
        new = self.new.astype(np.int32)
        columns = (new[tails], new[heads], deptypes.astype(np.uint8), further)
        forward = self._adjacency(self._before.dependencies, place, columns, forward=True)
        return forward, self._adjacency(self._before.dependents, place, columns, forward=False), virtual_sets

    def _adjacency(
        self, before: Adjacency, place: Column, further: tuple[NDArray[Any], ...], *, forward: bool
    ) -> Adjacency:
        """Return the edges of one direction: those of rows that stay, which are in order already, and further ones.

        Rows that stay keep their order, and so do their edges: only the further ones are looked for a place.
        """
        tails, heads, deptypes, virtual_set = further
        order = np.lexsort((virtual_set, deptypes, *((heads, tails) if forward else (tails, heads))))
        first, last = (each[order] for each in ((tails, heads) if forward else (heads, tails)))
        counts = np.diff(before.start)
        stays = self._edges_stay if forward else self._stays.take(before.row)
        at, gone = np.flatnonzero(stays), np.flatnonzero(~stays)
        counts -= np.bincount(np.searchsorted(before.start, gone, side="right") - 1, minlength=len(counts))
        starts = self._starts(counts)
        row = self._numbers.take(before.row)
        places = _places(row, at, starts.take(first), starts.take(first + 1), last)
        # One array of places, with which each column is read once: with a million edges touching memory is the cost.
        joint = np.insert(at, places, len(row) + np.arange(len(order)))

        def chosen(old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
            return np.concatenate([old, new], dtype=old.dtype).take(joint)

        starts[1:] += np.cumsum(np.bincount(first, minlength=self._count))
        virtuals = before.virtual_set if _is_identity(place) else place.take(before.virtual_set)
        return Adjacency(
            starts,
            chosen(row, last),
            chosen(before.deptypes, deptypes[order]),
            chosen(virtuals, virtual_set[order]),
        )

    @cached_property
    def _edges_stay(self) -> Marks:
        """Whether each edge before is one of a row that stays."""
        return self._stays.repeat(np.diff(self._before.dependencies.start))

    def _starts(self, counts: Integers) -> Integers:
        """Return where the edges of each new row begin and the last ones end; `counts` are of the rows before."""
        there = self.new_of_old != ABSENT
        starts = np.zeros(self._count + 1, dtype=np.int64)
        starts[1 + self.new_of_old[there]] = counts[there]
        np.cumsum(starts, out=starts)
        return starts

    def _likely_generation(self, edges: Adjacency) -> Column | None:
        """Return what the generations are where those of rows that stay are what they were."""
        before = self._generation
        if before is None or before.dtype != np.int32 or before.shape != (len(self._before),):
            return None
        found = np.zeros(self._count, dtype=np.int32)
        found[self.new_of_old[self._kept]] = before.take(self._kept)
        fresh = np.sort(self.new[self._joint :])
        return likely_generations(found, edges.start, edges.row, fresh)

    def _virtuals(self) -> tuple[tuple[tuple[str, ...], ...], Column, Column]:
        """Return the sets of virtuals in use, the place of each that was there before, and those of further edges."""
        edges, fresh = self._before.dependencies, self._fresh.dependencies
        known = self._before.virtual_sets
        used = np.flatnonzero(_used(edges.virtual_set, self._edges_stay, count=len(known))).tolist()
        # Those of the fresh universe are all in use, but for the empty one, which is always there.
        resolved = [edge.virtuals for *_, edge in self._resolved]
        table = sorted({(), *(known[position] for position in used), *self._fresh.virtual_sets, *resolved})
        place = {virtuals: position for position, virtuals in enumerate(table)}
        of_before = np.array([place.get(virtuals, 0) for virtuals in known], dtype=np.int32)
        of_fresh = np.array([place[virtuals] for virtuals in self._fresh.virtual_sets], dtype=np.int32)
        of_resolved = np.array([place[virtuals] for virtuals in resolved], dtype=np.int32)
        return tuple(table), of_before, np.concatenate([of_fresh[fresh.virtual_set], of_resolved])


def rows_of_hashes(universe: Universe, hashes: Sequence[str]) -> Integers:
    """Return the row of each hash, `ABSENT` where the universe has none."""
    if not len(universe) or not len(hashes):
        return np.full(len(hashes), ABSENT, dtype=np.int64)
    known, wanted = _hash_array(universe.hashes), _hash_array(hashes)
    in_order = universe.rows_in_hash_order
    place = np.searchsorted(known, wanted, sorter=in_order)
    rows = in_order[np.minimum(place, len(known) - 1)]
    return np.where(known[rows] == wanted, rows, ABSENT)


def _places(values: Column, at: Integers, low: Integers, high: Integers, wanted: Column) -> Integers:
    """Return where each value wanted goes among `values[at[low:high]]`, which ascend: before what is not less."""
    while np.any(searching := low < high):
        middle = (low + high) >> 1
        # Beyond the end only where nothing is searched any more.
        less = searching & (values.take(at.take(middle, mode="clip")) < wanted)
        low = np.where(less, middle + 1, low)
        high = np.where(searching & ~less, middle, high)
    return low


def _positions(column: Column, count: int) -> list[int]:
    """Return the positions from 0 to `count` that a column has, ascending."""
    used = np.zeros(count + 1, dtype=np.bool_)  # one more, for ABSENT
    used[column] = True
    return np.flatnonzero(used[:count]).tolist()


def _used(column: Column, marks: Marks, *, count: int) -> Marks:
    """Tell of each of `count` positions whether the column has it at a mark."""
    used = np.zeros(count, dtype=np.bool_)
    for begun in range(0, len(column), AT_ONCE):
        some = slice(begun, begun + AT_ONCE)
        used[column[some][marks[some]]] = True
        if used.all():
            break
    return used


def _is_identity(place: Column) -> bool:
    return bool(np.array_equal(place, np.arange(len(place))))


def _array(rows: FrozenBitMap) -> NDArray[np.uint32]:
    return np.frombuffer(rows.to_array(), dtype=np.uint32)


def _integers(values: Iterable[int]) -> Integers:
    return np.fromiter(values, dtype=np.int64)


def _hash_array(hashes: Sequence[str]) -> NDArray[np.bytes_]:
    """Return the hashes as an array of bytes, which sorts as they do."""
    if isinstance(hashes, Packed) and len(hashes):
        width = int(hashes.offsets[1] - hashes.offsets[0])
        if width and np.all(np.diff(hashes.offsets) == width):
            found: NDArray[np.bytes_] = np.ascontiguousarray(hashes.data).view(f"S{width}")
            return found
    return np.array([dag_hash.encode() for dag_hash in hashes], dtype=np.bytes_)


def _texts(hashes: NDArray[np.bytes_]) -> Sequence[str]:
    width = hashes.dtype.itemsize
    data = np.ascontiguousarray(hashes).view(np.uint8)
    # A shorter one ends with zeros.
    if len(hashes) and data.reshape(-1, width)[:, -1].all():
        offsets = np.arange(len(hashes) + 1, dtype=np.int64) * width
        return Packed(data, offsets, bytes.decode)
    return tuple(dag_hash.decode() for dag_hash in hashes.tolist())

"""Which specs satisfy what a constraint says of dependencies (Spack 1.1: `Spec.satisfies`, `Spec.__getitem__`).

A `%` looks at the edges of one spec: the one itself, or after `^x` the x that Spack finds first from there. A `^`
looks at every edge of the link and run closure and at the spec's own build edges. Each is answered for all specs at
once: from the specs that satisfy the dependency, over their edges, back to the dependents.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pyroaring import FrozenBitMap

from graph.bitmaps import bitmap_of
from graph.levels import spread
from graph.marks import bitmap_of_marks
from graph.matching.closure import BUILD, LINK_RUN, rows_from, rows_over
from graph.matching.edgelist import Edges, edges_into
from graph.matching.nodes import NOTHING, Nodes
from graph.model import Compiler, DependencyType
from graph.snapshot import Snapshot
from graph.speclang import Constraint, Edge
from graph.speclang.parser import LEGACY_COMPILERS
from graph.universe import ABSENT, Column, Marks
from graph.versions import Version

BUILD_TEST = int(DependencyType.BUILD | DependencyType.TEST)

_SCOPE_BELOW = 64
"""Where fewer than one in so many specs are asked about, a walk back stays within what they depend on."""


class Matcher:
    """The specs of one snapshot that constraints hold for. It keeps what one constraint needs more than once."""

    def __init__(self, snapshot: Snapshot, check: Callable[[], None] | None = None) -> None:
        self._check = check
        self.nodes = Nodes(snapshot)
        self.universe = snapshot.universe
        self.holds = snapshot.holds
        self.indexes = self.nodes.indexes
        self._first: dict[str, Column] = {}

    def satisfying(self, constraint: Constraint) -> FrozenBitMap:
        """Return the specs that satisfy a constraint, as Spack's `Spec.satisfies` has it."""
        return self.with_edges(self.nodes.named(constraint), constraint) | self.nodes.providing(constraint)

    def with_edges(self, rows: FrozenBitMap, constraint: Constraint) -> FrozenBitMap:
        """Return those of the rows, which satisfy the constraint's node, that satisfy its edges too."""
        for edge in constraint.edges:
            rows = self._with_edge(rows, constraint.name, edge)
            for below in edge.constraint.edges:
                rows = self._with_edge(rows, edge.constraint.name, below, root=False)
        return rows

    def _with_edge(self, rows: FrozenBitMap, parent: str | None, edge: Edge, *, root: bool = True) -> FrozenBitMap:
        if self._check is not None:
            self._check()
        asked = rows if edge.when is None else self._asked(rows, None if root else parent, edge.when)
        if not asked:
            return rows
        if not edge.direct:
            held = self._in_closure(asked, edge)
        elif parent is None or parent == edge.constraint.name:
            # Spack looks at the spec itself where both have one name, even after `^x`.
            held = asked & self._directly(edge)
        else:
            held = self._at_first(asked, parent, self._directly(edge), root=root)
        return held | (rows - asked)

    def _asked(self, rows: FrozenBitMap, parent: str | None, when: Constraint) -> FrozenBitMap:
        """Return the rows of which a condition asks for the edge: for which, or whose first `parent`, it holds.

        A spec that has no such dependency is asked, too.
        """
        wanted = self.satisfying(when)
        own = rows if parent is None else rows & self.nodes.of_package(parent)
        others = Snapshot.row_array(rows - own)
        if parent is None or not len(others):
            return own & wanted
        first = self._first_named(parent)[others]
        return (own & wanted) | bitmap_of(others[(first == ABSENT) | self.nodes.marks(wanted)[first]])

    def _at_first(self, rows: FrozenBitMap, parent: str, held: FrozenBitMap, *, root: bool) -> FrozenBitMap:
        """Return the rows whose first `parent` is held; for a root of that name that is most often itself."""
        asked = Snapshot.row_array(rows)
        if root:
            tails, heads = self._edges_named(parent).with_any(BUILD_TEST).least_heads()
            first = asked.copy()
            # Tails that are not asked about go to a place of their own.
            places = np.searchsorted(asked, tails)
            known = np.append(asked, ABSENT)[places] == tails
            first[places[known]] = heads[known]
        else:
            first = self._first_named(parent)[asked].astype(np.int64)
        return bitmap_of(asked[(first != ABSENT) & self.nodes.marks(held)[first]])

    def _directly(self, edge: Edge) -> FrozenBitMap:
        """Return the specs that have the direct dependency among their own edges.

        Of a spec that only has a recorded compiler, that is all `%` looks at.
        """
        wanted = edge.constraint
        heads = self.nodes.satisfying(wanted)
        virtuals = set(edge.virtuals)
        if self.nodes.virtual(wanted.name):
            virtuals.add(wanted.name or "")
        edges = self._among(self._providing(sorted(virtuals)), heads) if virtuals else self._into(heads)
        held = bitmap_of_marks(self._tails(edges.with_all(edge.deptypes)))
        return (held - self.indexes.without_compiler_edge) | self._by_recorded_compiler(wanted)

    def _by_recorded_compiler(self, wanted: Constraint) -> FrozenBitMap:
        facet = self.universe.compiler
        held = [rows for name, rows in zip(facet.values, facet.rows, strict=True) if _is_compiler(name, wanted)]
        return FrozenBitMap.union(NOTHING, *held) & self.indexes.without_compiler_edge & self.nodes.snapshot.rows

    def _in_closure(self, rows: FrozenBitMap, edge: Edge) -> FrozenBitMap:
        """Return the rows that reach an edge to the dependency, and one for each virtual."""
        # What all specs of a snapshot reach is the same for every constraint that asks for it.
        key = (self.nodes.snapshot.name, edge)
        found = self.universe.closures.find(key)
        if found is None and len(rows) * _SCOPE_BELOW < len(self.nodes.snapshot.rows):
            starts = Snapshot.row_array(rows)
            within = spread(self.universe.dependencies, starts, within=self.holds, deptypes=LINK_RUN)
            found = self._reaching(edge, within)
        elif found is None:
            found = self._reaching(edge, self.holds)
            self.universe.closures.keep_large(key, found)
        return rows & found

    def _reaching(self, edge: Edge, within: Marks) -> FrozenBitMap:
        wanted = edge.constraint
        heads = self.nodes.satisfying(wanted)
        if self.nodes.virtual(wanted.name):
            found = self._above(self._among(self._providing([wanted.name or ""]), heads), within)
        else:
            found = rows_over(self.universe, heads, within=within)
        for provided in edge.virtuals:
            edges = self._providing([provided]) if wanted.name is None else self._edges_named(wanted.name)
            found &= self._above(self._that_provide(edges, provided), within)
        return bitmap_of_marks(found)

    def _above(self, edges: Edges, within: Marks) -> Marks:
        """Mark the rows that have one of the edges in their link and run closure, or a build edge among them."""
        found = rows_from(self.universe, self._tails(edges.with_any(LINK_RUN)), within=within, deptypes=LINK_RUN)
        return found | self._tails(edges.with_any(BUILD))

    def _first_named(self, name: str) -> Column:
        """Return, for each row, the dependency of this name that Spack finds first, or -1.

        Its own build and test dependencies come first, then the nearest over link and run edges, which may be the
        spec itself; of several the one whose path goes by the lesser rows.
        """
        if name not in self._first:
            first = np.full(len(self.universe), ABSENT, dtype=np.int32)
            own = Snapshot.row_array(self.nodes.of_package(name))
            first[own] = own
            edges = self._edges_named(name)
            tails, heads = edges.with_any(LINK_RUN).least_heads()
            frontier, found = tails[first[tails] == ABSENT], heads[first[tails] == ABSENT]
            while len(frontier):
                first[frontier] = found
                above = self._into(bitmap_of(frontier)).with_any(LINK_RUN)
                frontier, nearer = above.where(first[above.tails] == ABSENT).least_heads()
                found = first[nearer]
            tails, heads = edges.with_any(BUILD_TEST).least_heads()
            first[tails] = heads
            self._first[name] = first
        return self._first[name]

    def _edges_named(self, name: str) -> Edges:
        """Return the edges whose head has this name, or over which this virtual is provided."""
        return self._into(self.nodes.of_package(name)).joined(self._providing([name]))

    def _into(self, heads: FrozenBitMap) -> Edges:
        return self._held(edges_into(self.universe.dependents, heads))

    def _providing(self, virtuals: list[str]) -> Edges:
        """Return the edges over which any of the virtuals is provided; one that provides two may come twice."""
        found = self._into(NOTHING)
        for virtual in virtuals:
            if virtual in self.indexes.providing:
                found = found.joined(self._held(self.indexes.providing[virtual]))
        return found

    def _that_provide(self, edges: Edges, virtual: str) -> Edges:
        sets = [virtual in virtuals for virtuals in self.universe.virtual_sets]
        return edges.providing(np.array(sets, dtype=np.bool_))

    def _among(self, edges: Edges, heads: FrozenBitMap) -> Edges:
        return edges.where(self.nodes.marks(heads)[edges.heads])

    def _held(self, edges: Edges) -> Edges:
        """Return the edges with both ends in the snapshot."""
        if len(self.nodes.snapshot.rows) == len(self.universe):
            return edges
        return edges.where(self.holds[edges.tails] & self.holds[edges.heads])

    def _tails(self, edges: Edges) -> Marks:
        marks = np.zeros(len(self.universe), dtype=np.bool_)
        marks[edges.tails] = True
        return marks


def _is_compiler(name: str, wanted: Constraint) -> bool:
    """Tell whether a compiler of which only name and version are recorded satisfies a constraint.

    It has no variants, flags, architecture or hash; a namespace is not recorded, and so never wrong.
    """
    compiler = Compiler.parse(name)
    unrecorded = (wanted.hash, wanted.platform, wanted.operating_system, wanted.target)
    if compiler is None or wanted.flags or any(part is not None for part in unrecorded):
        return False
    if any(not variant.propagated for variant in wanted.variants):
        return False
    if wanted.name not in (None, LEGACY_COMPILERS.get(compiler.family, compiler.family)):
        return False
    return wanted.versions is None or (
        compiler.version is not None and wanted.versions.includes(Version(compiler.version))
    )

"""A snapshot's graph as networkx sees it: a read-only `networkx.DiGraph` over the universe's columns.

Nodes are `NodeKey`s of packages, specs, stacks, targets, operating systems and compilers; every edge has a
`relation`, and an edge between specs its `deptypes` and `virtuals` too. Any networkx algorithm that does not write
runs on it unchanged. Nodes, neighbours and attributes are made when they are asked for, and belong to the caller:
changing what was handed out changes nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NoReturn

import networkx as nx

from graph.model import ALL_DEPENDENCY_TYPES, DependencyType, NodeKey, NodeKind, Relation
from graph.snapshot import Snapshot
from graph.universe import Adjacency, Facet

Attributes = dict[str, Any]
Neighbours = dict[NodeKey, Attributes]


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise nx.NetworkXError("a snapshot's graph does not change; take graph.copy() and change that")


class ReadOnlyGraph(nx.DiGraph):  # type: ignore[type-arg]
    """A directed graph whose nodes and edges are read through mappings; changing it raises `NetworkXError`.

    Without mappings the class makes an ordinary `DiGraph`, of whatever that takes: that is what networkx asks a
    graph's class for when it copies, relabels or filters one, and what it then fills.
    """

    def __new__(cls, nodes: Any = None, *mappings: Any, **attributes: Any) -> Any:
        """Make the graph of these mappings, or an ordinary one."""
        return super().__new__(cls) if mappings else nx.DiGraph(nodes, **attributes)

    def __init__(
        self,
        nodes: Mapping[NodeKey, Attributes],
        successors: Mapping[NodeKey, Neighbours],
        predecessors: Mapping[NodeKey, Neighbours],
        **attributes: Any,
    ) -> None:
        super().__init__(**attributes)
        self._node, self._adj, self._pred = nodes, successors, predecessors

    add_node = add_nodes_from = remove_node = remove_nodes_from = _refuse
    add_edge = add_edges_from = add_weighted_edges_from = _refuse
    remove_edge = remove_edges_from = clear = clear_edges = update = _refuse


class _Computed(Mapping[NodeKey, Any]):
    """A mapping whose keys are a snapshot's nodes and whose values are computed when asked for."""

    __slots__ = ("_compute", "_nodes")

    def __init__(self, nodes: _Nodes, compute: Callable[[NodeKey], Any]) -> None:
        self._nodes = nodes
        self._compute = compute

    def __getitem__(self, key: NodeKey) -> Any:
        if key not in self._nodes:
            raise KeyError(key)
        return self._compute(key)

    def __contains__(self, key: object) -> bool:
        return key in self._nodes

    def __iter__(self) -> Iterator[NodeKey]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


class _Nodes:
    """The node keys of a snapshot in a fixed order: by kind, then in the answers' default order."""

    def __init__(self, snapshot: Snapshot, kinds: tuple[NodeKind, ...]) -> None:
        self._snapshot = snapshot
        self._kinds = kinds

    @cached_property
    def _names(self) -> dict[NodeKind, dict[str, None]]:
        snapshot, universe = self._snapshot, self._snapshot.universe
        keys = {
            NodeKind.PACKAGE: (universe.packages[p] for p in snapshot.packages),
            NodeKind.SPEC: (universe.hashes[row] for row in snapshot.rows),
            NodeKind.STACK: snapshot.stacks,
            NodeKind.TARGET: snapshot.targets,
            NodeKind.OPERATING_SYSTEM: snapshot.operating_systems,
            NodeKind.COMPILER: snapshot.compilers,
        }
        return {kind: dict.fromkeys(keys[kind]) for kind in self._kinds}

    def __contains__(self, key: object) -> bool:
        return isinstance(key, tuple) and len(key) == 2 and key[1] in self._names.get(key[0], ())

    def __iter__(self) -> Iterator[NodeKey]:
        return (NodeKey(kind, name) for kind, names in self._names.items() for name in names)

    def __len__(self) -> int:
        return sum(map(len, self._names.values()))


def snapshot_graph(snapshot: Snapshot) -> ReadOnlyGraph:
    """Return the whole graph of a snapshot, with every kind of node and edge."""
    reader = _Reader(snapshot)
    nodes = _Nodes(snapshot, tuple(NodeKind))
    return ReadOnlyGraph(
        _Computed(nodes, reader.attributes),
        _Computed(nodes, reader.successors),
        _Computed(nodes, reader.predecessors),
        snapshot=snapshot.name,
        digest=snapshot.digest,
    )


def dependency_graph(snapshot: Snapshot, *, deptypes: DependencyType = ALL_DEPENDENCY_TYPES) -> ReadOnlyGraph:
    """Return the graph of a snapshot's specs alone, joined by the dependency edges of any of these types."""
    reader = _Reader(snapshot)
    universe = snapshot.universe
    nodes = _Nodes(snapshot, (NodeKind.SPEC,))

    def along(adjacency: Adjacency) -> Callable[[NodeKey], Neighbours]:
        return lambda key: reader.specs_along(adjacency, universe.row_by_hash[key[1]], deptypes)

    return ReadOnlyGraph(
        _Computed(nodes, reader.attributes),
        _Computed(nodes, along(universe.dependencies)),
        _Computed(nodes, along(universe.dependents)),
        snapshot=snapshot.name,
        digest=snapshot.digest,
    )


class _Reader:
    """Reads nodes and edges of one snapshot from the columns."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._universe = snapshot.universe
        self._facets: dict[NodeKind, tuple[Relation, Facet]] = {
            NodeKind.TARGET: (Relation.BUILT_FOR, self._universe.target),
            NodeKind.OPERATING_SYSTEM: (Relation.RUNS_UNDER, self._universe.operating_system),
            NodeKind.COMPILER: (Relation.COMPILED_WITH, self._universe.compiler),
        }

    def attributes(self, key: NodeKey) -> Attributes:
        """Return a node's attributes: its kind and name, and of a spec what its columns hold."""
        kind, name = key
        if kind != NodeKind.SPEC:
            return {"kind": kind, "name": name}
        row = self._universe.row_by_hash[name]
        spec = self._universe.spec(row)
        return {
            "kind": kind,
            "hash": name,
            "package": spec.package,
            "version": spec.version,
            "compiler": spec.compiler.name if spec.compiler else None,
            "platform": spec.platform,
            "operating_system": spec.operating_system,
            "target": spec.target,
            "variants": tuple(variant.text for variant in spec.variants),
            "external": spec.external,
            "in_build_cache": row in self._snapshot.binaries,
        }

    def successors(self, key: NodeKey) -> Neighbours:
        """Return the nodes that a node's edges lead to: only specs and targets have any."""
        kind, name = key
        if kind == NodeKind.TARGET:
            parents = self._universe.targets.microarchitecture(name).parents
            return {NodeKey(kind, parent): {"relation": Relation.DESCENDS_FROM} for parent in parents}
        return self._of_spec(self._universe.row_by_hash[name]) if kind == NodeKind.SPEC else {}

    def predecessors(self, key: NodeKey) -> Neighbours:
        """Return the nodes whose edges lead to a node."""
        kind, name = key
        if kind == NodeKind.SPEC:
            row = self._universe.row_by_hash[name]
            return self.specs_along(self._universe.dependents, row, ALL_DEPENDENCY_TYPES)
        relation, rows = self._specs_at(kind, name)
        hashes = self._universe.hashes
        found = {NodeKey(NodeKind.SPEC, hashes[row]): {"relation": relation} for row in rows}
        if kind == NodeKind.TARGET:
            found |= self._children(name)
        return found

    def specs_along(self, adjacency: Adjacency, row: int, deptypes: DependencyType) -> Neighbours:
        """Return the specs at the other end of a row's edges of these types, within the snapshot."""
        universe, snapshot = self._universe, self._snapshot
        return {
            NodeKey(NodeKind.SPEC, universe.hashes[n.row]): {
                "relation": Relation.DEPENDS_ON,
                "deptypes": DependencyType(n.deptypes),
                "virtuals": n.virtuals,
            }
            for n in universe.neighbours(adjacency, row)
            if n.deptypes & deptypes and n.row in snapshot.rows
        }

    def _of_spec(self, row: int) -> Neighbours:
        universe, snapshot = self._universe, self._snapshot
        found = self.specs_along(universe.dependencies, row, ALL_DEPENDENCY_TYPES)
        found[NodeKey(NodeKind.PACKAGE, universe.packages[universe.package[row]])] = {"relation": Relation.BUILD_OF}
        for stack in snapshot.stacks_of(row):
            found[NodeKey(NodeKind.STACK, snapshot.stacks[stack])] = {"relation": Relation.IN_STACK}
        for kind, (relation, facet) in self._facets.items():
            value = facet.value(row)
            if value is not None:
                found[NodeKey(kind, value)] = {"relation": relation}
        return found

    def _specs_at(self, kind: NodeKind, name: str) -> tuple[Relation, Any]:
        snapshot = self._snapshot
        if kind == NodeKind.PACKAGE:
            position = self._universe.packages.position(name)
            return Relation.BUILD_OF, snapshot.package_rows(position if position is not None else -1)
        if kind == NodeKind.STACK:
            position = snapshot.stacks.position(name)
            return Relation.IN_STACK, snapshot.stack_rows[position if position is not None else -1]
        relation, facet = self._facets[kind]
        return relation, facet.rows_of(name) & snapshot.rows

    def _children(self, target: str) -> Neighbours:
        table = self._universe.targets
        return {
            NodeKey(NodeKind.TARGET, name): {"relation": Relation.DESCENDS_FROM}
            for name in self._snapshot.targets
            if target in table.microarchitecture(name).parents
        }

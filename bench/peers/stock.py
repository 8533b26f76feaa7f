"""Strawberry as its documentation shows it: stock execution, plain resolvers, over a dict-of-dict `networkx.DiGraph`.

`BENCH_EXPORT` is the file that `bench.peers.export` wrote. Nodes are `(kind, name)`; an edge has a `relation`, and one
between specs its `deptypes`. The view is Strawberry's own for ASGI.
"""

from __future__ import annotations

import enum
import gc
import os
from collections import Counter
from pathlib import Path

import networkx as nx
import orjson
import strawberry
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig

Key = tuple[str, str]

PAGE = 50
"""Items of a list where `first` is left out."""

graph: nx.DiGraph[Key] = nx.DiGraph()
in_order: list[Key] = []
"""The specs in the answers' default order, which a dictionary graph has no index for."""


def read(path: Path) -> None:
    """Fill the graph from an export."""
    with path.open("rb") as file:
        shared = orjson.loads(file.readline())
        specs = [orjson.loads(line) for line in file]
    keys = [("spec", spec[0]) for spec in specs]
    graph.add_nodes_from((("package", name), {"latest": version}) for name, version in shared["latest"].items())
    for rank, (key, spec) in enumerate(zip(keys, specs, strict=True)):
        dag_hash, package, version, platform, cached, size, text, compiler, target, stacks, edges = spec
        graph.add_node(
            key,
            rank=rank,
            hash=dag_hash,
            version=version,
            platform=platform,
            in_build_cache=cached,
            size=size,
            text=text,
            compiler=compiler,
            target=target,
        )
        graph.add_edge(key, ("package", package), relation="build_of")
        graph.add_edge(key, ("target", target), relation="built_for")
        for stack in stacks:
            graph.add_edge(key, ("stack", shared["stacks"][stack]), relation="in_stack")
        for row, deptypes in edges:
            graph.add_edge(key, keys[row], relation="depends_on", deptypes=[DependencyType[name] for name in deptypes])
    in_order.extend(keys)


def rank_of(key: Key) -> int:
    """Return the place of a spec in the default order."""
    rank: int = graph.nodes[key]["rank"]
    return rank


@strawberry.enum
class DependencyType(enum.Enum):
    """The types of an edge between specs."""

    BUILD = "BUILD"
    LINK = "LINK"
    RUN = "RUN"
    TEST = "TEST"


class BigInt(int):
    """An integer that may pass 32 bits."""


@strawberry.type
class Named:
    """What has a name."""

    name: str


@strawberry.type
class Compiler(Named):
    """A compiler."""


@strawberry.type
class Stack(Named):
    """A stack."""


@strawberry.type
class StackEdge:
    """A stack and how many specs tie it to where the list starts."""

    node: Stack
    spec_count: int


@strawberry.type
class StackConnection:
    """Stacks, by name."""

    counts: strawberry.Private[Counter[str]]
    first: strawberry.Private[int]

    @strawberry.field
    def total_count(self) -> int:
        """Return how many there are."""
        return len(self.counts)

    @strawberry.field
    def nodes(self) -> list[Stack]:
        """Return the first of them."""
        return [Stack(name=name) for name in sorted(self.counts)[: self.first]]

    @strawberry.field
    def edges(self) -> list[StackEdge]:
        """Return the first of them with their counts."""
        names = sorted(self.counts)[: self.first]
        return [StackEdge(node=Stack(name=name), spec_count=self.counts[name]) for name in names]


def stacks_of(specs: list[Key], first: int) -> StackConnection:
    """Return the stacks that hold any of the specs."""
    counts = Counter(
        stack[1] for spec in specs for stack, edge in graph.adj[spec].items() if edge["relation"] == "in_stack"
    )
    return StackConnection(counts=counts, first=first)


@strawberry.type
class Target(Named):
    """A target."""

    @strawberry.field
    def stacks(self, first: int = PAGE) -> StackConnection:
        """Return the stacks that hold a spec built for it."""
        return stacks_of(list(graph.pred[("target", self.name)]), first)


@strawberry.type
class DependencyEdge:
    """A spec that was reached."""

    node: Spec
    deptypes: list[DependencyType]


@strawberry.type
class DependencyConnection:
    """Specs that were reached, in the default order."""

    found: strawberry.Private[list[Key]]
    origin: strawberry.Private[Key]
    first: strawberry.Private[int]

    @strawberry.field
    def total_count(self) -> int:
        """Return how many were reached."""
        return len(self.found)

    @strawberry.field
    def nodes(self) -> list[Spec]:
        """Return the first of them."""
        return [Spec(key=key) for key in self.found[: self.first]]

    @strawberry.field
    def edges(self) -> list[DependencyEdge]:
        """Return the first of them with the types of their edges."""
        adjacent = graph.adj[self.origin]
        return [DependencyEdge(node=Spec(key=k), deptypes=adjacent[k]["deptypes"]) for k in self.found[: self.first]]


@strawberry.type
class Spec:
    """A spec."""

    key: strawberry.Private[Key]

    @strawberry.field
    def hash(self) -> str:
        """Return the hash."""
        return self.key[1]

    @strawberry.field
    def version(self) -> str:
        """Return the version."""
        return str(graph.nodes[self.key]["version"])

    @strawberry.field
    def platform(self) -> str:
        """Return the platform."""
        return str(graph.nodes[self.key]["platform"])

    @strawberry.field
    def in_build_cache(self) -> bool:
        """Tell whether it is a binary."""
        return bool(graph.nodes[self.key]["in_build_cache"])

    @strawberry.field
    def size(self) -> BigInt | None:
        """Return the size."""
        return graph.nodes[self.key]["size"]

    @strawberry.field
    def text(self) -> str:
        """Return the text."""
        return str(graph.nodes[self.key]["text"])

    @strawberry.field
    def compiler(self) -> Compiler | None:
        """Return the compiler."""
        name = graph.nodes[self.key]["compiler"]
        return None if name is None else Compiler(name=name)

    @strawberry.field
    def target(self) -> Target:
        """Return the target."""
        return Target(name=graph.nodes[self.key]["target"])

    @strawberry.field
    def stacks(self, first: int = PAGE) -> StackConnection:
        """Return the stacks that hold it."""
        return stacks_of([self.key], first)

    @strawberry.field
    def dependencies(self, first: int = PAGE) -> DependencyConnection:
        """Return its direct dependencies."""
        found = [key for key, edge in graph.adj[self.key].items() if edge["relation"] == "depends_on"]
        return DependencyConnection(found=sorted(found, key=rank_of), origin=self.key, first=first)

    @strawberry.field
    def dependents(self, transitive: bool = False, first: int = PAGE) -> DependencyConnection:
        """Return what depends on it. Only edges of specs lead to a spec."""
        found = nx.ancestors(graph, self.key) if transitive else set(graph.pred[self.key])
        return DependencyConnection(found=sorted(found, key=rank_of), origin=self.key, first=first)


@strawberry.type
class SpecConnection:
    """Specs in the default order."""

    first: strawberry.Private[int]

    @strawberry.field
    def total_count(self) -> int:
        """Return how many there are."""
        return len(in_order)

    @strawberry.field
    def nodes(self) -> list[Spec]:
        """Return the first of them."""
        return [Spec(key=key) for key in in_order[: self.first]]


@strawberry.type
class Package(Named):
    """A package."""

    @strawberry.field
    def spec_count(self) -> int:
        """Return the number of its specs."""
        return len(graph.pred[("package", self.name)])

    @strawberry.field
    def binary_count(self) -> int:
        """Return the number of its binaries."""
        return sum(graph.nodes[spec]["in_build_cache"] for spec in graph.pred[("package", self.name)])

    @strawberry.field
    def latest_version(self) -> str | None:
        """Return its newest version."""
        version: str = graph.nodes[("package", self.name)]["latest"]
        return version


@strawberry.type
class Query:
    """The part of the contract that is measured."""

    @strawberry.field
    def package(self, name: str) -> Package | None:
        """Return a package by name."""
        return Package(name=name) if ("package", name) in graph else None

    @strawberry.field
    def spec(self, hash: str) -> Spec | None:  # noqa: A002 - the contract's name
        """Return a spec by its full hash."""
        return Spec(key=("spec", hash)) if ("spec", hash) in graph else None

    @strawberry.field
    def specs(self, first: int = PAGE) -> SpecConnection | None:
        """Return all specs."""
        return SpecConnection(first=first)

    @strawberry.field
    def target(self, name: str) -> Target | None:
        """Return a target by name."""
        return Target(name=name) if ("target", name) in graph else None


read(Path(os.environ["BENCH_EXPORT"]))
gc.collect()
gc.freeze()
SCALARS = {BigInt: strawberry.scalar(name="BigInt", serialize=int, parse_value=int)}
schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))
app: GraphQL[None, None] = GraphQL(schema)

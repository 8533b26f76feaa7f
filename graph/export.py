"""What a snapshot file holds, given back: a line of JSON a spec, or a snapshot's graph as networkx writes graphs.

The lines hold everything that is recorded of specs, under the names that `graph.model` has for it, and are written
one by one. GraphML and node-link hold a graph with all its kinds of node and edge; networkx makes them in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import IO, Any

import msgspec
import networkx as nx
from msgspec import Struct

from graph.model import DependencyType, Flags, NodeKey, Variant
from graph.network import snapshot_graph
from graph.snapshot import Snapshot
from graph.universe import Universe

LIST_SEPARATOR = ", "
"""Between the values of a list in GraphML, which has none. No variant's name and no virtual holds a blank."""

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, escaped or not."""


class ExportedDependency(Struct, frozen=True):
    """A dependency edge. `deptypes` are Spack's words."""

    hash: str
    package: str
    deptypes: tuple[str, ...]
    virtuals: tuple[str, ...]


class Membership(Struct, frozen=True):
    """A spec in one snapshot: its stacks, whether its binary is there, and what is recorded of the binary."""

    snapshot: str
    stacks: tuple[str, ...]
    in_build_cache: bool
    size: int | None
    tarball: str | None


class ExportedSpec(Struct, frozen=True):
    """One line. None is what no source records; `snapshots` are by name, all those that were asked for."""

    hash: str
    package: str
    version: str
    platform: str
    operating_system: str
    target: str
    namespace: str | None
    compiler: str | None
    variants: tuple[Variant, ...]
    flags: tuple[Flags, ...]
    dependencies: tuple[ExportedDependency, ...] | None
    external: bool
    package_hash: str | None
    build_spec: str | None
    snapshots: tuple[Membership, ...]


def exported_specs(snapshots: Iterable[Snapshot], universe: Universe) -> Iterator[ExportedSpec]:
    """Yield every spec of the snapshots once, in the order of the universe, with its place in each of them."""
    asked = tuple(snapshots)
    for row in range(len(universe)):
        memberships = tuple(_membership(snapshot, row) for snapshot in asked if row in snapshot.rows)
        if memberships:
            yield _exported(universe, row, memberships)


def write_ndjson(snapshots: Iterable[Snapshot], universe: Universe, file: IO[bytes]) -> int:
    """Write a line a spec and return their number; memory does not grow with it."""
    encoder = msgspec.json.Encoder()
    count = 0
    for count, spec in enumerate(exported_specs(snapshots, universe), start=1):  # noqa: B007 (the last one is the answer)
        file.write(encoder.encode(spec) + b"\n")
    return count


def _membership(snapshot: Snapshot, row: int) -> Membership:
    binary = snapshot.binary_of(row)
    stacks = tuple(snapshot.stacks[position] for position in snapshot.stacks_of(row))
    return Membership(snapshot.name, stacks, row in snapshot.binaries, binary.size, binary.tarball)


def _exported(universe: Universe, row: int, memberships: tuple[Membership, ...]) -> ExportedSpec:
    spec = universe.spec(row)
    dependencies = None
    if spec.dependencies is not None:
        dependencies = tuple(
            ExportedDependency(d.hash, d.package, deptype_names(d.deptypes), d.virtuals) for d in spec.dependencies
        )
    return ExportedSpec(
        hash=spec.hash,
        package=spec.package,
        version=spec.version,
        platform=spec.platform,
        operating_system=spec.operating_system,
        target=spec.target,
        namespace=spec.namespace,
        compiler=universe.compiler.value(row),
        variants=spec.variants,
        flags=spec.flags,
        dependencies=dependencies,
        external=spec.external,
        package_hash=spec.package_hash,
        build_spec=spec.build_spec,
        snapshots=memberships,
    )


def deptype_names(deptypes: int) -> tuple[str, ...]:
    """Return the words of Spack for dependency types, in the order of its flags.

    >>> deptype_names(DependencyType.BUILD | DependencyType.RUN)
    ('build', 'run')
    """
    return tuple((kind.name or "").lower() for kind in DependencyType if kind & deptypes)


def write_node_link(snapshot: Snapshot, file: IO[bytes]) -> None:
    """Write a snapshot's graph as JSON that `networkx.node_link_graph` reads; its node keys come back as tuples."""
    data = nx.node_link_data(snapshot_graph(snapshot), edges="edges")
    for edge in data["edges"]:
        if "deptypes" in edge:
            edge["deptypes"] = deptype_names(edge["deptypes"])
    file.write(msgspec.json.encode(data) + b"\n")


def write_graphml(snapshot: Snapshot, file: IO[bytes]) -> None:
    """Write a snapshot's graph as GraphML; a node's id is its kind and key, as in `spec:2viyxlm…`.

    GraphML knows texts, numbers and truth values: lists are joined by `LIST_SEPARATOR`, and what is not recorded is
    left out.
    """
    graph = snapshot_graph(snapshot)
    plain: nx.DiGraph[str] = nx.DiGraph()
    plain.graph.update(_plain(graph.graph))
    for node, attributes in graph.nodes(data=True):
        plain.add_node(_node_id(node), **_plain(attributes))
    for tail, head, attributes in graph.edges(data=True):
        plain.add_edge(_node_id(tail), _node_id(head), **_plain(attributes))
    nx.write_graphml_xml(plain, file)


def _node_id(node: NodeKey) -> str:
    kind, key = node
    return _xml_text(f"{kind}:{key}")


def _plain(attributes: dict[str, Any]) -> dict[str, str | int | bool]:
    return {name: _plain_value(value) for name, value in attributes.items() if value is not None}


def _plain_value(value: object) -> str | int | bool:
    if isinstance(value, DependencyType):
        value = deptype_names(value)
    if isinstance(value, tuple):
        value = LIST_SEPARATOR.join(value)
    return value if isinstance(value, (bool, int)) else _xml_text(str(value))


def _xml_text(text: str) -> str:
    """Return the text with a replacement character for each that XML cannot hold.

    >>> _xml_text("a\\x00b")
    'a�b'
    """
    return _NOT_IN_XML.sub("\ufffd", text)

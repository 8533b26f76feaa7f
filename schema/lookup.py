"""Single look-ups: a noun by its kind and key, and a node by its id."""

from __future__ import annotations

from collections.abc import Callable

from graph.errors import BadInput
from graph.model import NodeKind
from graph.snapshot import Catalogue, Snapshot
from schema.compiler import compiler_node
from schema.errors import InvalidId
from schema.node import Node, decode_id
from schema.operating_system import operating_system_node
from schema.package import package_node
from schema.snapshot import snapshot_node
from schema.spec import spec_node
from schema.stack import stack_node
from schema.target import target_node

_FIND: dict[NodeKind, Callable[[Snapshot, str], Node | None]] = {
    NodeKind.PACKAGE: package_node,
    NodeKind.SPEC: spec_node,
    NodeKind.STACK: stack_node,
    NodeKind.TARGET: target_node,
    NodeKind.OPERATING_SYSTEM: operating_system_node,
    NodeKind.COMPILER: compiler_node,
}

_KINDS = {
    "Package": NodeKind.PACKAGE,
    "Spec": NodeKind.SPEC,
    "Stack": NodeKind.STACK,
    "Target": NodeKind.TARGET,
    "OperatingSystem": NodeKind.OPERATING_SYSTEM,
    "Compiler": NodeKind.COMPILER,
}


def node_of(within: Snapshot, kind: NodeKind, key: str) -> Node:
    """Return the noun of a kind and key that the snapshot is known to have."""
    node = _FIND[kind](within, key)
    if node is None:
        raise BadInput(f"no {kind.replace('_', ' ')} {key!r} in the snapshot {within.name!r}")
    return node


def node_by_id(catalogue: Catalogue, node_id: str) -> Node | None:
    """Return the node of an id, or None where what it stands for is not loaded (any more).

    Raises `InvalidId` for a text that is no id.
    """
    match decode_id(node_id):
        case ("Snapshot", name):
            snapshot = catalogue.get(name)
            return None if snapshot is None else snapshot_node(catalogue, snapshot)
        case (kind, name, key) if kind in _KINDS:
            snapshot = catalogue.get(name)
            return None if snapshot is None else node_by_key(snapshot, kind, key)
    raise InvalidId(f"{node_id!r} is not a node id; ids come from the `id` field of a node")


def node_by_key(within: Snapshot, type_name: str, key: str) -> Node | None:
    """Return the noun of a type whose key is exactly this, None where the snapshot has none.

    The beginning of a hash and `gcc@=11.4.0` are no keys.
    """
    kind = _KINDS[type_name]
    if kind is NodeKind.SPEC and key not in within.universe.row_by_hash:
        return None
    node = _FIND[kind](within, key)
    return node if node is not None and node.id_parts()[-1] == key else None

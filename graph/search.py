"""Ranked search over the names and hashes of a snapshot.

A name scores 1 where it is the text, between 0.5 and 1 where it begins with it, and up to 0.5 where it holds it; the
larger the part of the name that the text makes up, the higher. Case does not count. Equal scores are ordered by the
number of specs behind the name, then by kind and name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest

from graph.model import NodeKey, NodeKind
from graph.snapshot import LEAST_PREFIX, Snapshot

ALL_KINDS = tuple(NodeKind)


@dataclass(frozen=True, slots=True)
class Hit:
    """A node that a search found; `score` lies in (0, 1], `spec_count` is its popularity."""

    node: NodeKey
    label: str
    score: float
    spec_count: int

    @property
    def rank(self) -> tuple[float, int, int, str]:
        """The sort key: best score first, then the most specs, then kind and name."""
        return (-self.score, -self.spec_count, ALL_KINDS.index(self.node.kind), self.node.key)


def search(snapshot: Snapshot, text: str, *, kinds: Iterable[NodeKind] = ALL_KINDS, limit: int) -> list[Hit]:
    """Return the best `limit` hits for a text, best first; specs are found by the beginning of their hash.

    A text of fewer than four characters finds no specs; an empty one finds nothing.
    """
    wanted = text.strip().lower()
    if not wanted:
        return []
    found = (hit for kind in dict.fromkeys(kinds) for hit in _hits(snapshot, kind, wanted))
    return nsmallest(limit, found, key=lambda hit: hit.rank)


def _hits(snapshot: Snapshot, kind: NodeKind, wanted: str) -> Iterator[Hit]:
    if kind == NodeKind.SPEC:
        yield from _spec_hits(snapshot, wanted)
        return
    for name, spec_count in _names(snapshot, kind):
        score = _score(name.lower(), wanted)
        if score:
            yield Hit(NodeKey(kind, name), name, score, spec_count)


def _score(name: str, wanted: str) -> float:
    share = len(wanted) / len(name) if name else 0.0
    if name == wanted:
        return 1.0
    if name.startswith(wanted):
        return 0.5 + share / 2
    return share / 2 if wanted in name else 0.0


def _spec_hits(snapshot: Snapshot, wanted: str) -> Iterator[Hit]:
    if len(wanted) < LEAST_PREFIX:
        return
    universe = snapshot.universe
    for row in universe.rows_with_prefix(wanted):
        if row in snapshot.rows:
            dag_hash = universe.hashes[row]
            label = f"{universe.packages[universe.package[row]]}@{universe.version.value(row)} /{dag_hash[:7]}"
            yield Hit(NodeKey(NodeKind.SPEC, dag_hash), label, _score(dag_hash, wanted), 1)


def _names(snapshot: Snapshot, kind: NodeKind) -> Iterator[tuple[str, int]]:
    """Yield the names of a kind with how many of the snapshot's specs stand behind each."""
    universe, rows = snapshot.universe, snapshot.rows
    if kind == NodeKind.PACKAGE:
        counts = snapshot.specs_per_package
        yield from ((universe.packages[p], int(counts[p])) for p in snapshot.packages)
    elif kind == NodeKind.STACK:
        yield from zip(snapshot.stacks, map(len, snapshot.stack_rows), strict=True)
    else:
        names, facet = {
            NodeKind.TARGET: (snapshot.targets, universe.target),
            NodeKind.OPERATING_SYSTEM: (snapshot.operating_systems, universe.operating_system),
            NodeKind.COMPILER: (snapshot.compilers, universe.compiler),
        }[kind]
        yield from ((name, rows.intersection_cardinality(facet.rows_of(name))) for name in names)

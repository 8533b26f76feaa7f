"""Hits of a search."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from graph import search as domain_search
from graph import snapshot as domain
from schema import enums
from schema.arguments import SnapshotName, given
from schema.connections import checked_count
from schema.context import Info
from schema.lookup import node_of
from schema.node import Node


@strawberry.type(description="A node that a search found; the best come first.")
class SearchHit:
    """A hit in a snapshot."""

    within: strawberry.Private[domain.Snapshot]
    hit: strawberry.Private[domain_search.Hit]

    @strawberry.field(description="What kind of node it is.")
    def kind(self) -> enums.NodeKind:
        """Return the kind."""
        return self.hit.node.kind

    @strawberry.field(description="A name to show: of a spec, package, version and the beginning of its hash.")
    def label(self) -> str:
        """Return the label."""
        return self.hit.label

    @strawberry.field(
        description="How well it fits: 1 is the text itself, above 0.7 it begins with the text, above 0.4 it holds it, "
        "below that it is like it but for a few typing errors."
    )
    def score(self) -> float:
        """Return the score."""
        return self.hit.score

    @strawberry.field(description="The node.")
    def node(self) -> Node:
        """Return the node."""
        return node_of(self.within, self.hit.node.kind, self.hit.node.key)


@strawberry.type
class SearchQueries:
    """Root fields that search."""

    @strawberry.field(
        description="Ranked, forgiving search over names and hashes: the text itself, then names that begin with it, "
        "that hold it, that are like it but for a few typing errors. A virtual's name (mpi) finds the packages that "
        "provide it. Case does not count."
    )
    def search(
        self,
        info: Info,
        text: Annotated[str, strawberry.argument(description="What to look for; of a hash, at least 4 characters.")],
        kinds: Annotated[
            list[enums.NodeKind] | None, strawberry.argument(description="Only nodes of these kinds.")
        ] = UNSET,
        snapshot: SnapshotName = UNSET,
        first: Annotated[int | None, strawberry.argument(description="At most this many hits.")] = 20,
    ) -> list[SearchHit] | None:
        """Return the best hits."""
        within = info.context.snapshot(snapshot)
        most = info.context.limits.max_search_hits
        limit = most if first is None else checked_count("first", first, most=most)
        chosen = given(kinds)
        hits = domain_search.search(
            within, text, kinds=domain_search.ALL_KINDS if chosen is None else chosen, limit=limit
        )
        return [SearchHit(within=within, hit=hit) for hit in hits]

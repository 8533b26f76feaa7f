"""Hits of a search."""

from __future__ import annotations

import strawberry

from graph import search as domain_search
from graph import snapshot as domain
from schema import enums
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
        description="How well it fits, above 0 up to 1: 1 is the text itself, from 0.5 it begins with the text."
    )
    def score(self) -> float:
        """Return the score."""
        return self.hit.score

    @strawberry.field(description="The node.")
    def node(self) -> Node:
        """Return the node."""
        return node_of(self.within, self.hit.node.kind, self.hit.node.key)

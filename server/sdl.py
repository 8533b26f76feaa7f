"""The schema as text."""

from __future__ import annotations

from schema.federation import subgraph_sdl
from schema.root import schema


def printed_schema() -> str:
    """Return the schema as `schema/schema.graphql` holds it, with one newline at its end."""
    return schema.as_str().rstrip("\n") + "\n"


def printed_subgraph() -> str:
    """Return the schema as a gateway composes it, with one newline at its end."""
    return subgraph_sdl(schema)

"""Which specs of a snapshot a spec constraint matches, answered by indexes and as Spack would."""

from graph.matching.query import matching_rows, rows_depending_on

__all__ = ["matching_rows", "rows_depending_on"]

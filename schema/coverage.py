"""The coverage matrix: counts of specs over two attributes."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from graph import facets as domain
from schema.arguments import SnapshotName
from schema.context import Info
from schema.enums import Facet
from schema.inputs import Matching, Where
from schema.selection import selected_rows


@strawberry.type(
    description="Counts of specs over two attributes, with every hole. Rows and columns are the values that the "
    "snapshot has, so that a stack without any of the specs shows; packages and versions are those of the specs."
)
class CoverageMatrix:
    """A coverage."""

    found: strawberry.Private[domain.Coverage]

    @strawberry.field(description="The values down the side, by name.")
    def rows(self) -> list[str]:
        """Return the rows' values."""
        return list(self.found.rows)

    @strawberry.field(description="The values across the top, by name.")
    def columns(self) -> list[str]:
        """Return the columns' values."""
        return list(self.found.columns)

    @strawberry.field(description="counts[row][column]: how many specs have both values; 0 where none has.")
    def counts(self) -> list[list[int]]:
        """Return the cells."""
        return [list(row) for row in self.found.counts]

    @strawberry.field(
        description="How many specs were counted. The cells may add up to more: a spec in two stacks is in two rows."
    )
    def total(self) -> int:
        """Return the number of specs."""
        return self.found.total


@strawberry.type
class CoverageQueries:
    """Root fields that count."""

    @strawberry.field(
        description="Counts of specs over two attributes; a cell with no spec is there with count 0. "
        '`{ coverage(rows: STACK, columns: TARGET, where: {package: {eq: "hdf5"}}) { rows columns counts } }`'
    )
    def coverage(
        self,
        info: Info,
        rows: Annotated[Facet, strawberry.argument(description="The attribute down the side.")],
        columns: Annotated[Facet, strawberry.argument(description="The attribute across the top.")],
        matching: Matching = UNSET,
        where: Where = UNSET,
        snapshot: SnapshotName = UNSET,
    ) -> CoverageMatrix | None:
        """Return the matrix of the specs that the filter selects."""
        within = info.context.snapshot(snapshot)
        counted = selected_rows(info, within, where, matching)
        most = info.context.limits.max_coverage_cells
        return CoverageMatrix(found=domain.coverage(within, counted, rows, columns, max_cells=most))

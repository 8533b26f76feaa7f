"""Facets: counts of a set of specs by value."""

from __future__ import annotations

from collections.abc import Iterable

import strawberry

from graph import facets as domain
from schema.enums import Facet


@strawberry.type(description="A value and how many specs have it.")
class FacetValue:
    """One counted value."""

    value: str = strawberry.field(description="The value.")
    count: int = strawberry.field(description="How many specs have it.")


def facet_values(counted: Iterable[tuple[str, int]]) -> list[FacetValue]:
    """Return counted values as the API has them."""
    return [FacetValue(value=value, count=count) for value, count in counted]


@strawberry.type(description="Counts of a set of specs by one attribute.")
class FacetCounts:
    """A facet of a set of specs."""

    counted: strawberry.Private[domain.FacetCount]

    @strawberry.field(description="The attribute.")
    def facet(self) -> Facet:
        """Return the attribute."""
        return self.counted.kind

    @strawberry.field(
        description="The most frequent values, most first, then by value. A spec in two stacks counts in both; one "
        "without a compiler counts in none."
    )
    def values(self) -> list[FacetValue]:
        """Return the values."""
        return facet_values(self.counted.values)

    @strawberry.field(description="The sum of the counts of all values that `limit` left out.")
    def other_count(self) -> int:
        """Return the rest."""
        return self.counted.other_count

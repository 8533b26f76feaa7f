"""What differs between two specs."""

from __future__ import annotations

import strawberry

from graph import compare, lookup
from graph.snapshot import Snapshot
from schema import spec as specs
from schema.references import SpecRef


@strawberry.type(description="One attribute that differs.")
class AttributeDifference:
    """A difference as the domain has it."""

    difference: strawberry.Private[compare.AttributeDifference]

    @strawberry.field(
        description='Its name: "package", "version", "namespace", "compiler", "platform", "operating_system", '
        '"target", "external", "package_hash", "build_spec", "variant mpi" for a variant, "flag cflags" for flags.'
    )
    def attribute(self) -> str:
        """Return the name."""
        return self.difference.attribute

    @strawberry.field(
        description='The left side\'s value, a variant as Spack prints it ("+mpi"); null where it has none.'
    )
    def left(self) -> str | None:
        """Return the left value."""
        return self.difference.left

    @strawberry.field(description="The right side's value; null where it has none.")
    def right(self) -> str | None:
        """Return the right value."""
        return self.difference.right


@strawberry.type(description="A package of which the two sides depend on different specs, directly.")
class DependencyDifference:
    """A difference in a direct dependency."""

    within: strawberry.Private[Snapshot]
    difference: strawberry.Private[compare.DependencyDifference]

    @strawberry.field(description="The package's name. It comes again where a side depends on several specs of it.")
    def package(self) -> str:
        """Return the name."""
        return self.difference.package

    @strawberry.field(description="The spec that the left side alone depends on; null where it has none (more).")
    def left(self) -> SpecRef | None:
        """Return the left dependency."""
        return self._spec(self.difference.left)

    @strawberry.field(description="The spec that the right side alone depends on; null where it has none (more).")
    def right(self) -> SpecRef | None:
        """Return the right dependency."""
        return self._spec(self.difference.right)

    def _spec(self, row: int | None) -> SpecRef | None:
        return None if row is None else specs.Spec(within=self.within, row=row)


@strawberry.type(description="What differs between two specs of a snapshot, of one package or of two.")
class SpecDiff:
    """A comparison of two specs."""

    within: strawberry.Private[Snapshot]
    found: strawberry.Private[compare.SpecDifference]

    @strawberry.field(description="The one spec.")
    def left(self) -> SpecRef:
        """Return the left spec."""
        return specs.Spec(within=self.within, row=self.found.left)

    @strawberry.field(description="The other spec.")
    def right(self) -> SpecRef:
        """Return the right spec."""
        return specs.Spec(within=self.within, row=self.found.right)

    @strawberry.field(
        description="Whether they are one spec, by the hash. Two specs that are not may show no difference: then they "
        "differ in what no source records, or in what they depend on further down."
    )
    def equal(self) -> bool:
        """Tell whether both are the same."""
        return self.found.equal

    @strawberry.field(
        description="The attributes that differ: those of the spec in a fixed order, then variants, then flags, by "
        "name. Namespace, recipe and build spec count only where both sides record them."
    )
    def differences(self) -> list[AttributeDifference]:
        """Return the attributes."""
        return [AttributeDifference(difference=difference) for difference in self.found.attributes]

    @strawberry.field(
        description="The direct dependencies that differ, by package. They are not compared where a side's are not "
        "recorded; edges of other types to the same spec are no difference."
    )
    def dependencies(self) -> list[DependencyDifference]:
        """Return the dependencies."""
        return [DependencyDifference(within=self.within, difference=d) for d in self.found.dependencies]


def spec_diff(within: Snapshot, left: str, right: str) -> SpecDiff:
    """Compare the specs of two hashes or prefixes; raises `BadInput` for one that no spec has."""
    rows = (lookup.spec_row(within, left), lookup.spec_row(within, right))
    return SpecDiff(within=within, found=compare.spec_difference(within, *rows))

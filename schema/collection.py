"""What packages and stacks have in common: their specs differ in where they run and in what built them."""

from __future__ import annotations

import strawberry

from graph import snapshot as domain
from schema import compiler as compilers
from schema import operating_system as operating_systems
from schema import target as targets
from schema.columns import varies_with
from schema.holder import SpecHolder
from schema.references import CompilerRef, OperatingSystemRef, TargetRef


@strawberry.type
class SpecCollection(SpecHolder):
    """A noun that holds specs of many targets, operating systems, platforms and compilers."""

    within: strawberry.Private[domain.Snapshot]

    @property
    def compiler_names(self) -> tuple[str, ...]:
        """The names of the compilers of its specs, sorted."""
        return self.within.values(self.within.universe.compiler, self.rows)

    @strawberry.field(description="How many of its specs are in the build cache.")
    @varies_with(lambda collection: collection.place)
    def binary_count(self) -> int:
        """Return the number of binaries."""
        return self.rows.intersection_cardinality(self.within.binaries)

    @strawberry.field(description="The targets that its specs are built for, by name.")
    def targets(self) -> list[TargetRef]:
        """Return the targets."""
        return targets.targets_named(self.within, self.within.values(self.within.universe.target, self.rows))

    @strawberry.field(description="The operating systems of its specs, by name.")
    def operating_systems(self) -> list[OperatingSystemRef]:
        """Return the operating systems."""
        names = self.within.values(self.within.universe.operating_system, self.rows)
        return [operating_systems.OperatingSystem(within=self.within, key=name) for name in names]

    @strawberry.field(description='The platforms of its specs ("linux", "darwin", "windows"), by name.')
    @varies_with(lambda collection: collection.place)
    def platforms(self) -> list[str]:
        """Return the platforms."""
        return list(self.within.values(self.within.universe.platform, self.rows))

    @strawberry.field(description="The compilers of its specs, by name.")
    def compilers(self) -> list[CompilerRef]:
        """Return the compilers."""
        return [compilers.Compiler(within=self.within, key=name) for name in self.compiler_names]

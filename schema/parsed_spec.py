"""Spec constraints as they are understood."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.speclang import Constraint, Edge, parse
from schema.spec import Variant


@strawberry.type(
    description="What a spec constraint was understood to say; a part that it does not name is null or empty."
)
class ParsedSpec:
    """A constraint, and for a dependency the edge that asks for it."""

    constraint: strawberry.Private[Constraint]
    edge: strawberry.Private[Edge | None] = None

    @strawberry.field(description="The constraint in canonical form: it is legal input again, with the same meaning.")
    def text(self) -> str:
        """Return the canonical text; of a dependency with its sigil and attributes."""
        return self.constraint.text if self.edge is None else self.edge.text

    @strawberry.field(description="The package or virtual that it names.")
    def name(self) -> str | None:
        """Return the name."""
        return self.constraint.name

    @strawberry.field(description='The namespace that it names, such as "builtin".')
    def namespace(self) -> str | None:
        """Return the namespace."""
        return self.constraint.namespace

    @strawberry.field(description='The versions that it allows, as a normalised list: "1.2,1.3" is "1.2:1.3".')
    def versions(self) -> str | None:
        """Return the versions."""
        return None if self.constraint.versions is None else str(self.constraint.versions)

    @strawberry.field(description="The hash, or the beginning of one, that it names.")
    def hash(self) -> str | None:
        """Return the hash."""
        return self.constraint.hash

    @strawberry.field(description='The compiler that it asks for, such as "gcc@11".')
    def compiler(self) -> str | None:
        """Return the compiler's own constraint."""
        compiler = self.constraint.compiler
        return None if compiler is None else compiler.constraint.text

    @strawberry.field(description="The platform that it asks for.")
    def platform(self) -> str | None:
        """Return the platform."""
        return self.constraint.platform

    @strawberry.field(description="The operating system that it asks for.")
    def operating_system(self) -> str | None:
        """Return the operating system."""
        return self.constraint.operating_system

    @strawberry.field(description='The targets that it allows: a name, or ranges such as "x86_64_v2:".')
    def target(self) -> str | None:
        """Return the targets."""
        return self.constraint.target

    @strawberry.field(description="Conditions on variants, by name; one that any value meets (x=*) has no values.")
    def variants(self) -> list[Variant]:
        """Return the conditions."""
        return [Variant(variant=variant) for variant in self.constraint.variants]

    @strawberry.field(description="Compiler flags that it asks for, as Spack writes them: cflags='-O3 -g'.")
    def flags(self) -> list[str]:
        """Return the conditions on flags."""
        return [flag.text for flag in self.constraint.flags]

    @strawberry.field(
        description="The dependencies that it asks for, in its order, but for the one that `compiler` is. The text of "
        "one says how: % directly, ^ anywhere among what it links, runs or is built with."
    )
    def dependencies(self) -> list[ParsedSpec]:
        """Return the dependencies."""
        compiler = self.constraint.compiler
        edges = (edge for edge in self.constraint.edges if edge is not compiler)
        return [ParsedSpec(constraint=edge.constraint, edge=edge) for edge in edges]


@strawberry.type
class ParsedSpecQueries:
    """Root fields about the language of constraints."""

    @strawberry.field(
        description="How a spec constraint is understood. One that Spack refuses is a SPEC_SYNTAX error, with the "
        'place where it is wrong. `{ parseSpec(text: "hdf5@1.14: +mpi") { name versions variants { text } } }`'
    )
    def parse_spec(
        self,
        text: Annotated[str, strawberry.argument(description='The constraint, such as "hdf5@1.14: +mpi %gcc@11".')],
    ) -> ParsedSpec | None:
        """Return the parsed constraint."""
        return ParsedSpec(constraint=parse(text))

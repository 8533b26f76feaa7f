"""Compilers, as pages and indexes record them: an attribute of older specs, a dependency of newer ones."""

from __future__ import annotations

import strawberry

from graph import model
from graph import snapshot as domain
from graph.universe import Facet
from schema.connections import Connection, PageArguments
from schema.context import Info
from schema.holder import FacetValue, named_window


@strawberry.type(
    description="A compiler that specs are built with: the dependency that provides c (else cxx, else fortran) for "
    "specs of Spack 1.x, the recorded compiler for older ones."
)
class Compiler(FacetValue):
    """A compiler of a snapshot, by name."""

    @property
    def facet(self) -> Facet:
        """The facet."""
        return self.within.universe.compiler

    @property
    def parsed(self) -> model.Compiler:
        """The compiler by family and version."""
        return model.Compiler.parse(self.key) or model.Compiler(self.key)

    @strawberry.field(description='Family and version, as in "gcc@11.4.0"; the = of "gcc@=11.4.0" is dropped.')
    def name(self) -> str:
        """Return the name."""
        return self.key

    @strawberry.field(description='The compiler without its version, as in "gcc".')
    def family(self) -> str:
        """Return the family."""
        return self.parsed.family

    @strawberry.field(description="Its version; null where a source names the family alone.")
    def version(self) -> str | None:
        """Return the version."""
        return self.parsed.version


@strawberry.type(description="Compilers, page by page.")
class CompilerConnection(Connection[Compiler]):
    """Compilers of one snapshot."""


def compiler_node(within: domain.Snapshot, name: str) -> Compiler | None:
    """Return the compiler of that name, or None where the snapshot has none; `gcc@=11.4.0` is `gcc@11.4.0`."""
    parsed = model.Compiler.parse(name)
    if parsed is None or parsed.name not in within.compilers:
        return None
    return Compiler(within=within, key=parsed.name)


def compiler_connection(info: Info, within: domain.Snapshot, page: PageArguments) -> CompilerConnection:
    """Return all compilers of a snapshot, by name."""
    names = within.compilers
    found = named_window(info, within, names, "c", lambda n: Compiler(within=within, key=n), page)
    return CompilerConnection(window=found)

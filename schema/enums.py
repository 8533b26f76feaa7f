"""The enumerations of the API are the domain's own; here they get their place in the schema and their descriptions."""

from __future__ import annotations

import strawberry

from graph.facets import FacetKind as Facet
from graph.model import DependencyType, NodeKind
from graph.select import PackageOrderField, SortDirection, SpecOrderField

__all__ = ["DependencyType", "Facet", "NodeKind", "PackageOrderField", "SortDirection", "SpecOrderField"]

strawberry.enum(NodeKind, description="The kinds of node in the graph.")
strawberry.enum(Facet, name="Facet", description="What specs can be counted by.")
strawberry.enum(
    DependencyType,
    description="Why a spec depends on another: to build it, to link against, at run time, or for its tests.",
)
strawberry.enum(SortDirection, description="Ascending or descending.")
strawberry.enum(
    SpecOrderField,
    description="What specs can be ordered by. VERSION follows Spack's version order; SIZE puts unknown sizes last.",
)
strawberry.enum(PackageOrderField, description="What packages can be ordered by.")

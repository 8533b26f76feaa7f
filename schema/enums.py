"""The enumerations of the API: the domain's own, with what each value means."""

from __future__ import annotations

import strawberry

from graph import model, select

NodeKind = strawberry.enum(model.NodeKind, description="The kinds of node in the graph.")

DependencyType = strawberry.enum(
    model.DependencyType,
    description="Why a spec depends on another: to build it, to link against, at run time, or for its tests.",
)

SortDirection = strawberry.enum(select.SortDirection, description="Ascending or descending.")

SpecOrderField = strawberry.enum(
    select.SpecOrderField,
    description="What specs can be ordered by. VERSION follows Spack's version order; SIZE puts unknown sizes last.",
)

PackageOrderField = strawberry.enum(select.PackageOrderField, description="What packages can be ordered by.")

"""The enumerations of the API are the domain's own; here they get their place in the schema and their descriptions."""

from __future__ import annotations

from enum import Enum

import strawberry

from graph.changes import SnapshotChange
from graph.facets import FacetKind as Facet
from graph.filters import PackageOrderField, SortDirection, SpecOrderField
from graph.installable import Verdict as InstallableVerdict
from graph.model import DependencyType, NodeKind

__all__ = [
    "DependencyType",
    "Facet",
    "InstallableVerdict",
    "NodeKind",
    "PackageOrderField",
    "SnapshotChange",
    "SortDirection",
    "SpecOrderField",
]


def _describe(kind: type[Enum], description: str, values: dict[str, str], *, name: str | None = None) -> None:
    """Make an enumeration of the domain one of the schema, with a description of it and of each value."""
    strawberry.enum(kind, name=name, description=description)
    for value in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]


_describe(
    NodeKind,
    "The kinds of node in the graph.",
    {
        "PACKAGE": "A package, such as hdf5.",
        "SPEC": "A concretized spec: one build of a package.",
        "STACK": "A curated environment, such as e4s.",
        "TARGET": "A microarchitecture, such as neoverse_v1.",
        "OPERATING_SYSTEM": "An operating system, such as ubuntu22.04.",
        "COMPILER": "A compiler, such as gcc@11.4.0.",
    },
)
_describe(
    Facet,
    "What specs can be counted by.",
    {
        "PACKAGE": "The package.",
        "VERSION": "The version.",
        "STACK": "The stacks that hold it; a spec in two counts in both.",
        "TARGET": "The target that it is built for.",
        "TARGET_FAMILY": "The architecture family of its target.",
        "OPERATING_SYSTEM": "The operating system that it is built under.",
        "PLATFORM": "The platform: linux, darwin or windows.",
        "COMPILER": "The compiler that built it; a spec without one counts nowhere.",
    },
    name="Facet",
)
_describe(
    DependencyType,
    "Why a spec depends on another. An edge may have several types.",
    {
        "BUILD": "To build it.",
        "LINK": "To link against.",
        "RUN": "To run it.",
        "TEST": "To run its tests.",
    },
)
_describe(SortDirection, "Which way a list is ordered.", {"ASC": "The least first.", "DESC": "The greatest first."})
_describe(
    SpecOrderField,
    "What specs can be ordered by.",
    {
        "PACKAGE": "The package's name.",
        "VERSION": "The version, by Spack's order.",
        "HASH": "The DAG hash.",
        "SIZE": "The size of the binary; specs without a recorded size come last either way.",
    },
)
_describe(
    PackageOrderField,
    "What packages can be ordered by.",
    {"NAME": "The name.", "SPEC_COUNT": "How many specs of it the snapshot has."},
)
_describe(
    InstallableVerdict,
    "Whether a host can use a spec's binary, or why not. Of several reasons the first applies: platform, operating "
    "system, target, no binary, a dependency.",
    {
        "INSTALLABLE": "It and all of its link and run closure can be used.",
        "TARGET_INCOMPATIBLE": "It is built for a target whose binaries the host does not run.",
        "OPERATING_SYSTEM_MISMATCH": "It is built under another operating system.",
        "PLATFORM_MISMATCH": "It is built for another platform.",
        "MISSING_BINARY": "The build cache has no binary of it.",
        "DEPENDENCY_BLOCKED": "Something in its link and run closure cannot be used; `blockedBy` says what.",
    },
    name="InstallableVerdict",
)
_describe(
    SnapshotChange,
    "What became of a package between two snapshots. One package may have several changes.",
    {
        "ADDED": "It has specs in the later snapshot alone.",
        "REMOVED": "It has specs in the earlier snapshot alone.",
        "VERSION_CHANGED": "Its versions differ.",
        "REBUILT": "Its versions are the same, and hashes differ on a target of both.",
        "TARGET_GAINED": "It has specs for a target that it had none for.",
        "TARGET_LOST": "It has no specs any more for a target that it had some for.",
    },
)

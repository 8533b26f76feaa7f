"""Root fields that follow dependencies and compare: paths, impact, installability and the two diffs."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from schema.arguments import After, Deptypes, First, SnapshotName, deptypes_of, given
from schema.connections import PageArguments
from schema.context import Info
from schema.impact import Impact, impact_of
from schema.inputs import Matching, Where, selection
from schema.installable import HostInput, InstallableConnection, installable_connection
from schema.paths import DependencyPaths, dependency_paths
from schema.selection import selected_rows
from schema.snapshot_diff import SnapshotDiff, snapshot_diff
from schema.spec_diff import SpecDiff, spec_diff

HASH = "A full DAG hash, or at least 4 characters of its beginning that one spec alone has."

Left = Annotated[str, strawberry.argument(description=f"The one spec. {HASH}")]
Right = Annotated[str, strawberry.argument(description=f"The other spec. {HASH}")]
Earlier = Annotated[str, strawberry.argument(name="from", description="Name of the earlier snapshot.")]
Later = Annotated[str, strawberry.argument(name="to", description="Name of the later snapshot.")]
Start = Annotated[str, strawberry.argument(name="from", description=f"The spec where paths start. {HASH}")]
Goal = Annotated[
    str,
    strawberry.argument(
        name="to",
        description="Where they end: the name of a package, any spec of which will do, or else a spec's hash or a "
        "beginning of it, as in `from`.",
    ),
]
MostPaths = Annotated[
    int | None, strawberry.argument(description="At most this many paths; null is the server's maximum.")
]
Packages = Annotated[list[str] | None, strawberry.argument(description="Names of packages, all specs of which change.")]
Hashes = Annotated[
    list[str] | None, strawberry.argument(description="Hashes of specs that change, or beginnings of them.")
]
HostArgument = Annotated[HostInput, strawberry.argument(description="The machine.")]


@strawberry.type
class TraversalQueries:
    """Root fields that follow dependencies and compare."""

    @strawberry.field(
        description="Which specs a machine can use, with their link and run closure, and why not the others. A binary "
        "fits where its platform and operating system are the host's and its target is one that the host's runs. "
        "Externals count as present on the host. The version of the C library (glibc) is not looked at. Nearest "
        "target first."
    )
    def installable(
        self,
        info: Info,
        host: HostArgument,
        matching: Matching = UNSET,
        where: Where = UNSET,
        snapshot: SnapshotName = UNSET,
        first: First = UNSET,
        after: After = UNSET,
    ) -> InstallableConnection | None:
        """Return the verdicts on the specs that the filter selects."""
        within = info.context.snapshot(snapshot)
        page = PageArguments.of(first, after)
        return installable_connection(info, within, host, selected_rows(info, within, where, matching), page)

    @strawberry.field(
        description="Dependency paths from one spec to a package or spec, shortest first. From a spec to itself there "
        "is one of length 0."
    )
    def dependency_paths(
        self,
        info: Info,
        from_: Start,
        to: Goal,
        deptypes: Deptypes = UNSET,
        snapshot: SnapshotName = UNSET,
        first: MostPaths = 1,
    ) -> DependencyPaths | None:
        """Return the shortest paths."""
        return dependency_paths(info, info.context.snapshot(snapshot), (from_, to), deptypes_of(deptypes), first)

    @strawberry.field(
        description="What must be rebuilt when these packages (names) or specs (hashes) change: everything that "
        "depends on them over edges of these types. A hash covers dependencies of every type; BUILD alone tells what "
        "a change of a build tool reaches, LINK what a change of an ABI does."
    )
    def impact(
        self,
        info: Info,
        packages: Packages = UNSET,
        hashes: Hashes = UNSET,
        deptypes: Deptypes = UNSET,
        snapshot: SnapshotName = UNSET,
    ) -> Impact | None:
        """Return the impact."""
        within = info.context.snapshot(snapshot)
        return impact_of(info, within, given(packages), given(hashes), deptypes_of(deptypes))

    @strawberry.field(description="What differs between two specs of a snapshot, of one package or of two.")
    def spec_diff(self, info: Info, left: Left, right: Right, snapshot: SnapshotName = UNSET) -> SpecDiff | None:
        """Return the comparison."""
        return spec_diff(info.context.snapshot(snapshot), left, right)

    @strawberry.field(
        description="What changed between two snapshots, of the specs that the filter selects in each: "
        '`{ snapshotDiff(from: "v2025.07.0", to: "v2025.11.0") { unchangedCount rootCauses { package change } } }`'
    )
    def snapshot_diff(
        self, info: Info, from_: Earlier, to: Later, matching: Matching = UNSET, where: Where = UNSET
    ) -> SnapshotDiff | None:
        """Return the comparison."""
        return snapshot_diff(info, from_, to, selection(where, matching))

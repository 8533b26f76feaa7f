"""What changed between two snapshots."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from graph import changes, filters, select
from schema import enums
from schema import snapshot as snapshots
from schema import spec as specs
from schema.arguments import After, Before, First, Last
from schema.connections import PageArguments
from schema.context import Info
from schema.references import SpecConnectionRef


@strawberry.type(description="One change of a package between two snapshots; a package may have several.")
class PackageChange:
    """A change as the domain has it."""

    found: strawberry.Private[changes.PackageChange]

    @strawberry.field(description="The package's name.")
    def package(self) -> str:
        """Return the name."""
        return self.found.package

    @strawberry.field(description="What became of it.")
    def change(self) -> enums.SnapshotChange:
        """Return the change."""
        return self.found.change

    @strawberry.field(description="Its versions before, newest first; none where it was not there.")
    def from_versions(self) -> list[str]:
        """Return the versions before."""
        return list(self.found.from_versions)

    @strawberry.field(description="Its versions after, newest first; none where it is gone.")
    def to_versions(self) -> list[str]:
        """Return the versions after."""
        return list(self.found.to_versions)

    @strawberry.field(description="How many specs of the package are in the later snapshot alone.")
    def added_count(self) -> int:
        """Return the number of added specs."""
        return self.found.added_count

    @strawberry.field(description="How many specs of the package are in the earlier snapshot alone.")
    def removed_count(self) -> int:
        """Return the number of removed specs."""
        return self.found.removed_count


@strawberry.type(
    description="What changed between two snapshots, of the specs that the filter selects in each. A spec is the same "
    "in both where its hash is."
)
class SnapshotDiff:
    """A comparison of two snapshots."""

    found: strawberry.Private[changes.SnapshotDifference]

    @strawberry.field(name="from", description="The earlier snapshot.")
    def from_(self, info: Info) -> snapshots.Snapshot:
        """Return the snapshot before."""
        return snapshots.snapshot_node(info.context.catalogue, self.found.before)

    @strawberry.field(description="The later snapshot.")
    def to(self, info: Info) -> snapshots.Snapshot:
        """Return the snapshot after."""
        return snapshots.snapshot_node(info.context.catalogue, self.found.after)

    @strawberry.field(description="Specs that are in the later snapshot alone.")
    def added(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> SpecConnectionRef:
        """Return the added specs."""
        page = PageArguments.of(first, after, last, before)
        return specs.spec_connection(info, self.found.after, self.found.added, None, None, page)

    @strawberry.field(description="Specs that are in the earlier snapshot alone.")
    def removed(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> SpecConnectionRef:
        """Return the removed specs."""
        page = PageArguments.of(first, after, last, before)
        return specs.spec_connection(info, self.found.before, self.found.removed, None, None, page)

    @strawberry.field(description="How many specs are in both.")
    def unchanged_count(self) -> int:
        """Return the number of common specs."""
        return self.found.unchanged_count

    @strawberry.field(
        description="The changes of packages, by name, then in the order of SnapshotChange. Packages whose specs are "
        "the same in both have none."
    )
    def packages(self) -> list[PackageChange]:
        """Return the changes."""
        return [PackageChange(found=change) for change in self.found.packages]

    @strawberry.field(
        description="Of these, the ones whose own version, variants, flags, compiler, target, system or recipe "
        "changed, and those that came or went: what the others' rebuilds follow from. The recipe counts where every "
        "spec of the package records its `package_hash` in both snapshots."
    )
    def root_causes(self) -> list[PackageChange]:
        """Return the changes that others follow from."""
        return [PackageChange(found=change) for change in self.found.root_causes]


def snapshot_diff(info: Info, before: str, after: str, wanted: filters.SpecFilter | None) -> SnapshotDiff:
    """Compare the specs that the filter selects in two snapshots; raises `UnknownSnapshot`."""
    earlier, later = info.context.catalogue.pair(before, after)
    rows = [select.spec_rows(within, wanted, check=info.context.check) for within in (earlier, later)]
    return SnapshotDiff(found=changes.SnapshotDifference(earlier, later, *rows))

"""What must be rebuilt when specs change."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from graph import facets, model
from graph import impact as domain
from graph.errors import BadInput
from graph.facets import FacetKind
from graph.snapshot import Snapshot
from schema import spec as specs
from schema.arguments import After, First
from schema.connections import PageArguments
from schema.context import Info
from schema.errors import PageTooLarge
from schema.facets import FacetValue, facet_values
from schema.references import SpecConnectionRef, SpecRef


@strawberry.type(description="Specs that can be rebuilt side by side, once all earlier waves are.")
class ImpactWave:
    """One wave."""

    index: int = strawberry.field(description="Its place, from 0.")
    spec_count: int = strawberry.field(description="How many specs it has.")


@strawberry.type(description="What must be rebuilt when some specs change: everything that depends on them.")
class Impact:
    """An impact."""

    found: strawberry.Private[domain.Impact]

    @strawberry.field(
        description="The specs that change, in the default order; an error where they are more than a page may have."
    )
    def changed(self, info: Info) -> list[SpecRef]:
        """Return the changed specs."""
        rows, most = self.found.changed, info.context.limits.max_page_size
        if len(rows) > most:
            raise PageTooLarge(f"{len(rows)} specs change; `changed` lists at most {most}: name fewer packages")
        return [specs.Spec(within=self.found.snapshot, row=row) for row in rows]

    @strawberry.field(description="How many specs must be rebuilt, the changed ones apart.")
    def affected_count(self) -> int:
        """Return the number of affected specs."""
        return len(self.found.affected)

    @strawberry.field(
        description="What can be rebuilt side by side, in order; their number is the critical path's length, and "
        "their counts add up to `affectedCount`. A changed spec takes no wave, but what depends on it waits for what "
        "it depends on."
    )
    def waves(self) -> list[ImpactWave]:
        """Return the waves."""
        return [ImpactWave(index=index, spec_count=count) for index, count in enumerate(self.found.waves)]

    @strawberry.field(description="The specs that must be rebuilt, the changed ones apart.")
    def affected(self, info: Info, first: First = UNSET, after: After = UNSET) -> SpecConnectionRef:
        """Return the affected specs."""
        page = PageArguments.of(first, after)
        return specs.spec_connection(info, self.found.snapshot, self.found.affected, None, None, page)

    @strawberry.field(
        description="How many affected specs each stack holds, most first, then by name; a spec in two stacks counts "
        "in both, and stacks without any are left out."
    )
    def by_stack(self) -> list[FacetValue]:
        """Return the counts by stack."""
        return self._counted(FacetKind.STACK, len(self.found.snapshot.stacks))

    @strawberry.field(description="How many affected specs are built for each target, most first, then by name.")
    def by_target(self) -> list[FacetValue]:
        """Return the counts by target."""
        return self._counted(FacetKind.TARGET, len(self.found.snapshot.universe.target.values))

    @strawberry.field(
        description="Whether the server's bound on affected specs was met, so that the later waves lack some."
    )
    def truncated(self) -> bool:
        """Tell whether the walk was cut off."""
        return self.found.truncated

    def _counted(self, kind: FacetKind, limit: int) -> list[FacetValue]:
        counted = facets.facet_counts(self.found.snapshot, self.found.affected, kind, limit=limit)
        return facet_values(counted.values)


def impact_of(
    info: Info, within: Snapshot, packages: list[str] | None, hashes: list[str] | None, deptypes: model.DependencyType
) -> Impact:
    """Return what must be rebuilt when these change; raises `BadInput` where neither is given."""
    if packages is None and hashes is None:
        raise BadInput("give `packages` (names), `hashes` of specs, or both: what changes?")
    limits = info.context.limits
    for name, given in (("packages", packages), ("hashes", hashes)):
        if given is not None and len(given) > limits.max_names:
            raise PageTooLarge(f"{len(given)} {name}; give at most {limits.max_names} at once")
    changed = domain.changed_rows(within, packages or (), hashes or ())
    return Impact(found=domain.impact(within, changed, deptypes=deptypes, max_nodes=limits.max_impact_nodes))

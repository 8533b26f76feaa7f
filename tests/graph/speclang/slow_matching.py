"""A matcher that asks one spec at a time, as Spack 1.1 does: slow, and obvious beside `Spec.satisfies`."""

from __future__ import annotations

from collections.abc import Iterator

from graph.matching.providers import providers_of
from graph.model import Compiler, Dependency, DependencyType, Spec
from graph.snapshot import Snapshot
from graph.speclang import Constraint, Edge
from graph.speclang.parser import LEGACY_COMPILERS
from graph.targets import ARCHSPEC
from graph.versions import Version

LINK_RUN = int(DependencyType.LINK | DependencyType.RUN)
BUILD_TEST = int(DependencyType.BUILD | DependencyType.TEST)
BUILD = int(DependencyType.BUILD)


class SlowMatcher:
    """The specs of one snapshot, by hash; edges to others are not there."""

    def __init__(self, snapshot: Snapshot) -> None:
        universe = snapshot.universe
        everything = [universe.spec(row) for row in range(len(universe))]
        self.row = universe.row_by_hash
        self.specs = {universe.hashes[row]: everything[row] for row in snapshot.rows}
        self.recorded_virtuals: dict[str, set[str]] = {}
        for spec in everything:
            for edge in spec.dependencies or ():
                for virtual in edge.virtuals:
                    self.recorded_virtuals.setdefault(virtual, set()).add(edge.hash)
        self.everything = {spec.hash: spec for spec in everything}

    def query(self, constraint: Constraint) -> set[int]:
        """Spack's `Database.query`: specs of the name, or else specs that provide it."""
        name = constraint.name
        named = [s for s in self.specs.values() if name in (None, s.package) and self.satisfies(s, constraint)]
        if not named and name is not None and self.is_virtual(name):
            named = [s for s in self.specs.values() if s.package != name and self.satisfies(s, constraint)]
        return {self.row[spec.hash] for spec in named}

    def is_virtual(self, name: str | None) -> bool:
        known = name is not None and (name in self.recorded_virtuals or bool(providers_of(name)))
        return known and all(spec.package != name for spec in self.specs.values())

    def edges(self, spec: Spec) -> list[Dependency]:
        return [edge for edge in spec.dependencies or () if edge.hash in self.specs]

    def below(self, spec: Spec) -> Iterator[Spec]:
        pending, seen = [spec], {spec.hash}
        while pending:
            current = pending.pop()
            yield current
            for edge in self.edges(current):
                if edge.hash not in seen:
                    seen.add(edge.hash)
                    pending.append(self.specs[edge.hash])

    def satisfies(self, spec: Spec, wanted: Constraint, *, deps: bool = True) -> bool:
        if wanted.hash is not None and not spec.hash.startswith(wanted.hash):
            return False
        if wanted.name not in (None, spec.package):
            return self.is_virtual(wanted.name) and self.provides(spec, wanted)
        if not self.satisfies_attributes(spec, wanted):
            return False
        return not deps or all(
            self.satisfies_edge(spec, wanted.name, edge)
            and all(
                self.satisfies_edge(spec, edge.constraint.name, below, root=False) for below in edge.constraint.edges
            )
            for edge in wanted.edges
        )

    def provides(self, spec: Spec, wanted: Constraint) -> bool:
        name = wanted.name or ""
        listed = [p for p in providers_of(name) if p.constraint.name == spec.package]
        if any(p.provides(wanted.versions) and self.satisfies(spec, p.constraint, deps=False) for p in listed):
            return True
        heads = self.recorded_virtuals.get(name, set())
        if listed:
            return wanted.versions is None and spec.hash in heads
        return spec.package in {self.everything[h].package for h in heads}

    def satisfies_attributes(self, spec: Spec, wanted: Constraint) -> bool:
        return (
            wanted.namespace in (None, spec.namespace)
            and (wanted.versions is None or wanted.versions.includes(Version(spec.version)))
            and self.satisfies_variants(spec, wanted)
            and satisfies_architecture(spec, wanted)
            and all(
                set(flags.values) <= {v for own in spec.flags if own.name == flags.name for v in own.values}
                for flags in wanted.flags
            )
        )

    def satisfies_variants(self, spec: Spec, wanted: Constraint) -> bool:
        for variant in wanted.variants:
            for node in self.below(spec) if variant.propagated else (spec,):
                own = next((v for v in node.variants if v.name == variant.name), None)
                if own is None:
                    if not variant.propagated:
                        return False
                elif variant.enabled is not None:
                    if own.enabled is not variant.enabled:
                        return False
                elif variant.exact:
                    if set(own.values) != set(variant.values):
                        return False
                elif variant.name == "patches":
                    if not all(any(o.startswith(v) for o in own.values) for v in variant.values):
                        return False
                elif not set(variant.values) <= set(own.values):
                    return False
        return True

    def first_named(self, spec: Spec, name: str) -> Spec | None:
        """Spack's `spec[name]`."""
        for edge in self.edges(spec):
            if edge.deptypes & BUILD_TEST and self.has_name(edge, name):
                return self.specs[edge.hash]
        if spec.package == name:
            return spec
        level, seen = [spec], {spec.hash}
        while level:
            following = []
            for node in level:
                for edge in self.edges(node):
                    if edge.deptypes & LINK_RUN:
                        if self.has_name(edge, name):
                            return self.specs[edge.hash]
                        if edge.hash not in seen:
                            seen.add(edge.hash)
                            following.append(self.specs[edge.hash])
            level = following
        return None

    def has_name(self, edge: Dependency, name: str | None) -> bool:
        return name is None or self.specs[edge.hash].package == name or name in edge.virtuals

    def satisfies_edge(self, spec: Spec, parent: str | None, edge: Edge, *, root: bool = True) -> bool:
        if edge.when is not None:
            itself = root or parent is None or parent == spec.package
            tested = spec if itself else self.first_named(spec, parent or "")
            if tested is not None and not self.satisfies(tested, edge.when):
                return True
        if not edge.direct:
            return self.reaches(spec, edge)
        if parent is None or parent == edge.constraint.name:
            return self.has_direct(spec, edge)
        node = self.first_named(spec, parent)
        return node is not None and self.has_direct(node, edge)

    def has_direct(self, node: Spec, edge: Edge) -> bool:
        wanted = edge.constraint
        provided = {v for e in node.dependencies or () if e.hash in self.everything for v in e.virtuals}
        if node.compiler is not None and provided.isdisjoint({"c", "cxx", "fortran"}):
            return compiler_satisfies(node.compiler, wanted)
        virtuals = {*edge.virtuals, *([wanted.name] if self.is_virtual(wanted.name) else [])}
        return any(
            (not virtuals or virtuals & set(own.virtuals))
            and own.deptypes & edge.deptypes == edge.deptypes
            and self.satisfies(self.specs[own.hash], wanted, deps=False)
            for own in self.edges(node)
        )

    def reaches(self, spec: Spec, edge: Edge) -> bool:
        wanted = edge.constraint
        found = [own for own in self.edges(spec) if own.deptypes & BUILD]
        pending, seen = [spec], {spec.hash}
        while pending:
            for own in self.edges(pending.pop()):
                if own.deptypes & LINK_RUN:
                    found.append(own)
                    if own.hash not in seen:
                        seen.add(own.hash)
                        pending.append(self.specs[own.hash])
        if wanted.name is not None:
            found = [own for own in found if self.has_name(own, wanted.name)]
        if self.is_virtual(wanted.name):
            found = [own for own in found if wanted.name in own.virtuals]
        return all(any(v in own.virtuals for own in found) for v in edge.virtuals) and any(
            self.satisfies(self.specs[own.hash], wanted, deps=False) for own in found
        )


def satisfies_architecture(spec: Spec, wanted: Constraint) -> bool:
    for own, asked in ((spec.platform, wanted.platform), (spec.operating_system, wanted.operating_system)):
        if asked == "*":
            return True
        if asked not in (None, own):
            return False
    return wanted.target in (None, "*") or any(in_range(spec.target, r) for r in (wanted.target or "").split(","))


def in_range(target: str, wanted: str) -> bool:
    low, colon, high = wanted.partition(":")
    if not colon:
        return target == wanted
    return (not low or low == target or low in ARCHSPEC.ancestors(target)) and (
        not high or high == target or target in ARCHSPEC.ancestors(high)
    )


def compiler_satisfies(compiler: Compiler, wanted: Constraint) -> bool:
    if wanted.hash or wanted.platform or wanted.operating_system or wanted.target or wanted.flags:
        return False
    if any(not variant.propagated for variant in wanted.variants):
        return False
    if wanted.name not in (None, LEGACY_COMPILERS.get(compiler.family, compiler.family)):
        return False
    if wanted.versions is None:
        return True
    return compiler.version is not None and wanted.versions.includes(Version(compiler.version))

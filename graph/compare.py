"""What differs between two specs: attribute by attribute, and by the packages that they depend on directly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from msgspec import Struct

from graph.model import Spec, Variant
from graph.snapshot import Snapshot


class AttributeDifference(Struct, frozen=True):
    """One attribute that differs, and its value on either side; None where that side has none.

    `attribute` is a word of Spack's ("version", "operating_system", …), "variant" or "flag" and its name.
    """

    attribute: str
    left: str | None
    right: str | None


class DependencyDifference(Struct, frozen=True):
    """A package whose specs the two sides depend on are not the same: rows, None where a side has no further one."""

    package: str
    left: int | None
    right: int | None


@dataclass(frozen=True, slots=True)
class SpecDifference:
    """What differs between two specs of a snapshot, by row; `equal` says that they are one spec, by its hash.

    Two hashes may show no difference: then they differ in what no source records, or further down.
    """

    left: int
    right: int
    attributes: tuple[AttributeDifference, ...]
    dependencies: tuple[DependencyDifference, ...]

    @property
    def equal(self) -> bool:
        """Whether both sides are the same spec."""
        return self.left == self.right


_WHERE_RECORDED = frozenset({"namespace", "package_hash", "build_spec"})
"""Attributes that not every source records: a difference is one between two values. No compiler is a value too."""

_ORDER = (
    "package",
    "version",
    "namespace",
    "compiler",
    "platform",
    "operating_system",
    "target",
    "external",
    "package_hash",
    "build_spec",
)
"""The order of differences: these, then variants by name, then flags by name."""


def spec_difference(snapshot: Snapshot, left: int, right: int) -> SpecDifference:
    """Compare two specs of a snapshot, of one package or of two.

    A package of which both depend on several specs has a difference for each that the other side lacks, in row
    order, side by side. Where a side's dependencies are not recorded, they are not compared. Edges that lead to the
    same spec are equal, whatever their types.
    """
    one, other = snapshot.universe.spec(left), snapshot.universe.spec(right)
    attributes = (*_attributes(one, other), *_variants(one, other), *_flags(one, other))
    return SpecDifference(left, right, attributes, tuple(_dependencies(snapshot, left, right)))


def _attributes(left: Spec, right: Spec) -> Iterator[AttributeDifference]:
    for name in _ORDER:
        one, other = _value(left, name), _value(right, name)
        told = name not in _WHERE_RECORDED or None not in (one, other)
        if one != other and told:
            yield AttributeDifference(name, one, other)


def _value(spec: Spec, attribute: str) -> str | None:
    """Return an attribute's value as text: a compiler by its name, true and false in small letters."""
    if attribute == "compiler":
        return None if spec.compiler is None else spec.compiler.name
    value = getattr(spec, attribute)
    return value if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _variants(left: Spec, right: Spec) -> Iterator[AttributeDifference]:
    one, other = ({variant.name: variant for variant in spec.variants} for spec in (left, right))
    for name in sorted({*one, *other}):
        mine, theirs = one.get(name), other.get(name)
        if _setting(mine) != _setting(theirs):
            texts = (None if variant is None else variant.text for variant in (mine, theirs))
            yield AttributeDifference(f"variant {name}", *texts)


def _setting(variant: Variant | None) -> tuple[bool | None, tuple[str, ...]] | None:
    """Return what a variant is set to: sources that do not tell `=` from `:=` set it no differently."""
    return None if variant is None else (variant.enabled, variant.values)


def _flags(left: Spec, right: Spec) -> Iterator[AttributeDifference]:
    one, other = ({flags.name: " ".join(flags.values) for flags in spec.flags} for spec in (left, right))
    for name in sorted({*one, *other}):
        if one.get(name) != other.get(name):
            yield AttributeDifference(f"flag {name}", one.get(name), other.get(name))


def _dependencies(snapshot: Snapshot, left: int, right: int) -> Iterator[DependencyDifference]:
    recorded = snapshot.universe.dependencies_recorded
    if left not in recorded or right not in recorded:
        return
    one, other = _direct(snapshot, left), _direct(snapshot, right)
    mine, theirs = _by_package(snapshot, one - other), _by_package(snapshot, other - one)
    for package in sorted({*mine, *theirs}):
        pairs = zip_longest(mine.get(package, ()), theirs.get(package, ()))
        for mine_of_it, theirs_of_it in pairs:
            yield DependencyDifference(package, mine_of_it, theirs_of_it)


def _direct(snapshot: Snapshot, row: int) -> set[int]:
    universe = snapshot.universe
    return {n.row for n in universe.neighbours(universe.dependencies, row) if n.row in snapshot.rows}


def _by_package(snapshot: Snapshot, rows: set[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in sorted(rows):
        package = snapshot.universe.packages[int(snapshot.universe.package[row])]
        found.setdefault(package, []).append(row)
    return found

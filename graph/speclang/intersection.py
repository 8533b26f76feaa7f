"""What a dependency must be like that is named twice: both constraints in one (Spack 1.1: `Spec.constrain`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from graph.speclang.constraint import Constraint, FlagConstraint, VariantConstraint
from graph.speclang.target_ranges import target_intersection
from graph.versions import VersionList

Part = TypeVar("Part")
WILDCARD = "*"


class Incompatible(Exception):
    """Two constraints that no spec can satisfy together; the message says in which attribute."""


def intersection(left: Constraint, right: Constraint) -> Constraint:
    """Return the constraint that asks for what both ask; they have the same name, and edges are the left one's.

    Raises `Incompatible`.

    >>> from graph.speclang.parser import parse
    >>> str(intersection(parse("hdf5@1.12: +mpi"), parse("hdf5@:1.14 target=zen3")))
    'hdf5@1.12:1.14+mpi target=zen3'
    """
    return replace(
        left,
        namespace=_joined(left.namespace, right.namespace, _same("namespace")),
        versions=_joined(left.versions, right.versions, _versions),
        variants=_variants(left.variants, right.variants),
        flags=_flags(left.flags, right.flags),
        platform=_joined(left.platform, right.platform, _same("platform")),
        operating_system=_joined(left.operating_system, right.operating_system, _same("os")),
        target=_joined(left.target, right.target, _targets),
        hash=_joined(left.hash, right.hash, _hashes),
    )


def _joined(left: Part | None, right: Part | None, join: Callable[[Part, Part], Part]) -> Part | None:
    if left is None or right is None:
        return right if left is None else left
    return left if left == right else join(left, right)


def _same(attribute: str) -> Callable[[str, str], str]:
    def join(left: str, right: str) -> str:
        if WILDCARD not in (left, right) or attribute == "namespace":
            raise Incompatible(attribute)
        return left

    return join


def _versions(left: VersionList, right: VersionList) -> VersionList:
    both = left.intersection(right)
    if not both.elements:
        raise Incompatible("version")
    return both


def _targets(left: str, right: str) -> str:
    both = target_intersection(left, right)
    if not both:
        raise Incompatible("target")
    return both


def _hashes(left: str, right: str) -> str:
    if not (left.startswith(right) or right.startswith(left)):
        raise Incompatible("hash")
    return max(left, right, key=len)


def _variants(
    left: tuple[VariantConstraint, ...], right: tuple[VariantConstraint, ...]
) -> tuple[VariantConstraint, ...]:
    by_name = {variant.name: variant for variant in left}
    for variant in right:
        known = by_name.get(variant.name)
        by_name[variant.name] = variant if known is None else _variant(known, variant)
    return tuple(sorted(by_name.values(), key=lambda variant: variant.name))


def _variant(left: VariantConstraint, right: VariantConstraint) -> VariantConstraint:
    if not (_allows(left, right) and _allows(right, left)):
        raise Incompatible(f"variant {left.name}")
    return VariantConstraint(
        left.name,
        enabled=right.enabled if left.enabled is None else left.enabled,
        values=tuple(sorted({*left.values, *right.values})),
        exact=left.exact or right.exact,
        propagated=left.propagated and right.propagated,
    )


def _allows(one: VariantConstraint, other: VariantConstraint) -> bool:
    """Tell whether what `other` asks for may be asked of a variant that `one` holds for."""
    if one.enabled is not None:
        return other.enabled == one.enabled or (other.enabled is None and not other.values and not other.exact)
    return not one.exact or (other.enabled is None and set(other.values) <= set(one.values))


def _flags(left: tuple[FlagConstraint, ...], right: tuple[FlagConstraint, ...]) -> tuple[FlagConstraint, ...]:
    known = {(flag.name, flag.propagated): flag for flag in left}
    for flag in right:
        mine = known.get((flag.name, flag.propagated), FlagConstraint(flag.name, (), flag.propagated))
        further = tuple(value for value in flag.values if value not in mine.values)
        known[flag.name, flag.propagated] = replace(mine, values=mine.values + further)
    return tuple(known[key] for key in sorted(known))

"""Specs, packages and targets as questions name them: found, or refused with what is near."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pyroaring import FrozenBitMap

from graph.errors import BadInput, shown
from graph.snapshot import LEAST_PREFIX, Snapshot


def spec_row(snapshot: Snapshot, dag_hash: str) -> int:
    """Return the row of a hash, or of a prefix that one spec of the snapshot alone has.

    Raises `BadInput` where no spec has it, and what `Snapshot.find` raises.
    """
    row = snapshot.find(dag_hash)
    if row is None:
        raise BadInput(f"no spec {dag_hash!r} in the snapshot {snapshot.name!r}")
    return row


def package_rows(snapshot: Snapshot, package: str) -> FrozenBitMap:
    """Return the snapshot's specs of a package: none where its sources only mention it.

    Raises `BadInput` where the snapshot has no package of this name.
    """
    rows = _rows_of_package(snapshot, package)
    if rows is None:
        raise BadInput(f"no package {package!r} in the snapshot {snapshot.name!r}{_near(package, _packages(snapshot))}")
    return rows


def package_or_spec_rows(snapshot: Snapshot, text: str) -> FrozenBitMap:
    """Return the specs of the package of this name or, where there is none, the spec of this hash or prefix.

    A package wins: `gcc4` would be both. Raises `BadInput` where it is neither, and `AmbiguousHash`.
    """
    rows = _rows_of_package(snapshot, text)
    if rows is not None:
        return rows
    row = snapshot.find(text) if len(text) >= LEAST_PREFIX else None
    if row is None:
        near = _near(text, _packages(snapshot))
        raise BadInput(f"{text!r} is neither a package nor a spec's hash in the snapshot {snapshot.name!r}{near}")
    return FrozenBitMap([row])


def known_target(snapshot: Snapshot, name: str) -> str:
    """Return the name where archspec or the data know a target of it; raises `BadInput` with near ones otherwise."""
    universe = snapshot.universe
    known = {*universe.targets.names(), *universe.target.values}
    if name not in known:
        raise BadInput(f"no target {name!r}{_near(name, known) or '; archspec knows zen3, for one'}")
    return name


def _rows_of_package(snapshot: Snapshot, name: str) -> FrozenBitMap | None:
    position = snapshot.universe.packages.position(name)
    if position is None or position not in snapshot.packages:
        return None
    return snapshot.package_rows(position)


def _packages(snapshot: Snapshot) -> list[str]:
    return [snapshot.universe.packages[position] for position in snapshot.packages]


def _near(name: str, known: Iterable[str]) -> str:
    """Return a remark with the most similar known names, most similar first, or nothing."""
    # Sorted, for get_close_matches breaks ties by the order in which it is given names.
    names = get_close_matches(name, sorted(known), n=3)
    return f"; near it: {shown(names)}" if names else ""

"""Constraints on targets: names, ranges such as `x86_64_v2:` or `:zen3`, and lists of both with commas.

The order is archspec's partial one: a range holds what descends from its lower end and what its upper end descends
from, both included. A name alone holds itself. The rules are Spack 1.1's (`ArchSpec._target_intersection`).
"""

from __future__ import annotations

from graph.errors import BadInput
from graph.targets import ARCHSPEC, TargetTable

ANY_TARGET = "*"

MAX_PAIRS = 4096
"""Pairs of elements that an intersection compares at the most: archspec's targets are 52, a range or two do."""


def target_satisfies(target: str, wanted: str, table: TargetTable) -> bool:
    """Tell whether a spec's target is one of those wanted.

    Raises `BadInput` where an unknown end of a range has to be compared: `zen3:nosuch` of a target that does
    not descend from zen3 is simply not satisfied.

    >>> target_satisfies("haswell", "x86_64_v2:", ARCHSPEC), target_satisfies("aarch64", ":zen3,a64fx", ARCHSPEC)
    (True, False)
    """
    if wanted == ANY_TARGET:
        return True
    # Every element is looked at: a later one may be a range that has no meaning.
    held = [_in_element(target, element, table) for element in wanted.split(",")]
    return any(held)


def _in_element(target: str, element: str, table: TargetTable) -> bool:
    low, colon, high = element.partition(":")
    if not colon:
        return target == low
    return (not low or table.descends(target, _known(low, element, table))) and (
        not high or table.descends(_known(high, element, table), target)
    )


def _known(name: str, element: str, table: TargetTable) -> str:
    if table.known(name) is None:
        problem = f"no target {name!r}, so that the range {element!r} has no meaning"
        raise BadInput(f"{problem}; give a name that archspec knows, such as zen3")
    return name


def target_intersection(left: str, right: str, table: TargetTable = ARCHSPEC) -> str:
    """Return the constraint on targets that holds where both hold; empty where none can, or both are very long lists.

    Raises `BadInput`.

    >>> target_intersection("x86_64_v2:", ":zen3"), target_intersection("aarch64:", "x86_64_v3")
    ('x86_64_v2:zen3', '')
    """
    if ANY_TARGET in (left, right):
        return right if left == ANY_TARGET else left
    ours, theirs = left.split(","), right.split(",")
    if len(ours) * len(theirs) > MAX_PAIRS:
        return ""
    found = (_element_intersection(one, other, table) for one in ours for other in theirs)
    return ",".join(dict.fromkeys(element for element in found if element is not None))


def _element_intersection(left: str, right: str, table: TargetTable) -> str | None:
    if ":" not in left:
        return left if _in_element(left, right, table) else None
    if ":" not in right:
        return right if _in_element(right, left, table) else None
    (left_low, _, left_high), (right_low, _, right_high) = left.partition(":"), right.partition(":")
    low = _nearer(left_low, right_low, left, table, upwards=True)
    high = _nearer(left_high, right_high, left, table, upwards=False)
    if low is None or high is None:
        return None
    if not (low and high):
        return f"{low}:{high}"
    if low == high:
        return low
    return f"{low}:{high}" if table.descends(high, low) else None


def _nearer(left: str, right: str, element: str, table: TargetTable, *, upwards: bool) -> str | None:
    """Return the end that lies within the other's range; None where they cannot be compared."""
    if not (left and right):
        return left or right
    for one, other in ((left, right), (right, left)):
        above, below = (one, other) if upwards else (other, one)
        if table.descends(_known(above, element, table), _known(below, element, table)):
            return one
    return None

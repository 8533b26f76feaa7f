"""Targets in names, ranges and lists, over archspec's partial order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import BadInput
from graph.speclang.target_ranges import target_intersection, target_satisfies
from graph.targets import ARCHSPEC

TARGETS = ["aarch64", "haswell", "neoverse_v1", "x86_64", "x86_64_v2", "x86_64_v3", "zen", "zen3"]
ENDS = st.sampled_from(["", *TARGETS])
ELEMENTS = st.one_of(st.sampled_from(TARGETS), st.tuples(ENDS, ENDS).map(":".join))
WANTED = st.one_of(st.just("*"), st.lists(ELEMENTS, min_size=1, max_size=3).map(",".join))


@pytest.mark.parametrize(
    ("target", "wanted", "expected"),
    [
        ("zen3", "zen3", True),
        ("zen3", "zen", False),
        ("zen3", "zen:", True),
        ("haswell", "zen:", False),
        ("x86_64", ":zen3", True),
        ("x86_64_v3", "x86_64_v3:x86_64_v2", False),
        ("zen3", "*", True),
        ("zen3", "*,zen", False),
        ("homemade", "homemade:", True),
        ("zen3", "zen4:nosuch", False),
    ],
)
def test_a_range_is_what_lies_between_in_archspec(target: str, wanted: str, expected: bool):
    table = type(ARCHSPEC)([ARCHSPEC.microarchitecture("homemade")])
    assert target_satisfies(target, wanted, table) is expected


@pytest.mark.parametrize("wanted", ["nosuch:", ":nosuch", "zen:nosuch", "zen3,nosuch:"])
def test_an_unknown_end_is_refused(wanted: str):
    with pytest.raises(BadInput, match="no target 'nosuch', so that the range"):
        target_satisfies("zen3", wanted, ARCHSPEC)


@given(WANTED, WANTED, st.sampled_from(TARGETS))
def test_what_is_in_an_intersection_is_in_both(left: str, right: str, target: str):
    both = target_intersection(left, right)
    if both and target_satisfies(target, both, ARCHSPEC):
        assert target_satisfies(target, left, ARCHSPEC)
        assert target_satisfies(target, right, ARCHSPEC)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("x86_64:", ":zen3", "x86_64:zen3"),
        ("x86_64_v2:zen3", "x86_64:zen", "x86_64_v2:zen"),
        ("zen:", "zen", "zen"),
        (":zen,aarch64", "x86_64:", "x86_64:zen"),
        ("zen:", "haswell:", ""),
        ("zen3:", ":zen", ""),
        ("zen3:", ":zen3", "zen3"),
        ("*", "zen3:", "zen3:"),
        ("zen," * 100, "zen," * 100, ""),
    ],
)
def test_intersections_are_written_as_spack_writes_them(left: str, right: str, expected: str):
    assert target_intersection(left, right) == expected

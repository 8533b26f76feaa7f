"""Spec differences: each attribute, variants, flags and direct dependencies; and real specs against their JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.build import build
from graph.compare import AttributeDifference, DependencyDifference, SpecDifference, spec_difference
from graph.model import Compiler, Dependency, Flags, Variant
from graph.snapshot import Snapshot
from graph.sources.records import SpecRecord
from tests.graph.small_graphs import NOON, dag_hash, records, spec_record

LINK = 2


def compared(left: Mapping[str, object], right: Mapping[str, object], *others: SpecRecord) -> SpecDifference:
    """Compare two specs of one package, a0 and a1, that are equal but for these attributes."""
    sides = (spec_record(f"a{i}", **{"package": "a", **side}) for i, side in enumerate((left, right)))  # type: ignore[arg-type]
    snapshot = build([*sides, *others], now=NOON).catalogue.snapshot("s")
    rows = snapshot.universe.row_by_hash
    return spec_difference(snapshot, rows[dag_hash("a0")], rows[dag_hash("a1")])


def texts(difference: SpecDifference) -> list[tuple[str, str | None, str | None]]:
    return [(d.attribute, d.left, d.right) for d in difference.attributes]


def test_a_spec_is_equal_to_itself() -> None:
    snapshot = build([spec_record("a")], now=NOON).catalogue.snapshot("s")
    difference = spec_difference(snapshot, 0, 0)
    assert (difference.equal, difference.attributes, difference.dependencies) == (True, (), ())


def test_two_hashes_without_a_recorded_difference_are_not_equal() -> None:
    difference = compared({}, {})
    assert (difference.equal, difference.attributes, difference.dependencies) == (False, (), ())


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ({"version": "1.0"}, {"version": "2.0"}, ("version", "1.0", "2.0")),
        ({"version": "1-0"}, {"version": "1.0"}, ("version", "1-0", "1.0")),
        ({"namespace": "builtin"}, {"namespace": "mine"}, ("namespace", "builtin", "mine")),
        ({"compiler": Compiler("gcc", "12.3.0")}, {}, ("compiler", "gcc@12.3.0", None)),
        ({}, {"compiler": Compiler("gcc", "12.3.0")}, ("compiler", None, "gcc@12.3.0")),
        ({"platform": "darwin"}, {}, ("platform", "darwin", "linux")),
        ({"operating_system": "rhel8"}, {}, ("operating_system", "rhel8", "ubuntu22.04")),
        ({"target": "zen3"}, {}, ("target", "zen3", "x86_64_v3")),
        ({"external": True}, {}, ("external", "true", "false")),
        ({"package_hash": "abc"}, {"package_hash": "def"}, ("package_hash", "abc", "def")),
        ({"build_spec": "abc"}, {"build_spec": "def"}, ("build_spec", "abc", "def")),
        ({"flags": (Flags("cflags", ("-O3", "-g")),)}, {}, ("flag cflags", "-O3 -g", None)),
        (
            {"flags": (Flags("cflags", ("-O3",)),)},
            {"flags": (Flags("cflags", ("-O2",)),)},
            ("flag cflags", "-O3", "-O2"),
        ),
        (
            {"variants": (Variant("mpi", enabled=True),)},
            {"variants": (Variant("mpi", enabled=False),)},
            ("variant mpi", "+mpi", "~mpi"),
        ),
        ({"variants": (Variant("mpi", enabled=False),)}, {}, ("variant mpi", "~mpi", None)),
        (
            {"variants": (Variant("libs", values=("shared",), exact=True),)},
            {"variants": (Variant("libs", values=("shared", "static"), exact=True),)},
            ("variant libs", "libs:=shared", "libs:=shared,static"),
        ),
        (
            {"variants": (Variant("threads", enabled=True),)},
            {"variants": (Variant("threads", values=("openmp",)),)},
            ("variant threads", "+threads", "threads=openmp"),
        ),
    ],
)
def test_one_attribute_that_differs_is_the_only_difference(
    left: Mapping[str, object], right: Mapping[str, object], expected: tuple[str, str | None, str | None]
) -> None:
    difference = compared(left, right)
    assert (texts(difference), difference.dependencies, difference.equal) == ([expected], (), False)


@pytest.mark.parametrize("attribute", ["namespace", "package_hash", "build_spec"])
def test_what_one_side_does_not_record_is_no_difference(attribute: str) -> None:
    assert texts(compared({attribute: "something"}, {})) == []


def test_how_a_source_prints_a_variant_is_no_difference() -> None:
    exact, loose = (Variant("libs", values=("shared",), exact=exact) for exact in (True, False))
    assert texts(compared({"variants": (exact,)}, {"variants": (loose,)})) == []


def test_specs_of_two_packages_differ_in_the_package_and_what_else_differs() -> None:
    readings = [spec_record("a"), spec_record("b", version="2.0")]
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    assert texts(spec_difference(snapshot, 0, 1)) == [("package", "a", "b"), ("version", "1.0", "2.0")]


def test_attributes_come_in_a_fixed_order_then_variants_then_flags() -> None:
    left = {
        "target": "zen3",
        "version": "2.0",
        "flags": (Flags("cflags", ("-g",)),),
        "variants": (Variant("b", enabled=True), Variant("a", values=("x",))),
    }
    assert [d.attribute for d in compared(left, {}).attributes] == [
        "version",
        "target",
        "variant a",
        "variant b",
        "flag cflags",
    ]


def needs(*heads: str, deptypes: int = LINK) -> tuple[Dependency, ...]:
    return tuple(Dependency(dag_hash(head), "?", deptypes) for head in heads)


def pairs(left: Sequence[str] | None, right: Sequence[str] | None) -> list[tuple[str, str | None, str | None]]:
    """Compare by what is needed; packages are a label's first letter."""
    labels = ("m1", "m2", "m3", "n1", "n2")
    others = [spec_record(label, package=label[0]) for label in labels]
    one, other = ({"dependencies": None if heads is None else needs(*heads)} for heads in (left, right))
    names = {position + 2: label for position, label in enumerate(labels)}
    return [
        (d.package, None if d.left is None else names[d.left], None if d.right is None else names[d.right])
        for d in compared(one, other, *others).dependencies
    ]


def test_a_dependency_that_both_have_is_no_difference() -> None:
    assert pairs(["m1", "n1"], ["n1", "m1"]) == []


def test_a_dependency_of_one_side_is_paired_with_the_other_spec_of_its_package() -> None:
    assert pairs(["m1", "n1"], ["m2", "n1"]) == [("m", "m1", "m2")]


def test_a_dependency_of_one_side_alone_has_no_partner() -> None:
    assert pairs(["m1"], ["n1"]) == [("m", "m1", None), ("n", None, "n1")]
    assert pairs([], ["n1"]) == [("n", None, "n1")]


def test_several_specs_of_one_package_are_paired_in_row_order() -> None:
    assert pairs(["m1", "m3"], ["m2", "m3"]) == [("m", "m1", "m2")]
    assert pairs(["m3", "m1"], ["m2"]) == [("m", "m1", "m2"), ("m", "m3", None)]


def test_dependencies_that_a_side_does_not_record_are_not_compared() -> None:
    assert pairs(None, ["m1"]) == []
    assert pairs([], None) == []


def test_an_edge_of_another_type_to_the_same_spec_is_no_difference() -> None:
    left, right = ({"dependencies": needs("m", deptypes=deptypes)} for deptypes in (1, 2))
    assert compared(left, right, spec_record("m")).dependencies == ()


@given(records(), st.data())
def test_the_other_way_round_is_the_same_with_sides_exchanged(
    readings: Sequence[SpecRecord], data: st.DataObject
) -> None:
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    rows = st.integers(0, len(snapshot.rows) - 1)
    left, right = data.draw(rows), data.draw(rows)
    one, other = spec_difference(snapshot, left, right), spec_difference(snapshot, right, left)
    assert other.attributes == tuple(AttributeDifference(d.attribute, d.right, d.left) for d in one.attributes)
    assert other.dependencies == tuple(DependencyDifference(d.package, d.right, d.left) for d in one.dependencies)
    assert one.equal == other.equal == (left == right)


def test_real_specs_of_one_package_differ_as_their_columns_do(release: Snapshot) -> None:
    universe = release.universe
    rows = list(release.package_rows(universe.packages.index("hdf5")))
    assert len(rows) > 3
    for left in rows:
        for right in rows:
            one, other = universe.spec(left), universe.spec(right)
            difference = spec_difference(release, left, right)
            differing = {d.attribute for d in difference.attributes}
            for name in ("version", "namespace", "compiler", "platform", "operating_system", "target", "package_hash"):
                assert (name in differing) == (getattr(one, name) != getattr(other, name))
            mine, theirs = ({d.hash for d in spec.dependencies or ()} for spec in (one, other))
            assert {universe.hashes[d.left] for d in difference.dependencies if d.left is not None} == mine - theirs
            assert {universe.hashes[d.right] for d in difference.dependencies if d.right is not None} == theirs - mine

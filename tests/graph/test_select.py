"""Filters and orders against a plain scan with a slow, obvious matcher."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph.build import build
from graph.errors import BadInput, VersionSyntaxError
from graph.filters import (
    PackageFilter,
    PackageOrder,
    PackageOrderField,
    SortDirection,
    SpecFilter,
    SpecOrder,
    SpecOrderField,
    StackFilter,
    StringFilter,
    TargetFilter,
    VariantFilter,
    VersionFilter,
)
from graph.model import Spec
from graph.ordered import Ordered
from graph.select import (
    ordered_packages,
    ordered_specs,
    package_positions,
    spec_rows,
    stacks_holding,
    stacks_holding_value,
)
from graph.snapshot import Snapshot
from graph.sources.records import SpecRecord
from graph.targets import ARCHSPEC
from graph.versions import Version, parse_version_list
from tests.graph.small_graphs import NOON, dag_hash, records, spec_record

names = st.sampled_from(["hdf5", "mpich", "zlib", "zlib-ng", "nothing"])
texts = st.one_of(
    names, st.sampled_from(["zlib", "h", "", "linux", "rhel8", "gcc@11.4.0", "llvm", "n1", dag_hash("n1")])
)
several = st.one_of(st.none(), st.lists(texts, max_size=3).map(tuple))
maybe = st.one_of(st.none(), texts)

string_filters = st.builds(
    StringFilter, eq=maybe, ne=maybe, in_=several, not_in=several, starts_with=maybe, contains=maybe
)
version_texts = st.sampled_from(["1.2", "1.10", "1.10-1", "1-10.1", "develop", "2.0rc1", "3"])
version_filters = st.builds(
    VersionFilter,
    eq=st.one_of(st.none(), version_texts),
    in_=st.one_of(st.none(), st.lists(version_texts, max_size=2).map(tuple)),
    matches=st.one_of(st.none(), st.sampled_from(["1.2:", ":1.10", "=1.10", "1.2,2.0:", "1.10", ":"])),
)
stacks = st.one_of(st.none(), st.lists(st.sampled_from(["e4s", "radiuss", "root", "none"]), max_size=2).map(tuple))
stack_filters = st.builds(StackFilter, all_of=stacks, any_of=stacks, none_of=stacks)
targets = st.sampled_from(["x86_64", "x86_64_v3", "zen3", "aarch64", "neoverse_v1", "power9le"])
target_filters = st.builds(
    TargetFilter,
    eq=st.one_of(st.none(), targets),
    in_=st.one_of(st.none(), st.lists(targets, max_size=2).map(tuple)),
    family=st.one_of(st.none(), st.sampled_from(["x86_64", "aarch64"])),
    runs_on=st.one_of(st.none(), targets),
)
variant_filters = st.builds(
    VariantFilter,
    name=st.sampled_from(["mpi", "build_type", "libs", "none"]),
    enabled=st.one_of(st.none(), st.booleans()),
    value=st.one_of(st.none(), st.sampled_from(["Release", "shared"])),
)
optional = {
    "package": string_filters,
    "hash": string_filters,
    "version": version_filters,
    "stack": stack_filters,
    "target": target_filters,
    "operating_system": string_filters,
    "platform": string_filters,
    "compiler": string_filters,
    "variant": st.lists(variant_filters, max_size=2).map(tuple),
    "in_build_cache": st.booleans(),
    "external": st.booleans(),
}
simple = st.builds(SpecFilter, **{name: st.one_of(st.none(), strategy) for name, strategy in optional.items()})
single = st.one_of(*(st.builds(SpecFilter, **{name: strategy}) for name, strategy in optional.items()))
spec_filters = st.recursive(
    st.one_of(single, simple),
    lambda inner: st.builds(
        SpecFilter,
        and_=st.one_of(st.none(), st.lists(inner, max_size=2).map(tuple)),
        or_=st.one_of(st.none(), st.lists(inner, max_size=2).map(tuple)),
        not_=st.one_of(st.none(), inner),
    ),
    max_leaves=5,
)


def text_holds(condition: StringFilter, text: str | None) -> bool:
    positive = [
        condition.eq is None or text == condition.eq,
        condition.in_ is None or text in condition.in_,
        condition.starts_with is None or (text is not None and text.startswith(condition.starts_with)),
        condition.contains is None or (text is not None and condition.contains in text),
    ]
    negative = [condition.ne is None or text != condition.ne, text not in (condition.not_in or ())]
    return all(positive) and all(negative)


def version_holds(condition: VersionFilter, text: str) -> bool:
    version = Version(text)
    return (
        (condition.eq is None or version == Version(condition.eq))
        and (condition.in_ is None or any(version == Version(other) for other in condition.in_))
        and (condition.matches is None or parse_version_list(condition.matches).includes(version))
    )


def stack_holds(condition: StackFilter, held: tuple[str, ...]) -> bool:
    return (
        set(condition.all_of or ()) <= set(held)
        and (condition.any_of is None or bool(set(condition.any_of) & set(held)))
        and not set(condition.none_of or ()) & set(held)
    )


def target_holds(condition: TargetFilter, target: str) -> bool:
    return (
        (condition.eq is None or target == condition.eq)
        and (condition.in_ is None or target in condition.in_)
        and (condition.family is None or ARCHSPEC.family(target) == condition.family)
        and (condition.runs_on is None or ARCHSPEC.can_run(condition.runs_on, target))
    )


def variant_holds(condition: VariantFilter, spec: Spec) -> bool:
    for variant in spec.variants:
        if variant.name == condition.name:
            return (condition.enabled is None or variant.enabled is condition.enabled) and (
                condition.value is None or condition.value in variant.values
            )
    return False


def holds(condition: SpecFilter, record: SpecRecord) -> bool:
    """Say by looking at one spec whether a filter selects it."""
    spec = record.spec
    compiler = spec.compiler.name if spec.compiler else None
    checks = [
        condition.and_ is None or all(holds(part, record) for part in condition.and_),
        condition.or_ is None or any(holds(part, record) for part in condition.or_),
        condition.not_ is None or not holds(condition.not_, record),
        condition.package is None or text_holds(condition.package, spec.package),
        condition.hash is None or text_holds(condition.hash, spec.hash),
        condition.version is None or version_holds(condition.version, spec.version),
        condition.stack is None or stack_holds(condition.stack, record.stacks),
        condition.target is None or target_holds(condition.target, spec.target),
        condition.operating_system is None or text_holds(condition.operating_system, spec.operating_system),
        condition.platform is None or text_holds(condition.platform, spec.platform),
        condition.compiler is None or text_holds(condition.compiler, compiler),
        all(variant_holds(part, spec) for part in condition.variant or ()),
        condition.in_build_cache is None or record.in_build_cache == condition.in_build_cache,
        condition.external is None or spec.external == condition.external,
    ]
    return all(checks)


def snapshot_of(readings: Sequence[SpecRecord]) -> Snapshot:
    return build(readings, now=NOON).catalogue.snapshot("s")


@given(records(), spec_filters)
def test_a_filter_selects_what_a_plain_scan_finds(readings: Sequence[SpecRecord], condition: SpecFilter) -> None:
    snapshot = snapshot_of(readings)
    found = {snapshot.universe.hashes[row] for row in spec_rows(snapshot, condition)}
    assert found == {record.spec.hash for record in readings if holds(condition, record)}


@given(records(), spec_filters, st.one_of(st.none(), string_filters))
def test_a_package_filter_selects_what_a_plain_scan_finds(
    readings: Sequence[SpecRecord], has_spec: SpecFilter, name: StringFilter | None
) -> None:
    snapshot = snapshot_of(readings)
    expected = {
        record.spec.package
        for record in readings
        if holds(has_spec, record) and (name is None or text_holds(name, record.spec.package))
    }
    condition = PackageFilter(name=name, has_spec=has_spec)
    packages = snapshot.universe.packages
    assert {packages[p] for p in package_positions(snapshot, condition)} == expected
    everything = {record.spec.package for record in readings}
    complement = package_positions(snapshot, PackageFilter(not_=condition))
    assert {packages[p] for p in complement} == everything - expected
    both = PackageFilter(and_=(condition, PackageFilter()), or_=(condition,))
    assert {packages[p] for p in package_positions(snapshot, both)} == expected


def test_no_filter_and_an_empty_filter_select_everything() -> None:
    snapshot = snapshot_of([spec_record("a"), spec_record("b")])
    assert spec_rows(snapshot, None) is snapshot.rows
    assert spec_rows(snapshot, SpecFilter()) is snapshot.rows


def test_a_filter_selects_within_its_own_snapshot_alone() -> None:
    catalogue = build([spec_record("a"), spec_record("b", snapshot="t")], now=NOON).catalogue
    for condition in (None, SpecFilter(), SpecFilter(not_=SpecFilter(package=StringFilter(eq="x")))):
        assert len(spec_rows(catalogue.snapshot("s"), condition)) == 1


def test_older_compilers_are_found_with_and_without_their_equals_sign() -> None:
    from graph.model import Compiler

    snapshot = snapshot_of([spec_record("a", compiler=Compiler("gcc", "11.4.0")), spec_record("b")])
    for text in ("gcc@11.4.0", "gcc@=11.4.0"):
        assert len(spec_rows(snapshot, SpecFilter(compiler=StringFilter(eq=text)))) == 1


def test_a_machine_that_nobody_knows_is_an_error() -> None:
    snapshot = snapshot_of([spec_record("a")])
    with pytest.raises(BadInput, match="no target 'zen33'"):
        spec_rows(snapshot, SpecFilter(target=TargetFilter(runs_on="zen33")))


def test_a_bad_version_list_is_an_error() -> None:
    with pytest.raises(VersionSyntaxError):
        spec_rows(snapshot_of([spec_record("a")]), SpecFilter(version=VersionFilter(matches="1.4:1.2")))


def listed(snapshot: Snapshot, ordered: Ordered) -> list[str]:
    return [snapshot.universe.hashes[row].rstrip("x") for row in ordered.page(0, len(ordered))]


SPECS = [
    spec_record("a1", package="a", version="1.10"),
    spec_record("a2", package="a", version="1.9"),
    spec_record("a0", package="a", version="1.9"),
    spec_record("b", package="b", version="develop"),
]


@pytest.mark.parametrize(
    ("field", "direction", "expected"),
    [
        ("PACKAGE", "ASC", ["a1", "a0", "a2", "b"]),
        ("PACKAGE", "DESC", ["b", "a1", "a0", "a2"]),
        ("VERSION", "ASC", ["a0", "a2", "a1", "b"]),
        ("VERSION", "DESC", ["b", "a1", "a0", "a2"]),
        ("HASH", "ASC", ["a0", "a1", "a2", "b"]),
        ("HASH", "DESC", ["b", "a2", "a1", "a0"]),
    ],
)
def test_specs_are_ordered_with_ties_in_default_order(field: str, direction: str, expected: list[str]) -> None:
    snapshot = snapshot_of(SPECS)
    order = SpecOrder(SpecOrderField[field], SortDirection[direction])
    assert listed(snapshot, ordered_specs(snapshot, snapshot.rows, order)) == expected


@pytest.mark.parametrize(
    ("direction", "expected"), [("ASC", ["small", "big", "a", "z"]), ("DESC", ["big", "small", "a", "z"])]
)
def test_unknown_sizes_come_last_whichever_way(direction: str, expected: list[str]) -> None:
    from msgspec.structs import replace

    sized = [replace(spec_record("big"), size=2**40), replace(spec_record("small"), size=0)]
    snapshot = snapshot_of([*sized, spec_record("z"), spec_record("a")])
    order = SpecOrder(SpecOrderField.SIZE, SortDirection[direction])
    assert listed(snapshot, ordered_specs(snapshot, snapshot.rows, order)) == expected


@pytest.mark.parametrize(
    ("field", "direction", "expected"),
    [
        ("NAME", "ASC", ["a", "b", "c"]),
        ("NAME", "DESC", ["c", "b", "a"]),
        ("SPEC_COUNT", "ASC", ["b", "c", "a"]),
        ("SPEC_COUNT", "DESC", ["a", "b", "c"]),
    ],
)
def test_packages_are_ordered_with_ties_by_name(field: str, direction: str, expected: list[str]) -> None:
    snapshot = snapshot_of([*SPECS, spec_record("c")])
    order = PackageOrder(PackageOrderField[field], SortDirection[direction])
    found = ordered_packages(snapshot, snapshot.packages, order)
    assert [snapshot.universe.packages[p] for p in found.page(0, 9)] == expected


def test_stacks_are_counted_by_the_specs_they_hold() -> None:
    snapshot = snapshot_of([spec_record("a", stacks=("e4s", "root")), spec_record("b", stacks=("root",))])
    assert stacks_holding(snapshot, snapshot.rows) == {0: 1, 1: 2}
    assert stacks_holding(snapshot, FrozenBitMap()) == {}


def test_stacks_are_counted_for_a_value_as_for_its_rows() -> None:
    snapshot = snapshot_of(
        [
            spec_record("a", stacks=("e4s", "root"), target="zen3"),
            spec_record("b", stacks=("root",), target="zen4"),
            spec_record("c", stacks=("root", "ml"), target="zen3"),
        ]
    )
    for facet in (snapshot.universe.target, snapshot.universe.compiler, snapshot.universe.operating_system):
        for value in (*facet.values, "none of these"):
            rows = facet.rows_of(value) & snapshot.rows
            assert stacks_holding_value(snapshot, facet, value) == stacks_holding(snapshot, rows)
    assert stacks_holding_value(snapshot, snapshot.universe.target, "zen3") == {0: 1, 1: 1, 2: 2}

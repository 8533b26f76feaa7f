"""Snapshots and the catalogue: look-ups and the default."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.build import build
from graph.errors import AmbiguousHash, HashPrefixTooShort, UnknownSnapshot
from graph.snapshot import ROWS_PER_MEETING, default_name
from graph.sources.records import SpecRecord
from tests.graph.small_graphs import NOON, dag_hash, records, spec_record


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ""),
        (["v0.21.0", "develop", "v2025.11.0"], "develop"),
        (["v0.9.1", "v0.21.0", "v0.21.0rc1"], "v0.21.0"),
        (["v0.23.1", "v2025.07.0", "develop-2026-01-04"], "v2025.07.0"),
        (["develop-2025-03-23", "develop-2025-10-05"], "develop-2025-10-05"),
        (["mine", "yours"], "yours"),
    ],
)
def test_the_default_is_develop_else_the_newest_release_else_the_newest_tag(names: list[str], expected: str) -> None:
    assert default_name(names, preferred=None) == expected


def test_the_preferred_default_wins() -> None:
    assert default_name(["a", "develop"], preferred="a") == "a"


def test_a_preferred_default_that_is_not_loaded_is_an_error_that_names_what_is() -> None:
    with pytest.raises(UnknownSnapshot, match=r"no snapshot 'b'; loaded: a, develop"):
        default_name(["develop", "a"], preferred="b")


@pytest.mark.parametrize("at_first", [0, 1, 64])
@pytest.mark.parametrize("rows_per_meeting", [0, ROWS_PER_MEETING], ids=["meeting bitmaps", "reading rows"])
@given(readings=records(snapshots=("s", "t")), data=st.data())
def test_what_a_snapshot_counts_is_in_it(
    rows_per_meeting: int, at_first: int, readings: list[SpecRecord], data: st.DataObject
) -> None:
    kept = [record for record in readings if record.snapshot == "s" or data.draw(st.booleans())]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graph.snapshot.ROWS_PER_MEETING", rows_per_meeting)
        patch.setattr("graph.providing.LOOKED_AT_FIRST", at_first)
        for snapshot in build(kept, now=NOON).catalogue:
            specs = {record.spec.hash: record.spec for record in kept if record.snapshot == snapshot.name}
            edges = [e for s in specs.values() for e in s.dependencies or () if e.hash in specs]
            names = snapshot.universe.packages
            counted = dict(zip(names, snapshot.specs_per_package.tolist(), strict=True))
            assert counted == {name: sum(s.package == name for s in specs.values()) for name in names}
            assert [names[p] for p in snapshot.packages] == sorted({s.package for s in specs.values()})
            assert list(snapshot.operating_systems) == sorted({s.operating_system for s in specs.values()})
            assert snapshot.dependency_count == len(edges)
            assert snapshot.providers == {
                virtual: tuple(sorted({specs[e.hash].package for e in edges if virtual in e.virtuals}))
                for virtual in sorted({virtual for e in edges for virtual in e.virtuals})
            }


def test_a_hash_is_found_whole_or_by_a_prefix_of_its_own() -> None:
    snapshot = build([spec_record("abcd1"), spec_record("abcd2"), spec_record("zzzz")], now=NOON).catalogue.snapshot(
        "s"
    )
    hashes = snapshot.universe.hashes
    for text in (dag_hash("abcd1"), "abcd1"):
        row = snapshot.find(text)
        assert row is not None
        assert hashes[row] == dag_hash("abcd1")
    assert snapshot.find("ABCD1") is None
    assert snapshot.find("nothing") is None
    assert snapshot.find("n" * 40) is None


def test_a_prefix_of_several_hashes_is_ambiguous_and_says_which() -> None:
    snapshot = build([spec_record("abcd1"), spec_record("abcd2")], now=NOON).catalogue.snapshot("s")
    with pytest.raises(AmbiguousHash, match="2 specs begin with 'abcd': abcd1"):
        snapshot.find("abcd")


def test_a_prefix_is_ambiguous_only_within_its_snapshot() -> None:
    catalogue = build([spec_record("abcd1"), spec_record("abcd2", snapshot="t")], now=NOON).catalogue
    assert catalogue.snapshot("s").find("abcd") is not None
    assert catalogue.snapshot("s").find(dag_hash("abcd2")) is None


def test_a_prefix_of_three_characters_is_too_short() -> None:
    snapshot = build([spec_record("abcd1")], now=NOON).catalogue.snapshot("s")
    with pytest.raises(HashPrefixTooShort, match="at least 4 characters"):
        snapshot.find("abc")


def test_a_catalogue_lists_snapshots_by_name_and_says_which_are_loaded() -> None:
    catalogue = build([spec_record("a", snapshot=name) for name in ("v2", "develop", "v1")], now=NOON).catalogue
    assert [snapshot.name for snapshot in catalogue] == ["develop", "v1", "v2"]
    assert catalogue.snapshot(None).name == "develop"
    assert catalogue.get("v3") is None
    with pytest.raises(UnknownSnapshot, match="no snapshot 'v3'; loaded: develop, v1, v2"):
        catalogue.snapshot("v3")


def test_targets_are_those_built_for_and_their_ancestors() -> None:
    snapshot = build([spec_record("a", target="zen")], now=NOON).catalogue.snapshot("s")
    assert snapshot.targets == ("x86_64", "x86_64_v2", "x86_64_v3", "zen")

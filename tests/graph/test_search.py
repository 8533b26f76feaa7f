"""What a search finds, and in which order."""

from __future__ import annotations

import pytest

from graph.build import build
from graph.model import NodeKind
from graph.search import search
from graph.snapshot import Snapshot
from tests.graph.small_graphs import NOON, dag_hash, graph_of, spec_record


@pytest.fixture
def snapshot() -> Snapshot:
    specs = [
        spec_record("zlib1", package="zlib", version="1.3"),
        spec_record("zlib2", package="zlib"),
        spec_record("ng", package="zlib-ng"),
        spec_record("zr", package="py-zlib-rs", stacks=("zlib-stack",)),
        spec_record("other", package="hdf5"),
    ]
    return build(specs, now=NOON).catalogue.snapshot("s")


def labels(snapshot: Snapshot, text: str, *kinds: NodeKind, limit: int = 9) -> list[str]:
    return [hit.label for hit in search(snapshot, text, kinds=kinds or tuple(NodeKind), limit=limit)]


def test_the_text_itself_comes_first_then_what_begins_with_it_then_what_holds_it(snapshot: Snapshot) -> None:
    assert labels(snapshot, "zlib", NodeKind.PACKAGE) == ["zlib", "zlib-ng", "py-zlib-rs"]


def test_scores_are_one_for_the_text_itself_and_less_for_less_of_it(snapshot: Snapshot) -> None:
    hits = search(snapshot, "zlib", kinds=[NodeKind.PACKAGE], limit=9)
    assert [hit.score for hit in hits] == pytest.approx([1.0, 0.7 + 4 / 7 * 0.3, 0.4 + 4 / 10 * 0.3])


def test_a_spec_is_found_by_the_beginning_of_its_hash(snapshot: Snapshot) -> None:
    assert labels(snapshot, "zlib1", NodeKind.SPEC) == ["zlib@1.3 /zlib1xx"]
    assert labels(snapshot, "zli", NodeKind.SPEC) == []


def test_case_and_blanks_around_do_not_count(snapshot: Snapshot) -> None:
    assert labels(snapshot, "  ZLIB ", NodeKind.PACKAGE)[0] == "zlib"


@pytest.mark.parametrize("text", ["", "  ", "nothing-like-it"])
def test_nothing_is_found_for_nothing(snapshot: Snapshot, text: str) -> None:
    assert labels(snapshot, text) == []


def test_equal_scores_are_ordered_by_popularity_then_kind_then_name(snapshot: Snapshot) -> None:
    assert labels(snapshot, "ubuntu22.04") == ["ubuntu22.04"]
    found = search(snapshot, "x86_64_v", limit=9)
    assert [(hit.label, hit.spec_count) for hit in found] == [("x86_64_v3", 5), ("x86_64_v2", 0), ("x86_64", 0)]


def test_no_more_hits_than_asked_for(snapshot: Snapshot) -> None:
    assert labels(snapshot, "zlib", limit=2) == ["zlib", "zlib-ng"]
    assert labels(snapshot, "zlib", limit=0) == []


def test_a_kind_named_twice_is_searched_once(snapshot: Snapshot) -> None:
    assert labels(snapshot, "hdf5", NodeKind.PACKAGE, NodeKind.PACKAGE) == ["hdf5"]
    assert dag_hash("other") not in labels(snapshot, "hdf5")


@pytest.mark.parametrize(
    ("mistyped", "found"),
    [
        ("hdf", "hdf5"),
        ("hfd5", "hdf5"),
        ("hd5f", "hdf5"),
        ("zlbi-ng", "zlib-ng"),
        ("zlip", "zlib"),
        ("py-zlibrs", "py-zlib-rs"),
    ],
)
def test_a_few_typing_errors_are_forgiven(snapshot: Snapshot, mistyped: str, found: str) -> None:
    assert labels(snapshot, mistyped, NodeKind.PACKAGE)[0] == found


def test_a_mistyped_name_comes_after_every_name_that_holds_the_text(snapshot: Snapshot) -> None:
    scores = {hit.label: hit.score for hit in search(snapshot, "zlib-", kinds=[NodeKind.PACKAGE], limit=9)}
    assert list(scores) == ["zlib-ng", "py-zlib-rs", "zlib"]
    assert scores["zlib"] == pytest.approx(0.8 * 0.4)
    assert "hdf5" not in scores


def test_three_characters_are_not_taken_for_a_typing_error(snapshot: Snapshot) -> None:
    assert labels(snapshot, "hdd", NodeKind.PACKAGE) == []


def test_a_virtual_finds_the_packages_that_provide_it() -> None:
    edges = [("app", "openmpi", 2, ("mpi",)), ("tool", "mpich", 2, ("mpi",)), ("tool", "mpi-docs", 2, ())]
    snapshot = graph_of(["app", "tool", "openmpi", "mpich", "mpi-docs"], edges).catalogue.snapshot("s")
    hits = search(snapshot, "mpi", kinds=[NodeKind.PACKAGE], limit=9)
    assert [(hit.label, round(hit.score, 3)) for hit in hits] == [
        ("mpich", 0.9),
        ("openmpi", 0.9),
        ("mpi-docs", 0.812),
    ]


def test_a_mistyped_name_is_found_without_its_language() -> None:
    specs = [spec_record("a", package="py-tensorflow"), spec_record("b", package="tensorflow-serving-client")]
    snapshot = build(specs, now=NOON).catalogue.snapshot("s")
    hits = search(snapshot, "tensorflw", kinds=[NodeKind.PACKAGE], limit=9)
    assert [hit.label for hit in hits] == ["py-tensorflow"]
    assert [hit.score for hit in hits] == pytest.approx([0.9 * 0.9 * 0.4])
    assert labels(snapshot, "py-tensorflw", NodeKind.PACKAGE) == ["py-tensorflow"]

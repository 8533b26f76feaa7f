"""Installability against a slow, obvious judge, edge cases first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph.build import build
from graph.errors import BadInput
from graph.installable import Blocking, Host, Installability, Verdict
from graph.model import LINK_AND_RUN, Dependency
from graph.network import dependency_graph
from graph.snapshot import Snapshot
from graph.sources.records import SpecRecord
from graph.targets import ARCHSPEC
from tests.graph.small_graphs import NOON, dag_hash, records, spec_record

BUILD, LINK, RUN, TEST = 1, 2, 4, 8
ZEN3 = Host("zen3", "ubuntu22.04")


def needs(*heads: str, deptypes: int = LINK) -> tuple[Dependency, ...]:
    return tuple(Dependency(dag_hash(head), head, deptypes) for head in heads)


def snapshot_of(*readings: SpecRecord) -> Snapshot:
    return build(readings, now=NOON).catalogue.snapshot("s")


def judged(*readings: SpecRecord, host: Host = ZEN3, max_nodes: int = 99) -> dict[str, tuple[str, str]]:
    """Return, by label, the verdict on each spec and the joined labels of what blocks it."""
    snapshot = snapshot_of(*readings)
    verdicts = Installability(snapshot, host)
    labels = [dag.rstrip("x") for dag in snapshot.universe.hashes]
    return {
        labels[row]: (
            verdicts.verdict(row).value,
            "".join(labels[r] for r in verdicts.blocking(row, max_nodes=max_nodes).rows),
        )
        for row in snapshot.rows
    }


def test_a_binary_for_a_target_that_the_host_runs_is_installable() -> None:
    assert judged(spec_record("a", target="x86_64_v3")) == {"a": ("INSTALLABLE", "")}


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"target": "zen4"}, "TARGET_INCOMPATIBLE"),
        ({"target": "aarch64"}, "TARGET_INCOMPATIBLE"),
        ({"target": "unheard-of"}, "TARGET_INCOMPATIBLE"),
        ({"in_build_cache": False}, "MISSING_BINARY"),
        ({"operating_system": "rhel8"}, "OPERATING_SYSTEM_MISMATCH"),
        ({"platform": "darwin"}, "PLATFORM_MISMATCH"),
        ({"in_build_cache": False, "target": "zen4"}, "TARGET_INCOMPATIBLE"),
        ({"target": "zen4", "operating_system": "rhel8"}, "OPERATING_SYSTEM_MISMATCH"),
        ({"target": "zen4", "operating_system": "rhel8", "platform": "darwin"}, "PLATFORM_MISMATCH"),
    ],
)
def test_of_several_reasons_the_first_is_told(changes: dict[str, object], verdict: str) -> None:
    assert judged(spec_record("a", **changes)) == {"a": (verdict, "")}  # type: ignore[arg-type]


def test_what_a_spec_needs_far_down_blocks_it() -> None:
    assert judged(
        spec_record("a", dependencies=needs("b")),
        spec_record("b", dependencies=needs("c", deptypes=RUN)),
        spec_record("c", in_build_cache=False),
    ) == {"a": ("DEPENDENCY_BLOCKED", "c"), "b": ("DEPENDENCY_BLOCKED", "c"), "c": ("MISSING_BINARY", "")}


def test_what_only_builds_or_tests_it_does_not_block() -> None:
    assert judged(
        spec_record("a", dependencies=(*needs("b", deptypes=BUILD), *needs("c", deptypes=TEST))),
        spec_record("b", in_build_cache=False),
        spec_record("c", target="zen4"),
    ) == {"a": ("INSTALLABLE", ""), "b": ("MISSING_BINARY", ""), "c": ("TARGET_INCOMPATIBLE", "")}


def test_an_own_reason_comes_before_what_is_needed_and_both_are_told() -> None:
    assert judged(spec_record("a", target="zen4", dependencies=needs("b")), spec_record("b", target="zen4")) == {
        "a": ("TARGET_INCOMPATIBLE", "b"),
        "b": ("TARGET_INCOMPATIBLE", ""),
    }


def test_an_external_counts_as_present_and_what_it_needs_is_the_hosts_affair() -> None:
    assert judged(
        spec_record("a", dependencies=needs("b")),
        spec_record("b", external=True, in_build_cache=False, target="zen4", dependencies=needs("c")),
        spec_record("c", in_build_cache=False),
        spec_record("d", external=True, in_build_cache=False, dependencies=needs("c")),
    ) == {
        "a": ("INSTALLABLE", ""),
        "b": ("TARGET_INCOMPATIBLE", ""),
        "c": ("MISSING_BINARY", ""),
        "d": ("INSTALLABLE", ""),
    }


def test_a_dependency_that_no_source_holds_blocks_without_a_name() -> None:
    assert judged(
        spec_record("a", dependencies=needs("b")),
        spec_record("b", dependencies=needs("gone")),
        spec_record("c", dependencies=needs("gone", deptypes=BUILD)),
    ) == {"a": ("DEPENDENCY_BLOCKED", ""), "b": ("DEPENDENCY_BLOCKED", ""), "c": ("INSTALLABLE", "")}


def test_a_dependency_that_only_another_snapshot_holds_blocks_too() -> None:
    assert judged(spec_record("a", dependencies=needs("b")), spec_record("b", snapshot="t")) == {
        "a": ("DEPENDENCY_BLOCKED", "")
    }


def test_what_blocks_is_in_row_order_and_bounded() -> None:
    readings = [
        spec_record("a", dependencies=needs("d", "c", "b")),
        *(spec_record(label, in_build_cache=False) for label in "bcd"),
    ]
    assert judged(*readings)["a"] == ("DEPENDENCY_BLOCKED", "bcd")
    snapshot = snapshot_of(*readings)
    verdicts = Installability(snapshot, ZEN3)
    assert verdicts.blocking(0, max_nodes=2) == Blocking((1, 2), truncated=True)
    assert verdicts.blocking(0, max_nodes=3) == Blocking((1, 2, 3), truncated=False)
    assert verdicts.blocking(0, max_nodes=0) == Blocking((), truncated=True)


def test_a_circle_ends() -> None:
    assert judged(
        spec_record("a", dependencies=needs("b")),
        spec_record("b", dependencies=needs("a", "c")),
        spec_record("c", in_build_cache=False),
    ) == {"a": ("DEPENDENCY_BLOCKED", "c"), "b": ("DEPENDENCY_BLOCKED", "c"), "c": ("MISSING_BINARY", "")}


def test_unrecorded_dependencies_are_said_wherever_the_closure_has_them() -> None:
    snapshot = snapshot_of(
        spec_record("a", dependencies=needs("b")),
        spec_record("b", dependencies=None),
        spec_record("c", dependencies=needs("b", deptypes=BUILD)),
        spec_record("d", dependencies=needs("e")),
        spec_record("e", dependencies=None, external=True),
    )
    verdicts = Installability(snapshot, ZEN3)
    assert [verdicts.closure_recorded(row) for row in range(5)] == [False, False, True, True, True]
    assert {verdicts.verdict(row) for row in range(5)} == {Verdict.INSTALLABLE}


def test_the_nearest_target_comes_first_and_what_does_not_run_last() -> None:
    targets = {"a": "x86_64", "b": "zen3", "c": "icelake", "d": "x86_64_v3", "e": "zen3", "f": "aarch64", "g": "zen"}
    snapshot = snapshot_of(*(spec_record(label, target=target) for label, target in targets.items()))
    ranked = Installability(snapshot, ZEN3).ranked(snapshot.rows)
    assert ["abcdefg"[row] for row in ranked.page(0, 9)] == ["b", "e", "g", "d", "a", "c", "f"]


def test_of_targets_equally_near_what_can_be_installed_comes_first() -> None:
    snapshot = snapshot_of(
        spec_record("a", operating_system="rhel8"),
        spec_record("b"),
        spec_record("c", target="zen3", in_build_cache=False),
    )
    ranked = Installability(snapshot, ZEN3).ranked(snapshot.rows)
    assert ["abc"[row] for row in ranked.page(0, 9)] == ["c", "b", "a"]


def test_an_unknown_target_is_an_error_with_what_is_near() -> None:
    snapshot = snapshot_of(spec_record("a"))
    with pytest.raises(BadInput, match="no target 'zen33'; near it: zen3, "):
        Installability(snapshot, Host("zen33", "ubuntu22.04"))


def test_an_operating_system_or_platform_that_nothing_has_fits_nothing() -> None:
    assert judged(spec_record("a"), host=Host("zen3", "plan9")) == {"a": ("OPERATING_SYSTEM_MISMATCH", "")}
    assert judged(spec_record("a"), host=Host("zen3", "ubuntu22.04", "cray")) == {"a": ("PLATFORM_MISMATCH", "")}


def obvious_reason(snapshot: Snapshot, row: int, host: Host) -> Verdict:
    """Judge one spec by itself."""
    spec = snapshot.universe.spec(row)
    if spec.platform != host.platform:
        return Verdict.PLATFORM_MISMATCH
    if spec.operating_system != host.operating_system:
        return Verdict.OPERATING_SYSTEM_MISMATCH
    if spec.target not in ARCHSPEC.runs(host.target):
        return Verdict.TARGET_INCOMPATIBLE
    if row not in snapshot.binaries and not spec.external:
        return Verdict.MISSING_BINARY
    return Verdict.INSTALLABLE


def assert_as_obvious(snapshot: Snapshot, host: Host) -> None:
    """Compare every spec's verdict and blockers with those found by one closure for each."""
    universe = snapshot.universe
    graph: nx.DiGraph = nx.DiGraph(dependency_graph(snapshot, deptypes=LINK_AND_RUN))
    externals = [("spec", universe.hashes[row]) for row in universe.external]
    graph.remove_edges_from(list(graph.out_edges(externals)))
    verdicts = Installability(snapshot, host)
    expected = {}
    for row in snapshot.rows:
        own = obvious_reason(snapshot, row, host)
        closure = {universe.row_by_hash[key[1]] for key in nx.descendants(graph, ("spec", universe.hashes[row]))}
        blocking = sorted(
            r
            for r in closure
            if r not in universe.external and obvious_reason(snapshot, r, host) is not Verdict.INSTALLABLE
        )
        blocked = own is Verdict.INSTALLABLE and blocking
        expected[row] = (Verdict.DEPENDENCY_BLOCKED if blocked else own, tuple(blocking))
    assert expected == {
        row: (verdicts.verdict(row), verdicts.blocking(row, max_nodes=99_999).rows) for row in snapshot.rows
    }
    installable = [row for row, (verdict, _) in expected.items() if verdict is Verdict.INSTALLABLE]
    assert verdicts.installable_count(snapshot.rows) == len(installable)
    assert verdicts.installable_count(FrozenBitMap(installable[1:])) == len(installable[1:])
    distances = universe.targets.distances(host.target)
    near = sorted(
        snapshot.rows,
        key=lambda row: (distances.get(universe.target.value(row) or "", 99), row not in installable, row),
    )
    assert verdicts.ranked(snapshot.rows).page(0, len(near)) == near


hosts = st.builds(
    Host,
    st.sampled_from(["x86_64", "x86_64_v3", "zen3", "zen5", "aarch64", "neoverse_v1", "power9le"]),
    st.sampled_from(["ubuntu22.04", "rhel8", "plan9"]),
    st.sampled_from(["linux", "darwin"]),
)


@given(records(), hosts)
def test_verdicts_are_the_obvious_ones(readings: Sequence[SpecRecord], host: Host) -> None:
    assert_as_obvious(build(readings, now=NOON).catalogue.snapshot("s"), host)


@pytest.mark.parametrize(
    "host",
    [
        Host("zen3", "ubuntu22.04"),
        Host("x86_64_v3", "ubuntu24.04"),
        Host("x86_64_v2", "ubuntu22.04"),
        Host("neoverse_v1", "ubuntu22.04"),
        Host("neoverse_v2", "ubuntu24.04"),
        Host("power9le", "ubuntu22.04"),
        Host("zen3", "rhel8"),
    ],
)
def test_verdicts_on_real_specs_are_the_obvious_ones(release: Snapshot, host: Host) -> None:
    assert_as_obvious(release, host)


def test_compatibility_is_archspecs_for_every_target(shared_data: Path) -> None:
    """The recorded `runs` of archspec 0.2.7: x86_64, aarch64, ppc64le and the others."""
    lines = [json.loads(line) for line in (shared_data / "oracle" / "targets.jsonl").read_text().splitlines()]
    names = sorted({name for line in lines for name in line["runs"]})
    snapshot = snapshot_of(*(spec_record(name, target=name) for name in names))
    assert {"x86_64", "aarch64", "ppc64le"} <= set(names)
    for line in lines:
        verdicts = Installability(snapshot, Host(line["target"], "ubuntu22.04"))
        universe = snapshot.universe
        usable = {universe.target.value(r) for r in snapshot.rows if verdicts.verdict(r) is Verdict.INSTALLABLE}
        assert usable == set(line["runs"]), line["target"]

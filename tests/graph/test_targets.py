"""Targets, against archspec 0.2.7's recorded answers and with targets that only an index records."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from archspec.cpu.schema import TARGETS_JSON
from hypothesis import given
from hypothesis import strategies as st

from graph.targets import ARCHSPEC, Microarchitecture, TargetTable

ORACLE = Path(__file__).parents[3] / "shared/data/oracle/targets.jsonl"
NAMES = sorted(TARGETS_JSON["microarchitectures"])
names = st.sampled_from([*NAMES, "pentium"])


def recorded() -> list[Any]:
    if not ORACLE.exists():
        reason = f"archspec's recorded answers are not at {ORACLE}"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    lines = map(json.loads, ORACLE.read_text(encoding="utf-8").splitlines())
    return [pytest.param(line, id=line["target"]) for line in lines]


@pytest.mark.parametrize("line", recorded())
def test_a_target_is_what_archspec_says_it_is(line: dict[str, Any]) -> None:
    name = line["target"]
    assert ARCHSPEC.known(name) == Microarchitecture(
        name=name,
        family=line["family"],
        vendor=line["vendor"],
        generation=line["generation"],
        parents=tuple(line["parents"]),
    )
    assert ARCHSPEC.generic(name) == line["generic"]
    assert list(ARCHSPEC.ancestors(name)) == line["ancestors"]
    # The recorded `runs` is alphabetical, ours nearest first: the same set.
    assert sorted(ARCHSPEC.runs(name)) == line["runs"]


def test_the_table_holds_archspecs_targets_and_not_the_host() -> None:
    assert list(ARCHSPEC.names()) == NAMES


def test_runs_is_nearest_first_and_then_by_name() -> None:
    assert ARCHSPEC.runs("haswell") == (
        "haswell",
        "ivybridge",
        "x86_64_v3",
        "sandybridge",
        "x86_64_v2",
        "westmere",
        "x86_64",
        "nehalem",
        "core2",
        "nocona",
    )
    assert list(ARCHSPEC.distances("haswell").values()) == [0, 1, 1, 2, 2, 3, 3, 4, 5, 6]


def test_runnable_on_is_nearest_first_and_then_by_name() -> None:
    assert ARCHSPEC.runnable_on("cannonlake") == ("cannonlake", "icelake", "sapphirerapids")
    assert ARCHSPEC.runnable_on("power8") == ("power8", "power9", "power10")
    assert ARCHSPEC.runnable_on("x86_64_v3")[:4] == ("x86_64_v3", "excavator", "haswell", "x86_64_v4")


@given(names)
def test_a_target_runs_itself_first(name: str) -> None:
    assert ARCHSPEC.runs(name)[0] == name
    assert ARCHSPEC.runnable_on(name)[0] == name
    assert name not in ARCHSPEC.ancestors(name)
    assert {name, *ARCHSPEC.ancestors(name)} == set(ARCHSPEC.runs(name))


@given(names, names)
def test_runs_and_runnable_on_are_inverse(host: str, built_for: str) -> None:
    expected = ARCHSPEC.can_run(host, built_for)
    assert (built_for in ARCHSPEC.runs(host)) == expected
    assert (host in ARCHSPEC.runnable_on(built_for)) == expected


@given(names, names, names)
def test_descent_is_a_partial_order_within_a_family(a: str, b: str, c: str) -> None:
    assert ARCHSPEC.descends(a, a)
    if ARCHSPEC.descends(a, b):
        assert a == b or not ARCHSPEC.descends(b, a)
        assert ARCHSPEC.family(a) == ARCHSPEC.family(b)
        assert ARCHSPEC.descends(a, c) or not ARCHSPEC.descends(b, c)


def test_an_unknown_target_is_generic_and_on_its_own() -> None:
    assert ARCHSPEC.known("pentium") is None
    assert ARCHSPEC.microarchitecture("pentium") == Microarchitecture(name="pentium", family="pentium")
    assert ARCHSPEC.microarchitecture("pentium").vendor == "generic"
    assert ARCHSPEC.microarchitecture("pentium").generation is None
    assert ARCHSPEC.ancestors("pentium") == ()
    assert ARCHSPEC.runs("pentium") == ARCHSPEC.runnable_on("pentium") == ("pentium",)
    assert ARCHSPEC.generic("pentium") == "pentium"
    assert not ARCHSPEC.can_run("zen3", "pentium")


def test_a_target_recorded_in_an_index_joins_archspecs() -> None:
    table = TargetTable([Microarchitecture(name="zen9", vendor="AuthenticAMD", generation=9, parents=("zen6",))])
    assert table.microarchitecture("zen9") == Microarchitecture(
        name="zen9", family="x86_64", vendor="AuthenticAMD", generation=9, parents=("zen6",)
    )
    assert table.runs("zen9")[:3] == ("zen9", "zen6", "zen5")
    assert table.runnable_on("zen6") == ("zen6", "zen9")
    assert table.generic("zen9") == "x86_64_v4"
    assert ARCHSPEC.known("zen9") is None


def test_archspec_wins_over_an_older_record_of_a_target_it_knows() -> None:
    table = TargetTable([Microarchitecture(name="zen3", vendor="AMD", parents=("x86_64",))])
    assert table.known("zen3") == ARCHSPEC.known("zen3")


def test_of_several_records_the_same_is_taken_whatever_their_order() -> None:
    records = [
        Microarchitecture(name="a9", vendor="Fujitsu", parents=("a64fx",)),
        Microarchitecture(name="a9", vendor="Fujitsu", generation=9, parents=("a64fx",)),
        Microarchitecture(name="a9", vendor="ARM", parents=("armv8.6a",)),
    ]
    found = {TargetTable(order).known("a9") for order in itertools.permutations(records)}
    assert found == {Microarchitecture(name="a9", family="aarch64", vendor="ARM", parents=("armv8.6a",))}


def test_a_parent_that_nothing_records_is_the_family() -> None:
    table = TargetTable([Microarchitecture(name="e2k_v6", vendor="MCST", parents=("e2k",))])
    assert table.family("e2k_v6") == "e2k"
    assert table.known("e2k") is None
    assert table.can_run("e2k_v6", "e2k")
    assert table.runnable_on("e2k") == ("e2k", "e2k_v6")


def test_parents_in_a_circle_end() -> None:
    circle = [Microarchitecture(name=n, vendor="X", parents=(p,)) for n, p in ("ab", "bc", "ca", "dd")]
    table = TargetTable(circle)
    assert table.ancestors("a") == ("b", "c")
    assert table.runs("a") == ("a", "b", "c")
    assert table.runnable_on("a") == ("a", "c", "b")
    assert table.can_run("a", "c")
    assert table.can_run("c", "a")
    assert [table.family(n) for n in "abcd"] == ["a", "b", "c", "d"]
    assert table.ancestors("d") == ()


def test_the_nearest_of_several_roots_is_the_family() -> None:
    table = TargetTable([Microarchitecture(name="hybrid", vendor="X", parents=("power9le", "riscv64", "arm"))])
    assert table.family("hybrid") == "arm"

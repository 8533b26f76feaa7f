"""An update gives what a whole build of the same sources gives, byte for byte."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from graph.build import Built, build_batches
from graph.model import Compiler, Dependency, Variant
from graph.numbering import build_universe
from graph.sources.records import (
    Authority,
    Batch,
    PackageRecord,
    Problem,
    Reading,
    SourceRecord,
    SpecRecord,
    StackRecord,
    TargetRecord,
)
from graph.store import open_file, open_record, save
from graph.targets import Microarchitecture
from graph.update import Before, update
from tests.graph.small_graphs import NOON, dag_hash, spec_record

LABELS = ("gcc", "zlib", "hdf5", "mpich", "mumps")
TAGS = ("develop", "v1.0")
STACKS = ("e4s", "root")
NAMES = ("a.json", "b.json", "c.md", "d.json")


# Made once: a strategy that is made anew for each draw takes longer than the draw.
_POSITIONS = st.integers(0, len(LABELS) - 1)
_BELOW = [st.permutations(LABELS[:position]) for position in range(len(LABELS))]
_EDGE_NAMES = {label: st.sampled_from([label, label, label, "renamed"]) for label in LABELS}
_DEPTYPES = st.sampled_from([2, 4, 6])
_VIRTUALS = st.sampled_from([(), ("c",), ("mpi",)])
_TAGS = st.sampled_from(TAGS)
_STACKS = st.sets(st.sampled_from(STACKS))
_PACKAGES = {label: st.sampled_from([label, label, label, "other"]) for label in LABELS}
_VERSIONS = st.sampled_from(["1.0", "1.0", "1-0", "2.0"])
_TARGETS = st.sampled_from(["x86_64_v3", "zen9"])
_COMPILERS = st.sampled_from([None, None, Compiler("gcc", "11.4.0")])
_VARIANTS = st.sampled_from([(), (Variant("mpi", enabled=True),)])
_NAMESPACES = st.sampled_from([None, "builtin"])
_TELL_EDGES = st.sampled_from([False, True, True])
_AUTHORITIES = st.sampled_from([Authority.INDEX, Authority.INDEX, Authority.PAGE])
_BOOLEANS = st.booleans()


@st.composite
def spec_records(draw: st.DrawFn) -> SpecRecord:
    """Draw what some source says of one of a few specs: sources may say the same or contradict each other."""
    position = draw(_POSITIONS)
    label = LABELS[position]
    edges = [
        Dependency(dag_hash(other), draw(_EDGE_NAMES[other]), draw(_DEPTYPES), draw(_VIRTUALS))
        for other in draw(_BELOW[position])
        if draw(_BOOLEANS)
    ]
    return spec_record(
        label,
        snapshot=draw(_TAGS),
        stacks=tuple(sorted(draw(_STACKS))),
        package=draw(_PACKAGES[label]),
        version=draw(_VERSIONS),
        target=draw(_TARGETS),
        compiler=draw(_COMPILERS),
        variants=draw(_VARIANTS),
        namespace=draw(_NAMESPACES),
        dependencies=tuple(edges) if draw(_TELL_EDGES) else None,
        in_build_cache=draw(_BOOLEANS),
        authority=draw(_AUTHORITIES),
    )


def other_readings() -> st.SearchStrategy[Reading]:
    """Draw what a source says beside its specs."""
    return st.sampled_from(
        [
            SourceRecord("develop", "somewhere", "index"),
            StackRecord("v1.0", "empty", "here"),
            PackageRecord("develop", "clara", ("1.0", "1-0"), (Compiler("gcc", "7.5.0"),), "here"),
            TargetRecord(Microarchitecture(name="zen9", vendor="AuthenticAMD", parents=("zen4",)), "here"),
            Problem("here", "is damaged"),
            replace(spec_record("zlib", snapshot="v1.0"), size=7, tarball="z.spack"),
            replace(spec_record("zlib", snapshot="v1.0"), size=9),
        ]
    )


Sources = Mapping[str, Sequence[Reading]]


def sources() -> st.SearchStrategy[Sources]:
    """Draw files, each with its readings."""
    readings = st.lists(st.one_of(spec_records(), spec_records(), other_readings()), max_size=6)
    return st.dictionaries(st.sampled_from(NAMES), readings, max_size=len(NAMES))


def whole(files: Sources) -> Built:
    """Build from all files."""
    return build_batches((Batch(name, {name: "1"}, readings) for name, readings in files.items()), now=NOON)


def saved(built: Built, path: Path) -> bytes:
    """Write a snapshot file and return its bytes."""
    save(built.catalogue, path, record=built.record)
    return path.read_bytes()


def opened(path: Path) -> Before:
    """Open what an update begins from."""
    record = open_record(path)
    assert record is not None
    return Before(open_file(path).universe, record)


def updated(before: Before, was: Sources, files: Sources) -> Built:
    """Build again; only the files that changed are read."""
    batches = [
        Batch(name, {name: "1"}, None if name in was and was[name] == readings else readings)
        for name, readings in files.items()
    ]
    return update(before, batches, now=NOON)


@settings(max_examples=150, deadline=None)
@given(states=st.lists(sources(), min_size=2, max_size=4), data=st.data())
def test_updates_one_after_the_other_are_a_whole_build_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, states: list[Sources], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("update")
    now = states[0]
    saved(whole(now), folder / "file")
    for changes in states[1:]:
        # Some files stay, some change, some come and some go.
        kept = data.draw(st.sets(st.sampled_from(NAMES)))
        after = {name: now[name] for name in now if name in kept} | {n: r for n, r in changes.items() if n not in kept}
        after = dict(data.draw(st.permutations(list(after.items()))))
        expected = whole(after)
        found = updated(opened(folder / "file"), now, after)
        assert found.problems == expected.problems
        assert found.sources == expected.sources
        assert saved(found, folder / "file") == saved(expected, folder / "expected")
        now = after


@given(files=sources())
def test_an_update_from_nothing_reads_all(tmp_path_factory: pytest.TempPathFactory, files: Sources) -> None:
    folder = tmp_path_factory.mktemp("update")
    saved(whole({}), folder / "file")
    found = updated(opened(folder / "file"), {}, files)
    assert saved(found, folder / "file") == saved(whole(files), folder / "expected")


def test_a_file_that_is_gone_takes_its_specs_along(tmp_path: Path) -> None:
    files = {
        "a.json": [spec_record("zlib")],
        "b.json": [spec_record("hdf5", dependencies=(Dependency(dag_hash("zlib"), "zlib", 2),))],
    }
    saved(whole(files), tmp_path / "file")
    found = updated(opened(tmp_path / "file"), files, {"b.json": files["b.json"]})
    assert list(found.catalogue.universe.hashes) == [dag_hash("hdf5")]
    assert [problem.place for problem in found.problems] == ["dependencies"]
    back = saved(updated(opened(tmp_path / "file"), files, files), tmp_path / "again")
    assert back == saved(whole(files), tmp_path / "expected")


def test_a_compiler_is_filled_in_when_the_file_that_tells_its_version_comes(tmp_path: Path) -> None:
    gcc = spec_record("gcc", version="12.3.0")
    hdf5 = spec_record("hdf5", dependencies=(Dependency(dag_hash("gcc"), "gcc", 1, ("c",)),))
    files = {"b.json": [hdf5]}
    saved(whole(files), tmp_path / "file")
    found = updated(opened(tmp_path / "file"), files, {"a.json": [gcc], **files})
    universe = found.catalogue.universe
    assert universe.compiler.value(universe.row_by_hash[dag_hash("hdf5")]) == "gcc@12.3.0"


def test_a_file_without_a_record_cannot_be_updated(tmp_path: Path) -> None:
    save(whole({"a.json": [spec_record("zlib")]}).catalogue, tmp_path / "file")
    assert open_record(tmp_path / "file") is None


@pytest.mark.parametrize("said", [[0, 0], [7, -1], [0], [[0, 1]], [0.0, 1.0]])
def test_generations_that_a_file_says_wrongly_are_not_believed(tmp_path: Path, said: list[object]) -> None:
    files: Sources = {
        "a.json": [spec_record("zlib"), spec_record("hdf5", dependencies=(Dependency(dag_hash("zlib"), "zlib", 2),))],
        "b.json": [spec_record("mpich")],
    }
    saved(whole({"a.json": files["a.json"]}), tmp_path / "file")
    before = opened(tmp_path / "file")
    kind = np.float64 if isinstance(said[0], float) else np.int32
    wrong = Before(before.universe, dataclasses.replace(before.record, generation=np.array(said, dtype=kind)))
    found = updated(wrong, {"a.json": files["a.json"]}, files)
    assert saved(found, tmp_path / "file") == saved(whole(files), tmp_path / "expected")


def test_what_is_said_again_of_a_spec_is_not_joined_anew(tmp_path: Path) -> None:
    edge = Dependency(dag_hash("zlib"), "zlib", 2)
    files: Sources = {
        "a.json": [spec_record("zlib"), spec_record("hdf5", dependencies=(edge,))],
        "b.json": [spec_record("zlib"), spec_record("hdf5", dependencies=(edge,)), spec_record("mpich")],
    }
    saved(whole(files), tmp_path / "file")
    after = {**files, "b.json": [spec_record("hdf5", dependencies=(edge,), stacks=("e4s",)), spec_record("gcc")]}
    with patch("graph.update.build_universe", wraps=build_universe) as built:
        found = updated(opened(tmp_path / "file"), files, after)
    [joined] = [call.args[0] for call in built.call_args_list]
    assert list(joined) == [dag_hash("gcc")]
    assert saved(found, tmp_path / "file") == saved(whole(after), tmp_path / "expected")

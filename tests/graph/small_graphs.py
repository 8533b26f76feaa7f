"""Small graphs for the tests of the domain: built from records, as the real ones are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

from hypothesis import strategies as st

from graph.build import Built, build
from graph.model import Compiler, Dependency, Spec, Variant
from graph.sources.records import Authority, SpecRecord

NOON = datetime(2025, 11, 22, 12, tzinfo=UTC)

Edges = Iterable[tuple[str, str, int, tuple[str, ...]]]


def dag_hash(label: str) -> str:
    """Return a 32-character hash that begins with the label."""
    return label.ljust(32, "x")


def spec_record(
    label: str, *, snapshot: str = "s", stacks: tuple[str, ...] = ("root",), **changes: object
) -> SpecRecord:
    """Return a record of a spec whose hash begins with the label and whose package is the label, unless told."""
    binary = bool(changes.pop("in_build_cache", True))
    authority = changes.pop("authority", Authority.INDEX)
    fields = {
        "hash": dag_hash(label),
        "package": label,
        "version": "1.0",
        "platform": "linux",
        "operating_system": "ubuntu22.04",
        "target": "x86_64_v3",
        "dependencies": (),
        **changes,
    }
    return SpecRecord(snapshot, Spec(**fields), stacks, binary, authority, "here")  # type: ignore[arg-type]


def graph_of(nodes: Iterable[str], edges: Edges) -> Built:
    """Build one snapshot of specs by label, joined by edges (from, to, deptypes, virtuals)."""
    edges = list(edges)
    return build(
        [
            spec_record(
                node,
                dependencies=tuple(
                    Dependency(dag_hash(head), head, types, virtuals)
                    for tail, head, types, virtuals in edges
                    if tail == node
                ),
            )
            for node in nodes
        ],
        now=NOON,
    )


# Made once: a strategy that is made anew for each draw takes longer than the draw.
_STACKS = st.sets(st.sampled_from(["e4s", "radiuss", "root"])).map(lambda drawn: tuple(sorted(drawn)))
_DEPTYPES = st.integers(1, 15)
_VIRTUALS = st.sampled_from([(), ("mpi",), ("blas", "lapack")])
_VARIANTS = st.sampled_from(
    [
        (),
        (Variant("mpi", enabled=True),),
        (Variant("mpi", enabled=False), Variant("build_type", values=("Release",))),
        (Variant("libs", values=("shared", "static"), exact=True),),
    ]
)
_PACKAGES = st.sampled_from(["hdf5", "mpich", "zlib", "zlib-ng"])
_VERSIONS = st.sampled_from(["1.2", "1.10", "1.10-1", "develop", "2.0rc1"])
_PLATFORMS = st.sampled_from(["linux", "darwin"])
_OPERATING_SYSTEMS = st.sampled_from(["ubuntu22.04", "rhel8"])
_TARGETS = st.sampled_from(["x86_64", "x86_64_v3", "zen3", "aarch64", "neoverse_v1"])
_COMPILERS = st.sampled_from([None, Compiler("gcc", "11.4.0"), Compiler("llvm")])
_BOOLEANS = st.booleans()


@st.composite
def records(draw: st.DrawFn, *, max_specs: int = 12, snapshots: tuple[str, ...] = ("s",)) -> list[SpecRecord]:
    """Draw the records of acyclic specs with every attribute that filters and traversals look at."""
    count = draw(st.integers(1, max_specs))
    specs = [_spec(draw, position, count) for position in range(count)]
    readings: list[SpecRecord] = []
    for snapshot in snapshots:
        for spec in specs:
            stacks = draw(_STACKS)
            binary = not spec.external and draw(_BOOLEANS)
            readings.append(SpecRecord(snapshot, spec, stacks, binary, Authority.INDEX, "here"))
    return readings


@cache
def _heads(position: int, count: int) -> st.SearchStrategy[set[int]]:
    """Draw places after a position; the last one, `count`, stands for none."""
    return st.sets(st.integers(position + 1, count), max_size=4)


def _spec(draw: st.DrawFn, position: int, count: int) -> Spec:
    heads = sorted(draw(_heads(position, count)) - {count})
    dependencies = tuple(Dependency(dag_hash(f"n{head}"), "any", draw(_DEPTYPES), draw(_VIRTUALS)) for head in heads)
    return Spec(
        hash=dag_hash(f"n{position}"),
        variants=draw(_VARIANTS),
        package=draw(_PACKAGES),
        version=draw(_VERSIONS),
        platform=draw(_PLATFORMS),
        operating_system=draw(_OPERATING_SYSTEMS),
        target=draw(_TARGETS),
        compiler=draw(_COMPILERS),
        dependencies=dependencies,
        external=draw(_BOOLEANS),
    )

"""Small graphs for the tests of the domain: built from records, as the real ones are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

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


@st.composite
def records(draw: st.DrawFn, *, max_specs: int = 12, snapshots: tuple[str, ...] = ("s",)) -> list[SpecRecord]:
    """Draw the records of acyclic specs with every attribute that filters and traversals look at."""
    count = draw(st.integers(1, max_specs))
    specs = [_spec(draw, position, count) for position in range(count)]
    readings: list[SpecRecord] = []
    for snapshot in snapshots:
        for spec in specs:
            stacks = tuple(sorted(draw(st.sets(st.sampled_from(["e4s", "radiuss", "root"])))))
            binary = not spec.external and draw(st.booleans())
            readings.append(SpecRecord(snapshot, spec, stacks, binary, Authority.INDEX, "here"))
    return readings


def _spec(draw: st.DrawFn, position: int, count: int) -> Spec:
    heads = sorted(draw(st.sets(st.integers(position + 1, count), max_size=4)) - {count})
    dependencies = tuple(
        Dependency(
            dag_hash(f"n{head}"),
            "any",
            draw(st.integers(1, 15)),
            draw(st.sampled_from([(), ("mpi",), ("blas", "lapack")])),
        )
        for head in heads
    )
    variants = draw(
        st.sampled_from(
            [
                (),
                (Variant("mpi", enabled=True),),
                (Variant("mpi", enabled=False), Variant("build_type", values=("Release",))),
                (Variant("libs", values=("shared", "static"), exact=True),),
            ]
        )
    )
    return Spec(
        hash=dag_hash(f"n{position}"),
        package=draw(st.sampled_from(["hdf5", "mpich", "zlib", "zlib-ng"])),
        version=draw(st.sampled_from(["1.2", "1.10", "1.10-1", "develop", "2.0rc1"])),
        platform=draw(st.sampled_from(["linux", "darwin"])),
        operating_system=draw(st.sampled_from(["ubuntu22.04", "rhel8"])),
        target=draw(st.sampled_from(["x86_64", "x86_64_v3", "zen3", "aarch64", "neoverse_v1"])),
        compiler=draw(st.sampled_from([None, Compiler("gcc", "11.4.0"), Compiler("llvm")])),
        variants=variants,
        dependencies=dependencies,
        external=draw(st.booleans()),
    )

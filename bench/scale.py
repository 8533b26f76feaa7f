"""`python -m bench.scale --specs 1000000`: what questions cost on a build cache of any size with the sample's shape.

Each line is a question as the API asks it of `graph/`, in process: the CPU time of
the first call, and the median of further ones.
"""

from __future__ import annotations

import argparse
import gc
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

import msgspec

from bench.generate import generated
from bench.traversals import differences, traversals
from graph.build import build
from graph.facets import FacetKind, coverage, facet_counts
from graph.filters import (
    DependencyFilter,
    SpecFilter,
    StackFilter,
    StringFilter,
    TargetFilter,
    VariantFilter,
    VersionFilter,
)
from graph.model import DependencyType
from graph.search import search
from graph.select import ordered_specs, spec_rows
from graph.snapshot import Snapshot
from graph.sources.detect import read_sources
from graph.sources.records import SpecRecord
from graph.speclang import parse
from graph.store import open_file

CALLS = 7
PAGE = 100

Questions = Iterator[tuple[str, Callable[[], object]]]


def sample_records(path: str, tag: str) -> list[SpecRecord]:
    """Return one record for each spec of a tag, with all the stacks that hold it."""
    records: dict[str, SpecRecord] = {}
    stacks: dict[str, set[str]] = {}
    for record in read_sources([path]):
        if isinstance(record, SpecRecord) and record.snapshot == tag:
            records[record.spec.hash] = record
            stacks.setdefault(record.spec.hash, set()).update(record.stacks)
    return [msgspec.structs.replace(record, stacks=tuple(sorted(stacks[dag]))) for dag, record in records.items()]


def page_of(snapshot: Snapshot, where: SpecFilter | None) -> tuple[int, list[int]]:
    """Return what a page of 100 with totalCount asks for."""
    listed = ordered_specs(snapshot, spec_rows(snapshot, where), None)
    return len(listed), listed.page(0, PAGE)


def filters() -> dict[str, SpecFilter]:
    """Return the filters that are measured, by what they are called."""
    target = TargetFilter(eq="x86_64_v3")
    system = StringFilter(eq="ubuntu22.04")
    stack = StackFilter(all_of=("e4s",))
    return {
        "target": SpecFilter(target=target),
        "what runs on zen3": SpecFilter(target=TargetFilter(runs_on="zen3")),
        "name": SpecFilter(package=StringFilter(eq="hdf5")),
        "variant": SpecFilter(variant=(VariantFilter("mpi", enabled=True),)),
        "version list": SpecFilter(version=VersionFilter(matches="1.2:")),
        "stack": SpecFilter(stack=stack),
        "compiler": SpecFilter(compiler=StringFilter(starts_with="gcc")),
        "three facets": SpecFilter(target=target, operating_system=system, stack=stack),
    }


CONSTRAINTS = (
    "hdf5",
    "@1.2:",
    "+mpi",
    "target=x86_64_v3",
    "%gcc@11",
    "^zlib-ng",
    "^openmpi",
    "hdf5@1.14: +mpi %gcc@11 ^openmpi",
    "^python@3.11: ^zlib-ng",
)
"""Spack constraints that are measured, from a name to two closures that meet."""


WORKED_OUT = ("^zlib-ng", "^glibc", "^python@3.11:", "^mpich", "^mpi", "^[virtuals=mpi] openmpi", "^")
"""Constraints over closures that are measured with nothing kept of them, whichever call it is."""


def matching(snapshot: Snapshot) -> Questions:
    """Yield the questions in Spack's own syntax: parsed, matched, and a page of 100 with totalCount."""
    for text in CONSTRAINTS:
        yield f"page of 100 with totalCount: {text!r}", partial(_page_matching, snapshot, text)
    for text in WORKED_OUT:
        yield f"the same, worked out: {text!r}", partial(_page_worked_out, snapshot, text)
    conditions = {"^zlib-ng, link": DependencyFilter(package="zlib-ng", deptypes=DependencyType.LINK)}
    for name, condition in conditions.items():
        yield f"page of 100 with totalCount: {name}", partial(page_of, snapshot, SpecFilter(depends_on=condition))


def _page_worked_out(snapshot: Snapshot, text: str) -> tuple[int, list[int]]:
    vars(snapshot.universe).pop("closures", None)
    return _page_matching(snapshot, text)


def _page_matching(snapshot: Snapshot, text: str) -> tuple[int, list[int]]:
    return page_of(snapshot, SpecFilter(matching=parse(text)))


def selections(snapshot: Snapshot) -> Questions:
    """Yield the questions about sets."""
    for name, where in filters().items():
        yield f"page of 100 with totalCount: {name}", partial(page_of, snapshot, where)
    yield "set of three facets", partial(spec_rows, snapshot, filters()["three facets"])
    last = len(snapshot.rows) - PAGE
    yield "last page of all specs", lambda: ordered_specs(snapshot, snapshot.rows, None).page(last, last + PAGE)
    matrix = partial(coverage, snapshot, snapshot.rows, max_cells=1_000_000)
    yield "coverage stack x target", partial(matrix, FacetKind.STACK, FacetKind.TARGET)
    for kind in (FacetKind.TARGET, FacetKind.PACKAGE):
        yield f"facet {kind.value.lower()}", partial(facet_counts, snapshot, snapshot.rows, kind, limit=50)
    for text in ("hdf5", "openbals", "abcd"):
        yield f"search {text!r}", partial(search, snapshot, text, limit=20)
    yield "search 'hdf5', the first in a tag", lambda: search(replace(snapshot), "hdf5", limit=20)


def measured(call: Callable[[], object]) -> tuple[float, float]:
    """Return the CPU seconds of the first call, and the median of further ones."""
    first, *warm = (_cpu(call) for _ in range(CALLS + 1))
    return first, statistics.median(warm)


def _cpu(call: Callable[[], object]) -> float:
    begun = time.process_time()
    call()
    return time.process_time() - begun


def main() -> None:
    """Generate, build, ask, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--specs", type=int, default=100_000, help="how many specs to generate (100000)")
    options.add_argument("--snapshots", type=int, default=1, help="in how many tags (1)")
    options.add_argument("--file", type=Path, help="ask of this snapshot file, and generate nothing")
    options.add_argument("--sample", default="server/sample/sample.tar.xz", help="what to copy")
    options.add_argument("--tag", default="v2025.11.0", help="which tag of it")
    chosen = options.parse_args()
    begun = time.process_time()
    if chosen.file is None:
        records = sample_records(chosen.sample, chosen.tag)
        begun = time.process_time()
        catalogue = build(generated(records, specs=chosen.specs, snapshots=chosen.snapshots)).catalogue
    else:
        catalogue = open_file(chosen.file)
    spent = time.process_time() - begun
    universe = catalogue.universe
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    made, edges = "built" if chosen.file is None else "opened", len(universe.dependencies.row)
    print(f"{made} {len(universe):,} specs, {edges:,} edges: {spent:.1f} s, peak {peak:,.0f} MiB")
    gc.collect()
    gc.freeze()
    snapshot = next(iter(catalogue))
    print(f"asked of {snapshot.name}, {len(snapshot.rows):,} specs".ljust(74) + "   warm ms  first ms")
    questions = [selections(snapshot), matching(snapshot), traversals(snapshot)]
    if len(catalogue) > 1:
        questions.append(differences(*list(catalogue)[:2]))
    for name, call in chain.from_iterable(questions):
        first, warm = measured(call)
        print(f"  {name:<72} {warm * 1e3:>9.3f} {first * 1e3:>9.3f}")


if __name__ == "__main__":
    main()

"""What the first questions to a process make and keep, as steps, so that it can be made before anyone asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from graph.matching.indexes import indexes_of
from graph.matching.providers import providers_of
from graph.snapshot import Catalogue
from graph.universe import Facet, Universe

OF_A_FACET = ("version", "platform", "operating_system", "target", "target_family", "compiler", "namespace")
"""The facets that are filtered by; the others have nearly as many values as specs, and are read by row."""

OF_THE_UNIVERSE = ("ordered_versions", "version_rank", "rows_by_generation", "link_run_order")
OF_A_SNAPSHOT = (
    "packages",
    "compilers",
    "operating_systems",
    "targets",
    "dependency_count",
    "specs_per_package",
    "providers",
)


def steps(catalogue: Catalogue) -> Iterator[Callable[[], object]]:
    """Yield what is to be made, the most often asked for first; each step makes what stays, and again makes nothing.

    Of the snapshots only the default one is made ready: the others are asked for less, and each takes memory.
    """
    universe = catalogue.universe
    for name in OF_A_FACET:
        yield partial(_rows_of_values, universe, name)
    yield partial(indexes_of, universe)
    yield partial(providers_of, "")
    snapshot = catalogue.get(None)
    if snapshot is not None:
        for name in OF_A_SNAPSHOT:
            yield partial(getattr, snapshot, name)
    for name in OF_THE_UNIVERSE:
        yield partial(getattr, universe, name)


def _rows_of_values(universe: Universe, name: str) -> object:
    facet: Facet = getattr(universe, name)
    return facet.rows

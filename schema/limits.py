"""The bounds of one request, as explicit values; the server's settings fill them in."""

from __future__ import annotations

from msgspec import Struct


class Limits(Struct, frozen=True):
    """Bounds on what one field may return or walk.

    `default_page_size` items where a connection is given neither `first` nor `last`; more than `max_page_size` is an
    error. `max_traversal_nodes` specs are visited by one traversal, and `max_search_hits` hits returned by a search.
    `nodes` takes `max_nodes` ids, a facet shows `max_facet_values` values, a coverage has `max_coverage_cells` cells.
    `impact` takes `max_names` packages and as many hashes, and finds `max_impact_nodes` specs. `dependencyPaths`
    returns `max_paths` paths of at most `max_path_length` edges, found by extending at most `max_path_steps` paths.
    """

    default_page_size: int = 50
    max_page_size: int = 5_000
    max_traversal_nodes: int = 100_000
    max_search_hits: int = 1_000
    max_nodes: int = 1_000
    max_facet_values: int = 5_000
    max_coverage_cells: int = 250_000
    max_names: int = 1_000
    max_impact_nodes: int = 1_000_000
    max_paths: int = 1_000
    max_path_length: int = 256
    max_path_steps: int = 50_000


DEFAULT_LIMITS = Limits()

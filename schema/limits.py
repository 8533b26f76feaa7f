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


class DocumentLimits(Struct, frozen=True):
    """Bounds on one document, kept before it is validated: each is an error with a code of its own.

    `max_tokens` tokens and as many comments; `max_depth` fields within each other; `max_fields` fields when every
    fragment is put in the place of its spreads; `max_root_fields` of these at the root of one operation; `max_aliases`
    aliases, `max_directives` directives, `max_definitions` operations and fragments as they are written. `max_overlaps`
    pairs of fields that have one place in the answer, which validation compares one by one. `max_errors` errors are
    told of one document, and of the variables of one request. `introspection` tells whether `__schema` and `__type`
    are answered.
    """

    max_tokens: int = 5_000
    max_depth: int = 20
    max_fields: int = 5_000
    max_root_fields: int = 100
    max_aliases: int = 200
    max_directives: int = 100
    max_definitions: int = 100
    max_overlaps: int = 10_000
    max_errors: int = 20
    introspection: bool = True


DEFAULT_DOCUMENT_LIMITS = DocumentLimits()

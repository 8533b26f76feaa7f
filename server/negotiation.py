"""How a request wants to be answered: the answer's media type and its content coding, from Accept and Accept-Encoding.

Clients send a handful of different headers, so what they mean is worked out once for each text and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from server.compression import CODINGS
from server.media import EVENT_STREAM, GRAPHQL_RESPONSE, HTML, JSON, accepted, negotiated

KEPT_TEXTS = 1_024
"""Pairs of headers whose meaning is kept."""

LONGEST_KEPT = 512
"""Bytes of a pair of headers that is kept: what is longer is no browser's and no client library's."""


@dataclass(frozen=True, slots=True)
class Manner:
    """`media_type` is None where none of the offers is wanted; `coding` is None where the body stays as it is.

    `streams` tells whether a stream of events is taken, which is what a subscription needs; it is the media type only
    where nothing else is wanted.
    """

    media_type: str | None
    coding: str | None
    streams: bool


def manner_of(accept: bytes, accept_encoding: bytes, *, page: bool) -> Manner:
    """Return how to answer; `page` tells whether a page is offered too."""
    if len(accept) + len(accept_encoding) > LONGEST_KEPT:
        return _worked_out(accept, accept_encoding, page)
    return _kept(accept, accept_encoding, page)


def offers(*, page: bool) -> Sequence[str]:
    """Return the media types that the answer to a query may have."""
    return (GRAPHQL_RESPONSE, JSON, HTML) if page else (GRAPHQL_RESPONSE, JSON)


def _worked_out(accept: bytes, accept_encoding: bytes, page: bool) -> Manner:
    wanted = accept.decode("latin-1")
    streams = any(r.name == EVENT_STREAM and r.weight > 0 for r in accepted(wanted))
    media_type = negotiated(wanted, offers(page=page)) or (EVENT_STREAM if streams else None)
    return Manner(media_type, coding_of(accept_encoding.decode("latin-1")), streams)


_kept = lru_cache(maxsize=KEPT_TEXTS)(_worked_out)


def coding_of(header: str) -> str | None:
    """Choose the content coding that an Accept-Encoding header wants most, None for the body as it is.

    Of codings with equal weight ours comes first that makes smaller bodies. RFC 9110, section 12.5.3: `*` stands for
    what is not named, and a header that names nothing wants nothing.

    >>> coding_of("gzip, deflate, br, zstd")
    'zstd'
    >>> coding_of("gzip;q=1.0, zstd;q=0.5")
    'gzip'
    >>> coding_of("identity") is None
    True
    """
    weights = {element.subtype: element.weight for element in accepted(_as_media_types(header))}
    found = [(weights.get(coding, weights.get("*", 0.0)), -place, coding) for place, coding in enumerate(CODINGS)]
    weight, _, coding = max(found)
    return coding if weight > 0 and weight >= weights.get("identity", 0.0) else None


def _as_media_types(header: str) -> str:
    """Write codings as subtypes, whose grammar (names with weights) is the same."""
    return ",".join(f"x/{element.strip()}" for element in header.split(",") if element.strip())

"""GET answers that caches may keep: entity tags that are known before anything runs, and Cache-Control.

A snapshot never changes, so an answer is decided by the snapshots that are served and by what is asked: its tag is a
digest over both. A request that brings the tag back is answered by 304 and costs nothing. Only answers without errors
get a tag, so that a tag that matches stands for one.
"""

from __future__ import annotations

import hashlib
import weakref
from dataclasses import dataclass, field
from importlib.metadata import version

import orjson

from graph.snapshot import Catalogue
from server.graphql_request import GraphqlRequest

TAG_CHARACTERS = 32
"""Characters of a tag: 128 bits."""


@dataclass(slots=True)
class EntityTags:
    """Makes tags; `settings` is what else decides an answer, such as the default page size."""

    settings: str
    _catalogue: weakref.ref[Catalogue] | None = field(default=None, repr=False)
    _base: bytes = b""

    def tag(self, catalogue: Catalogue, asked: GraphqlRequest, document: str, media_type: str) -> str:
        """Return the tag of the answer in a media type, with its quotes and without a content coding."""
        question = orjson.dumps(
            [document, asked.operation_name, asked.variables, asked.extensions, media_type], option=orjson.OPT_SORT_KEYS
        )
        digest = hashlib.sha256(self._of_catalogue(catalogue) + question).hexdigest()
        return f'"{digest[:TAG_CHARACTERS]}"'

    def _of_catalogue(self, catalogue: Catalogue) -> bytes:
        """Digest what is served. `ingestedAt`, `sources` and the default are answered, but are not in the digests."""
        if self._catalogue is None or self._catalogue() is not catalogue:
            content = [
                [snapshot.name, snapshot.digest, snapshot.ingested_at.isoformat(), list(snapshot.sources)]
                for snapshot in catalogue
            ]
            told = orjson.dumps([version("specgraph"), self.settings, catalogue.default, content])
            self._base = hashlib.sha256(told).digest()
            self._catalogue = weakref.ref(catalogue)
        return self._base


def encoded_tag(tag: str, coding: str | None) -> str:
    """Return the tag of the same answer in a content coding: other bytes, another tag.

    >>> encoded_tag('"5f3a"', "gzip")
    '"5f3a-gzip"'
    """
    return tag if coding is None else f'{tag[:-1]}-{coding}"'


def brought_back(header: bytes | None, tag: str) -> bool:
    """Tell whether If-None-Match names the tag, in whatever coding; weak comparison (RFC 9110, section 13.1.2)."""
    if header is None:
        return False
    known = {name.strip().removeprefix("W/") for name in header.decode("latin-1").split(",")}
    return not known.isdisjoint({tag, encoded_tag(tag, "gzip"), encoded_tag(tag, "zstd")})


def cache_control(seconds: int, *, private: bool) -> str:
    """Return Cache-Control for an answer that may be kept for so long; 0 has caches ask again each time.

    >>> cache_control(0, private=False), cache_control(60, private=True)
    ('no-cache', 'private, max-age=60')
    """
    if seconds == 0:
        return "private, no-cache" if private else "no-cache"
    return f"{'private' if private else 'public'}, max-age={seconds}"

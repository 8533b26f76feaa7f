"""Documents that a request names instead of sending them: automatic persisted queries, and a manifest of trusted ones.

Apollo's protocol: `extensions.persistedQuery` is `{"version": 1, "sha256Hash": …}`; a hash that is not known is
`PERSISTED_QUERY_NOT_FOUND`, and the client sends it again together with the document. GraphQL over HTTP, appendix
"Persisted Documents": `documentId` is such a hash as `sha256:<hex>`, or an id of the manifest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from cachetools import LRUCache
from graphql import GraphQLError

from schema.execution.engine import NotPrepared
from server.errors import BadManifest
from server.graphql_request import GraphqlRequest, malformed

KEPT_BYTES = 8 * 1024 * 1024
"""Memory for documents that clients had kept, the least recently used going first."""

_SHA256 = re.compile("[0-9a-f]{64}")
_PREFIX = "sha256:"


def _refused(code: str, message: str) -> NotPrepared:
    return NotPrepared(GraphQLError(message, extensions={"code": code}))


def digest_of(document: str) -> str:
    """Return the SHA-256 of a document's UTF-8, in hexadecimal."""
    return hashlib.sha256(document.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Trusted:
    """The documents of a manifest by their ids and by their SHA-256."""

    by_id: Mapping[str, str]
    documents: frozenset[str]

    @classmethod
    def of(cls, documents: Mapping[str, str]) -> Trusted:
        """Take over documents by id."""
        hashes = {digest_of(document): document for document in documents.values()}
        return cls({**hashes, **documents}, frozenset(documents.values()))


def read_manifest(path: Path) -> Trusted:
    """Read a manifest: Apollo's (`apollo-persisted-query-manifest`, version 1) or Relay's (documents by id).

    Raises `BadManifest`, and `OSError` where the file cannot be read.
    """
    try:
        content = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise BadManifest(f"{path} is not JSON: {error}") from None
    if isinstance(content, dict) and "format" in content:
        if content["format"] != "apollo-persisted-query-manifest" or content.get("version") != 1:
            raise BadManifest(f"{path} has another format than apollo-persisted-query-manifest, version 1")
        documents = dict(_operations(path, content.get("operations")))
    elif isinstance(content, dict) and all(isinstance(document, str) for document in content.values()):
        documents = content
    else:
        raise BadManifest(f"{path} is no manifest: it is one of Apollo's, or an object of documents by id as Relay's")
    return Trusted.of(documents)


def _operations(path: Path, operations: Any) -> Iterator[tuple[str, str]]:
    for place, operation in enumerate(operations if isinstance(operations, list) else [None]):
        found = operation if isinstance(operation, dict) else {}
        document_id, body = found.get("id"), found.get("body")
        if not isinstance(document_id, str) or not isinstance(body, str):
            raise BadManifest(f"{path}: operations[{place}] needs an id and a body, both texts")
        yield document_id, body


def _no_documents() -> LRUCache[str, str]:
    return LRUCache(KEPT_BYTES, getsizeof=len)


@dataclass(frozen=True, slots=True)
class PersistedDocuments:
    """Finds the document that a request means. `automatic` keeps what clients send; `trusted` allows nothing else."""

    automatic: bool = True
    trusted: Trusted | None = None
    _kept: LRUCache[str, str] = field(default_factory=_no_documents)

    @property
    def kept_bytes(self) -> int:
        """How much memory the kept documents take."""
        return int(self._kept.currsize)

    def document(self, asked: GraphqlRequest) -> str:
        """Return the text of the document; raises `NotPrepared` with the error's code, and `RequestRefused`."""
        if asked.query is not None and asked.extensions is None and self.trusted is None:
            return asked.query
        digest = _digest(asked)
        if self.trusted is not None:
            return self._trusted(asked, digest)
        if digest is None and asked.document_id is None:
            assert asked.query is not None
            return asked.query
        return self._automatic(asked, digest)

    def keep(self, asked: GraphqlRequest, document: str) -> None:
        """Keep a document that a client sent with its hash, once it has turned out to be valid."""
        if asked.extensions and asked.query and self.automatic and self.trusted is None:
            digest = _digest(asked)
            if digest is not None and len(document) <= KEPT_BYTES:
                self._kept[digest] = document

    def _trusted(self, asked: GraphqlRequest, digest: str | None) -> str:
        assert self.trusted is not None
        if asked.query is not None and digest is None:
            if asked.query in self.trusted.documents:
                return asked.query
            message = "this server runs the documents of its manifest and no other"
            raise _refused("DOCUMENT_NOT_TRUSTED", message)
        name = asked.document_id or digest or ""
        document = self.trusted.by_id.get(name) or self.trusted.by_id.get(name.removeprefix(_PREFIX))
        if document is None:
            raise _refused("DOCUMENT_NOT_TRUSTED", f"this server's manifest has no document {name[:80]!r}")
        return document

    def _automatic(self, asked: GraphqlRequest, digest: str | None) -> str:
        if not self.automatic:
            raise _refused("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
        name = digest or (asked.document_id or "").removeprefix(_PREFIX)
        if asked.query is None:
            document = self._kept.get(name)
            if document is None:
                raise _refused("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
            return document
        if digest is not None and digest_of(asked.query) != digest:
            raise malformed("persistedQuery.sha256Hash is not the SHA-256 of the query")
        return asked.query


def _digest(asked: GraphqlRequest) -> str | None:
    """Return the hash of a persisted query, None where the request has none; raises `RequestRefused`."""
    given = (asked.extensions or {}).get("persistedQuery")
    if given is None:
        return None
    digest = given.get("sha256Hash") if isinstance(given, dict) and given.get("version") == 1 else None
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest.lower()):
        raise malformed('extensions.persistedQuery is {"version": 1, "sha256Hash": the SHA-256 in hexadecimal}')
    return digest.lower()

"""A spec file, `spec.json`: one concrete spec with all nodes of its DAG, the root first.

    {"spec": {"_meta": {"version": 2}, "nodes": [<node>, ...]}}     specfile versions 2 to 5
    {"spec": [{<name>: <node>}, ...]}                               version 1, also as {<name>: <node>, ...}

A build cache of the v2 layout has one for each binary (`<...>-<hash>.spec.json.sig`), with `binary_cache_checksum`
and a clear signature, which is taken off and not verified. One of the v3 layout has them as blobs.

The rules are those of `SpecfileV1` to `SpecfileV5` in Spack's `spec.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from graph.errors import SourceError, SourceTooLarge
from graph.model import Spec
from graph.sources.bounds import Bounds, byte_count
from graph.sources.mismatch import (
    BYTE_ORDER_MARK,
    MalformedJson,
    Mismatch,
    document_error,
    mismatch,
    step,
)
from graph.sources.node import Attributes, NamelessNode, Node, architecture, concrete_spec
from graph.sources.records import Authority, Problem, Reading, SourceRecord, SpecRecord, TargetRecord

SPECFILE_VERSIONS = (1, 2, 3, 4, 5)
"""The versions of Spack's spec files that are read."""


class _Document(Struct):
    spec: Raw


class _Meta(Struct):
    version: int


class _Body(Struct):
    nodes: list[Raw]
    meta: _Meta | None = msgspec.field(default=None, name="_meta")


class _NodeText(NamedTuple):
    """A node before it is decoded: its path in the document, and in version 1 the name that it stands under."""

    path: str
    name: str | None
    raw: Raw


_document_decoder = msgspec.json.Decoder(_Document)
_body_decoder = msgspec.json.Decoder(_Body)
_node_decoder = msgspec.json.Decoder(Node)
_nameless_node_decoder = msgspec.json.Decoder(NamelessNode)
_by_name_decoder = msgspec.json.Decoder(dict[str, Raw])


def read_specfile(
    data: bytes, *, place: str, name: str, snapshot: str, package: str | None = None, bounds: Bounds
) -> Iterator[Reading]:
    """Read every node of a spec file; one that does not fit is a `Problem` with its JSON path.

    The root is in the build cache where it is of `package`, or where no package is given; of the other nodes the
    file does not say so. None is in a stack. A document that is no spec file, or of a version that is not read,
    raises `SourceError` before anything is yielded.
    """
    texts = _node_texts(data, place=place, bounds=bounds)
    yield SourceRecord(snapshot, name, "spec file")
    decoded: list[tuple[_NodeText, Attributes] | Problem] = [_decoded(text, place=place) for text in texts]
    hashes = _dag_hashes(item[1] for item in decoded if not isinstance(item, Problem))
    for position, item in enumerate(decoded):
        if isinstance(item, Problem):
            yield item
            continue
        text, node = item
        try:
            spec = _spec(text, node, hashes)
        except Mismatch as error:
            yield Problem(f"{place} {text.path}{error.path}", error.message)
            continue
        recorded = architecture(node).recorded
        if recorded is not None:
            yield TargetRecord(recorded, f"{place} {text.path}.arch.target")
        in_build_cache = position == 0 and package in (None, spec.package) and not spec.external
        yield SpecRecord(snapshot, spec, (), in_build_cache, Authority.SPEC_FILE, f"{place} {text.path}")


def _node_texts(data: bytes, *, place: str, bounds: Bounds) -> list[_NodeText]:
    if len(data) > bounds.file_bytes:
        limit = byte_count(bounds.file_bytes)
        raise SourceTooLarge(f"{len(data)} bytes; a spec file may have {limit} (`file_bytes`)", place=place)
    data = data.removeprefix(BYTE_ORDER_MARK)
    try:
        body = _document_decoder.decode(data).spec
        try:
            texts = _texts(body)
        except (Mismatch, *MalformedJson) as error:
            raise mismatch(error).below(".spec") from error
    except (Mismatch, *MalformedJson) as error:
        raise document_error(error, data, place=place, expected="a spec file") from error
    if not texts:
        raise SourceError("expected a node, got none", place=f"{place} $.spec")
    return texts


def _texts(body: Raw) -> list[_NodeText]:
    if bytes(body).lstrip().startswith(b"["):
        nodes = msgspec.json.decode(body, type=list[dict[str, Raw]])
        return [
            _NodeText(f"$.spec[{position}]{step(name)}", name, raw)
            for position, node in enumerate(nodes)
            for name, raw in node.items()
        ]
    by_name = _by_name_decoder.decode(body)
    if "nodes" not in by_name:
        return [_NodeText(f"$.spec{step(name)}", name, raw) for name, raw in by_name.items() if name != "_meta"]
    decoded = _body_decoder.decode(body)
    if decoded.meta is not None and decoded.meta.version not in SPECFILE_VERSIONS:
        known = ", ".join(map(str, SPECFILE_VERSIONS))
        raise Mismatch(f"version {decoded.meta.version} is not read; those that are: {known}", path="._meta.version")
    return [_NodeText(f"$.spec.nodes[{position}]", None, raw) for position, raw in enumerate(decoded.nodes)]


def _decoded(text: _NodeText, *, place: str) -> tuple[_NodeText, Attributes] | Problem:
    try:
        if text.name is None:
            return text, _node_decoder.decode(text.raw)
        return text, _nameless_node_decoder.decode(text.raw)
    except MalformedJson as error:
        found = mismatch(error)
        return Problem(f"{place} {text.path}{found.path}", found.message)


def _spec(text: _NodeText, node: Attributes, hashes: dict[str, str]) -> Spec:
    package = node.name if isinstance(node, Node) else text.name or ""
    if node.hash is None:
        raise Mismatch("expected a hash", path=".hash")
    spec = concrete_spec(node, package=package, hash=node.hash)
    if not hashes or not spec.dependencies:
        return spec
    edges = (replace(edge, hash=hashes.get(edge.hash, edge.hash)) for edge in spec.dependencies)
    return replace(spec, dependencies=tuple(sorted(edges, key=lambda edge: (edge.package, edge.hash))))


def _dag_hashes(nodes: Iterable[Attributes]) -> dict[str, str]:
    """Older Spack wrote edges by build hash or full hash: say which hash of a node each of them stands for."""
    return {
        other: node.hash
        for node in nodes
        for other in (node.build_hash, node.full_hash)
        if other is not None and node.hash is not None and other != node.hash
    }

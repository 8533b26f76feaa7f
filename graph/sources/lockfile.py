"""`spack.lock`: the concrete specs of an environment, those that its user asked for named as roots.

    {"_meta": {"file-type": "spack-lockfile", "lockfile-version": 6, "specfile-version": 5},
     "roots": [{"hash", "spec"}], "concrete_specs": {<key>: <node>}, "include_concrete": {<path>: {…, the same}}}

The version of the lock says which nodes it has, as in Spack's `READER_CLS` (`environment.py`):

    1, 2 -> V1      3 -> V2      4 -> V3      5 -> V4      6, 7 -> V5

A key is the hash since version 4; before, it may be another hash of the node, and edges and roots say keys. A lock
does not say what is in a build cache, so nothing of it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from graph.errors import SourceError, SourceTooLarge
from graph.model import Spec
from graph.sources.bounds import Bounds, byte_count
from graph.sources.mismatch import BYTE_ORDER_MARK, MalformedJson, Mismatch, document_error, mismatch, step
from graph.sources.node import Attributes, NamelessNode, Node, architecture, concrete_spec
from graph.sources.records import (
    Authority,
    Problem,
    Reading,
    RootRecord,
    SourceRecord,
    SpecRecord,
    StackRecord,
    TargetRecord,
)
from graph.targets import Microarchitecture

LOCKFILE_VERSIONS = (1, 2, 3, 4, 5, 6, 7)
"""The versions of lock files that are read."""

_NODES_BY_NAME = (1, 2)
"""Versions whose nodes stand under their name: `{name: node}`."""

_KINDS = "an environment lockfile"


class _Meta(Struct):
    version: int = msgspec.field(name="lockfile-version")


class _Root(Struct):
    hash: str
    spec: str | None = None


class _Environment(Struct):
    """What a lock says of its own environment, and of each that it includes."""

    roots: list[Raw] = []
    concrete_specs: dict[str, Raw] = {}
    include_concrete: dict[str, Raw] = {}


class _Document(Struct):
    meta: _Meta = msgspec.field(name="_meta")
    concrete_specs: dict[str, Raw]
    roots: list[Raw] = []
    include_concrete: dict[str, Raw] = {}


class _Locked(NamedTuple):
    """A spec under its key, before it is decoded."""

    path: str
    key: str
    raw: Raw


class _LockedRoot(NamedTuple):
    path: str
    raw: Raw


_document_decoder = msgspec.json.Decoder(_Document)
_environment_decoder = msgspec.json.Decoder(_Environment)
_node_decoder = msgspec.json.Decoder(Node)
_named_decoder = msgspec.json.Decoder(dict[str, Raw])
_nameless_node_decoder = msgspec.json.Decoder(NamelessNode)


def read_lockfile(
    data: bytes, *, place: str, name: str, snapshot: str, stack: str | None, bounds: Bounds
) -> Iterator[Reading]:
    """Read all specs of a lock and of the environments that it includes, then its roots.

    All are in `stack`, or in none where it is None. A spec that does not fit, and a root that is not among the
    specs, is a `Problem` with its JSON path. A document that is no lock, or of a version that is not read, raises
    `SourceError` before anything is yielded.
    """
    document = _document(data, place=place, bounds=bounds)
    version = document.meta.version
    yield SourceRecord(snapshot, name, f"environment lockfile, version {version}")
    stacks = () if stack is None else (stack,)
    if stack is not None:
        yield StackRecord(snapshot, stack, place)
    specs, roots, problems = _listed(document, bounds=bounds)
    nodes: dict[str, tuple[_Locked, str, Attributes]] = {}
    for locked in specs:
        try:
            package, node = _decoded(locked, by_name=version in _NODES_BY_NAME)
        except (Mismatch, *MalformedJson) as error:
            problems.append(_problem(locked.path, error))
            continue
        nodes.setdefault(locked.key, (locked, package, node))
    yield from (Problem(f"{place} {problem.place}", problem.message) for problem in problems)
    hashes = {key: node.hash or key for key, (_, _, node) in nodes.items()}
    yield from _specs(nodes, hashes, snapshot=snapshot, stacks=stacks, place=place)
    for root in roots:
        yield _root(root, hashes, snapshot=snapshot, stack=stack, place=place)


def _document(data: bytes, *, place: str, bounds: Bounds) -> _Document:
    if len(data) > bounds.file_bytes:
        limit = byte_count(bounds.file_bytes)
        raise SourceTooLarge(f"{len(data)} bytes; a lock may have {limit} (`file_bytes`)", place=place)
    data = data.removeprefix(BYTE_ORDER_MARK)
    try:
        document = _document_decoder.decode(data)
    except MalformedJson as error:
        raise document_error(error, data, place=place, expected=_KINDS) from error
    if document.meta.version not in LOCKFILE_VERSIONS:
        known = ", ".join(map(str, LOCKFILE_VERSIONS))
        raise SourceError(
            f"lockfile version {document.meta.version} is not read; those that are: {known}",
            place=f'{place} $._meta["lockfile-version"]',
        )
    return document


def _listed(document: _Document, *, bounds: Bounds) -> tuple[list[_Locked], list[_LockedRoot], list[Problem]]:
    """List specs and roots of the lock, then those of the environments that it includes, which may include more."""
    specs: list[_Locked] = []
    roots: list[_LockedRoot] = []
    problems: list[Problem] = []
    own = _Environment(document.roots, document.concrete_specs, document.include_concrete)
    waiting = [("$", own, 0)]
    while waiting:
        path, environment, level = waiting.pop(0)
        specs += [
            _Locked(f"{path}.concrete_specs{step(key)}", key, raw) for key, raw in environment.concrete_specs.items()
        ]
        # What an included environment was asked for, the user of this one did not ask for.
        if level == 0:
            roots += [_LockedRoot(f"{path}.roots[{at}]", raw) for at, raw in enumerate(environment.roots)]
        for key, raw in environment.include_concrete.items():
            below = f"{path}.include_concrete{step(key)}"
            try:
                if level == bounds.nesting:
                    raise Mismatch(f"more than {bounds.nesting} levels of included environments (`nesting`)")
                waiting.append((below, _environment_decoder.decode(raw), level + 1))
            except (Mismatch, *MalformedJson) as error:
                problems.append(_problem(below, error))
    return specs, roots, problems


def _problem(path: str, error: Exception) -> Problem:
    found = mismatch(error)
    return Problem(path + found.path, found.message)


def _decoded(locked: _Locked, *, by_name: bool) -> tuple[str, Attributes]:
    if not by_name:
        node = _node_decoder.decode(locked.raw)
        return node.name, node
    named = _named_decoder.decode(locked.raw)
    if len(named) != 1:
        raise Mismatch(f"expected one package name, got {len(named)}")
    [(package, raw)] = named.items()
    try:
        return package, _nameless_node_decoder.decode(raw)
    except MalformedJson as error:
        raise mismatch(error).below(step(package)) from error


def _specs(
    nodes: Mapping[str, tuple[_Locked, str, Attributes]],
    hashes: Mapping[str, str],
    *,
    snapshot: str,
    stacks: tuple[str, ...],
    place: str,
) -> Iterator[Reading]:
    seen: set[Microarchitecture] = set()
    renamed = {key: dag_hash for key, dag_hash in hashes.items() if key != dag_hash}
    for key, (locked, package, node) in nodes.items():
        path = f"{place} {locked.path}"
        try:
            spec = concrete_spec(node, package=package, hash=hashes[key])
        except Mismatch as error:
            yield Problem(path + error.path, error.message)
            continue
        recorded = architecture(node).recorded
        if recorded is not None and recorded not in seen:
            seen.add(recorded)
            yield TargetRecord(recorded, f"{path}.arch.target")
        if renamed:
            spec = _with_hashes(spec, renamed)
        yield SpecRecord(snapshot, spec, stacks, False, Authority.SPEC_FILE, path)


def _with_hashes(spec: Spec, hashes: Mapping[str, str]) -> Spec:
    """Put hashes in the place of the keys that edges and `build_spec` name."""
    edges = [replace(edge, hash=hashes.get(edge.hash, edge.hash)) for edge in spec.dependencies or ()]
    origin = spec.build_spec
    return replace(
        spec,
        dependencies=tuple(sorted(edges, key=lambda edge: (edge.package, edge.hash))),
        build_spec=None if origin is None else hashes.get(origin, origin),
    )


def _root(
    root: _LockedRoot, hashes: Mapping[str, str], *, snapshot: str, stack: str | None, place: str
) -> RootRecord | Problem:
    path = f"{place} {root.path}"
    try:
        decoded = msgspec.json.decode(root.raw, type=_Root)
    except MalformedJson as error:
        found = mismatch(error)
        return Problem(path + found.path, found.message)
    if decoded.hash not in hashes:
        return Problem(f"{path}.hash", f"no spec of this lock has the hash {decoded.hash!r}")
    return RootRecord(snapshot, stack, hashes[decoded.hash], decoded.spec, path)

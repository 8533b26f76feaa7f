"""A Spack database of version 5 to 8: the `index.json` of a build cache, or of an installation.

    {"database": {"version": "8", "installs": {<hash>: {"spec": <node>, "ref_count", "in_buildcache"}}}}

`spack buildcache update-index` writes the first; the second is `.spack-db/index.json`, whose records have `path`,
`installed`, `explicit`, `installation_time` and `origin` in place of `in_buildcache`. What is installed is not in a
build cache; records with `installed: false` are kept, for other specs depend on them.

The nodes are those of `graph.sources.node`; version 5 has V1's, under their name. Today's Spack refuses version 5,
and this reads it.
"""

from __future__ import annotations

from collections.abc import Iterator

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

DATABASE_VERSIONS = ("5", "6", "7", "8")
"""The versions of Spack's database that are read."""


class _Database(Struct):
    version: str | int
    installs: dict[str, Raw]


class _Document(Struct):
    database: _Database


class _Install(Struct):
    spec: Node
    in_buildcache: bool | None = None
    installed: bool | None = None


class _NamedInstall(Struct):
    spec: dict[str, Raw]
    in_buildcache: bool | None = None
    installed: bool | None = None


class _Explicit(Struct):
    explicit: bool = False


_explicit_decoder = msgspec.json.Decoder(_Explicit)
_document_decoder = msgspec.json.Decoder(_Document)
_install_decoder = msgspec.json.Decoder(_Install)
_named_install_decoder = msgspec.json.Decoder(_NamedInstall)
_nameless_node_decoder = msgspec.json.Decoder(NamelessNode)


def read_index(data: bytes, *, place: str, name: str, snapshot: str, stack: str, bounds: Bounds) -> Iterator[Reading]:
    """Read all specs of a build cache's index; a spec that does not fit is a `Problem` with its JSON path.

    `in_buildcache` decides whether there is a binary. A record without it is of an installation (it has
    `installed`; no binary in a mirror, as Spack's `InstallRecord` has it), or of an index that Spack wrote before
    there was the field: then the mirror has everything but externals. `place` leads the places of problems,
    `name` is what the `SourceRecord` is called. A document that is no index, or of a version that is not read,
    raises `SourceError` before anything is yielded.
    """
    database = _database(data, place=place, bounds=bounds)
    yield SourceRecord(snapshot, name, f"build-cache index, database version {database.version}")
    yield StackRecord(snapshot, stack, place)
    yield from _records(database, place=place, snapshot=snapshot, stacks=(stack,))


def read_installation(
    data: bytes, *, place: str, name: str, snapshot: str, stack: str | None, bounds: Bounds
) -> Iterator[Reading]:
    """Read all specs of an installation's database as `read_index` does; none is in a build cache.

    They are in `stack`, or in none where it is None. The specs that a user installed by name (`explicit`) are roots.
    """
    database = _database(data, place=place, bounds=bounds)
    yield SourceRecord(snapshot, name, f"database of an installation, version {database.version}")
    if stack is not None:
        yield StackRecord(snapshot, stack, place)
    stacks = () if stack is None else (stack,)
    for reading in _records(database, place=place, snapshot=snapshot, stacks=stacks):
        if not isinstance(reading, SpecRecord):
            yield reading
            continue
        yield replace(reading, in_build_cache=False)
        if _is_explicit(database.installs[reading.spec.hash]):
            yield RootRecord(snapshot, stack, reading.spec.hash, None, reading.place)


def _is_explicit(raw: Raw) -> bool:
    try:
        return _explicit_decoder.decode(raw).explicit
    except MalformedJson:  # not a boolean: then it is not said
        return False


def _records(database: _Database, *, place: str, snapshot: str, stacks: tuple[str, ...]) -> Iterator[Reading]:
    seen: set[Microarchitecture] = set()
    installation = _named_installation if str(database.version) == "5" else _installation
    for key, raw in database.installs.items():
        path = f"{place} $.database.installs{step(key)}"
        try:
            spec, node, in_build_cache = installation(key, raw)
        except (Mismatch, *MalformedJson) as error:
            found = mismatch(error)
            yield Problem(path + found.path, found.message)
            continue
        recorded = architecture(node).recorded
        if recorded is not None and recorded not in seen:
            seen.add(recorded)
            yield TargetRecord(recorded, f"{path}.spec.arch.target")
        yield SpecRecord(snapshot, spec, stacks, in_build_cache, Authority.INDEX, path)


def _database(data: bytes, *, place: str, bounds: Bounds) -> _Database:
    if len(data) > bounds.file_bytes:
        limit = byte_count(bounds.file_bytes)
        raise SourceTooLarge(f"{len(data)} bytes; an index may have {limit} (`file_bytes`)", place=place)
    data = data.removeprefix(BYTE_ORDER_MARK)
    try:
        database = _document_decoder.decode(data).database
    except MalformedJson as error:
        raise document_error(error, data, place=place, expected="a build-cache index") from error
    if str(database.version) not in DATABASE_VERSIONS:
        raise SourceError(
            f"database version {str(database.version)!r} is not read; those that are: {', '.join(DATABASE_VERSIONS)}",
            place=f"{place} $.database.version",
        )
    return database


def _installation(key: str, raw: Raw) -> tuple[Spec, Node, bool]:
    install = _install_decoder.decode(raw)
    node = install.spec
    spec = _spec(key, node, package=node.name, path=".spec")
    return spec, node, _in_build_cache(install, spec)


def _named_installation(key: str, raw: Raw) -> tuple[Spec, NamelessNode, bool]:
    install = _named_install_decoder.decode(raw)
    if len(install.spec) != 1:
        raise Mismatch(f"expected one package name, got {len(install.spec)}", path=".spec")
    [(package, raw_node)] = install.spec.items()
    path = f".spec{step(package)}"
    try:
        node = _nameless_node_decoder.decode(raw_node)
    except MalformedJson as error:
        raise mismatch(error).below(path) from error
    spec = _spec(key, node, package=package, path=path)
    return spec, node, _in_build_cache(install, spec)


def _spec(key: str, node: Attributes, *, package: str, path: str) -> Spec:
    # Databases before hashes were written into nodes have them as keys alone.
    recorded = key if node.hash is None else node.hash
    if recorded != key:
        raise Mismatch(f"expected the hash of its key, got {recorded!r}", path=f"{path}.hash")
    try:
        return concrete_spec(node, package=package, hash=key)
    except Mismatch as error:
        raise error.below(path) from error


def _in_build_cache(install: _Install | _NamedInstall, spec: Spec) -> bool:
    if install.in_buildcache is not None:
        return install.in_buildcache
    return install.installed is None and not spec.external

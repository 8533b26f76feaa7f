"""One node of Spack's JSON, of every age, to a `Spec`.

The ages are the readers of Spack's `spec.py`, `SpecfileV1` to `SpecfileV5`:

    V1       {name: {..., "dependencies": {dep: {"hash", "type"}}}}
    V2, V3   {"name", ..., "dependencies": [{"name", "hash", "type"}]}
    V4       the same, each dependency with "parameters": {"deptypes", "virtuals"} in place of "type"
    V5       the same, without "compiler": a spec that an older Spack made has "annotations": {"compiler"}

What a node says is decoded by type, and what it repeats (architectures, parameters, edges) by its bytes, once:
in an index of 3,202 specs 27,018 edges are 3,397 distinct texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from sys import intern
from typing import Annotated, Final

import msgspec
from msgspec import Raw, Struct

from graph.model import Compiler, Dependency, DependencyType, Flags, Spec, Variant
from graph.sources.mismatch import MalformedJson, Mismatch, mismatch, step
from graph.targets import GENERIC_VENDOR, Microarchitecture

FLAG_NAMES: Final = frozenset({"cflags", "cxxflags", "fflags", "cppflags", "ldflags", "ldlibs"})
"""Parameters that are compiler flags and no variants (`spack.spec.FlagMap.valid_compiler_flags`)."""

_FLAG_OF: Final = {str(flag.name).lower(): int(flag) for flag in DependencyType}

_DISTINCT_EDGES = 1 << 16
"""Edges remembered; an index has about as many distinct ones as specs. Some 400 bytes each."""

_DISTINCT_PARAMETERS = 1 << 14
"""Sets of parameters remembered; 3,202 specs have 720. Some 1.5 kB each."""

_DISTINCT_VARIANTS = 1 << 12
"""Variants with their values remembered; 3,202 specs have some 2,000. Some 400 bytes each."""

_DISTINCT_NAMES = 1 << 10
"""Architectures and compilers remembered; an index has a handful."""


_ABSENT: Final = Raw(b"null")
"""A field that is not there, as if it were null: msgspec takes no union with Raw."""


class Attributes(Struct, kw_only=True):
    """What nodes of every age have, as far as it is read. The values that repeat are decoded apart."""

    arch: Raw
    hash: str | None = None
    build_hash: str | None = None
    full_hash: str | None = None
    version: str | None = None
    versions: list[str] | None = None
    namespace: str | None = None
    compiler: Raw = _ABSENT
    parameters: Raw = _ABSENT
    patches: list[str] | None = None
    external: _External | None = None
    package_hash: str | None = None
    annotations: _Annotations | None = None
    build_spec: _BuildSpec | None = None


class Node(Attributes, kw_only=True):
    """A node of V2 to V5."""

    name: str
    dependencies: list[Raw] | None = None


class NamelessNode(Attributes, kw_only=True):
    """A node of V1, which stands under its name."""

    dependencies: dict[str, Raw] | None = None


class _External(Struct):
    path: str | None = None


class _Annotations(Struct):
    compiler: str | None = None


class _BuildSpec(Struct):
    hash: str | None = None


class _CompilerAttribute(Struct):
    name: str
    version: str | None = None
    versions: list[str] | None = None


class _EdgeParameters(Struct):
    deptypes: list[str]
    virtuals: list[str] = []


class _NamelessEdge(Struct, kw_only=True):
    hash: str | None = None
    build_hash: str | None = None
    full_hash: str | None = None
    type: list[str] | None = None
    parameters: _EdgeParameters | None = None


class _Edge(_NamelessEdge, kw_only=True):
    name: str


_LARGEST_GENERATION: Final = 2**31 - 1
"""What a GraphQL Int holds; POWER has come to 10."""


class _TargetObject(Struct):
    name: str
    vendor: str = GENERIC_VENDOR
    generation: Annotated[int, msgspec.Meta(ge=0, le=_LARGEST_GENERATION)] | None = None
    parents: tuple[str, ...] = ()


class _Arch(Struct):
    platform: str
    platform_os: str
    target: str | _TargetObject


class Architecture(Struct, frozen=True):
    """Where a spec runs. `recorded` is what the node says of the target where it writes it as an object."""

    platform: str
    operating_system: str
    target: str
    recorded: Microarchitecture | None


_arch_decoder = msgspec.json.Decoder(_Arch)
_compiler_decoder = msgspec.json.Decoder(_CompilerAttribute | None)
_edge_decoder = msgspec.json.Decoder(_Edge)
_nameless_edge_decoder = msgspec.json.Decoder(_NamelessEdge)
_parameters_decoder = msgspec.json.Decoder(dict[str, Raw] | None)
_flags_decoder = msgspec.json.Decoder(tuple[str, ...])
_variant_decoder = msgspec.json.Decoder(str | bool | int | float | list[str | bool | int | float])


def concrete_spec(node: Attributes, *, package: str, hash: str) -> Spec:  # noqa: A002 (the model's own name)
    """Return the spec that a node describes; what does not fit raises `Mismatch` with its path below the node.

    `compiler` is what the node itself says: where compilers are dependencies (V5) it stays None, and the edges'
    virtuals tell. Dependencies come by package and hash, the edges to one hash joined.
    """
    if not package:
        raise Mismatch("expected a name, got an empty string", path=".name")
    if not hash:
        raise Mismatch("expected a hash, got an empty string", path=".hash")
    where = architecture(node)
    variants, flags = _parameters(bytes(node.parameters))
    return Spec(
        hash=intern(hash),
        package=intern(package),
        version=intern(_concrete_version(node.version, node.versions)),
        platform=where.platform,
        operating_system=where.operating_system,
        target=where.target,
        namespace=None if node.namespace is None else intern(node.namespace),
        compiler=_compiler(node),
        variants=_with_patches(variants, node.patches) if node.patches else variants,
        flags=flags,
        dependencies=_dependencies(node),
        external=node.external is not None,
        package_hash=node.package_hash,
        build_spec=None if node.build_spec is None else node.build_spec.hash,
    )


def architecture(node: Attributes) -> Architecture:
    """Return where a node's spec runs; equal records give one object."""
    return _architecture(bytes(node.arch))


@lru_cache(maxsize=_DISTINCT_NAMES)
def _architecture(raw: bytes) -> Architecture:
    try:
        arch = _arch_decoder.decode(raw)
    except MalformedJson as error:
        raise mismatch(error).below(".arch") from error
    target = arch.target
    if isinstance(target, str):
        return Architecture(intern(arch.platform), intern(arch.platform_os), intern(target), None)
    recorded = Microarchitecture(
        name=target.name, vendor=target.vendor, generation=target.generation, parents=target.parents
    )
    return Architecture(intern(arch.platform), intern(arch.platform_os), intern(target.name), recorded)


def _concrete_version(version: str | None, versions: list[str] | None) -> str:
    """Return the one version; `versions` goes first, as in Spack's `VersionList.from_dict`.

    A list is what Spack writes where the version is not concrete; one entry that is no range is concrete.
    """
    if versions is not None:
        if len(versions) != 1 or not versions[0] or set(versions[0]) & set(":,"):
            raise Mismatch(f"expected one concrete version, got {versions}", path=".versions")
        version = versions[0]
    if not version:
        raise Mismatch("expected a version", path=".version")
    return version.removeprefix("=")


def _compiler(node: Attributes) -> Compiler | None:
    if node.annotations is not None and node.annotations.compiler is not None:
        return Compiler.parse(node.annotations.compiler)
    return _compiler_attribute(bytes(node.compiler))


@lru_cache(maxsize=_DISTINCT_NAMES)
def _compiler_attribute(raw: bytes) -> Compiler | None:
    try:
        compiler = _compiler_decoder.decode(raw)
        if compiler is None:
            return None
        return Compiler(compiler.name, _concrete_version(compiler.version, compiler.versions))
    except (Mismatch, *MalformedJson) as error:
        raise mismatch(error).below(".compiler") from error


@lru_cache(maxsize=_DISTINCT_PARAMETERS)
def _parameters(raw: bytes) -> tuple[tuple[Variant, ...], tuple[Flags, ...]]:
    """Return variants and flags by name. Flags that are empty are not recorded as any."""
    variants, flags = [], []
    try:
        for name, value in (_parameters_decoder.decode(raw) or {}).items():
            if name in FLAG_NAMES:
                flags.append(_flags(name, value))
            else:
                variants.append(_variant(name, bytes(value)))
    except (Mismatch, *MalformedJson) as error:
        raise mismatch(error).below(".parameters") from error
    return tuple(sorted(variants, key=lambda v: v.name)), tuple(sorted(f for f in flags if f.values))


def _flags(name: str, raw: Raw) -> Flags:
    try:
        return Flags(name, _flags_decoder.decode(raw))
    except MalformedJson as error:
        raise mismatch(error).below(step(name)) from error


@lru_cache(maxsize=_DISTINCT_VARIANTS)
def _variant(name: str, raw: bytes) -> Variant:
    """Read a variant as Spack's `VariantValue.from_node_dict`: a list is multi-valued, "true" is a boolean."""
    try:
        value = _variant_decoder.decode(raw)
    except MalformedJson as error:
        raise mismatch(error).below(step(name)) from error
    if isinstance(value, list):
        return Variant(name, values=tuple(sorted({str(item) for item in value})), exact=True)
    text = value if isinstance(value, str) else raw.decode()
    if text.lower() in ("true", "false"):
        return Variant(name, enabled=text.lower() == "true")
    return Variant(name, values=(text,))


def _with_patches(variants: tuple[Variant, ...], patches: list[str]) -> tuple[Variant, ...]:
    # Spack takes the variant from the node's own `patches` where the parameters have none.
    if any(variant.name == "patches" for variant in variants):
        return variants
    patched = Variant("patches", values=tuple(sorted(set(patches))), exact=True)
    return tuple(sorted((*variants, patched), key=lambda v: v.name))


def _dependencies(node: Attributes) -> tuple[Dependency, ...]:
    # msgspec takes Raw as it comes, so both forms are decoded here, each with the edge's own path.
    recorded = node.dependencies if isinstance(node, (Node, NamelessNode)) else None
    if not recorded:
        return ()
    if isinstance(recorded, dict):
        edges = [_nameless_dependency(name, bytes(raw)) for name, raw in recorded.items()]
    else:
        edges = [_dependency(bytes(raw), position) for position, raw in enumerate(recorded)]
    if len({edge.hash for edge in edges}) != len(edges):
        edges = _joined(edges)
    edges.sort(key=_package_and_hash)
    return tuple(edges)


def _package_and_hash(edge: Dependency) -> tuple[str, str]:
    return edge.package, edge.hash


def _dependency(raw: bytes, position: int) -> Dependency:
    try:
        return _named_dependency(raw)
    except (Mismatch, *MalformedJson) as error:
        raise mismatch(error).below(f".dependencies[{position}]") from error


@lru_cache(maxsize=_DISTINCT_EDGES)
def _named_dependency(raw: bytes) -> Dependency:
    edge = _edge_decoder.decode(raw)
    return _edge_to(edge.name, edge)


def _nameless_dependency(name: str, raw: bytes) -> Dependency:
    try:
        return _edge_to(name, _nameless_edge_decoder.decode(raw))
    except (Mismatch, *MalformedJson) as error:
        raise mismatch(error).below(f".dependencies{step(name)}") from error


def _edge_to(name: str, edge: _NamelessEdge) -> Dependency:
    # Older spec files point to a node's build hash: `graph.sources.specfile` puts the hash in its place.
    target = edge.hash or edge.build_hash or edge.full_hash
    if not target or not name:
        raise Mismatch("expected a name and a hash")
    if edge.parameters is not None:
        deptypes = _deptypes(edge.parameters.deptypes, path=".parameters.deptypes")
        virtuals = tuple(sorted(set(edge.parameters.virtuals)))
    elif edge.type is not None:
        deptypes, virtuals = _deptypes(edge.type, path=".type"), ()
    else:
        raise Mismatch("expected `parameters` with `deptypes`, or `type`")
    return Dependency(intern(target), intern(name), deptypes, virtuals)


def _deptypes(names: list[str], *, path: str) -> int:
    flags = 0
    for position, name in enumerate(names):
        if name not in _FLAG_OF:
            known = ", ".join(_FLAG_OF)
            raise Mismatch(f"expected one of {known}, got {name!r}", path=f"{path}[{position}]")
        flags |= _FLAG_OF[name]
    return flags


def _joined(edges: Iterable[Dependency]) -> list[Dependency]:
    joined: dict[str, Dependency] = {}
    for edge in edges:
        other = joined.get(edge.hash)
        if other is not None:
            virtuals = tuple(sorted({*other.virtuals, *edge.virtuals}))
            edge = Dependency(edge.hash, other.package, other.deptypes | edge.deptypes, virtuals)
        joined[edge.hash] = edge
    return list(joined.values())

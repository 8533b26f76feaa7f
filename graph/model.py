"""The nouns of the graph, as frozen values, and the flags and names that tie them together.

A `Spec` here is one concretized spec as a source records it, apart from any snapshot. What differs from one
snapshot to the next (stacks, binary, size, tarball) is said by the records of `graph.sources.records`.
"""

from __future__ import annotations

import json
import re
from enum import IntFlag, StrEnum
from typing import NamedTuple

from msgspec import Struct

ROOT_STACK = "root"
"""The label of the index over all stacks of a tag; build caches list it beside the stacks."""

ABBREVIATED_PATCH = 7
"""Characters of a patch's checksum that Spack prints (`Spec.format` of the `patches` variant)."""

COMPILER_VIRTUALS = ("c", "cxx", "fortran")
"""Virtuals whose provider is a spec's compiler in Spack 1.x, in order of preference."""

_NEEDS_NO_QUOTES = re.compile(r"[a-zA-Z0-9,/_.\-\[\]]+")
"""Values that Spack prints bare (`spack.spec_parser.NO_QUOTES_NEEDED`)."""


class DependencyType(IntFlag):
    """Why a spec depends on another, as Spack's `spack.deptypes` flags."""

    BUILD = 1
    LINK = 2
    RUN = 4
    TEST = 8


ALL_DEPENDENCY_TYPES = DependencyType.BUILD | DependencyType.LINK | DependencyType.RUN | DependencyType.TEST

LINK_AND_RUN = DependencyType.LINK | DependencyType.RUN
"""The edges to what a spec needs once it is built: what must be there beside its binary."""


class NodeKind(StrEnum):
    """The kinds of node in the graph."""

    PACKAGE = "package"
    SPEC = "spec"
    STACK = "stack"
    TARGET = "target"
    OPERATING_SYSTEM = "operating_system"
    COMPILER = "compiler"


class Relation(StrEnum):
    """What an edge of the graph says: `spec -> spec` depends on, `target -> target` descends from, and so on."""

    DEPENDS_ON = "depends_on"
    BUILD_OF = "build_of"
    IN_STACK = "in_stack"
    BUILT_FOR = "built_for"
    RUNS_UNDER = "runs_under"
    COMPILED_WITH = "compiled_with"
    DESCENDS_FROM = "descends_from"


class NodeKey(NamedTuple):
    """The identity of a node in a snapshot's networkx graph: a kind and a natural key.

    The key is a spec's hash and every other noun's name. It is a plain tuple to networkx, so a caller may
    write `("spec", "2viyxlmuaf7azutxvctzoall2qjibgei")`.
    """

    kind: NodeKind
    key: str


class Variant(Struct, frozen=True, order=True):
    """One variant of a concretized spec: either `enabled` (boolean) or `values`.

    `exact` is true for a multi-valued variant, which Spack 1.x prints with `:=`.
    """

    name: str
    enabled: bool | None = None
    values: tuple[str, ...] = ()
    exact: bool = False

    @property
    def text(self) -> str:
        """The variant as Spack prints it; checksums of patches are abbreviated.

        >>> Variant("mpi", enabled=True).text, Variant("libs", values=("shared", "static"), exact=True).text
        ('+mpi', 'libs:=shared,static')
        """
        if self.enabled is not None:
            return ("+" if self.enabled else "~") + self.name
        values = (v[:ABBREVIATED_PATCH] for v in self.values) if self.name == "patches" else self.values
        return f"{self.name}{':=' if self.exact else '='}{quoted(','.join(values))}"


def quoted(value: str) -> str:
    """Quote a value as Spack does where its parser would not read it bare (`spec_parser.quote_if_needed`).

    >>> quoted("Release"), quoted("-O3 -g")
    ('Release', "'-O3 -g'")
    """
    if _NEEDS_NO_QUOTES.fullmatch(value):
        return value
    return json.dumps(value) if "'" in value else f"'{value}'"


class Flags(Struct, frozen=True, order=True):
    """Compiler flags of one kind (`cflags`, `ldlibs`, …) that a spec was concretized with, in their order."""

    name: str
    values: tuple[str, ...]


def options_text(flags: tuple[Flags, ...], variants: tuple[Variant, ...]) -> str:
    """Return what Spack prints of flags and variants between the compiler and the architecture."""
    written = "".join(f" {f.name}={quoted(' '.join(f.values))}" for f in flags)
    booleans = "".join(v.text for v in variants if v.enabled is not None)
    others = "".join(f" {v.text}" for v in variants if v.enabled is None)
    return f"{written}{' ' if written and booleans else ''}{booleans}{others}"


class Compiler(Struct, frozen=True, order=True):
    """A compiler by family and version; `version` is None where a source names the family alone."""

    family: str
    version: str | None = None

    @property
    def name(self) -> str:
        """`family@version`, without the `=` that Spack 0.20 to 0.23 print after the `@`."""
        return self.family if self.version is None else f"{self.family}@{self.version}"

    @classmethod
    def parse(cls, text: str) -> Compiler | None:
        """Read a compiler as pages and annotations print it; `none` and the empty text are no compiler.

        >>> Compiler.parse("gcc@=11.4.0"), Compiler.parse("none")
        (Compiler(family='gcc', version='11.4.0'), None)
        """
        if text in ("", "none"):
            return None
        family, _, version = text.partition("@")
        return cls(family, version.removeprefix("=") or None)


class Dependency(Struct, frozen=True, order=True):
    """An edge from a spec to the spec of that hash. `virtuals` are those that the dependency provides here."""

    hash: str
    package: str
    deptypes: int
    virtuals: tuple[str, ...] = ()


class Spec(Struct, frozen=True):
    """One concretized spec. None means that no source records it; `dependencies` is `()` where there are none."""

    hash: str
    package: str
    version: str
    platform: str
    operating_system: str
    target: str
    namespace: str | None = None
    compiler: Compiler | None = None
    variants: tuple[Variant, ...] = ()
    flags: tuple[Flags, ...] = ()
    dependencies: tuple[Dependency, ...] | None = None
    external: bool = False
    package_hash: str | None = None
    build_spec: str | None = None

    @property
    def text(self) -> str:
        """The spec in Spack's own syntax without its dependencies.

        The order is Spack's `DEFAULT_FORMAT`: name, version, compiler, flags, boolean variants, other variants,
        architecture.
        """
        compiler = f"%{self.compiler.name}" if self.compiler else ""
        architecture = f" arch={self.platform}-{self.operating_system}-{self.target}"
        return f"{self.package}@{self.version}{compiler}{options_text(self.flags, self.variants)}{architecture}"

"""A spec constraint as frozen values, and its canonical text.

The text is legal input again, and reading it gives an equal constraint. Its order: name, versions, switches,
settings, flags, architecture, hash, then the dependencies as they came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from graph.model import DependencyType
from graph.versions import VersionList

COMPILER_PACKAGES = frozenset(
    {
        "acfl",
        "aocc",
        "apple-clang",
        "cce",
        "fj",
        "gcc",
        "intel-oneapi-compilers",
        "intel-oneapi-compilers-classic",
        "llvm",
        "llvm-amdgpu",
        "msvc",
        "nag",
        "nvhpc",
        "xl",
    }
)
"""Packages that Spack 1.1 tags as compilers, with its names for those that it still knows by an older one."""

COMPILER_LANGUAGES = frozenset({"c", "cxx", "fortran"})
"""The virtuals that a compiler provides."""

_BARE = re.compile(r"[A-Za-z0-9,/_.\-+:*\\]+|(?!=)[A-Za-z0-9,/_.\-+:*\\=%^~]+\\")
"""Values that stand without quotes; one that ends with a backslash has to, for it would escape the quote."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]*")
_NAMESPACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]*(\.[A-Za-z0-9_][A-Za-z0-9_\-]*)*")
_QUOTES = ("'", '"')
_UNESCAPED_SINGLE_QUOTE = re.compile(r"(?<!\\)'")


class VariantConstraint(Struct, frozen=True, order=True):
    """A condition on one variant: on or off (`enabled`), or to have these `values` at least (`exact`: these alone).

    Neither, as in `k=*`: any value at all. A `propagated` condition (`++x`, `k==v`) holds for each spec of the whole
    graph below that has the variant, and the spec itself need not have it.
    """

    name: str
    enabled: bool | None = None
    values: tuple[str, ...] = ()
    exact: bool = False
    propagated: bool = False

    @property
    def text(self) -> str:
        """The condition in Spack's syntax.

        >>> VariantConstraint("mpi", enabled=False).text, VariantConstraint("libs", values=("a", "b c")).text
        ('~mpi', "libs='a,b c'")
        """
        if self.enabled is not None:
            return ("+" if self.enabled else "~") * (2 if self.propagated else 1) + self.name
        operator = (":" if self.exact else "") + ("==" if self.propagated else "=")
        # A backslash at the end would escape the quote.
        values = sorted(self.values, key=lambda value: not value.endswith("\\"))
        return self.name + operator + (quoted(",".join(values)) if values else "*")


class FlagConstraint(Struct, frozen=True, order=True):
    """Compiler flags that a spec must have among its own, of one kind such as `cflags`."""

    name: str
    values: tuple[str, ...]
    propagated: bool = False

    @property
    def text(self) -> str:
        """The condition in Spack's syntax; a flag whose text could be read as part of the one before it stands alone.

        >>> FlagConstraint("cflags", ("-O3", "-g", "x")).text
        "cflags='-O3 -g' cflags=x"
        """
        groups: list[list[str]] = []
        for flag in self.values:
            if groups and flag.startswith("-"):
                groups[-1].append(flag)
            else:
                groups.append([flag])
        operator = "==" if self.propagated else "="
        return " ".join(f"{self.name}{operator}{quoted(' '.join(group))}" for group in groups)


class Constraint(Struct, frozen=True):
    """What a spec must be like; a part that is None or empty says nothing, and nothing at all is said by the text ''.

    `versions` is never the list of all versions. `hash` is the beginning of a hash. `platform`, `operating_system` and
    `target` are as written: `*` is a wildcard, `target` may be a list of names and ranges.
    """

    name: str | None = None
    namespace: str | None = None
    versions: VersionList | None = None
    variants: tuple[VariantConstraint, ...] = ()
    flags: tuple[FlagConstraint, ...] = ()
    platform: str | None = None
    operating_system: str | None = None
    target: str | None = None
    hash: str | None = None
    edges: tuple[Edge, ...] = ()

    @property
    def text(self) -> str:
        """The canonical text."""
        return " ".join([self.node_text, *(edge.text for edge in self.edges)]).strip()

    def __str__(self) -> str:
        return self.text

    @property
    def node_text(self) -> str:
        """The canonical text without dependencies; empty where it says nothing."""
        return " ".join(self._parts()).strip()

    def _parts(self) -> Iterator[str]:
        dotted = self.name is not None and self.namespace is not None and _NAMESPACE.fullmatch(self.namespace)
        name = f"{self.namespace}.{self.name}" if dotted else self.name or ""
        versions = "" if self.versions is None else f"@{self.versions.spec_text}"
        yield name + versions + "".join(v.text for v in self.variants if v.enabled is not None)
        yield from (v.text for v in self.variants if v.enabled is None)
        yield from (flag.text for flag in self.flags)
        settings = (
            ("namespace", None if dotted else self.namespace),
            ("platform", self.platform),
            ("os", self.operating_system),
            ("target", self.target),
        )
        yield from (f"{key}={quoted(value)}" for key, value in settings if value is not None)
        if self.hash is not None:
            yield f"/{self.hash}"

    @property
    def compiler(self) -> Edge | None:
        """The first direct dependency that is a compiler, by what it provides or by its package."""
        return next((edge for edge in self.edges if edge.asks_for_compiler), None)

    @property
    def dependencies(self) -> tuple[Constraint, ...]:
        """The dependencies that are constrained, in their order, without the one that `compiler` is."""
        compiler = self.compiler
        return tuple(edge.constraint for edge in self.edges if edge is not compiler)


class Edge(Struct, frozen=True):
    """A dependency that a spec must have: one that `constraint` holds for.

    `direct` (`%`): among the spec's own edges, with all of `deptypes` and, if there are any `virtuals`, for one of
    them. Else (`^`): anywhere in the link and run closure or among its build dependencies, for all of `virtuals`.
    `propagated` (`%%`) asks no more than `%`. With `when`, a spec for which that does not hold needs no such edge.
    """

    constraint: Constraint
    direct: bool = False
    propagated: bool = False
    deptypes: int = 0
    virtuals: tuple[str, ...] = ()
    when: Constraint | None = None

    @property
    def text(self) -> str:
        """The canonical text: sigil, attributes, and the dependency with its own direct dependencies."""
        sigil = ("%%" if self.propagated else "%") if self.direct else "^"
        # An anonymous dependency is written as a star: in `^os=x` os would be a virtual, and x its provider.
        star = "" if self.constraint.name else "*"
        return f"{sigil}{self._attributes}{star}{self.constraint.text}".rstrip()

    @property
    def _attributes(self) -> str:
        if not self.deptypes and self.when is None:
            if not self.virtuals:
                return ""
            if self.constraint.name is not None and all(map(_IDENTIFIER.fullmatch, self.virtuals)):
                return ",".join(self.virtuals) + "="
        attributes = []
        if self.deptypes:
            names = [str(kind.name).lower() for kind in DependencyType if kind & self.deptypes]
            attributes.append(f"deptypes={','.join(names)}")
        if self.virtuals:
            attributes.append(f"virtuals={_attribute_value(','.join(self.virtuals))}")
        if self.when is not None:
            # A quote at the end would be taken off with the outer one: `@:` says nothing and keeps it.
            guard = " @:" if self.when.text.endswith(_QUOTES) else ""
            attributes.append(f"when={_attribute_value(self.when.text + guard)}")
        return f"[{' '.join(attributes)}] "

    @property
    def asks_for_compiler(self) -> bool:
        """Whether this is a direct dependency on a compiler."""
        named = (self.constraint.name or "") in COMPILER_PACKAGES | COMPILER_LANGUAGES
        return self.direct and (named or not COMPILER_LANGUAGES.isdisjoint(self.virtuals))


def quoted(value: str) -> str:
    """Write a value so that it is read back: bare where that is possible, else in quotes.

    >>> quoted("x86_64_v2:"), quoted("-O3 -g"), quoted("it's")
    ('x86_64_v2:', "'-O3 -g'", '"it\\'s"')
    """
    if _BARE.fullmatch(value):
        return value
    if "'" not in value:
        return f"'{value}'"
    return f'"{value}"' if '"' not in value else "'" + value.replace("'", "\\'") + "'"


def _attribute_value(value: str) -> str:
    """Write an edge attribute's value, in which Spack leaves backslashes alone."""
    if _BARE.fullmatch(value):
        return value
    quote = '"' if _UNESCAPED_SINGLE_QUOTE.search(value) else "'"
    return f"{quote}{value}{quote}"

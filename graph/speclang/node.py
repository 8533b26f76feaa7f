"""The parts of one node of a constraint while they come in, as Spack's `Spec._add_flag` takes them."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.speclang.constraint import Constraint, FlagConstraint, VariantConstraint
from graph.versions import VersionList

FLAG_NAMES = frozenset({"cflags", "cxxflags", "fflags", "cppflags", "ldflags", "ldlibs"})
"""Settings that are compiler flags and no variants (`spack.spec.FlagMap`)."""

ARCHITECTURE = {
    "platform": "platform",
    "os": "operating_system",
    "operating_system": "operating_system",
    "target": "target",
}
"""Settings that are one part of the architecture, and which."""

RESERVED = frozenset(
    {"arch", "architecture", "branch", "commit", "dev_path", "namespace", "patches", "ref", "tag", *ARCHITECTURE}
)
"""Names that cannot be propagated to dependencies (`spack.variant.RESERVED_NAMES`)."""

WILDCARD = "*"
_ABSENT_PARTS = ("", "None")


class Refusal(Exception):
    """A part that does not go with the others: the message says why, `expected` what would."""

    def __init__(self, problem: str, *, expected: str) -> None:
        super().__init__(problem)
        self.expected = expected


@dataclass(slots=True)
class NodeParts:
    """What has been said of one node so far."""

    _name: str | None = None
    _namespace: str | None = None
    _versions: VersionList | None = None
    _variants: dict[str, VariantConstraint] = field(default_factory=dict)
    _flags: dict[tuple[str, bool], list[str]] = field(default_factory=dict)
    _architecture: dict[str, str] = field(default_factory=dict)
    _hash: str | None = None

    @property
    def has_hash(self) -> bool:
        """Whether a hash has been given."""
        return self._hash is not None

    def name(self, text: str) -> None:
        """`name = [ namespace "." ] identifier | "*"`; the star and the empty text are no name."""
        if text not in ("", WILDCARD):
            namespace, _, self._name = text.rpartition(".")
            self._namespace = namespace or None

    def versions(self, versions: VersionList) -> None:
        """`versions = "@" version list`, once."""
        if self._versions is not None:
            raise Refusal("versions are given twice", expected="one list of versions for each spec")
        self._versions = versions

    def hash(self, prefix: str) -> None:
        """`hash = "/" first characters of a hash`."""
        self._hash = prefix

    def switch(self, name: str, *, sign: str) -> None:
        """`switch = ( "+" | "~" | "-" | "++" | "~~" | "--" ) variant`."""
        enabled, propagated = sign[0] == "+", len(sign) == 2
        if name in FLAG_NAMES or name in ("arch", "architecture"):
            raise Refusal(f"{name} is no variant", expected=f"{name}=<value>")
        if name in ARCHITECTURE or name == "namespace":
            # Spack reads +os as os=True, which nothing has.
            self.setting(name, str(enabled), operator="==" if propagated else "=")
            return
        self._add_variant(VariantConstraint(name, enabled=enabled, propagated=propagated))

    def setting(self, name: str, value: str, *, operator: str) -> None:
        """`setting = key ( "=" | ":=" | "==" | ":==" ) value`: architecture, namespace, flags, or else a variant."""
        propagated = operator.endswith("==")
        value = unquoted(value)
        if propagated and name in RESERVED:
            raise Refusal(f"{name} cannot be propagated", expected=f"{name}=<value>")
        if name in ("arch", "architecture"):
            self._set_triplet(value)
        elif name in ARCHITECTURE:
            self._set_architecture({ARCHITECTURE[name]: value})
        elif name == "namespace":
            self._namespace = value
        elif name in FLAG_NAMES:
            self._flags.setdefault((name, propagated), []).extend(flags(value))
        else:
            self._add_variant(_variant(name, value, exact=operator.startswith(":"), propagated=propagated))

    def constraint(self) -> Constraint:
        """Return all parts as a constraint without edges."""
        architecture = {part: value for part, value in self._architecture.items() if value not in _ABSENT_PARTS}
        return Constraint(
            name=self._name,
            namespace=self._namespace,
            versions=None if self._versions is None or self._versions.unbounded else self._versions,
            variants=tuple(self._variants[name] for name in sorted(self._variants)),
            flags=tuple(FlagConstraint(n, tuple(v), p) for (n, p), v in sorted(self._flags.items()) if v),
            platform=architecture.get("platform"),
            operating_system=architecture.get("operating_system"),
            target=architecture.get("target"),
            hash=self._hash,
        )

    def _add_variant(self, variant: VariantConstraint) -> None:
        if variant.propagated and variant.name in RESERVED:
            raise Refusal(f"{variant.name} cannot be propagated", expected="one sign or one '='")
        if variant.name in self._variants:
            raise Refusal(f"the variant {variant.name} is given twice", expected="each variant once")
        self._variants[variant.name] = variant

    def _set_triplet(self, value: str) -> None:
        """`arch=platform-os-target`; anything that is not three parts is a target."""
        parts = value.split("-")
        platform, operating_system, target = parts if len(parts) == 3 else ("", "", value)
        self._set_architecture({"platform": platform, "operating_system": operating_system, "target": target})

    def _set_architecture(self, parts: dict[str, str]) -> None:
        for part in parts:
            if self._architecture.get(part, "") not in _ABSENT_PARTS:
                raise Refusal(f"{part.replace('_', ' ')} is given twice", expected="each part of the architecture once")
        self._architecture.update(parts)


def _variant(name: str, value: str, *, exact: bool, propagated: bool) -> VariantConstraint:
    """Read a variant's value: `true` and `false` in any case are a switch, `*` is any value."""
    if value.upper() in ("TRUE", "FALSE"):
        return VariantConstraint(name, enabled=value.upper() == "TRUE", propagated=propagated)
    if value == WILDCARD:
        return VariantConstraint(name, propagated=propagated)
    values = tuple(sorted({*value.split(",")}))
    if WILDCARD in values:
        raise Refusal("'*' stands among other values", expected=f"{name}=* alone, or values without it")
    return VariantConstraint(name, values=values, exact=exact, propagated=propagated)


def unquoted(value: str) -> str:
    """Take the quotes off a value, and the backslash off each quote in it.

    >>> unquoted("'it\\\\'s'"), unquoted("bare")
    ("it's", 'bare')
    """
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1].replace("\\" + value[0], value[0])
    return value


def flags(text: str) -> list[str]:
    """Cut flags at blanks; what does not begin with `-` belongs to the flag before it.

    >>> flags("-O3 -isystem /opt")
    ['-O3', '-isystem /opt']
    """
    found: list[str] = []
    for word in text.split():
        if found and not word.startswith("-"):
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found

"""Spack's spec constraints, parsed as Spack 1.1 does (`spack/spec_parser.py`); the tokens are `graph.speclang.tokens`.

    constraint = node { edge }
    edge       = ( "^" | "%" | "%%" ) [ attributes ] [ assignment ] node
    attributes = "[" { ( "virtuals" | "deptypes" | "when" ) ( "=" | ":=" ) value } "]"
    assignment = virtual { "," virtual } "="
    node       = [ name ] { versions | switch | setting | hash }
    name       = [ namespace "." ] identifier | "*"
    versions   = "@" version list                           (heads graph.versions)
    switch     = ( "+" | "~" | "-" | "++" | "~~" | "--" ) variant
    setting    = key ( "=" | ":=" | "==" | ":==" ) value
    hash       = "/" first characters of a hash

`%` belongs to the node before it: to the root, or to the last `^`. An empty node says nothing, so that the empty text
matches all and `zlib ^` what has any dependency; only after a bare `%` something must follow, as in Spack.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from msgspec.structs import replace

from graph.errors import BadInput, SpecSyntaxError, VersionSyntaxError
from graph.model import DependencyType
from graph.speclang.constraint import Constraint, Edge
from graph.speclang.intersection import Incompatible, intersection
from graph.speclang.node import NodeParts, Refusal
from graph.speclang.tokens import Kind, Scanner, Token
from graph.versions import parse_version_list

MAX_LENGTH = 4096
"""Characters of a constraint by default: the longest that Spack prints of a concretized spec are about as long."""

MAX_NODES = 64
"""Nodes of a constraint by default, the root and those in conditions counted: each may cost a walk of the graph."""

LEGACY_COMPILERS = {
    "clang": "llvm",
    "oneapi": "intel-oneapi-compilers",
    "rocmcc": "llvm-amdgpu",
    "intel": "intel-oneapi-compilers-classic",
    "arm": "acfl",
}
"""The packages of compilers that had a name of their own before Spack 1.0 (`spack/aliases.py`)."""

ATTRIBUTES = ("virtuals", "deptypes", "when")
_DEPTYPES = {str(kind.name).lower(): int(kind) for kind in DependencyType}
_LINK_OR_RUN = DependencyType.LINK | DependencyType.RUN
_AFTER_SIGN = "the name of a variant right after its sign"
_EXPECTED = {
    "]": "'[' after '^' or '%' before it",
    "@": "a version, a range such as '1.2:1.4' or a list of them after '@'",
    "+": _AFTER_SIGN,
    "~": _AFTER_SIGN,
    "-": _AFTER_SIGN,
    "/": "the first characters of a hash right after '/'",
    "=": "a name before '=' and a value right after it, closed where it is in quotes",
    ".": "a name before and after '.'",
    ",": "a list of versions after '@', or of values after '='",
    ":": "a range of versions after '@', or of targets after 'target='",
}
_EXPECTED_ELSE = "a name, or one of @ + ~ - % ^ / key=value"


def parse(text: str, *, max_length: int = MAX_LENGTH, max_nodes: int = MAX_NODES) -> Constraint:
    """Read a constraint: `constraint`, to the end of the text.

    Raises `SpecSyntaxError` where Spack refuses the text, or it has more than `max_length` characters or `max_nodes`
    nodes.

    >>> constraint = parse("hdf5@1.14: +mpi %gcc@11 ^openmpi")
    >>> constraint.name, [str(edge.constraint) for edge in constraint.edges]
    ('hdf5', ['gcc@11', 'openmpi'])
    """
    if len(text) > max_length:
        problem = f"the constraint has {len(text)} characters"
        raise SpecSyntaxError(problem, text=text, position=max_length, expected=f"{max_length} at most")
    return _Parser(text, _Budget(max_nodes)).constraint()


@dataclass(slots=True)
class _Budget:
    """How many nodes may still come; the constraints in `when` draw on it too."""

    most: int
    used: int = 0


@dataclass(slots=True)
class _OpenNode:
    """A node whose edges still come; to find its edges again: by name, types and condition, and the types by name."""

    node: Constraint
    edges: list[_OpenEdge] = field(default_factory=list)
    by_key: dict[tuple[str | None, int, Constraint | None], _OpenEdge] = field(default_factory=dict)
    deptypes: dict[tuple[str | None, Constraint | None], int] = field(default_factory=dict)


@dataclass(slots=True)
class _OpenEdge:
    """An edge and all that is said of it: each mention of its node, with the sigil before it, and the virtuals."""

    edge: Edge
    target: _OpenNode
    mentions: list[tuple[Constraint, Token]]
    virtuals: list[str]


class _Parser:
    """One pass over one text."""

    def __init__(self, text: str, budget: _Budget) -> None:
        self._text = text
        self._scanner = Scanner(text)
        self._budget = budget
        self._last = self._next = self._scanner.next()

    def constraint(self) -> Constraint:
        """`constraint = node { edge }`, and nothing after it."""
        root = current = _OpenNode(self._node(""))
        while self._next.kind in (Kind.DEPENDENCY, Kind.OPEN):
            sigil = self._take()
            edge = self._edge(sigil)
            if sigil.sign != "^" and self._last is sigil and not sigil.virtuals and self._at_end:
                self._refuse("nothing follows", self._next, f"a dependency after {sigil.sign!r}")
            node = self._node(self._last.value)
            if edge.direct and node.name in LEGACY_COMPILERS:
                node = replace(node, name=LEGACY_COMPILERS[node.name])
            opened = _OpenNode(node)
            self._add(current if edge.direct else root, _OpenEdge(edge, opened, [(node, sigil)], [*edge.virtuals]))
            if not edge.direct:
                current = opened
        if not self._at_end:
            self._refuse_rest()
        return self._closed(root, root.node)

    def _edge(self, sigil: Token) -> Edge:
        """`edge = sigil [ attributes ] [ assignment ] node`, up to the node; the assignment is in the last token."""
        edge = Edge(Constraint(), direct=sigil.sign != "^", propagated=sigil.sign == "%%")
        if sigil.kind is Kind.OPEN:
            edge = self._attributes(edge)
        return replace(edge, virtuals=edge.virtuals + self._last.virtuals)

    def _attributes(self, edge: Edge) -> Edge:
        """`attributes = "[" { key ( "=" | ":=" ) value } "]"`; the last of a key counts, of `when` up to a comma."""
        while self._next.kind is not Kind.CLOSE:
            token = self._take()
            if token.kind is not Kind.SETTING or token.sign not in ("=", ":=") or token.name not in ATTRIBUTES:
                expected = f"']' or one of {_listed(ATTRIBUTES)}"
                self._refuse("unexpected in the attributes of a dependency", token, expected)
            values = token.value.strip("'\" ").split(",")
            if token.name == "virtuals":
                edge = replace(edge, virtuals=tuple(values))
            elif token.name == "deptypes":
                edge = replace(edge, deptypes=self._deptypes(values, token))
            else:
                edge = replace(edge, when=self._condition(values[0], token))
        self._take()
        return edge

    def _deptypes(self, names: list[str], token: Token) -> int:
        unknown = [name for name in names if name not in _DEPTYPES]
        if unknown:
            self._refuse(f"no dependency type {unknown[0]!r}", token, f"one of {_listed(tuple(_DEPTYPES))}")
        return sum({_DEPTYPES[name] for name in names})

    def _condition(self, text: str, token: Token) -> Constraint | None:
        try:
            condition = _Parser(text, self._budget).constraint()
        except SpecSyntaxError as error:
            # The condition may stand in quotes; a backslash in it would be the only thing to shift the place.
            start = self._text.find(text, token.end - len(token.value)) + error.position
            raise SpecSyntaxError("in a condition", text=self._text, position=start, expected=error.expected) from error
        return None if condition == Constraint() else condition

    def _node(self, name: str) -> Constraint:
        """`node = [ name ] { versions | switch | setting | hash }`; the name may come from an assignment."""
        self._budget.used += 1
        if self._budget.used > self._budget.most:
            self._refuse("too many dependencies", self._next, f"{self._budget.most} nodes at most")
        parts = NodeParts()
        if not name and self._next.kind is Kind.NAME:
            name = self._take().value
        parts.name(name)
        while self._next.kind in (Kind.VERSION, Kind.SWITCH, Kind.SETTING, Kind.HASH):
            if self._next.kind is Kind.HASH and parts.has_hash:
                break
            self._part(parts, self._take())
        return parts.constraint()

    def _part(self, parts: NodeParts, token: Token) -> None:
        try:
            if token.kind is Kind.VERSION:
                parts.versions(parse_version_list(token.value))
            elif token.kind is Kind.SWITCH:
                parts.switch(token.name, sign=token.sign)
            elif token.kind is Kind.SETTING:
                parts.setting(token.name, token.value, operator=token.sign)
            else:
                parts.hash(token.value)
        except Refusal as refusal:
            self._refuse(str(refusal), token, refusal.expected)
        except VersionSyntaxError as error:
            at = token.start + 1 + (0 if error.position is None or " " in token.value else error.position)
            problem = str(error).partition("\n")[0]
            expected = "versions as Spack knows them"
            raise SpecSyntaxError(problem, text=self._text, position=at, expected=expected) from error

    def _add(self, parent: _OpenNode, added: _OpenEdge) -> None:
        """Add an edge, or join it with the one to the same name of equal types and condition.

        As in Spack 1.1, where `%` and `^` to one name are joined too, and what follows the second mention with `%`
        is lost. Types that overlap on two edges to one name are refused.
        """
        edge, (node, sigil) = added.edge, added.mentions[0]
        key = (node.name, edge.deptypes, edge.when)
        known = parent.by_key.get(key) if node.name else None
        if known is not None:
            known.mentions += added.mentions
            known.virtuals += added.virtuals
            return
        taken = parent.deptypes.get((node.name, edge.when), 0)
        if taken & edge.deptypes or (taken & _LINK_OR_RUN and edge.deptypes & _LINK_OR_RUN):
            self._refuse(f"{node.name or 'a dependency'} comes twice with types that overlap", sigil, "other deptypes")
        parent.deptypes[node.name, edge.when] = taken | edge.deptypes
        parent.by_key[key] = added
        parent.edges.append(added)

    def _closed(self, opened: _OpenNode, node: Constraint) -> Constraint:
        return replace(node, edges=tuple(map(self._closed_edge, opened.edges)))

    def _closed_edge(self, opened: _OpenEdge) -> Edge:
        target = self._closed(opened.target, self._joined(opened.mentions))
        return replace(opened.edge, constraint=target, virtuals=tuple(sorted({*opened.virtuals})))

    def _joined(self, mentions: list[tuple[Constraint, Token]]) -> Constraint:
        """Return what all mentions ask for: by halves, so that many do not take the square of their number."""
        (node, _), middle = mentions[0], len(mentions) // 2
        if not middle:
            return node
        left, right = self._joined(mentions[:middle]), self._joined(mentions[middle:])
        try:
            return intersection(left, right)
        except (Incompatible, BadInput) as reason:
            problem = f"{node.name} comes twice, and nothing fits both ({reason})"
            self._refuse(problem, mentions[middle][1], "constraints that agree")

    @property
    def _at_end(self) -> bool:
        return self._next.kind is Kind.END

    def _take(self) -> Token:
        self._last, self._next = self._next, self._scanner.next()
        return self._last

    def _refuse(self, problem: str, token: Token, expected: str) -> NoReturn:
        raise SpecSyntaxError(problem, text=self._text, position=token.start, expected=expected)

    def _refuse_rest(self) -> NoReturn:
        """Say what is wrong with the token that no rule takes."""
        token = self._next
        if token.kind is Kind.UNEXPECTED:
            character = self._text[token.start]
            self._refuse(f"unexpected {character!r}", token, _EXPECTED.get(character, _EXPECTED_ELSE))
        if token.kind is Kind.FILE:
            self._refuse("the name of a file", token, "a constraint, not the file of a spec")
        if token.kind is Kind.CLOSE:
            self._refuse("unexpected ']'", token, _EXPECTED["]"])
        if token.kind is Kind.HASH:
            self._refuse("a second hash", token, "one hash for each spec")
        if token.kind is Kind.NAME and self._text.startswith("=", token.end):
            self._refuse(f"nothing follows '{token.value}='", token, "a value right after '='")
        self._refuse("a second spec", token, "one spec; '^' or '%' before the name of a dependency")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}"

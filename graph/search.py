"""Ranked, forgiving search over the names, hashes and virtuals of a snapshot.

The score says how a name fits the text: 1 where it is the text, above 0.7 where it begins with it, above 0.4 where it
holds it, up to 0.4 where a few typing errors lie between them, or between the text and what follows the language in a
package's name; within each, the larger the part of the name that the text makes up (or the likeness), the higher. A
package that provides a virtual is found by the virtual's name, at nine tenths of the score. Case does not count. Equal
scores are ordered by the number of specs behind the name, then by kind and name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest

from rapidfuzz import process
from rapidfuzz.distance import OSA

from graph.model import NodeKey, NodeKind
from graph.snapshot import LEAST_PREFIX, Snapshot

ALL_KINDS = tuple(NodeKind)

PREFIX, SUBSTRING, TYPOS = 0.7, 0.4, 0.0
"""The least score, not reached, of a name that begins with the text, that holds it, and that is like it."""

OF_A_VIRTUAL = 0.9
"""The part of a virtual's score that a package gets which provides it."""

OF_A_PART = 0.9
"""The part of the score that a mistyped text gets which fits a name without its language."""

LANGUAGES = frozenset({"py", "r", "perl", "lua", "ruby", "php", "ocaml", "go", "rust", "julia"})
"""What Spack's names of packages for a language begin with, before a `-`: nobody types it."""

LEAST_LIKENESS = 0.7
"""Likeness (1 - edits / longer length) from which on a name counts as mistyped: one edit in four characters, two in
seven."""

LONGEST_TEXT = 256
"""Characters beyond which a text is no name: the longest name of a package has far fewer."""

LEAST_MISTYPED = 4
"""Characters that a text has at the least to be taken for a mistyped name: shorter ones are like everything."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A node that a search found; `score` lies in (0, 1], `spec_count` is its popularity."""

    node: NodeKey
    label: str
    score: float
    spec_count: int

    @property
    def rank(self) -> tuple[float, int, int, str]:
        """The sort key: best score first, then the most specs, then kind and name."""
        return (-self.score, -self.spec_count, ALL_KINDS.index(self.node.kind), self.node.key)


def search(snapshot: Snapshot, text: str, *, kinds: Iterable[NodeKind] = ALL_KINDS, limit: int) -> list[Hit]:
    """Return the best `limit` hits for a text, best first; specs are found by the beginning of their hash.

    A text of fewer than four characters finds no specs and no mistyped names; an empty one, or one longer than any
    name, finds nothing.
    """
    wanted = text.strip().lower()
    if not wanted or len(wanted) > LONGEST_TEXT:
        return []
    found = (hit for kind in dict.fromkeys(kinds) for hit in _hits(snapshot, kind, wanted))
    return nsmallest(limit, found, key=lambda hit: hit.rank)


def _hits(snapshot: Snapshot, kind: NodeKind, wanted: str) -> Iterator[Hit]:
    if kind == NodeKind.SPEC:
        yield from _spec_hits(snapshot, wanted)
        return
    names = dict(_names(snapshot, kind))
    scores = _scores(list(names), wanted)
    if kind == NodeKind.PACKAGE:
        for virtual, score in _scores(list(snapshot.providers), wanted).items():
            for package in snapshot.providers[virtual]:
                scores[package] = max(scores.get(package, 0.0), OF_A_VIRTUAL * score)
    for name, score in scores.items():
        yield Hit(NodeKey(kind, name), name, score, names[name])


def _scores(names: list[str], wanted: str) -> dict[str, float]:
    """Return the score of each name that fits the text at all."""
    scores = {}
    lowered = [name.lower() for name in names]
    for name, low in zip(names, lowered, strict=True):
        if wanted in low:
            share = len(wanted) / len(low)
            begins = low.startswith(wanted)
            scores[name] = PREFIX + share * (1 - PREFIX) if begins else SUBSTRING + share * (PREFIX - SUBSTRING)
    if len(wanted) >= LEAST_MISTYPED:
        alike = process.extract_iter(wanted, lowered, scorer=OSA.normalized_similarity, score_cutoff=LEAST_LIKENESS)
        for _, likeness, position in alike:
            scores.setdefault(names[position], likeness * SUBSTRING)
        behind = {position: tail for position, low in enumerate(lowered) if (tail := _behind_prefix(low))}
        alike = process.extract_iter(wanted, behind, scorer=OSA.normalized_similarity, score_cutoff=LEAST_LIKENESS)
        for _, likeness, position in alike:
            scores.setdefault(names[position], likeness * SUBSTRING * OF_A_PART)
    return scores


def _behind_prefix(name: str) -> str:
    """Return what follows the language in a package's name; "" where nothing does.

    >>> _behind_prefix("py-tensorflow"), _behind_prefix("intel-mkl"), _behind_prefix("zlib")
    ('tensorflow', '', '')
    """
    prefix, _, rest = name.partition("-")
    return rest if prefix in LANGUAGES else ""


def _spec_hits(snapshot: Snapshot, wanted: str) -> Iterator[Hit]:
    if len(wanted) < LEAST_PREFIX:
        return
    universe = snapshot.universe
    for row in universe.rows_with_prefix(wanted):
        if row in snapshot.rows:
            dag_hash = universe.hashes[row]
            label = f"{universe.packages[universe.package[row]]}@{universe.version.value(row)} /{dag_hash[:7]}"
            score = PREFIX + len(wanted) / len(dag_hash) * (1 - PREFIX)
            yield Hit(NodeKey(NodeKind.SPEC, dag_hash), label, score, 1)


def _names(snapshot: Snapshot, kind: NodeKind) -> Iterator[tuple[str, int]]:
    """Yield the names of a kind with how many of the snapshot's specs stand behind each."""
    universe, rows = snapshot.universe, snapshot.rows
    if kind == NodeKind.PACKAGE:
        counts = snapshot.specs_per_package
        yield from ((universe.packages[p], int(counts[p])) for p in snapshot.packages)
    elif kind == NodeKind.STACK:
        yield from zip(snapshot.stacks, map(len, snapshot.stack_rows), strict=True)
    else:
        names, facet = {
            NodeKind.TARGET: (snapshot.targets, universe.target),
            NodeKind.OPERATING_SYSTEM: (snapshot.operating_systems, universe.operating_system),
            NodeKind.COMPILER: (snapshot.compilers, universe.compiler),
        }[kind]
        yield from ((name, rows.intersection_cardinality(facet.rows_of(name))) for name in names)

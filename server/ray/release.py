"""What is served together: groups of snapshots, each the content of one file, by digest.

A *part* is a group with a digest, written `group:digest`; the digest of a file's content is SHA-256 over the names and
digests of its snapshots. A *release* is one part of each group.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from msgspec import Struct
from pyroaring import FrozenBitMap

from graph.errors import UnknownSnapshot
from graph.rejoin import rejoined
from graph.snapshot import Catalogue, Snapshot, default_name
from graph.universe import Names
from server.ray.errors import SnapshotElsewhere

Parts = tuple[tuple[str, str], ...]
"""Groups with the digest that is meant of each, by the group's name."""


class SnapshotFacts(Struct, frozen=True):
    """What can be said of a snapshot by who does not hold it."""

    name: str
    digest: str
    ingested_at: datetime
    sources: tuple[str, ...]
    stacks: tuple[str, ...]
    packages: int
    specs: int
    binaries: int
    dependencies: int


class Group(Struct, frozen=True):
    """A group as it is released: where its file is, the digest of its content, and its snapshots."""

    source: str
    digest: str
    snapshots: tuple[SnapshotFacts, ...]


class Release(Struct, frozen=True, dict=True):
    """One content of each group, and the snapshot that is meant where none is named."""

    groups: dict[str, Group]
    default: str

    @cached_property
    def id(self) -> str:
        """A digest over all of the release."""
        stated = "".join(f"{name} {self.groups[name].digest}\n" for name in sorted(self.groups))
        return hashlib.sha256(f"{self.default}\n{stated}".encode()).hexdigest()

    @cached_property
    def group_of(self) -> Mapping[str, str]:
        """The group of each snapshot, by the snapshot's name."""
        return {facts.name: group for group, held in self.groups.items() for facts in held.snapshots}

    @property
    def parts(self) -> Parts:
        """All parts of the release."""
        return tuple((name, self.groups[name].digest) for name in sorted(self.groups))


def released(groups: Mapping[str, tuple[str, Catalogue]], *, default: str | None) -> Release:
    """Make a release of groups, each its source and what its file holds; raises `UnknownSnapshot`, `ValueError`.

    A snapshot that two groups hold is a `ValueError`: a name has one meaning.
    """
    found = {
        name: Group(source, content_digest(catalogue), tuple(map(facts_of, catalogue)))
        for name, (source, catalogue) in groups.items()
    }
    owner: dict[str, str] = {}
    for name, group in sorted(found.items()):
        for facts in group.snapshots:
            if facts.name in owner:
                raise ValueError(f"the snapshot {facts.name!r} is in the groups {owner[facts.name]} and {name}")
            owner[facts.name] = name
    return Release(found, default_name(sorted(owner), preferred=default))


def content_digest(catalogue: Iterable[Snapshot]) -> str:
    """Return the digest of a file's content: two files with one digest give equal answers."""
    stated = "".join(f"{snapshot.name} {snapshot.digest}\n" for snapshot in catalogue)
    return hashlib.sha256(stated.encode()).hexdigest()


def facts_of(snapshot: Snapshot) -> SnapshotFacts:
    """Return what is to be known of a snapshot elsewhere."""
    return SnapshotFacts(
        name=snapshot.name,
        digest=snapshot.digest,
        ingested_at=snapshot.ingested_at,
        sources=tuple(snapshot.sources),
        stacks=tuple(snapshot.stacks),
        packages=len(snapshot.packages),
        specs=len(snapshot.rows),
        binaries=len(snapshot.binaries),
        dependencies=snapshot.dependency_count,
    )


def written_parts(parts: Parts) -> str:
    """Write parts as a model's id and as the header's value: `a:0f…,b:77…`, by the group's name."""
    return ",".join(f"{group}:{digest}" for group, digest in sorted(parts))


def read_parts(text: str) -> Parts:
    """Read what `written_parts` wrote, with blanks around the commas or not; raises `ValueError`.

    >>> read_parts("b:77, a:0f")
    (('a', '0f'), ('b', '77'))
    """
    parts = [part.strip().split(":") for part in text.split(",")]
    if not all(len(part) == 2 and all(part) and part[1].isalnum() for part in parts):
        raise ValueError(text)
    if len({group for group, _ in parts}) != len(parts):
        raise ValueError(text)
    return tuple(sorted((group, digest) for group, digest in parts))


JOINS_KEPT = 2
"""Pairs of snapshots in one universe that a replica keeps: each costs the memory of a build, not of a map."""


@dataclass(slots=True)
class Needs:
    """What a request was found to need beside what it was sent to: further groups, and pairs in one universe."""

    groups: set[str] = field(default_factory=set)
    joins: set[tuple[str, str]] = field(default_factory=set)


NEEDS: ContextVar[Needs] = ContextVar("needs")
"""What the request that runs is found to need."""


class DistantSnapshot(Snapshot):
    """A snapshot that is held elsewhere, with what is known of it here: all that `Snapshot` of the API tells."""

    @classmethod
    def of(cls, facts: SnapshotFacts, beside: Snapshot) -> DistantSnapshot:
        """Make it from the facts. The universe is that of another snapshot, which nothing of this one is read from."""
        made = cls(
            name=facts.name,
            universe=beside.universe,
            rows=FrozenBitMap(range(facts.specs)),
            binaries=FrozenBitMap(range(facts.binaries)),
            stacks=Names(facts.stacks),
            stack_rows=(),
            binary={},
            mentions={},
            sources=facts.sources,
            ingested_at=facts.ingested_at,
            digest=facts.digest,
        )
        # where cached properties keep what they found
        vars(made)["packages"] = FrozenBitMap(range(facts.packages))
        vars(made)["dependency_count"] = facts.dependencies
        return made


class PartialCatalogue(Catalogue):
    """A release of which some groups are held here. It lists all snapshots, and leads into those that it holds.

    What is asked for and is held elsewhere raises `SnapshotElsewhere`, and is noted in `NEEDS`.
    """

    __slots__ = ("_distant", "_group_of", "_joined")

    def __init__(self, held: Mapping[str, Catalogue], release: Release) -> None:
        """Join what is held, by group, with what the release says of the other groups."""
        here = [snapshot for group in sorted(held) for snapshot in held[group]]
        elsewhere = {name: group for name, group in release.group_of.items() if group not in held}
        names = sorted({*(snapshot.name for snapshot in here), *elsewhere})
        # a pinned content may lack the tag that is the default today
        default = default_name(names, preferred=release.default if release.default in names else None)
        super().__init__(here, universe=here[0].universe)
        self.default = default
        self._group_of = elsewhere
        self._distant = {
            facts.name: DistantSnapshot.of(facts, here[0])
            for group in set(elsewhere.values())
            for facts in release.groups[group].snapshots
        }
        self._joined: OrderedDict[tuple[str, str], tuple[Snapshot, Snapshot]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._snapshots) + len(self._distant)

    def __iter__(self) -> Iterator[Snapshot]:
        """Iterate over all snapshots of the release in the order of their names."""
        everything: dict[str, Snapshot] = {**self._distant, **self._snapshots}
        return iter([everything[name] for name in sorted(everything)])

    def get(self, name: str | None) -> Snapshot | None:
        """Return a snapshot that is held here; raises `SnapshotElsewhere` for one that is not."""
        wanted = self.default if name is None else name
        if wanted in self._group_of:
            NEEDS.get().groups.add(self._group_of[wanted])
            raise SnapshotElsewhere(f"the snapshot {wanted!r} is held elsewhere")
        return super().get(wanted)

    def snapshot(self, name: str | None) -> Snapshot:
        """Return a snapshot that is held here; raises `SnapshotElsewhere`, and `UnknownSnapshot` as ever."""
        found = self.get(name)
        if found is None:
            raise UnknownSnapshot(name or self.default, known=[snapshot.name for snapshot in self])
        return found

    def pair(self, before: str | None, after: str | None) -> tuple[Snapshot, Snapshot]:
        """Return two snapshots of one universe; those of two groups must have been joined: `SnapshotElsewhere`."""
        pair = self.snapshot(before), self.snapshot(after)
        if pair[0].universe is pair[1].universe:
            return pair
        names = (pair[0].name, pair[1].name)
        if names not in self._joined:
            NEEDS.get().joins.add(names)
            raise SnapshotElsewhere(f"the snapshots {names} are of two files")
        return self._joined[names]

    def join(self, names: tuple[str, str]) -> None:
        """Join two snapshots of two groups; the last `JOINS_KEPT` are kept. It takes as long as a build of both."""
        joined = rejoined([self.snapshot(name) for name in names])
        self._joined[names] = joined.snapshot(names[0]), joined.snapshot(names[1])
        while len(self._joined) > JOINS_KEPT:
            self._joined.popitem(last=False)

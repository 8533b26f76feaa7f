"""Microarchitectures: what archspec and indexes record of them, and whose binaries run on which.

A target has all instructions of its parents, so a machine runs what is built for it and for its ancestors:
haswell runs x86_64_v3, x86_64_v2 and x86_64. archspec's data are read as data
(`archspec.cpu.schema.TARGETS_JSON`); `archspec.cpu.TARGETS` would add the machine that this process runs on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from archspec.cpu.schema import TARGETS_JSON
from msgspec import Struct
from msgspec.structs import replace

GENERIC_VENDOR = "generic"
"""What archspec calls the vendor of a target that is no product: a family or a level such as x86_64_v3."""


class Microarchitecture(Struct, frozen=True, kw_only=True):
    """A target by name, with what its record says of it.

    `generation` is archspec's: 0 for all but IBM's POWER, None where nothing records it. `family` is the root
    that `parents` lead to; a `TargetTable` fills it in, so a reader of records leaves it empty.
    """

    name: str
    family: str = ""
    vendor: str = GENERIC_VENDOR
    generation: int | None = None
    parents: tuple[str, ...] = ()


class TargetTable:
    """archspec's targets together with those that an index records; it never changes.

    Every method takes any name. One that neither records is a target of its own: generic, without parents,
    its own family, running itself alone (Spack: `archspec.cpu.generic_microarchitecture`).
    """

    __slots__ = ("_ancestors", "_children", "_parents", "_targets")

    def __init__(self, extra: Iterable[Microarchitecture] = ()) -> None:
        """Join archspec's targets with `extra`, those recorded in an index.

        archspec wins where it knows the name. Of several records of one name the same one is taken whatever
        their order. Parents that lead in a circle are no error: each of the circle runs the others' binaries.

        >>> table = TargetTable([Microarchitecture(name="zen9", vendor="AuthenticAMD", parents=("zen5",))])
        >>> table.family("zen9"), table.can_run("zen9", "x86_64_v4")
        ('x86_64', True)
        """
        recorded = dict(_archspec_targets())
        for target in sorted(extra, key=_record_order):
            recorded.setdefault(target.name, target)
        self._parents = {name: target.parents for name, target in recorded.items()}
        self._ancestors = {name: _ancestors(name, self._parents) for name in recorded}
        self._children = _inverted(self._parents)
        self._targets = {name: replace(target, family=self.family(name)) for name, target in sorted(recorded.items())}

    def names(self) -> tuple[str, ...]:
        """The names of all recorded targets, sorted."""
        return tuple(self._targets)

    def known(self, name: str) -> Microarchitecture | None:
        """The target of this name, or None where neither archspec nor the index records it.

        >>> ARCHSPEC.known("power9le").generation, ARCHSPEC.known("pentium")
        (9, None)
        """
        return self._targets.get(name)

    def microarchitecture(self, name: str) -> Microarchitecture:
        """The target of this name; one that is not recorded is generic, without parents, its own family.

        The platform would not tell more: linux alone has every family.

        >>> ARCHSPEC.microarchitecture("pentium")
        Microarchitecture(name='pentium', family='pentium', vendor='generic', generation=None, parents=())
        """
        return self._targets.get(name) or Microarchitecture(name=name, family=name)

    def ancestors(self, name: str) -> tuple[str, ...]:
        """All ancestors, in archspec's own order: the parents as recorded, then each parent's ancestors.

        A target is not its own ancestor. For nearest first, see `runs`.

        >>> ARCHSPEC.ancestors("neoverse_n1")
        ('cortex_a72', 'armv8.2a', 'aarch64', 'armv8.1a')
        """
        return self._ancestors.get(name, ())

    def family(self, name: str) -> str:
        """The root that the target descends from, such as x86_64, aarch64 or ppc64le.

        The nearest root where records name several; the target itself where its parents lead in a circle.
        """
        roots = (near for near in self.runs(name) if not self.ancestors(near))
        return next(roots, name)

    def generic(self, name: str) -> str:
        """The most specific generic target that this one runs: itself, a level or a family.

        The target itself where none of them is generic. The rule is `archspec.cpu.Microarchitecture.generic`.

        >>> ARCHSPEC.generic("zen4"), ARCHSPEC.generic("cortex_a72")
        ('x86_64_v4', 'aarch64')
        """
        line = (name, *self.ancestors(name))
        generics = [t for t in line if self.microarchitecture(t).vendor == GENERIC_VENDOR]
        return max(generics, key=lambda t: len(self.ancestors(t)), default=name)

    def runs(self, name: str) -> tuple[str, ...]:
        """The targets whose binaries run on this one, nearest first: itself, parents, their parents.

        Those equally near come by name.

        >>> ARCHSPEC.runs("neoverse_n1")
        ('neoverse_n1', 'armv8.2a', 'cortex_a72', 'aarch64', 'armv8.1a')
        """
        return tuple(self.distances(name))

    def distances(self, name: str) -> dict[str, int]:
        """How many steps up from this target each lies that it runs, 0 for itself, in the order of `runs`.

        >>> ARCHSPEC.distances("x86_64_v3")
        {'x86_64_v3': 0, 'x86_64_v2': 1, 'x86_64': 2}
        """
        return _distances(name, self._parents)

    def runnable_on(self, name: str) -> tuple[str, ...]:
        """The targets that run this one's binaries, nearest first: itself, then its descendants.

        >>> ARCHSPEC.runnable_on("neoverse_v1"), ARCHSPEC.runnable_on("power9le")
        (('neoverse_v1',), ('power9le', 'power10le'))
        """
        return tuple(_distances(name, self._children))

    def can_run(self, host: str, built_for: str) -> bool:
        """Whether a machine of target `host` runs binaries built for `built_for`.

        >>> ARCHSPEC.can_run("zen3", "x86_64_v3"), ARCHSPEC.can_run("zen3", "x86_64_v4")
        (True, False)
        """
        return self.descends(host, built_for)

    def descends(self, name: str, ancestor: str) -> bool:
        """Whether `name` is `ancestor` or descends from it: archspec's partial order, `name >= ancestor`.

        The range `target=x86_64_v2:` holds what descends from x86_64_v2, `target=:haswell` what haswell
        descends from. Two targets may be incomparable.

        >>> ARCHSPEC.descends("haswell", "x86_64_v3"), ARCHSPEC.descends("zen", "haswell")
        (True, False)
        """
        return name == ancestor or ancestor in self.ancestors(name)


def _archspec_targets() -> Mapping[str, Microarchitecture]:
    records = TARGETS_JSON["microarchitectures"]
    return {
        name: Microarchitecture(
            name=name,
            vendor=record["vendor"],
            generation=record.get("generation", 0),
            parents=tuple(record["from"]),
        )
        for name, record in records.items()
    }


def _record_order(target: Microarchitecture) -> tuple[str, str, int, tuple[str, ...]]:
    return target.name, target.vendor, -1 if target.generation is None else target.generation, target.parents


def _ancestors(name: str, parents: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    # Depth first, but a target's parents are listed before any of them is entered: archspec's order.
    found: dict[str, None] = {}
    entered: set[str] = set()
    pending = [name]
    while pending:
        current = pending.pop()
        if current in entered:
            continue
        entered.add(current)
        for parent in parents.get(current, ()):
            if parent != name:
                found.setdefault(parent)
        pending.extend(reversed(parents.get(current, ())))
    return tuple(found)


def _inverted(parents: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    children: dict[str, list[str]] = {}
    for name, above in parents.items():
        for parent in above:
            children.setdefault(parent, []).append(name)
    return {name: tuple(below) for name, below in children.items()}


def _distances(start: str, neighbours: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Breadth first from `start`: the steps to each, ordered by steps, then name."""
    steps = {start: 0}
    queue = deque([start])
    while queue:
        current = queue.popleft()
        for near in neighbours.get(current, ()):
            if near not in steps:
                steps[near] = steps[current] + 1
                queue.append(near)
    return dict(sorted(steps.items(), key=lambda item: (item[1], item[0])))


ARCHSPEC = TargetTable()
"""archspec's own targets, without any that only an index records."""

"""Constraints on versions: ranges, lists, their algebra, and the parser of their text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graph.errors import EmptyRangeError, VersionSyntaxError
from graph.versions.version import (
    BY_KEY,
    BY_ORDER,
    FINAL,
    INFINITY,
    INFINITY_VERSIONS,
    MAX_TEXT_LENGTH,
    UNNUMBERED,
    Key,
    Parts,
    Version,
    checked,
    git_version,
    parts_of,
    refusal,
)

_SPEC_VERSION = r"=?[a-zA-Z0-9_][a-zA-Z0-9_.\-]*\b"
_SPEC_ELEMENT = rf"(?:(?:{_SPEC_VERSION})?:(?:{_SPEC_VERSION}(?!\s*=))?|{_SPEC_VERSION})"
_LIKE_A_COMMIT = re.compile(r"[A-Fa-f0-9]{40}(?!=|$)")
"""What begins like a commit and goes on: behind `@` the commit is read, and what follows is none of it."""

_SPEC_TOKEN = re.compile(
    rf"@(?:(?:git\.[a-zA-Z0-9_][a-zA-Z0-9_./\-]*|[A-Fa-f0-9]{{40}})(?:={_SPEC_VERSION})?"
    rf"|\s*{_SPEC_ELEMENT}(?:\s*,\s*{_SPEC_ELEMENT})*)"
)


@dataclass(frozen=True, slots=True)
class VersionRange:
    """All versions from `lo` up to and including `hi`, with what lies below `hi`: `:1.4` includes 1.4.9.

    In the order it is half-open, [lo.key, stop). `1.3:1.2` is legal and includes nothing; where the end lies
    lower still, as in `1.4:1.2`, `EmptyRangeError` is raised.
    """

    lo: Version
    hi: Version = field(compare=False)
    stop: Key = field(init=False, repr=False)

    def __post_init__(self) -> None:
        plain, text = self.hi.plain, f"{self.lo}:{self.hi}"
        if self.lo.ref is not None or self.hi.ref is not None or plain is None:
            raise VersionSyntaxError(f"a git version cannot end a range: {text}", text=text)
        object.__setattr__(self, "stop", plain.next_key)
        if self.stop < self.lo.key:
            raise EmptyRangeError(f"{text} is an empty range", text=text)

    @property
    def unbounded(self) -> bool:
        """Whether this is `:`, which includes every version, unassigned git refs too."""
        return self.lo.key == _LOWEST.key and self.hi.key == _HIGHEST.key

    def includes(self, version: Version) -> bool:
        """Whether `version` lies in the range; a git version lies where the version assigned to it does."""
        return self.lo.key <= version.key < self.stop or (version.unassigned and self.unbounded)

    @property
    def order(self) -> tuple[Key, int, Key]:
        """What sorts the parts of a list: after versions that begin where the range does, as in Spack."""
        return self.lo.key, 2, self.stop

    def equal_bounds(self, versions: Sequence[Version]) -> tuple[int, int]:
        """Return the first and the end of the places in ascending versions that lie in the range."""
        return bisect_left(versions, self.lo.key, key=BY_KEY), bisect_left(versions, self.stop, key=BY_KEY)

    def __str__(self) -> str:
        # Spack prints a range between two empty versions like the range of all.
        return _range_text(self.lo, self.hi) or ":"


def _range_text(lo: Version, hi: Version) -> str:
    if lo.key == hi.key:
        return str(lo)
    return ("" if lo.key == _LOWEST.key else str(lo)) + ":" + ("" if hi.key == _HIGHEST.key else str(hi))


_LOWEST = Version.end_of_range("", Parts((), (0, UNNUMBERED), ("",)))
_HIGHEST = Version.end_of_range("infinity", Parts((INFINITY, len(INFINITY_VERSIONS)), (FINAL, UNNUMBERED), ("",)))

Element = Version | VersionRange
"""What a version list is made of: a range, or one exact version."""


def _satisfies(left: Element, right: Element) -> bool:
    if isinstance(left, Version):
        return right.includes(left)
    return isinstance(right, VersionRange) and right.lo <= left.lo and left.stop <= right.stop


def _intersects(left: Element, right: Element) -> bool:
    if isinstance(left, VersionRange) and isinstance(right, VersionRange):
        # An empty range within another intersects it, in Spack's view.
        return left.lo.key < right.stop and right.lo.key < left.stop
    return _intersection(left, right) is not None


def _intersection(left: Element, right: Element) -> Element | None:
    if isinstance(left, VersionRange) and isinstance(right, VersionRange):
        lo, end = max(left.lo, right.lo), left if left.stop <= right.stop else right
        return _rebuilt(lo, end) if lo.key < end.stop else None
    if isinstance(left, Version) and right.includes(left):
        return left
    return right if isinstance(right, Version) and left.includes(right) else None


def _union(item: VersionRange, other: Element) -> VersionRange | None:
    """Both as one range; None where they neither overlap nor touch."""
    if isinstance(other, Version):
        return item if item.includes(other) else None
    if item.lo.key > other.stop or other.lo.key > item.stop:
        return None
    return _rebuilt(min(item.lo, other.lo), item if item.stop >= other.stop else other)


def _rebuilt(lo: Version, end: VersionRange) -> VersionRange:
    """The range from `lo` to the end of `end`, whose text Spack builds anew from its parts."""
    plain = end.hi.plain
    assert plain is not None, "a range has plain ends"
    # Of `_` nothing is left: `:_` would be printed as `:`, which is read as all versions.
    return VersionRange(lo, Version.end_of_range(plain.text or end.hi.text, plain))


def _insert(elements: list[Element], item: Element) -> None:
    """Add `item` to normalized `elements`: it takes in the neighbours it touches, or is one they hold."""
    first = last = bisect_left(elements, item.order, key=BY_ORDER)
    if isinstance(item, Version):
        if not any(_intersects(item, near) for near in elements[max(first - 1, 0) : first + 1]):
            elements.insert(first, item)
        return
    while first > 0 and (union := _union(item, elements[first - 1])):
        item, first = union, first - 1
    while last < len(elements) and (union := _union(item, elements[last])):
        item, last = union, last + 1
    elements[first:last] = [item]


@dataclass(frozen=True, slots=True)
class VersionList:
    """A constraint on versions: sorted, disjoint elements, of which one must include the version.

    Whatever `elements` are given, they are normalized as Spack does: `1.2,1.3` becomes `1.2:1.3`. Without
    elements it includes nothing. `str` is the canonical text.

    >>> str(VersionList([VersionRange(Version("1.3"), Version("1.3")), Version("1.1")]))
    '=1.1,1.3'
    """

    elements: Sequence[Element] = ()

    def __post_init__(self) -> None:
        normal: list[Element] = []
        for element in self.elements:
            _insert(normal, element)
        object.__setattr__(self, "elements", tuple(normal))

    @property
    def unbounded(self) -> bool:
        """Whether this is `:`, which constrains nothing."""
        return len(self.elements) == 1 and isinstance(self.elements[0], VersionRange) and self.elements[0].unbounded

    def includes(self, version: Version) -> bool:
        """Whether a spec of this concrete version satisfies the constraint.

        >>> parse_version_list("1.2:1.4,=2.0").includes(Version("1.4.9"))
        True
        """
        return any(near.includes(version) for near in self._near(version))

    def satisfies(self, other: VersionList) -> bool:
        """Whether every version that this list includes satisfies `other`, element by element.

        A range satisfies a list only through one range of it. The list of no elements satisfies any.
        """
        return all(any(_satisfies(left, right) for right in other.elements) for left in self.elements)

    def intersects(self, other: VersionList) -> bool:
        """Whether some version could satisfy both; Spack says so of an empty range in the other list too."""
        mine, theirs = self.elements, other.elements
        if self._has_unassigned or other._has_unassigned:
            return any(_intersects(left, right) for left in mine for right in theirs)
        at = across = 0
        while at < len(mine) and across < len(theirs):
            if _intersects(mine[at], theirs[across]):
                return True
            if mine[at].order < theirs[across].order:
                at += 1
            else:
                across += 1
        return False

    def intersection(self, other: VersionList) -> VersionList:
        """The list that includes what both include.

        >>> str(parse_version_list("1.2:1.4").intersection(parse_version_list("1.3:")))
        '1.3:1.4'
        """
        found: list[Element] = []
        for left, right in ((self, other), (other, self)):
            for element in left.elements:
                for near in right._near(element):
                    if piece := _intersection(near, element):
                        _insert(found, piece)
        return VersionList(found)

    def bounds(self, versions: Sequence[Version]) -> list[tuple[int, int]]:
        """Where the versions that the list includes lie in `versions`, which must be sorted.

        Ascending, disjoint, half-open ranges of indices: O(log n) an element, but O(n) where the list holds a
        git ref that is assigned no version. Equal versions may stand in any order among themselves.

        >>> parse_version_list("1.2,1.4:").bounds([Version(v) for v in ("1.1", "1.2.5", "1.3", "1.4", "2")])
        [(1, 2), (3, 5)]
        """
        if self.unbounded:
            runs: Iterable[tuple[int, int]] = [(0, len(versions))]
        elif self._has_unassigned:
            runs = [(i, i + 1) for i, version in enumerate(versions) if self.includes(version)]
        else:
            runs = (element.equal_bounds(versions) for element in self.elements)
        joined: list[tuple[int, int]] = []
        for start, stop in runs:
            if joined and joined[-1][1] == start:
                start = joined.pop()[0]
            if start < stop:
                joined.append((start, stop))
        return joined

    @property
    def _has_unassigned(self) -> bool:
        last = self.elements[-1] if self.elements else None
        return isinstance(last, Version) and last.unassigned

    def _near(self, element: Element) -> Sequence[Element]:
        """The elements that may meet `element`: its neighbours, as both lists are sorted and disjoint.

        A git ref that is assigned no version is sorted apart from the versions it may be.
        """
        if self._has_unassigned or (isinstance(element, Version) and element.unassigned):
            return self.elements
        at = bisect_left(self.elements, element.order, key=BY_ORDER)
        return self.elements[max(at - 1, 0) : at + 1]

    def __str__(self) -> str:
        return ",".join(f"={e}" if isinstance(e, Version) and e.ref is None else str(e) for e in self.elements)

    @property
    def spec_text(self) -> str:
        """The canonical text as it stands in a spec, where it can be read again.

        Beyond Spack 1.1: before `name=` the end of a range may have taken a hyphen or a dot that only that place
        allows (`@:1-a=b` is `:1-` and `a=b`), and Spack prints what it cannot read. They count for nothing and go.
        Nor can it read a list that begins with what begins like a commit: another element, of the same meaning, leads.

        >>> parse_version_list(":1-").spec_text
        ':1'
        """
        texts = [text.rstrip(".-") if ":" in text else text for text in str(self).split(",")]
        if _LIKE_A_COMMIT.match(",".join(texts)):
            leading = next((text for text in texts if not _LIKE_A_COMMIT.match(f"{text},")), None)
            if leading is None:  # a version is in the range that it begins
                leading = f"={texts[0].partition(':')[0]}"
            texts = [leading, *(text for text in texts if text is not leading)]
        return ",".join(texts)


def parse_version_list(text: str, *, max_length: int = MAX_TEXT_LENGTH) -> VersionList:
    """Read a constraint on versions; the grammar heads this module.

    Raises `VersionSyntaxError` where Spack refuses the text or it has more than `max_length` characters,
    `EmptyRangeError` for a range whose end lies before its start. The empty text constrains to the empty
    version, as in Spack, although its canonical text is that of all versions.

    >>> str(parse_version_list("1.4:, 1.2, 1.3, =1.0"))
    '=1.0,1.2:'
    """
    parts = checked(text, max_length).replace(" ", "").split(",")
    elements = [_parse_element(part) for part in parts]
    for element in elements if len(elements) > 1 else ():
        if isinstance(element, Version) and element.unassigned:
            problem = f"the git ref {element} in a list needs a version: {element}=<version>"
            raise VersionSyntaxError(problem, text=text)
    return VersionList(elements)


def _parse_element(text: str) -> Element:
    lo, colon, hi = text.partition(":")
    if colon:
        if ":" in hi:
            raise refusal("expected one ':' in a version range", text, position=text.rindex(":"))
        return VersionRange(_parse_end(lo) if lo else _LOWEST, _parse_end(hi) if hi else _HIGHEST)
    if text.startswith("="):
        return Version(text[1:])
    if git_version(text):
        return Version(text)
    return VersionRange(_parse_end(text), _parse_end(text))


def _parse_end(text: str) -> Version:
    return Version.end_of_range(text, parts_of(text))


def spec_version_end(text: str, start: int = 0) -> int:
    """Where the version constraint of a spec ends that begins with the `@` at `start`; `start` if none does.

    On the command line less is allowed than in a version list: no empty element, no git version in a range or
    list. The constraint is what lies between the `@` and the end.

    >>> spec_version_end("hdf5@1.12,1.14: +mpi", 4)
    15
    """
    token = _SPEC_TOKEN.match(text, start)
    return token.end() if token else start


def parse_spec_versions(text: str, *, max_length: int = MAX_TEXT_LENGTH) -> VersionList:
    """Read the constraint of a spec that says nothing but `@` and versions, as on Spack's command line.

    >>> str(parse_spec_versions("@1.2, 1.3"))
    '1.2:1.3'
    """
    end = spec_version_end(checked(text, max_length))
    if end == 0 or text[end:].strip():
        raise refusal("expected '@' and versions, then nothing else", text, position=end)
    return parse_version_list(text[1:end], max_length=max_length)

"""Spack's versions: their total order, and constraints on them as ranges and lists.

The grammar of a constraint (blanks are ignored):

    list     = element { "," element }
    element  = range | "=" ( version | git ) | git | version
    range    = [ version ] ":" [ version ]
    git      = ( "git." ref | 40 lower-case hex digits ) [ "=" version ] | ref "=" version
    version  = { digits | letters | "." | "_" | "-" }

`1.2` alone is the range `1.2:1.2`: 1.2 and all below it, such as 1.2.9. The rules are Spack 1.1's
(`spack/version/version_types.py`, `spack/spec_parser.py`); where we go further, the docstring says so.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, total_ordering
from operator import attrgetter
from typing import NamedTuple

from graph.errors import EmptyRangeError, VersionSyntaxError

MAX_TEXT_LENGTH = 4096
"""Characters of a version or constraint: below the 4,300 digits where CPython refuses to read a number."""

SORT_KEY_CACHE = 65_536
"""Texts whose key `sort_key` keeps: several times the distinct versions of Spack's largest build cache."""

SHOWN_LENGTH = 72
"""Characters of a refused text that an error message shows."""

INFINITY_VERSIONS = ("stable", "nightly", "trunk", "head", "master", "main", "develop")
"""Names above every number, lowest first."""

Key = tuple[int | str, ...]
"""A version's place in the order, compared as a tuple.

Each component is a kind and a value; then come `_END` and the pre-release as stage and number; then, for a
git version, its ref. No plain key begins with another, so that a range of keys holds git versions as well.
"""

_END, _WORD, _NUMBER, _INFINITY, _UNASSIGNED, _NO_VERSION = range(-1, 5)
_STAGES = ("alpha", "beta", "rc", "final")
_FINAL = _STAGES.index("final")
_UNNUMBERED = -1

_ALLOWED = re.compile(r"[A-Za-z0-9_.\-][A-Za-z0-9_.\-=]*")
_SEGMENT = re.compile(r"(?:([0-9]+)|([A-Za-z]+))([_.\-]*)")
_COMMIT = re.compile(r"[0-9a-f]{40}")

_SPEC_VERSION = r"=?[a-zA-Z0-9_][a-zA-Z0-9_.\-]*\b"
_SPEC_ELEMENT = rf"(?:(?:{_SPEC_VERSION})?:(?:{_SPEC_VERSION}(?!\s*=))?|{_SPEC_VERSION})"
_SPEC_TOKEN = re.compile(
    rf"@(?:(?:git\.[a-zA-Z0-9_][a-zA-Z0-9_./\-]*|[A-Fa-f0-9]{{40}})(?:={_SPEC_VERSION})?"
    rf"|\s*{_SPEC_ELEMENT}(?:\s*,\s*{_SPEC_ELEMENT})*)"
)


class _Parts(NamedTuple):
    """A plain version taken apart: kinds and values in turn, the pre-release, what follows each segment."""

    release: Key
    prerelease: tuple[int, int]
    separators: tuple[str, ...]

    @property
    def key(self) -> Key:
        return (*self.release, _END, *self.prerelease)

    @property
    def next_key(self) -> Key:
        """The key where the range up to and including this version ends: its last component, one higher."""
        release, (stage, number) = self.release, self.prerelease
        if stage != _FINAL:
            return (*release, _END, stage, number + 1)
        last = release[-1] if release else ""
        bumped = _next_word(last) if isinstance(last, str) else last + 1
        return (*(release[:-1] or (_WORD,)), bumped, _END, stage, number)

    @property
    def text(self) -> str:
        """The version as Spack prints it when only the parts are left: leading zeros are gone."""
        components = zip(self.release[::2], self.release[1::2], self.separators, strict=False)
        body = "".join(f"{_component_text(kind, value)}{separator}" for kind, value, separator in components)
        stage, number = self.prerelease
        if number != _UNNUMBERED:
            return f"{body}{_STAGES[stage]}{self.separators[len(self.release) // 2]}{number}"
        return body if stage == _FINAL else body + _STAGES[stage]


def _component_text(kind: int | str, value: int | str) -> str:
    if kind != _INFINITY or not isinstance(value, int):
        return str(value)
    return INFINITY_VERSIONS[value] if value < len(INFINITY_VERSIONS) else "infinity"


def _next_word(word: str) -> str:
    """The next word in Spack's enumeration, where A follows the end of a word and a follows Z."""
    while True:
        if not word or word[-1] == "z":
            word += "A"
        else:
            word = word[:-1] + ("a" if word[-1] == "Z" else chr(ord(word[-1]) + 1))
        if word not in INFINITY_VERSIONS:
            return word


def _parts(text: str) -> _Parts:
    text = text.strip()
    allowed = _ALLOWED.match(text)
    end = allowed.end() if allowed else 0
    if end != len(text):
        raise _refusal(f"unexpected {text[end]!r} in a version", text, position=end)
    segments = _SEGMENT.findall(text)
    stage, number, length = _prerelease(segments)
    release: list[int | str] = []
    for digits, word, _ in segments[:length]:
        if digits:
            release += (_NUMBER, int(digits))
        elif word in INFINITY_VERSIONS:
            release += (_INFINITY, INFINITY_VERSIONS.index(word))
        else:
            release += (_WORD, word)
    return _Parts(tuple(release), (stage, number), tuple([separator for _, _, separator in segments]))


def _prerelease(segments: Sequence[tuple[str, str, str]]) -> tuple[int, int, int]:
    """Stage and number of the pre-release, and how many segments stand before it.

    The stage must follow something and be last, but for one number: `rc1` alone is a plain version.
    """
    if len(segments) > 2 and segments[-1][0] and segments[-2][1] in _STAGES:
        return _STAGES.index(segments[-2][1]), int(segments[-1][0]), len(segments) - 2
    if len(segments) > 1 and segments[-1][1] in _STAGES:
        return _STAGES.index(segments[-1][1]), _UNNUMBERED, len(segments) - 1
    return _FINAL, _UNNUMBERED, len(segments)


def _refusal(problem: str, text: str, *, position: int) -> VersionSyntaxError:
    start = max(0, position - SHOWN_LENGTH // 2)
    shown = text[start : start + SHOWN_LENGTH]
    message = f"{problem}\n  {shown}\n  {' ' * (position - start)}^"
    return VersionSyntaxError(message, text=text, position=position)


def _checked(text: str, max_length: int) -> str:
    if not isinstance(text, str):
        raise TypeError(f"a version is a text, not {type(text).__name__}")
    if len(text) > max_length:
        raise VersionSyntaxError(
            f"{len(text)} characters are more than the {max_length} that a version may have", text=text
        )
    return text


@total_ordering
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Version:
    """One concrete version, plain or git.

    The order is Spack's, component by component: words < numbers < stable < nightly < trunk < head < master <
    main < develop. A last alpha, beta or rc comes before the release. Separators count for nothing: `1-5`
    equals `1.5`. A git version comes right after the version that it is assigned, and equals no plain one.
    Beyond Spack 1.1, which would ask the repository: a git ref without an assigned version comes last.

    >>> sorted(map(Version, ["develop", "1.10", "1.9", "1.10rc1", "git.x=1.9"]))
    [Version('1.9'), Version('git.x=1.9'), Version('1.10rc1'), Version('1.10'), Version('develop')]
    """

    text: str
    ref: str | None
    key: Key
    _plain: _Parts | None

    def __init__(self, text: str, *, max_length: int = MAX_TEXT_LENGTH) -> None:
        """Read a version as specs record it.

        Raises `VersionSyntaxError` where Spack refuses the text or it has more than `max_length` characters.

        >>> Version("1-5") == Version("1.5"), str(Version("1-5"))
        (True, '1-5')
        """
        git = _git_version(_checked(text, max_length))
        ref, assigned = git or (None, text)
        self._fill(text, ref, None if assigned is None else _parts(assigned))

    def _fill(self, text: str, ref: str | None, plain: _Parts | None) -> None:
        key: Key = (_UNASSIGNED,) if plain is None else plain.key
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "ref", ref)
        object.__setattr__(self, "key", key if ref is None else (*key, ref))
        object.__setattr__(self, "_plain", plain)

    @classmethod
    def _end_of_range(cls, text: str, plain: _Parts) -> Version:
        """A version that is plain whatever its text looks like, as the ends of ranges are."""
        version = cls.__new__(cls)
        version._fill(text, None, plain)
        return version

    @property
    def unassigned(self) -> bool:
        """Whether this is a git ref of which the text does not say what version it is, such as `git.main`."""
        return self._plain is None

    def includes(self, version: Version) -> bool:
        """Whether `version` satisfies this one, taken as the constraint `=1.2`: where they are equal.

        Beyond Spack 1.1, which would ask the repository: `git.x` includes `git.x=1.2`.
        """
        return self.key == version.key or (self.unassigned and self.ref == version.ref)

    @property
    def _order(self) -> tuple[Key, int, Key]:
        if self.ref is None or self._plain is None:
            return self.key, 0, ()
        return self.key[:-1], 1, (self.ref,)

    def _bounds(self, versions: Sequence[Version]) -> tuple[int, int]:
        return bisect_left(versions, self.key, key=_KEY), bisect_right(versions, self.key, key=_KEY)

    def __str__(self) -> str:
        # Spack prints no prefix where the ref is empty, as in git.=1.2.
        return self.text.removeprefix("git.") if self.ref == "" else self.text

    def __repr__(self) -> str:
        return f"Version({self.text!r})"

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, Version) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self.key < other.key if isinstance(other, Version) else NotImplemented


_KEY = attrgetter("key")
_ORDER = attrgetter("_order")


def _git_version(text: str) -> tuple[str, str | None] | None:
    """The ref of a git version and the version assigned to it; None where the text is a plain version."""
    if not (text.startswith("git.") or "=" in text[1:] or _COMMIT.fullmatch(text)):
        return None
    ref, equals, assigned = text.removeprefix("git.").partition("=")
    if "=" in assigned:
        raise _refusal("expected one '=' in a git version", text, position=text.rindex("="))
    return ref, assigned if equals else None


@lru_cache(maxsize=SORT_KEY_CACHE)
def sort_key(text: str) -> tuple[Key, str]:
    """A key that sorts texts by Spack's version order, and equal versions by text.

    It takes any text, so that odd data can be listed: what Spack refuses comes last.

    >>> sorted(["1.10", "1-9", "1.9", "?"], key=sort_key)
    ['1-9', '1.9', '1.10', '?']
    """
    try:
        return Version(text).key, text
    except VersionSyntaxError:
        return (_NO_VERSION,), text


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
        plain, text = self.hi._plain, f"{self.lo}:{self.hi}"
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
    def _order(self) -> tuple[Key, int, Key]:
        return self.lo.key, 2, self.stop

    def _bounds(self, versions: Sequence[Version]) -> tuple[int, int]:
        return bisect_left(versions, self.lo.key, key=_KEY), bisect_left(versions, self.stop, key=_KEY)

    def __str__(self) -> str:
        # Spack prints a range between two empty versions like the range of all.
        return _range_text(self.lo, self.hi) or ":"


def _range_text(lo: Version, hi: Version) -> str:
    if lo.key == hi.key:
        return str(lo)
    return ("" if lo.key == _LOWEST.key else str(lo)) + ":" + ("" if hi.key == _HIGHEST.key else str(hi))


_LOWEST = Version._end_of_range("", _Parts((), (0, _UNNUMBERED), ("",)))
_HIGHEST = Version._end_of_range(
    "infinity", _Parts((_INFINITY, len(INFINITY_VERSIONS)), (_FINAL, _UNNUMBERED), ("",))
)

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
    plain = end.hi._plain
    assert plain is not None, "a range has plain ends"
    return VersionRange(lo, Version._end_of_range(plain.text, plain))


def _insert(elements: list[Element], item: Element) -> None:
    """Add `item` to normalized `elements`: it takes in the neighbours it touches, or is one they hold."""
    first = last = bisect_left(elements, item._order, key=_ORDER)
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
        return (
            len(self.elements) == 1
            and isinstance(self.elements[0], VersionRange)
            and self.elements[0].unbounded
        )

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
            if mine[at]._order < theirs[across]._order:
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
            runs = (element._bounds(versions) for element in self.elements)
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
        at = bisect_left(self.elements, element._order, key=_ORDER)
        return self.elements[max(at - 1, 0) : at + 1]

    def __str__(self) -> str:
        return ",".join(
            f"={e}" if isinstance(e, Version) and e.ref is None else str(e) for e in self.elements
        )


def parse_version_list(text: str, *, max_length: int = MAX_TEXT_LENGTH) -> VersionList:
    """Read a constraint on versions; the grammar heads this module.

    Raises `VersionSyntaxError` where Spack refuses the text or it has more than `max_length` characters,
    `EmptyRangeError` for a range whose end lies before its start. The empty text constrains to the empty
    version, as in Spack, although its canonical text is that of all versions.

    >>> str(parse_version_list("1.4:, 1.2, 1.3, =1.0"))
    '=1.0,1.2:'
    """
    parts = _checked(text, max_length).replace(" ", "").split(",")
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
            raise _refusal("expected one ':' in a version range", text, position=text.rindex(":"))
        return VersionRange(_parse_end(lo) if lo else _LOWEST, _parse_end(hi) if hi else _HIGHEST)
    if text.startswith("="):
        return Version(text[1:])
    if _git_version(text):
        return Version(text)
    return VersionRange(_parse_end(text), _parse_end(text))


def _parse_end(text: str) -> Version:
    return Version._end_of_range(text, _parts(text))


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
    end = spec_version_end(_checked(text, max_length))
    if end == 0 or text[end:].strip():
        raise _refusal("expected '@' and versions, then nothing else", text, position=end)
    return parse_version_list(text[1:end], max_length=max_length)

"""One version: its text, its place in Spack's total order, and what Spack refuses.

The rules are Spack 1.1's (`spack/version/version_types.py`, `spack/version/common.py`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, total_ordering
from operator import attrgetter
from typing import NamedTuple

from graph.errors import VersionSyntaxError

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

_END, _WORD, _NUMBER, INFINITY, _UNASSIGNED, _NO_VERSION = range(-1, 5)
_STAGES = ("alpha", "beta", "rc", "final")
FINAL = _STAGES.index("final")
UNNUMBERED = -1

_ALLOWED = re.compile(r"[A-Za-z0-9_.\-][A-Za-z0-9_.\-=]*")
_SEGMENT = re.compile(r"(?:([0-9]+)|([A-Za-z]+))([_.\-]*)")
_COMMIT = re.compile(r"[0-9a-f]{40}")


class Parts(NamedTuple):
    """A plain version taken apart: kinds and values in turn, the pre-release, what follows each segment."""

    release: Key
    prerelease: tuple[int, int]
    separators: tuple[str, ...]

    @property
    def key(self) -> Key:
        """What orders versions: the release first, and a pre-release before what it leads to."""
        return (*self.release, _END, *self.prerelease)

    @property
    def next_key(self) -> Key:
        """The key where the range up to and including this version ends: its last component, one higher."""
        release, (stage, number) = self.release, self.prerelease
        if stage != FINAL:
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
        if number != UNNUMBERED:
            return f"{body}{_STAGES[stage]}{self.separators[len(self.release) // 2]}{number}"
        return body if stage == FINAL else body + _STAGES[stage]


def _component_text(kind: int | str, value: int | str) -> str:
    if kind != INFINITY or not isinstance(value, int):
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


def parts_of(text: str) -> Parts:
    """Take a plain version apart (Spack: `StandardVersion.from_string`); raises `VersionSyntaxError`."""
    text = text.strip()
    allowed = _ALLOWED.match(text)
    end = allowed.end() if allowed else 0
    if end != len(text):
        raise refusal(f"unexpected {text[end]!r} in a version", text, position=end)
    segments = _SEGMENT.findall(text)
    stage, number, length = _prerelease(segments)
    release: list[int | str] = []
    for digits, word, _ in segments[:length]:
        if digits:
            release += (_NUMBER, int(digits))
        elif word in INFINITY_VERSIONS:
            release += (INFINITY, INFINITY_VERSIONS.index(word))
        else:
            release += (_WORD, word)
    return Parts(tuple(release), (stage, number), tuple([separator for _, _, separator in segments]))


def _prerelease(segments: Sequence[tuple[str, str, str]]) -> tuple[int, int, int]:
    """Stage and number of the pre-release, and how many segments stand before it.

    The stage must follow something and be last, but for one number: `rc1` alone is a plain version.
    """
    if len(segments) > 2 and segments[-1][0] and segments[-2][1] in _STAGES:
        return _STAGES.index(segments[-2][1]), int(segments[-1][0]), len(segments) - 2
    if len(segments) > 1 and segments[-1][1] in _STAGES:
        return _STAGES.index(segments[-1][1]), UNNUMBERED, len(segments) - 1
    return FINAL, UNNUMBERED, len(segments)


def refusal(problem: str, text: str, *, position: int) -> VersionSyntaxError:
    """Return the error for a text, with a caret below the position; a long text is shown in part."""
    start = max(0, position - SHOWN_LENGTH // 2)
    shown = text[start : start + SHOWN_LENGTH]
    message = f"{problem}\n  {shown}\n  {' ' * (position - start)}^"
    return VersionSyntaxError(message, text=text, position=position)


def checked(text: str, max_length: int) -> str:
    """Return the text as it is; raises `VersionSyntaxError` where it is too long, `TypeError` where it is none."""
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
    plain: Parts | None

    def __init__(self, text: str, *, max_length: int = MAX_TEXT_LENGTH) -> None:
        """Read a version as specs record it.

        Raises `VersionSyntaxError` where Spack refuses the text or it has more than `max_length` characters.

        >>> Version("1-5") == Version("1.5"), str(Version("1-5"))
        (True, '1-5')
        """
        git = git_version(checked(text, max_length))
        ref, assigned = git or (None, text)
        self._fill(text, ref, None if assigned is None else parts_of(assigned))

    def _fill(self, text: str, ref: str | None, plain: Parts | None) -> None:
        key: Key = (_UNASSIGNED,) if plain is None else plain.key
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "ref", ref)
        object.__setattr__(self, "key", key if ref is None else (*key, ref))
        object.__setattr__(self, "plain", plain)

    @classmethod
    def end_of_range(cls, text: str, plain: Parts) -> Version:
        """A version that is plain whatever its text looks like, as the ends of ranges are."""
        version = cls.__new__(cls)
        version._fill(text, None, plain)
        return version

    @property
    def unassigned(self) -> bool:
        """Whether this is a git ref of which the text does not say what version it is, such as `git.main`."""
        return self.plain is None

    def includes(self, version: Version) -> bool:
        """Whether `version` satisfies this one, taken as the constraint `=1.2`: where they are equal.

        Beyond Spack 1.1, which would ask the repository: `git.x` includes `git.x=1.2`.
        """
        return self.key == version.key or (self.unassigned and self.ref == version.ref)

    @property
    def order(self) -> tuple[Key, int, Key]:
        """What sorts the parts of a list: a git version stands behind the plain one that it is assigned."""
        if self.ref is None or self.plain is None:
            return self.key, 0, ()
        return self.key[:-1], 1, (self.ref,)

    def equal_bounds(self, versions: Sequence[Version]) -> tuple[int, int]:
        """Return the first and the end of the places in ascending versions that are equal to this one."""
        return bisect_left(versions, self.key, key=BY_KEY), bisect_right(versions, self.key, key=BY_KEY)

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


BY_KEY = attrgetter("key")
BY_ORDER = attrgetter("order")


def git_version(text: str) -> tuple[str, str | None] | None:
    """The ref of a git version and the version assigned to it; None where the text is a plain version."""
    if not (text.startswith("git.") or "=" in text[1:] or _COMMIT.fullmatch(text)):
        return None
    ref, equals, assigned = text.removeprefix("git.").partition("=")
    if "=" in assigned:
        raise refusal("expected one '=' in a git version", text, position=text.rindex("="))
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

"""Every error the domain raises, as one tree.

SpecgraphError
├── BadInput                a question that cannot be answered as it was asked
│   ├── UnknownSnapshot     no snapshot of that name is loaded
│   ├── AmbiguousHash       a hash prefix that several specs share
│   ├── HashPrefixTooShort
│   ├── VersionSyntaxError  a version or version constraint that Spack refuses
│   │   └── EmptyRangeError
│   └── SpecSyntaxError     a spec constraint that Spack's grammar does not allow
├── NoKernel                a native kernel that is required, and not there
└── SourceError             data that cannot be read
    ├── UnrecognizedSource  no reader knows the content
    ├── SourceTooLarge      a declared bound was met
    ├── NotASnapshotFile
    ├── NewerFile           a snapshot file of a later format
    └── DamagedFile         a snapshot file whose content is not what was written
"""

from __future__ import annotations

from collections.abc import Sequence

SHOWN_NAMES = 8
"""How many known names an error message lists before it says how many more there are."""

SHOWN_CHARACTERS = 72
"""Characters of a refused text that an error message shows: a line of a terminal."""


def shown(names: Sequence[str], *, limit: int = SHOWN_NAMES) -> str:
    """Join at most `limit` names for a message, and say how many were left out.

    >>> shown(["a", "b", "c"], limit=2)
    'a, b (and 1 more)'
    """
    rest = len(names) - limit
    return ", ".join(names[:limit]) + (f" (and {rest} more)" if rest > 0 else "")


class SpecgraphError(Exception):
    """The root of the tree: every error whose message is meant for the user."""


class BadInput(SpecgraphError):
    """A question that cannot be answered as it was asked; the message names the remedy."""


class NoKernel(SpecgraphError):
    """A native kernel is required and is not there, or it is not plain whether one is; the message names the remedy."""


class UnknownSnapshot(BadInput):
    """No snapshot of this name is loaded."""

    def __init__(self, name: str, *, known: Sequence[str]) -> None:
        super().__init__(f"no snapshot {name!r}; loaded: {shown(known) or 'none'}")
        self.name = name
        self.known = tuple(known)


class AmbiguousHash(BadInput):
    """Several specs of the snapshot begin with this hash prefix."""

    def __init__(self, prefix: str, *, matches: Sequence[str]) -> None:
        super().__init__(f"{len(matches)} specs begin with {prefix!r}: {shown(matches, limit=4)}; give more characters")
        self.prefix = prefix
        self.matches = tuple(matches)


class HashPrefixTooShort(BadInput):
    """A hash prefix below the least length that a look-up takes."""

    def __init__(self, prefix: str, *, least: int) -> None:
        super().__init__(f"the hash prefix {prefix!r} is too short: give at least {least} characters")
        self.prefix = prefix
        self.least = least


class VersionSyntaxError(BadInput):
    """A version or a version constraint that Spack refuses.

    `text` is what was parsed, `position` the 0-based character where it went wrong, where that is known.
    """

    def __init__(self, message: str, *, text: str, position: int | None = None) -> None:
        super().__init__(message)
        self.text = text
        self.position = position


class EmptyRangeError(VersionSyntaxError):
    """A version range whose upper end lies below its lower end (Spack: `1.4:1.2 is an empty range`)."""


class SpecSyntaxError(BadInput):
    """A spec constraint that cannot be read.

    `text` is all that was read, `position` the 0-based character where it went wrong and `expected` what could have
    stood there. The message shows the text with a caret below that character; of a long text, what is near it.
    """

    def __init__(self, problem: str, *, text: str, position: int, expected: str) -> None:
        start = max(0, position - SHOWN_CHARACTERS // 2)
        shown_text = text[start : start + SHOWN_CHARACTERS]
        line = "".join(character if character.isprintable() else " " for character in shown_text)
        super().__init__(f"{problem}: expected {expected}\n  {line}\n  {' ' * (position - start)}^")
        self.text = text
        self.position = position
        self.expected = expected


class SourceError(SpecgraphError):
    """Data that cannot be read: `place` names the file and the line or JSON path, the message what was expected."""

    def __init__(self, message: str, *, place: str) -> None:
        super().__init__(f"{place}: {message}")
        self.message = message
        self.place = place


class UnrecognizedSource(SourceError):
    """No reader knows this content; the message lists what would be recognized."""


class SourceTooLarge(SourceError):
    """A bound on bytes, nesting or aliases was met; the message names the bound and how to raise it."""


class NotASnapshotFile(SourceError):
    """A file that `specgraph build` did not write."""


class NewerFile(SourceError):
    """A snapshot file of a later format than this version reads; a newer specgraph opens it."""


class DamagedFile(SourceError):
    """A snapshot file whose content is not what was written; it is to be built or copied again."""

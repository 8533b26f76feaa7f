"""A tree that notes which of its files are looked at, and what they are then."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator

from graph.sources.tree import Tree


class Noted:
    """A tree, and notes of what is read from it. What other threads fetch ahead is not noted."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._notes: dict[str, str] | None = None
        self._thread = threading.get_ident()

    def begin(self) -> dict[str, str]:
        """Note from now on; returns the notes, a fingerprint for each name, which fill while files are read."""
        self._notes = {}
        return self._notes

    def end(self) -> None:
        """Note no more."""
        self._notes = None

    def _note(self, name: str) -> None:
        notes = self._notes
        if notes is not None and name not in notes and threading.get_ident() == self._thread:
            # Before it is read: what changes meanwhile is found to have changed the next time.
            notes[name] = self.tree.fingerprint(name)

    @property
    def remote(self) -> bool:
        """Whether a file has to be fetched before it is known to be there."""
        return self.tree.remote

    def names(self) -> Iterator[str]:
        """Yield the names of all regular files, sorted."""
        return self.tree.names()

    def exists(self, name: str) -> bool:
        """Whether there is a regular file of that name, which is noted."""
        self._note(name)
        return self.tree.exists(name)

    def prefetch(self, names: Collection[str]) -> None:
        """Make ready what will be read."""
        self.tree.prefetch(names)

    def head(self, name: str, size: int) -> bytes:
        """Return the first bytes of a file, which is noted."""
        self._note(name)
        return self.tree.head(name, size)

    def read(self, name: str) -> bytes:
        """Return the whole of a file, which is noted, decompressed."""
        self._note(name)
        return self.tree.read(name)

    def stored(self, name: str) -> bytes:
        """Return the whole of a file, which is noted, as it is stored."""
        self._note(name)
        return self.tree.stored(name)

    def fingerprint(self, name: str) -> str:
        """Return the file's fingerprint."""
        return self.tree.fingerprint(name)

    def unchanged(self, name: str, fingerprint: str) -> bool:
        """Whether the file is what it was when it had this fingerprint."""
        return self.tree.unchanged(name, fingerprint)

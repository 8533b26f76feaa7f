"""Many objects of one shape as JSON: columns of texts, laid between literals.

A batch's selection is poured into a `Sheet`, nested objects and lists of them and all: literals and columns in turns.
Where one text of all objects is wanted, the pieces of all of them, those of the lists in them too, are laid one after
the other and joined once: no text is made for an object or a list. Where each object's own text is wanted, one pass
over the columns writes them. That pass is an f-string, which CPython joins fastest; its source is generated, and
depends on nothing but the number of columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Texts = NDArray[np.object_]
Integers = NDArray[np.integer]

FEW = 4
"""Objects for each text of a column, from which on its texts are joined with the literals around them first."""


class Coded(NamedTuple):
    """A column as a table of texts (None where no object has it), and which of them each object has."""

    texts: Texts
    positions: Integers

    @property
    def is_few(self) -> bool:
        """Whether it costs less to add to its texts than to add a column."""
        return len(self.texts) * FEW <= len(self.positions)

    def within(self, before: str, after: str) -> Coded:
        """Return the column with literals around each text."""
        if not before and not after:
            return self
        return Coded(np.array([f"{before}{text}{after}" for text in self.texts.tolist()], dtype=object), self.positions)

    def or_else(self, other: Coded, chosen: Integers) -> Coded:
        """Return the column with the other's texts, of which there are as many, for the objects at these places."""
        count, positions = len(self.texts), self.positions.copy()
        positions[chosen] = positions[chosen] % count + count
        return Coded(np.concatenate([self.texts, other.texts, self.texts[-1:]]), positions)

    def taken(self) -> list[str]:
        """Return the text of each object."""
        found: list[str] = self.texts.take(self.positions).tolist()
        return found


class Lists(NamedTuple):
    """A column of lists: their items one after the other, and how many of them each object has."""

    items: Sheet
    counts: Integers

    def taken(self) -> list[str]:
        """Return the text of each object."""
        return self.items.grouped(self.counts.tolist())

    def laid(self) -> Laid:
        """Return the pieces of the lists, without what closes them."""
        ends = np.cumsum(self.counts)
        begins = ends - self.counts
        count = int(ends[-1]) if len(ends) else 0
        laid = self.items.flat(count, begins[self.counts > 0])
        if isinstance(laid.sizes, int):
            return Laid(laid.pieces, self.counts * laid.sizes)
        until = np.concatenate([[0], np.cumsum(laid.sizes)])
        return Laid(laid.pieces, until[ends] - until[begins])

    def closing(self) -> Coded:
        """Return what closes each list: the end of its last item, where it has one, and a bracket."""
        texts = np.array([f"{self.items.literals[-1]}]", "]"], dtype=object)
        return Coded(texts, (self.counts == 0).astype(np.intp))


Column: TypeAlias = "list[str] | Coded | Lists"

Join = Callable[[Sequence[str], Sequence[list[str]]], list[str]]


class Sheet:
    """Literals and columns in turns: there is one literal more than there are columns."""

    __slots__ = ("columns", "literals")

    def __init__(self) -> None:
        self.literals = [""]
        self.columns: list[Column] = []

    def text(self, literal: str) -> None:
        """Add text that all objects share."""
        self.literals[-1] += literal

    def is_behind(self, literal: str) -> bool:
        """Tell whether this literal and nothing else stands behind the last column."""
        return bool(self.columns) and self.literals[-1] == literal

    def column(self, texts: Column, *, with_literal: str = "") -> None:
        """Add the texts of one field, one for each object, which may have the literal before them already."""
        if with_literal:
            self.literals[-1] = ""
        self.columns.append(texts)
        self.literals.append("")

    def written(self, count: int) -> list[str]:
        """Return the objects, of which there are so many."""
        if not self.columns:
            return [self.literals[0]] * count
        return _joining(len(self.columns))(self.literals, [_taken(column) for column in self.columns])

    def joined(self, count: int) -> str:
        """Return the objects, of which there are so many, with commas between them."""
        if not self.columns or not count:
            return ",".join([self.literals[0]] * count)
        if any(isinstance(column, Lists) for column in self.columns):
            pieces: list[str] = self.flat(count, np.zeros(1, dtype=np.intp)).pieces.tolist()
        else:
            pieces, _ = self._pieces(count)
            pieces[0] = pieces[0][len(self.literals[-1]) + 1 :]
        pieces.append(self.literals[-1])
        return "".join(pieces)

    def grouped(self, counts: list[int]) -> list[str]:
        """Return the objects as lists that follow each other, of so many each."""
        ends = list(accumulate(counts))
        if not self.columns:
            return [f"[{','.join([self.literals[0]] * size)}]" for size in counts]
        pieces, stride = self._pieces(ends[-1] if ends else 0)
        join, last = "".join, self.literals[-1]
        skipped = len(last) + 1
        return [
            f"[{join(pieces[(end - size) * stride : end * stride])[skipped:]}{last}]" if size else "[]"
            for size, end in zip(counts, ends, strict=True)
        ]

    def _pieces(self, count: int) -> tuple[list[str], int]:
        """Return the pieces of all objects one after the other, and how many each has.

        Each begins with the end of an object before it and a comma; the end of the last is missing.
        """
        laid = [part if isinstance(part, str) else _taken(part) for part in self._parts(None)]
        pieces = [piece if isinstance(piece, str) else "" for piece in laid] * count
        for place, piece in enumerate(laid):
            if not isinstance(piece, str):
                pieces[place :: len(laid)] = piece
        return pieces, len(laid)

    def _parts(self, first: Integers | None) -> list[str | Column]:
        """Return the literals and columns of an object, few texts with the literals around them.

        The objects at the places `first` begin a list, with their own beginning; any other begins with the end of the
        one before it and a comma.
        """
        begin = self.literals[0]
        literals = [f"{self.literals[-1]},{begin}", *self.literals[1:-1], ""]
        parts: list[str | Column] = []
        for place, column in enumerate(self.columns):
            before, firsts = literals[place], first if not place else None
            if isinstance(column, Coded) and column.is_few:
                # The literal behind it too, unless the next column takes it.
                follows = self.columns[place + 1] if place + 1 < len(self.columns) else None
                after = "" if isinstance(follows, Coded) and follows.is_few else literals[place + 1]
                literals[place + 1] = "" if after else literals[place + 1]
                part = column.within(before, after)
                parts.append(part if firsts is None else part.or_else(column.within(begin, after), firsts))
                continue
            if firsts is not None:
                parts.append(_replaced(before, begin, firsts, _length(column)))
            elif before:
                parts.append(before)
            parts.append(column)
        return [*parts, *filter(None, literals[-1:])]

    def flat(self, count: int, first: Integers) -> Laid:
        """Return the pieces of all objects, with those of their lists in place.

        The objects at the places `first` begin a list. The end of each list's last object is missing.
        """
        runs: list[Laid] = []
        own: list[str | list[str] | Coded] = []
        for part in self._parts(first):
            if isinstance(part, Lists) and part.items.columns:
                runs += [_side_by_side(count, [*own, "["]), part.laid()]
                own = [part.closing()]
            else:
                own.append(part.taken() if isinstance(part, Lists) else part)
        return _in_turns(count, [*runs, _side_by_side(count, own)])


class Laid(NamedTuple):
    """Pieces one after the other, and how many of them each object has."""

    pieces: Texts
    sizes: Integers | int


def _side_by_side(count: int, parts: Sequence[str | list[str] | Coded]) -> Laid:
    """Lay literals and columns of so many objects: each object has one piece of each."""
    pieces = np.empty((count, len(parts)), dtype=object)
    for place, part in enumerate(parts):
        pieces[:, place] = part.texts.take(part.positions) if isinstance(part, Coded) else part
    return Laid(pieces.reshape(-1), len(parts))


def _in_turns(count: int, runs: list[Laid]) -> Laid:
    """Lay the pieces of several runs so that each object has its own of the first, then those of the second, …"""
    if len(runs) == 1:
        return runs[0]
    sizes = np.empty((count, len(runs)), dtype=np.intp)
    for place, run in enumerate(runs):
        sizes[:, place] = run.sizes
    turns = np.repeat(np.tile(np.arange(len(runs), dtype=np.int8), count), sizes.reshape(-1))
    pieces = np.empty(len(turns), dtype=object)
    for place, run in enumerate(runs):
        pieces[turns == place] = run.pieces
    return Laid(pieces, sizes.sum(axis=1))


def _replaced(usual: str, other: str, places: Integers, count: int) -> list[str]:
    """Return so many literals, the other one at these places."""
    literals = [usual] * count
    for place in places.tolist():
        literals[place] = other
    return literals


def _length(column: Column) -> int:
    return len(column if isinstance(column, list) else column.positions if isinstance(column, Coded) else column.counts)


def _taken(column: Column) -> list[str]:
    return column if isinstance(column, list) else column.taken()


@lru_cache(maxsize=256)
def _joining(columns: int) -> Join:
    """Return the function that joins so many columns with the literals around them."""
    literals = [f"l{place}" for place in range(columns + 1)]
    texts = [f"t{place}" for place in range(columns)]
    gaps = "".join(f"{{{literal}}}{{{text}}}" for literal, text in zip(literals, texts, strict=False))
    source = (
        "def join(literals, columns):\n"
        f"    {', '.join(literals)} = literals\n"
        f"    return [f'{gaps}{{{literals[-1]}}}' for {', '.join(texts)}, in zip(*columns)]\n"
    )
    names: dict[str, Join] = {}
    exec(compile(source, f"<{columns} columns>", "exec"), {"zip": zip}, names)
    return names["join"]

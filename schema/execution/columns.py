"""Many objects of one shape as JSON: columns of texts, laid between literals.

A batch's selection is poured into a `Sheet`, nested objects and all: literals and columns in turns. Where one text of
all objects is wanted, the pieces are laid into one list by strides and joined once: no text is made for an object.
Where each object's own text is wanted, one pass over the columns writes them. That pass is an f-string, which CPython
joins fastest; its source is generated, and depends on nothing but the number of columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray


class Coded(NamedTuple):
    """A column of few distinct texts: all of them (None where no object has it), and which of them each object has."""

    texts: NDArray[np.object_]
    positions: NDArray[np.integer]

    def taken(self, before: str = "", after: str = "") -> list[str]:
        """Return the text of each object, with literals around it."""
        texts = self.texts
        if before or after:
            texts = np.array([f"{before}{text}{after}" for text in texts.tolist()], dtype=object)
        found: list[str] = texts.take(self.positions).tolist()
        return found


Column: TypeAlias = "list[str] | Coded"

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

    def column(self, texts: Column) -> None:
        """Add the texts of one field, one for each object."""
        self.columns.append(texts)
        self.literals.append("")

    def coded(self, texts: NDArray[np.object_], positions: NDArray[np.integer]) -> None:
        """Add a field of few distinct texts: they are joined with the literals around them first."""
        self.column(Coded(texts, positions))

    def written(self, count: int) -> list[str]:
        """Return the objects, of which there are so many."""
        if not self.columns:
            return [self.literals[0]] * count
        columns = [column.taken() if isinstance(column, Coded) else column for column in self.columns]
        return _joining(len(columns))(self.literals, columns)

    def joined(self, count: int) -> str:
        """Return the objects, of which there are so many, with commas between them."""
        if not self.columns or not count:
            return ",".join([self.literals[0]] * count)
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
        literals = [f"{self.literals[-1]},{self.literals[0]}", *self.literals[1:-1], ""]
        laid: list[str | list[str]] = []
        for place, column in enumerate(self.columns):
            if isinstance(column, Coded):
                # The literal behind it too, unless the next column takes it.
                follows = self.columns[place + 1] if place + 1 < len(self.columns) else None
                after = "" if isinstance(follows, Coded) else literals[place + 1]
                laid.append(column.taken(literals[place], after))
                literals[place + 1] = literals[place + 1] if not after else ""
            else:
                laid += [literals[place], column] if literals[place] else [column]
        pieces = [piece if isinstance(piece, str) else "" for piece in laid] * count
        for place, piece in enumerate(laid):
            if not isinstance(piece, str):
                pieces[place :: len(laid)] = piece
        return pieces, len(laid)


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

"""Many objects of one shape as JSON: columns of texts, laid between literals.

A batch's selection is poured into a `Sheet`, nested objects and all: literals and columns in turns. One pass over the
columns then writes every object. That pass is an f-string, which CPython joins fastest; its source is generated, and
depends on nothing but the number of columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

Column = list[str]

Join = Callable[[Sequence[str], Sequence[Column]], list[str]]


class Bare(list[str]):
    """Texts that stand for strings, without their quotes: no character of them needs an escape."""


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
        quote = '"' if isinstance(texts, Bare) else ""
        self.literals[-1] += quote
        self.columns.append(texts)
        self.literals.append(quote)

    def written(self, count: int) -> list[str]:
        """Return the objects, of which there are so many."""
        if not self.columns:
            return [self.literals[0]] * count
        return _joining(len(self.columns))(self.literals, self.columns)


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

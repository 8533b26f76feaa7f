"""Sheets to bytes in Python, where there is no compiled `schema.execution.laying`: pieces, laid by numpy and joined.

Where one text of all objects is wanted, the pieces of all of them, those of the lists in them too, are laid one after
the other and joined once: no text is made for an object or a list. Where each object's own text is wanted, one pass
over the columns writes them. That pass is an f-string, which CPython joins fastest; its source is generated, and
depends on nothing but the number of columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from schema.columns import Integers
from schema.execution.columns import Coded, Column, Lists, Sheet, Texts

FEW = 4
"""Objects for each text of a column, from which on its texts are joined with the literals around them first."""

Join = Callable[[Sequence[str], Sequence[list[str]]], list[str]]


def laid(sheet: Sheet, count: int) -> bytes | None:
    """Return the objects of a sheet, of which there are so many, as JSON, each behind a comma.

    None where a text is None that the sheet may lack.
    """
    if not count:
        return b""
    return b",%b" % _joined(sheet, count).encode() if _is_known(sheet) else None


def laid_apart(sheet: Sheet, count: int) -> tuple[bytes, list[int]] | None:
    """Return the same, and how many bytes each object has."""
    if not _is_known(sheet):
        return None
    texts = [b",%b" % text.encode() for text in _written(sheet, count)]
    return b"".join(texts), list(map(len, texts))


def _is_known(sheet: Sheet) -> bool:
    """Tell whether no object has a text that is None: whoever asked fields for the texts knows them."""
    return not sheet.may_lack or all(None not in _taken(column) for column in sheet.columns)


def _written(sheet: Sheet, count: int) -> list[str]:
    """Return the objects, of which there are so many."""
    if not sheet.columns:
        return [sheet.literals[0]] * count
    return _joining(len(sheet.columns))(sheet.literals, [_taken(column) for column in sheet.columns])


def _joined(sheet: Sheet, count: int) -> str:
    """Return the objects, of which there are so many, with commas between them."""
    if not sheet.columns or not count:
        return ",".join([sheet.literals[0]] * count)
    if any(isinstance(column, Lists) for column in sheet.columns):
        pieces: list[str] = _flat(sheet, count, np.zeros(1, dtype=np.intp)).pieces.tolist()
    else:
        pieces, _ = _pieces(sheet, count)
        pieces[0] = pieces[0][len(sheet.literals[-1]) + 1 :]
    pieces.append(sheet.literals[-1])
    return "".join(pieces)


def _grouped(sheet: Sheet, counts: list[int]) -> list[str]:
    """Return the objects as lists that follow each other, of so many each."""
    ends = list(accumulate(counts))
    if not sheet.columns:
        return [f"[{','.join([sheet.literals[0]] * size)}]" for size in counts]
    pieces, stride = _pieces(sheet, ends[-1] if ends else 0)
    join, last = "".join, sheet.literals[-1]
    skipped = len(last) + 1
    return [
        f"[{join(pieces[(end - size) * stride : end * stride])[skipped:]}{last}]" if size else "[]"
        for size, end in zip(counts, ends, strict=True)
    ]


def _pieces(sheet: Sheet, count: int) -> tuple[list[str], int]:
    """Return the pieces of all objects one after the other, and how many each has.

    Each begins with the end of an object before it and a comma; the end of the last is missing.
    """
    laid = [part if isinstance(part, str) else _taken(part) for part in _parts(sheet, None)]
    pieces = [piece if isinstance(piece, str) else "" for piece in laid] * count
    for place, piece in enumerate(laid):
        if not isinstance(piece, str):
            pieces[place :: len(laid)] = piece
    return pieces, len(laid)


def _parts(sheet: Sheet, first: Integers | None) -> list[str | Column]:
    """Return the literals and columns of an object, few texts with the literals around them.

    The objects at the places `first` begin a list, with their own beginning; any other begins with the end of the
    one before it and a comma.
    """
    begin = sheet.literals[0]
    literals = [f"{sheet.literals[-1]},{begin}", *sheet.literals[1:-1], ""]
    parts: list[str | Column] = []
    for place, column in enumerate(sheet.columns):
        before, firsts = literals[place], first if not place else None
        if isinstance(column, Coded) and _is_few(column):
            # The literal behind it too, unless the next column takes it.
            follows = sheet.columns[place + 1] if place + 1 < len(sheet.columns) else None
            after = "" if isinstance(follows, Coded) and _is_few(follows) else literals[place + 1]
            literals[place + 1] = "" if after else literals[place + 1]
            part = _within(column, before, after)
            parts.append(part if firsts is None else _or_else(part, _within(column, begin, after), firsts))
            continue
        if firsts is not None:
            parts.append(_replaced(before, begin, firsts, _length(column)))
        elif before:
            parts.append(before)
        parts.append(column)
    return [*parts, *filter(None, literals[-1:])]


def _flat(sheet: Sheet, count: int, first: Integers) -> Laid:
    """Return the pieces of all objects, with those of their lists in place.

    The objects at the places `first` begin a list. The end of each list's last object is missing.
    """
    runs: list[Laid] = []
    own: list[str | list[str] | Coded] = []
    for part in _parts(sheet, first):
        if isinstance(part, Lists) and part.items.columns:
            runs += [_side_by_side(count, [*own, "["]), _lists_laid(part)]
            own = [_closing(part)]
        else:
            own.append(_taken(part) if isinstance(part, Lists) else part)
    return _in_turns(count, [*runs, _side_by_side(count, own)])


def _lists_laid(lists: Lists) -> Laid:
    """Return the pieces of the lists, without what closes them."""
    ends = np.cumsum(lists.counts)
    begins = ends - lists.counts
    count = int(ends[-1]) if len(ends) else 0
    laid = _flat(lists.items, count, begins[lists.counts > 0])
    if isinstance(laid.sizes, int):
        return Laid(laid.pieces, lists.counts * laid.sizes)
    until = np.concatenate([[0], np.cumsum(laid.sizes)])
    return Laid(laid.pieces, until[ends] - until[begins])


def _closing(lists: Lists) -> Coded:
    """Return what closes each list: the end of its last item, where it has one, and a bracket."""
    texts = np.array([f"{lists.items.literals[-1]}]", "]"], dtype=object)
    return Coded(texts, (lists.counts == 0).astype(np.intp))


def _is_few(column: Coded) -> bool:
    """Whether it costs less to add to its texts than to add a column."""
    return len(column.texts) * FEW <= len(column.at)


def _within(column: Coded, before: str, after: str) -> Coded:
    """Return the column with literals around each text."""
    if not before and not after:
        return column
    texts = np.array([f"{before}{text}{after}" for text in column.texts.tolist()], dtype=object)
    return Coded(texts, column.at, column.through)


def _or_else(column: Coded, other: Coded, chosen: Integers) -> Coded:
    """Return the column with the other's texts, of which there are as many, for the objects at these places."""
    count, positions = len(column.texts), column.positions.copy()
    positions[chosen] = positions[chosen] % count + count
    return Coded(np.concatenate([column.texts, other.texts, column.texts[-1:]]), positions)


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
    return len(column if isinstance(column, list) else column.at if isinstance(column, Coded) else column.counts)


def _taken(column: Column) -> list[str]:
    """Return the text of each object."""
    if isinstance(column, Coded):
        texts: list[str] = column.texts.take(column.positions).tolist()
        return texts
    return _grouped(column.items, column.counts.tolist()) if isinstance(column, Lists) else column


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

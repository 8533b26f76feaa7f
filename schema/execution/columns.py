"""Many objects of one shape: columns of texts between literals.

A batch's selection is poured into a `Sheet`, nested objects and lists of them and all: literals and columns in turns.
Nothing is joined there: `schema.execution.laid` writes the objects of a sheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from schema.columns import Integers, Rows

if TYPE_CHECKING:
    from schema.execution import kept

Texts = NDArray[np.object_]


class Source(NamedTuple):
    """Where a column's texts come from: what is kept of a field, by row or `through` what a column says of the rows."""

    rows: Rows
    kept: kept.Column
    through: Integers | None


class Coded(NamedTuple):
    """A column as a table of texts (None where none is known yet), and which of them each object has.

    Those at `at`, or at the positions that `through` has there. The `source` is that of texts that are kept.
    """

    texts: Texts
    at: Integers
    through: Integers | None = None
    source: Source | None = None

    @property
    def positions(self) -> Integers:
        """Which of the texts each object has; counted from the end where it is negative."""
        return self.at if self.through is None else self.through.take(self.at)


class Lists(NamedTuple):
    """A column of lists: their items one after the other, and how many of them each object has."""

    items: Sheet
    counts: Integers


Column: TypeAlias = "list[str] | Coded | Lists"


class Sheet:
    """Literals and columns in turns: there is one literal more than there are columns.

    It `may_lack` texts where nobody has looked whether all of them are known.
    """

    __slots__ = ("columns", "literals", "may_lack")

    def __init__(
        self, literals: list[str] | None = None, columns: list[Column] | None = None, *, may_lack: bool = False
    ) -> None:
        """Begin, with nothing or with what another sheet has."""
        self.literals = literals or [""]
        self.columns = columns or []
        self.may_lack = may_lack

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

"""Recipes: of which columns rows were written, so that others of the snapshot are written without asking fields."""

from __future__ import annotations

import weakref
from typing import NamedTuple

from graph.snapshot import Snapshot
from schema.columns import Integers, Rows
from schema.execution import columns as sheets
from schema.execution.columns import Coded, Sheet
from schema.execution.kept import Column


class _Ingredient(NamedTuple):
    """What is kept of a field by row, or `through` what a column says of the rows."""

    kept: Column
    through: Integers | None


class Recipe:
    """What a selection set on rows of one snapshot is written of: literals, and columns that are kept.

    Once something that was kept is dropped, the recipe is of nothing (`spoil`), and is to be made anew.
    """

    __slots__ = ("__weakref__", "_ingredients", "_literals", "_within")

    def __init__(self, within: Snapshot, literals: list[str], ingredients: list[_Ingredient]) -> None:
        self._within: weakref.ref[Snapshot] | None = weakref.ref(within)
        self._literals = literals
        self._ingredients = ingredients

    def is_of(self, within: Snapshot) -> bool:
        """Tell whether it is of this snapshot."""
        return self._within is not None and self._within() is within

    def sheet(self, rows: Rows, now: int) -> Sheet:
        """Return the sheet of these rows, whose columns are used `now`; texts may be missing in it."""
        columns: list[sheets.Column] = []
        for kept, through in self._ingredients:
            kept.used = now
            columns.append(Coded(kept.texts, rows.row, through))
        return Sheet(self._literals, columns, may_lack=True)

    def spoil(self) -> None:
        """Let go of everything."""
        self._within = None
        self._ingredients = []


def recipe_of(sheet: Sheet, rows: Rows) -> Recipe | None:
    """Return the recipe of a sheet of rows; None where one of its columns is not of texts that are kept for rows."""
    ingredients: list[_Ingredient] = []
    for column in sheet.columns:
        if not isinstance(column, Coded) or column.source is None or column.source.rows is not rows:
            return None
        ingredients.append(_Ingredient(column.source.kept, column.source.through))
    return Recipe(rows.within, sheet.literals, ingredients) if ingredients else None

"""A plan: one operation, compiled for one setting of the variables in its directives.

Fields are collected and merged by graphql-core's own rules (`collect_fields`), once, but for selection sets of fields
alone, where nothing is to be decided. Each becomes an object that writes its value as JSON text. An object type's
selection set is a template with a gap for each field. What stands below an object is compiled when a first object of
its type comes.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, TypeVar

from graphql import FieldNode, FragmentDefinitionNode, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from strawberry import Schema

from schema.columns import Batch, Rows
from schema.execution.columns import Sheet
from schema.execution.field import Field, NotInBatch, field_of
from schema.execution.introspection import IntrospectionField
from schema.execution.laid import laid, laid_apart
from schema.execution.packed import Packed
from schema.execution.pieces import Parts, Pieces
from schema.execution.recipe import Recipe, recipe_of
from schema.execution.run import Path, Run
from schema.execution.survey import Survey, Surveyor, fragments_of

T = TypeVar("T")

_numbers = count()


class Plan:
    """The compiled form of an operation. `variables` are those of one run; of them only the directives' count."""

    def __init__(
        self,
        schema: Schema,
        operation: OperationDefinitionNode,
        definitions: tuple[Any, ...],
        surveyor: Surveyor,
        variables: VariableValues,
    ) -> None:
        self.schema = schema
        # Strawberry's schema has the one of graphql-core under this name alone.
        self.core: GraphQLSchema = schema._schema
        self.operation = operation
        self.fragments: Mapping[str, FragmentDefinitionNode] = {
            node.name.value: node for node in fragments_of(definitions)
        }
        self._details = {name: FragmentDetails(node) for name, node in self.fragments.items()}
        self._surveyor = surveyor
        self._variables = variables
        self.weakly = weakref.ref(self)
        self._selections: dict[tuple[str, int], Selection] = {}
        self._fields: dict[tuple[str, int], Field | IntrospectionField | None] = {}
        root = self.core.query_type
        assert root is not None
        collected = collect_fields(self.core, self._details, variables, root, operation)
        self._root = Selection(self, root, collected.grouped_field_set, Survey(varies=True))

    def write(self, run: Run) -> str:
        """Return the operation's `data` as JSON, the errors of its fields being in the run."""
        return self._root.write(None, run, None)

    def selection(self, kind: GraphQLObjectType, details: list[FieldDetails]) -> Selection:
        """Return what is selected of an object type below a field."""
        key = (kind.name, id(details))
        if key not in self._selections:
            survey = self._surveyor.of(detail.node.selection_set for detail in details)
            self._selections[key] = Selection(self, kind, self._collected(kind, details), survey)
        return self._selections[key]

    def field(self, kind: GraphQLObjectType, details: list[FieldDetails]) -> Field | IntrospectionField | None:
        """Return a field of an object type: one for all places where a fragment brings its node to the type."""
        if len(details) > 1 or not self.fragments:
            return field_of(self, kind, details)
        key = (kind.name, id(details[0].node))
        try:
            return self._fields[key]
        except KeyError:
            found = self._fields[key] = field_of(self, kind, details)
            return found

    def _collected(self, kind: GraphQLObjectType, details: list[FieldDetails]) -> Mapping[str, list[FieldDetails]]:
        """Return the fields below a field by their keys."""
        if len(details) == 1 and (plain := _plainly_collected(details[0])) is not None:
            return plain
        return collect_subfields(
            self.core, self._details, self._variables, self.operation, kind, details
        ).grouped_field_set


def _plainly_collected(detail: FieldDetails) -> dict[str, list[FieldDetails]] | None:
    """Return what is selected below a field where it is fields without directives; else None."""
    selections = detail.node.selection_set
    if selections is None or detail.defer_usage is not None:
        return None
    found: dict[str, list[FieldDetails]] = {}
    for node in selections.selections:
        if not isinstance(node, FieldNode) or node.directives:
            return None
        found.setdefault((node.alias or node.name).value, []).append(FieldDetails(node, None))
    return found


class Selection:
    """A selection set on an object type: writes one node, or many."""

    __slots__ = ("_fields", "_keeps", "_literals", "_number", "_recipe", "_template", "kind")

    def __init__(
        self, plan: Plan, kind: GraphQLObjectType, grouped: Mapping[str, list[FieldDetails]], survey: Survey
    ) -> None:
        self.kind = kind
        self._number = next(_numbers)
        self._recipe: Recipe | None = None
        self._keeps = not survey.varies and not survey.walks
        self._fields: list[Field | IntrospectionField] = []
        # Keys are GraphQL names, letters, digits and _ alone: they need no escape, neither in JSON nor in a template.
        self._literals = ["{"]
        for key, details in grouped.items():
            comma = "" if self._literals == ["{"] else ","
            if details[0].node.name.value == "__typename":
                self._literals[-1] += f'{comma}"{key}":"{kind.name}"'
                continue
            field = plan.field(kind, details)
            if field is not None:
                self._fields.append(field)
                self._literals[-1] += f'{comma}"{key}":'
                self._literals.append("")
        self._literals[-1] += "}"
        self._template = "%s".join(self._literals)

    @property
    def form(self) -> tuple[str, ...] | None:
        """Return what tells it from other selections of the type, where it is leaves that a node tells by itself."""
        names = []
        for field in self._fields:
            if not isinstance(field, Field) or not field.is_told_by_node:
                return None
            names.append(field.name)
        return self._template, *names

    def write(self, source: Any, run: Run, path: Path) -> str:
        """Return one node as JSON."""
        return self._template % tuple([field.write(source, run, path) for field in self._fields])

    def write_node(self, source: Any, run: Run, path: Path) -> str:
        """Return one node of a snapshot, as it was kept or to be kept: `source` has a `place` in its snapshot."""
        texts = run.kept.fragments(self._number, source.within, run.scope) if self._keeps else None
        if texts is None:
            return self.write(source, run, path)
        place = source.place
        known: str | None = texts.get(place)
        if known is not None:
            return known
        before = len(run.errors)
        run.inline += 1
        try:
            text = self.write(source, run, path)
        finally:
            run.inline -= 1
        if len(run.errors) == before:
            run.kept.add_fragments(texts, {place: text})
        return text

    def sheet(self, batch: Batch, run: Run) -> Sheet:
        """Pour many nodes into a sheet of their own; raises whatever goes wrong with one."""
        run.context.check()
        sheet = Sheet()
        self.pour(batch, run, sheet)
        return sheet

    def pour(self, batch: Batch, run: Run, sheet: Sheet) -> None:
        """Pour many nodes into a sheet; raises whatever goes wrong with one."""
        for literal, field in zip(self._literals, self._fields, strict=False):
            sheet.text(literal)
            field.pour(batch, run, sheet)
        sheet.text(self._literals[-1])

    def write_list(self, batch: Batch, run: Run) -> Pieces:
        """Return many nodes as JSON, each behind a comma, in any number of pieces; rows as they were kept.

        Raises whatever goes wrong with a node.
        """
        rows = batch if isinstance(batch, Rows) and self._keeps else None
        kept = None if rows is None else run.kept.listed(-1 - self._number, rows.within, run.scope, count=len(rows))
        if rows is None or kept is None:
            return [memoryview(self._laid(batch, run, laid))] if len(batch) else []
        if isinstance(kept, Packed):
            return self._from_packed(kept, rows, run)
        places = rows.places
        try:
            return list(map(kept.__getitem__, places))
        except KeyError:
            missing = [place for place, row in enumerate(places) if row not in kept]
        part = rows if len(missing) == len(places) else Rows(rows.within, rows.row[missing], rows.make)
        found = dict(zip(part.places, self._fragments(part, run).apart(), strict=True))
        known = found if part is rows else {row: kept[row] for row in places if row not in found} | found
        run.kept.add_fragments(kept, found)
        return list(map(known.__getitem__, places))

    def _laid(self, batch: Batch, run: Run, write: Callable[[Sheet, int], T | None]) -> T:
        """Return many nodes as JSON, each behind a comma: rows by the recipe that others of the snapshot have left."""
        if isinstance(batch, Rows) and self._recipe is not None and self._recipe.is_of(batch.within):
            run.context.check()
            found = write(self._recipe.sheet(batch, run.kept.tick()), len(batch))
            if found is not None:
                return found
        sheet = self.sheet(batch, run)
        if isinstance(batch, Rows):
            self._recipe = recipe_of(sheet, batch)
            if self._recipe is not None:
                run.kept.keep_recipe(self._recipe)
        found = write(sheet, len(batch))
        assert found is not None, "fields were asked for all texts"
        return found

    def _from_packed(self, kept: Packed, rows: Rows, run: Run) -> Pieces:
        """Return nodes as they were packed, those that were not packed now."""
        found = kept.pieces(rows.row)
        if found is not None:
            return found
        part = Rows(rows.within, rows.row[kept.missing(rows.row)], rows.make)
        run.kept.add_packed(kept, part.row, self._fragments(part, run))
        found = kept.pieces(rows.row)
        assert found is not None
        return found

    def _fragments(self, rows: Rows, run: Run) -> Parts:
        """Return nodes as fragments of a list, each behind a comma."""
        together, lengths = self._laid(rows, run, laid_apart)
        if run.errors:
            raise NotInBatch
        return Parts(together, lengths)

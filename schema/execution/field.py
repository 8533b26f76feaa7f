"""A field of a plan: writes what its resolver gives for one node, or a column of it for many.

For one node the resolver is called as it is, with arguments that were coerced before. For many, what was declared
beside the resolver (`schema.columns`) is read; a field without a declaration calls its resolver for each.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    NameNode,
    get_named_type,
    is_leaf_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry import Schema
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from schema.columns import Batch, Groups, Integers, Rows
from schema.execution.arguments import Arguments
from schema.execution.columns import Coded, Lists, Sheet, Source
from schema.execution.completion import NULL, Place, completer, leaf_completer
from schema.execution.introspection import IntrospectionField, is_introspection
from schema.execution.kept import Column
from schema.execution.leaves import leaf_encoder, texts_of
from schema.execution.run import NotCompiled, Path, Run
from schema.execution.survey import DEFINITION

if TYPE_CHECKING:
    from schema.execution.plan import Plan, Selection

NO_LEAF = str

Call = Callable[[Any, Run], Any]


class NotInBatch(Exception):
    """A node of a batch has an error: all are written one by one, so that it gets its place."""


class Declaration:
    """What the schema says of a field, worked out once for all plans: nothing here is of one document."""

    __slots__ = (
        "arguments",
        "asks_context",
        "call",
        "complete",
        "declared",
        "definition",
        "encode",
        "function",
        "is_leaf",
        "kind",
        "name",
        "named",
        "nullable",
    )

    def __init__(self, schema: Schema, parent: GraphQLObjectType, name: str, definition: GraphQLField) -> None:
        self.name = f"{parent}.{name}"
        self.definition = definition
        declared = definition.extensions.get(DEFINITION)
        if not isinstance(declared, StrawberryField):
            raise NotCompiled(f"{self.name} is none of Strawberry's fields")
        self.declared = declared
        resolver = declared.base_resolver
        self.function: Any = resolver.wrapped_func if resolver else None
        self.kind = next((kind for mark, kind in KINDS.items() if hasattr(self.function, mark)), Field)
        self.asks_context = resolver is not None and resolver.info_parameter is not None
        self.nullable = not is_non_null_type(definition.type)
        self.named = get_named_type(definition.type)
        self.is_leaf = is_leaf_type(self.named)
        self.encode = leaf_encoder(self.named) if self.is_leaf else NO_LEAF
        # Of a leaf, and without arguments in the document, these are the same wherever the field is asked for.
        self.complete = leaf_completer(self, definition.type)
        self.arguments = Arguments(schema, definition, declared, FieldNode(name=NameNode(value=name)))
        self.call = self.caller(self.arguments)

    def caller(self, arguments: Arguments) -> Call:
        """Return how the resolver is called, without what Strawberry does at each call."""
        declared = self.declared
        resolver = declared.base_resolver
        if declared.extensions or declared.permission_classes or declared.is_async:
            raise NotCompiled(f"{self.name} has extensions, or waits for something")
        if resolver is None:
            read, name = declared.default_resolver, declared.python_name
            return lambda source, _run: read(source, name)
        if resolver.parent_parameter or resolver.root_parameter or not resolver.self_parameter:
            raise NotCompiled(f"{self.name} takes its parent in another way than as self")
        return _bound(resolver, arguments)


@cache
def declaration_of(schema: Schema, parent: GraphQLObjectType, name: str) -> Declaration | None:
    """Return what the schema says of a field; None for one that the type has not."""
    # Strawberry's schema has the one of graphql-core under this name alone.
    definition = schema._schema.get_field(parent, name)
    return None if definition is None else Declaration(schema, parent, name, definition)


def field_of(plan: Plan, parent: GraphQLObjectType, details: list[FieldDetails]) -> Field | IntrospectionField | None:
    """Compile a field of an object type; None for one that the type has not, which has no place in the answer."""
    node = details[0].node
    if is_introspection(node):
        known = plan.core.get_field(parent, node.name.value) is not None
        return IntrospectionField(plan, (node.alias or node.name).value, details) if known else None
    declaration = declaration_of(plan.schema, parent, node.name.value)
    return None if declaration is None else declaration.kind(Place(plan, parent, details), declaration)


def _bound(resolver: StrawberryResolver[Any], arguments: Arguments) -> Call:
    function: Any = resolver.wrapped_func
    constant = arguments.constant
    if resolver.info_parameter is None:
        if constant is None:
            return lambda source, run: function(source, **arguments.of(run))
        return (lambda source, _run: function(source, **constant)) if constant else (lambda source, _: function(source))
    if resolver.info_parameter.name != "info":
        raise NotCompiled("a resolver's info goes by another name")
    if constant is None:
        return lambda source, run: function(source, info=run.info, **arguments.of(run))
    return lambda source, run: function(source, info=run.info, **constant)


class Field:
    """A field that is written by its resolver alone."""

    def __init__(self, place: Place, declaration: Declaration) -> None:
        node = place.nodes[0]
        self._place = place
        self._nodes = place.nodes
        self.name = node.name.value
        self._key = node.alias.value if node.alias else self.name
        self._declaration = declaration
        self._function = declaration.function
        self._is_leaf = declaration.is_leaf
        self._named = declaration.named
        self._nullable = declaration.nullable
        self._arguments = declaration.arguments
        self._call = declaration.call
        if node.arguments:
            schema, definition = place.plan.schema, declaration.definition
            self._arguments = Arguments(schema, definition, declaration.declared, node)
            self._call = declaration.caller(self._arguments)
        self._complete = declaration.complete or completer(place, declaration.definition.type)

    def write(self, source: Any, run: Run, path: Path) -> str:
        """Return the field of one node; an error is noted in the run where the field may be null, else raised."""
        here = (path, self._key)
        try:
            return self._complete(self._call(source, run), run, here)
        except Exception as error:  # noqa: BLE001 (becomes the field's error)
            run.fail(error, self._nodes, here, nullable=self._nullable)
            return NULL

    def column(self, batch: Batch, run: Run) -> list[str]:
        """Return the field of many nodes; raises whatever is wrong with one, or `NotInBatch`."""
        return [self._text(batch.one(place), run) for place in range(len(batch))]

    def pour(self, batch: Batch, run: Run, sheet: Sheet) -> None:
        """Pour the field of many nodes into a sheet."""
        sheet.column(self.column(batch, run))

    @cached_property
    def _below(self) -> Selection:
        """What is selected of an object type."""
        kind = self._named
        assert is_object_type(kind)
        return self._place.plan.selection(kind, self._place.details)

    @property
    def is_told_by_node(self) -> bool:
        """Whether it is a leaf that a node tells by itself, without arguments or the context."""
        return self._is_leaf and not self._declaration.definition.args and not self._declaration.asks_context

    def _text(self, source: Any, run: Run) -> str:
        """Return the field of one node of a batch."""
        text = self._complete(self._call(source, run), run, None)
        if run.errors:
            raise NotInBatch
        return text

    def _encoded(self, values: list[Any]) -> list[str]:
        """Encode leaf values of a batch."""
        encode = self._declaration.encode
        if None not in values:
            return texts_of(values, encode)
        if not self._nullable:
            raise NotInBatch
        return [NULL if value is None else encode(value) for value in values]


class CodedField(Field):
    """A field that is told by a position: once for each distinct one."""

    @cached_property
    def _column(self) -> Hashable | None:
        """What names its column, where nothing but the position tells it; else None.

        The type is part of it: a resolver that is inherited says other things of other types. What is selected of a
        noun is told by the position too, where it is leaves that the noun tells by itself.
        """
        if self._declaration.definition.args or self._declaration.asks_context:
            return None
        name = self._place.parent.name, self.name
        if self._is_leaf:
            return name
        if not is_object_type(self._named):
            return None
        form = self._below.form
        return None if form is None else (*name, form)

    @cached_property
    def _is_nouns(self) -> bool:
        """Whether it is a field of a noun: that knows its snapshot."""
        definition = self._place.parent.extensions.get(DEFINITION)
        return hasattr(getattr(definition, "origin", None), "place")

    def write(self, source: Any, run: Run, path: Path) -> str:
        """Return the field of one node; what a leaf says was read before where the position is known."""
        if self._column is None or not self._is_nouns:
            return super().write(source, run, path)
        column = run.kept.column(self._column, source.within)
        position = self._function.position(source)
        known = column.get(position)
        if known is not None:
            return known
        before = len(run.errors)
        text = super().write(source, run, path)
        if len(run.errors) == before:
            run.kept.add_to_column(column, position, text)
        return text

    @cached_property
    def _usual_literal(self) -> str:
        """What stands before the field where it has its own name, and others stand before it."""
        return f',"{self.name}":'

    def pour(self, batch: Batch, run: Run, sheet: Sheet) -> None:
        """Pour the field of many nodes into a sheet: once for each position, and the positions."""
        positions: Integers = self._function.position(batch)
        before = self._usual_literal if sheet.is_behind(self._usual_literal) else ""
        column = self._filled(batch, positions, run, before)
        if column is None:
            sheet.column(self.column(batch, run))
        else:
            sheet.column(Coded(column.texts, positions, None, self._source(batch, column)), with_literal=before)

    def _source(self, batch: Batch, column: Column) -> Source | None:
        """Return where a column comes from that is kept for rows by what a column of theirs says."""
        through = getattr(self._function, "through", None)
        if through is None or self._column is None or not isinstance(batch, Rows):
            return None
        return Source(batch, column, through(batch.within))

    def _filled(self, batch: Batch, positions: Integers, run: Run, before: str) -> Column | None:
        """Return the texts by position, with those of the batch in it, each behind a literal.

        None for positions that are too many to keep their texts: node by node is as quick as by position then.
        """
        name = self._column
        if name is not None:
            column = run.kept.column((name, before) if before else name, batch.within)
        else:
            column = run.columns.setdefault((id(self), id(batch.within), before), Column(1))
        if column.has(positions):
            return column
        if name is not None and int(positions.max()) >= run.kept.most_slots:
            return None
        # Any place of a position does: all nodes there say the same.
        places = dict(zip(positions.tolist(), range(len(batch)), strict=True))
        found = {
            position: before + self._text(batch.one(place), run)
            for position, place in places.items()
            if column.get(position) is None
        }
        if name is not None:
            run.kept.add_column(column, found)
        else:
            column.add(found)
        return column


class ManyField(Field):
    """A field that is read for many nodes at once."""

    def pour(self, batch: Batch, run: Run, sheet: Sheet) -> None:
        """Pour the field of many nodes into a sheet; one node below each becomes part of it."""
        if self._is_leaf and isinstance(batch, Rows) and hasattr(self._function, "by_row"):
            sheet.column(self._of_rows(batch, run))
            return
        found = self._found(batch, run)
        if found is None:
            sheet.column(self.column(batch, run))
        elif self._is_leaf:
            sheet.column(self._encoded(list(found)))
        elif isinstance(found, Groups):
            sheet.column(Lists(self._below.sheet(found.items, run), found.counts))
        else:
            self._below.pour(found, run, sheet)

    def _of_rows(self, rows: Rows, run: Run) -> list[str] | Coded:
        """Return a leaf that nothing but the row tells: read once for each."""
        column = run.kept.row_column((self._place.parent.name, self.name), rows.within)
        if column is None:
            return self._encoded(list(self._function.many(rows)))
        if not column.has(rows.row):
            missing = np.unique([row for row in rows.places if column.get(row) is None])
            texts = self._encoded(list(self._function.many(Rows(rows.within, missing, rows.make))))
            run.kept.add_column(column, dict(zip(missing.tolist(), texts, strict=True)))
        return Coded(column.texts, rows.row, None, Source(rows, column, None))

    def _found(self, batch: Batch, run: Run) -> Any:
        """Return what is declared of many nodes; None where there is nothing, or where it takes too much."""
        if not hasattr(self._function, "many"):
            return None
        given = {"info": run.info} if self._declaration.asks_context else {}
        return self._function.many(batch, **given, **self._arguments.of(run))


class ListedField(ManyField):
    """A list of nodes, or of edges, that are a batch."""

    def write(self, source: Any, run: Run, path: Path) -> str:
        """Return the list of one node; where an item has an error all are written one by one."""
        if run.one_by_one:
            return super().write(source, run, path)
        if run.in_batch:
            # What goes wrong here ends the batch around it.
            batch = self._function.listed(source)
            return super().write(source, run, path) if batch is None else run.listed(self._below.write_list(batch, run))
        text = self._together(source, run)
        if text is not None:
            return text
        run.one_by_one = True
        try:
            return super().write(source, run, path)
        finally:
            run.one_by_one = False

    def _together(self, source: Any, run: Run) -> str | None:
        """Return the list written as a batch; None where it is none, or where an item has an error."""
        noted, run.errors = run.errors, []
        run.in_batch = True
        try:
            batch = self._function.listed(source)
            items = None if batch is None else self._below.write_list(batch, run)
            failed = bool(run.errors)
        except Exception:  # noqa: BLE001 (met again one by one, where it gets its place)
            return None
        finally:
            run.in_batch = False
            run.errors = noted
        return None if items is None or failed else run.listed(items)


KINDS: dict[str, type[Field]] = {"listed": ListedField, "many": ManyField, "position": CodedField}

"""How a field is read by what is declared at its resolver."""

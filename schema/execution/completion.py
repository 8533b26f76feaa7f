"""How a resolver's value becomes JSON, by its type: the rules of graphql-core's `Executor.complete_value`, to text.

A completer takes a value and writes it; what goes wrong is raised, and becomes an error at the nearest place that may
be null. Errors have graphql-core's words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    get_nullable_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import inspect, is_iterable
from graphql.type import GraphQLAbstractType, is_abstract_type, is_list_type, is_non_null_type, is_object_type

from schema.execution.leaves import leaf_encoder
from schema.execution.run import NotCompiled, Path, Run
from schema.execution.survey import DEFINITION

if TYPE_CHECKING:
    from schema.execution.plan import Plan

Complete = Callable[[Any, Run, Path], str]

NULL = "null"


class Place:
    """Where in a plan a value is completed: the field and its nodes.

    A plan holds its places, and no place its plan: so a plan that is kept no more is freed at once, without the garbage
    collector, whose passes over many plans would stop every thread.
    """

    __slots__ = ("_plan", "details", "nodes", "parent")

    def __init__(self, plan: Plan, parent: GraphQLObjectType, details: list[FieldDetails]) -> None:
        self._plan = plan.weakly
        self.parent = parent
        self.details = details
        self.nodes: list[FieldNode] = [detail.node for detail in details]

    @property
    def name(self) -> str:
        """The type and the field."""
        return f"{self.parent}.{self.nodes[0].name.value}"

    @property
    def plan(self) -> Plan:
        """The plan, which is there while it is made or run."""
        plan = self._plan()
        assert plan is not None
        return plan


class Named(Protocol):
    """What an error tells the name of."""

    @property
    def name(self) -> str:
        """The type and the field."""


def completer(place: Place, kind: GraphQLOutputType) -> Complete:
    """Return the completer of a field's, or an item's, type."""
    if is_non_null_type(kind):
        return _not_null(place, _bare(place, kind.of_type))
    return _nullable(_bare(place, kind))


def leaf_completer(field: Named, kind: GraphQLOutputType) -> Complete | None:
    """Return the completer of a leaf that is no list, which is the same at each place; None for any other type."""
    bare = get_nullable_type(kind)
    if not is_leaf_type(bare):
        return None
    return _nullable(_leaf(bare)) if bare is kind else _not_null(field, _leaf(bare))


def _nullable(complete: Complete) -> Complete:
    def write(value: Any, run: Run, path: Path) -> str:
        if value is None or value is Undefined:
            return NULL
        if isinstance(value, Exception):
            raise value
        return complete(value, run, path)

    return write


def _not_null(place: Named, complete: Complete) -> Complete:
    def write(value: Any, run: Run, path: Path) -> str:
        if value is None or value is Undefined:
            raise TypeError(f"Cannot return null for non-nullable field {place.name}.")
        if isinstance(value, Exception):
            raise value
        return complete(value, run, path)

    return write


def _bare(place: Place, kind: Any) -> Complete:
    """Return the completer of values that are not null."""
    if is_list_type(kind):
        return _list(place, kind)
    if is_leaf_type(kind):
        return _leaf(kind)
    if is_abstract_type(kind):
        return _abstract(place, kind)
    if is_object_type(kind):
        return _object(place, kind)
    raise NotCompiled(f"no completer for {kind}")


def _leaf(kind: GraphQLLeafType) -> Complete:
    encode = leaf_encoder(kind)
    return lambda value, _run, _path: encode(value)


def _list(place: Place, kind: GraphQLList[Any]) -> Complete:
    item_kind = kind.of_type
    complete = completer(place, item_kind)
    nullable = not isinstance(item_kind, GraphQLNonNull)
    nodes = place.nodes

    def write(value: Any, run: Run, path: Path) -> str:
        if not is_iterable(value):
            raise GraphQLError(f"Expected Iterable, but did not find one for field '{place.name}'.")
        texts = []
        for index, item in enumerate(value):
            here = (path, index)
            try:
                texts.append(complete(item, run, here))
            except Exception as error:  # noqa: BLE001 (becomes the item's error)
                run.fail(error, nodes, here, nullable=nullable)
                texts.append(NULL)
        return bracketed(texts)

    return write


def bracketed(texts: Sequence[str]) -> str:
    """Return texts as a JSON list."""
    return f"[{','.join(texts)}]"


def _object(place: Place, kind: GraphQLObjectType) -> Complete:
    selection = place.plan.selection(kind, place.details)
    definition = kind.extensions.get(DEFINITION)
    write_node = selection.write_node if hasattr(getattr(definition, "origin", None), "place") else selection.write
    known: set[type] = set()

    def write(value: Any, run: Run, path: Path) -> str:
        run.context.check()
        if type(value) not in known:
            # By class: nothing here marks single objects as another type (`strawberry.cast`).
            if kind.is_type_of and not kind.is_type_of(value, run.info):  # type: ignore[arg-type]
                raise GraphQLError(f"Expected value of type '{kind}' but got: {inspect(value)}.", place.nodes)
            known.add(type(value))
        return write_node(value, run, path)

    return write


def _abstract(place: Place, kind: GraphQLAbstractType) -> Complete:
    core = place.plan.core
    classes = {
        getattr(found.extensions.get(DEFINITION), "origin", None): found for found in core.get_possible_types(kind)
    }
    known: dict[type, Complete] = {}

    def write(value: Any, run: Run, path: Path) -> str:
        complete = known.get(type(value))
        if complete is None:
            found = classes.get(type(value))
            if found is None:
                raise NotCompiled(f"{kind} has no type of {type(value)}")
            complete = known[type(value)] = _object(place, found)
        return complete(value, run, path)

    return write

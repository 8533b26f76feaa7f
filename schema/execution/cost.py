"""What an operation costs at most, from its text and its page sizes, before anything runs.

One point is one field read for one node. A list multiplies what is asked of its items: a connection's `nodes` and
`edges` by `first` or `last` (else the default page size), other lists by what stands in `LENGTHS`. Fields that walk or
count have a price of their own in `PRICES`, and a filter costs `FILTER` points for each object and each text in it.
`@skip` and `@include` change nothing, and every branch of an abstract type counts: the sum is a bound.

An operation is priced once. What depends on variables stays a product and is multiplied out for each request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLCompositeType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from schema.execution.outline import FieldOutline, Outline
from schema.limits import Limits

PRICES: Mapping[str, int] = {
    "Query.specs": 20,
    "Query.packages": 20,
    "Query.search": 1_000,
    "Query.coverage": 2_000,
    "Query.installable": 20_000,
    "Query.dependencyPaths": 2_000,
    "Query.impact": 20_000,
    "Query.specDiff": 50,
    "Query.snapshotDiff": 5_000,
    "Query.parseSpec": 1_000,
    "Package.versions": 20,
    "Package.targets": 50,
    "Package.operatingSystems": 50,
    "Package.platforms": 50,
    "Package.compilers": 50,
    "Package.stacks": 20,
    "Package.specs": 20,
    "Package.dependencies": 200,
    "Package.dependents": 200,
    "Spec.stacks": 5,
    "Spec.dependencies": 10,
    "Spec.dependents": 10,
    "Spec.dependencyGraph": 200,
    "Spec.text": 2,
    "Stack.targets": 50,
    "Stack.operatingSystems": 50,
    "Stack.platforms": 50,
    "Stack.compilers": 50,
    "Stack.packageCount": 20,
    "Stack.packages": 50,
    "Target.stacks": 50,
    "OperatingSystem.stacks": 50,
    "Compiler.stacks": 50,
    "SpecConnection.facets": 200,
    "InstallableEdge.blockedBy": 100,
    "SnapshotDiff.packages": 1_000,
    "SnapshotDiff.rootCauses": 2_000,
    "Snapshot.dependencyCount": 5,
}
"""Points of a field beyond the one of reading it, once for each time that it is read."""

TRANSITIVE = 200
"""Points of following edges as far as they go, where a field's argument `transitive` is true or a variable."""

ORDER = 2_000
"""Points of putting specs into an order: a million of them take 0.1 s, which is no work for the event loop."""

FEW = "Package.specs"
"""The specs of one package are few: their order costs nothing."""

FILTER = 20
"""Points of each object and each text within `where`, `matching` and the like: it meets one set or another.

A text counts as several where it is long or asks for dependencies: a constraint may name many, a list many versions.
"""

SHORT = 32
"""Characters of a text that counts as one: a name, a hash, a usual constraint."""

PART = 16
"""Characters beyond these that count as another: as many as a constraint on a package takes, or two ranges."""

WALKS = ("^", "++", "~~", "==")
"""What has a constraint look at all that a spec depends on: as dear as following edges to their end."""

_WALKS = re.compile("|".join(map(re.escape, WALKS))).search

WALK = 10
"""Texts that each of these counts as."""

LENGTHS: Mapping[str, int] = {
    "Query.snapshots": 50,
    "Snapshot.sources": 20,
    "Spec.variants": 10,
    "Variant.values": 2,
    "Package.versions": 20,
    "DependencyGraph.nodes": 200,
    "DependencyGraph.edges": 500,
    "DependencyPath.nodes": 10,
    "CoverageMatrix.counts": 1_000,
    "CoverageMatrix.rows": 100,
    "CoverageMatrix.columns": 100,
    "Impact.changed": 200,
    "SnapshotDiff.packages": 500,
    "SnapshotDiff.rootCauses": 500,
    "__Schema.types": 120,
}
"""Items of a list that no argument bounds, as they are on a large build cache."""

OTHER_LENGTH = 10
"""Items of any other list."""

PASSED_ON: frozenset[str] = frozenset({"SpecConnection.facets", "Query.dependencyPaths"})
"""Fields whose `limit` or `first` bounds the lists directly below them, as a connection's does."""

_FILTERS = frozenset({"where", "matching", "packages", "hashes", "host"})
_SIZES = ("first", "last", "limit")
_BOUNDED_BELOW = frozenset({"nodes", "edges", "values", "paths"})


@dataclass(frozen=True, slots=True)
class Size:
    """A number that may be a variable's: `at_rest` where that is left out, `null` where it is null or no number."""

    at_rest: int
    variable: str | None = None
    null: int = 0

    def of(self, variables: Mapping[str, Any]) -> int:
        """Return the number."""
        if self.variable is None or self.variable not in variables:
            return self.at_rest
        return _counted(variables[self.variable], self.null)


def _counted(value: Any, otherwise: int) -> int:
    if isinstance(value, list):
        return len(value)
    if isinstance(value, float) and not value.is_integer():
        return otherwise
    return max(0, int(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else otherwise


BY_GRAPHQL_CORE = 5
"""How many times its price an operation costs that no plan covers: a point takes up to 6 µs there, and 1 by a plan."""


@dataclass(frozen=True, slots=True)
class WhereNull:
    """A factor that holds where one of these variables is null: then graphql-core runs the operation."""

    names: tuple[str, ...]

    def of(self, given: Mapping[str, Any]) -> int:
        """Return the factor for these variables."""
        return BY_GRAPHQL_CORE if any(name in given and given[name] is None for name in self.names) else 1


@dataclass(frozen=True, slots=True)
class Price:
    """What an operation costs: `fixed` points, each product of a size and a price below, and variables of filters."""

    fixed: int
    products: tuple[tuple[Size | WhereNull, Price], ...] = ()
    filters: tuple[str, ...] = ()

    def total(self, variables: Mapping[str, Any] | None) -> int:
        """Return the points for these variables."""
        if not self.products and not self.filters:
            return self.fixed
        given = variables or {}
        points = self.fixed + sum(FILTER * weight(given.get(name)) for name in self.filters)
        return points + sum(size.of(given) * price.total(given) for size, price in self.products)

    def plus(self, points: int, filters: tuple[str, ...] = ()) -> Price:
        """Return the price with some points more, and with variables of filters."""
        return Price(self.fixed + points, self.products, filters + self.filters)

    def with_conditions(self, names: Sequence[str]) -> Price:
        """Return the price of an operation with these variables in its directives."""
        return Price(0, ((WhereNull(tuple(names)), self),)) if names else self


def weight(value: Any) -> int:
    """Count the objects and texts in a filter's value; a text that is long, or asks for dependencies, is several.

    >>> weight({"and": [{"package": {"eq": "hdf5"}}, {"hash": {"startsWith": "ab"}}]})
    7
    >>> weight("hdf5@1.14: +mpi %gcc"), weight("hdf5 ^zlib-ng"), weight("1.0" + 60 * ",2.1:2.3")
    (1, 11, 29)
    """
    total, left = 0, [value]
    while left:
        value = left.pop()
        if isinstance(value, str):
            total += 1
            if len(value) > SHORT:
                total += (len(value) - SHORT) // PART
            if _WALKS(value) is not None:
                total += WALK * sum(map(value.count, WALKS))
        elif isinstance(value, dict):
            total += 1
            left.extend(value.values())
        elif isinstance(value, (list, tuple)):
            left.extend(value)
    return total


NOTHING = Price(0)


@dataclass(slots=True)
class Pricing:
    """Prices the operations of one document; each fragment once for each size that it is spread under."""

    outline: Outline
    fragments: Mapping[str, FragmentDefinitionNode]
    limits: Limits
    defaults: Mapping[str, Any] = field(default_factory=dict)
    known: dict[tuple[str, Size | None], Price] = field(default_factory=dict)

    def of_operation(self, operation: OperationDefinitionNode) -> Price:
        """Return the price of a valid operation."""
        root = self.outline.schema.get_root_type(operation.operation)
        assert root is not None
        self.defaults = {
            node.variable.name.value: value_from_ast_untyped(node.default_value)
            for node in operation.variable_definitions or ()
            if node.default_value is not None
        }
        return self._of_selections(operation.selection_set, root, None)

    def _of_selections(
        self, selections: SelectionSetNode | None, parent: GraphQLCompositeType | None, size: Size | None
    ) -> Price:
        """Price what is asked of one object of the type; `size` is what its own field's arguments bound."""
        if selections is None:
            return NOTHING
        fields: Mapping[str, FieldOutline] = {} if parent is None else self.outline.fields(parent)
        leaves = 0
        parts = []
        for node in selections.selections:
            if isinstance(node, FieldNode):
                found = fields.get(node.name.value)
                if found is None or (found.is_plain and found.coordinate not in PRICES):
                    leaves += 1
                else:
                    parts.append(self._of_field(node, found, size))
            elif isinstance(node, InlineFragmentNode):
                on = self.outline.composite(node.type_condition.name.value) if node.type_condition else parent
                parts.append(self._of_selections(node.selection_set, on, size))
            elif isinstance(node, FragmentSpreadNode):
                parts.append(self._of_fragment(node.name.value, size))
        return _sum(parts).plus(leaves)

    def _of_fragment(self, name: str, size: Size | None) -> Price:
        key = (name, size)
        if key not in self.known:
            fragment = self.fragments[name]
            on = self.outline.composite(fragment.type_condition.name.value)
            self.known[key] = self._of_selections(fragment.selection_set, on, size)
        return self.known[key]

    def _of_field(self, node: FieldNode, found: FieldOutline, above: Size | None) -> Price:
        arguments: dict[str, ValueNode] = {argument.name.value: argument.value for argument in node.arguments or ()}
        if found.arguments:
            for argument in _SIZES:
                if argument not in arguments and argument in found.arguments:
                    default = _default(found.arguments[argument])
                    if default is not None:
                        arguments[argument] = default
        inner = self._of_selections(node.selection_set, found.below, self._size(found, arguments))
        if found.is_list:
            inner = _times(self._length(found.coordinate, node.name.value, arguments, above), inner.plus(1))
        own = 1 + PRICES.get(found.coordinate, 0)
        if not arguments:
            return inner.plus(own)
        filters, literal = _filters(arguments)
        return inner.plus(own + FILTER * literal + _following(arguments) + _ordering(found, arguments), filters)

    def _size(self, found: FieldOutline, arguments: Mapping[str, ValueNode]) -> Size | None:
        """Return the size that the field's arguments give to the lists directly below it."""
        if (found.below is not None and found.below.name.endswith("Connection")) or found.coordinate in PASSED_ON:
            given = [self._number(arguments[name]) for name in _SIZES if name in arguments]
            known = [size for size in given if size is not None]
            return known[0] if known else Size(self.limits.default_page_size)
        return None

    def _length(self, coordinate: str, name: str, arguments: Mapping[str, ValueNode], above: Size | None) -> Size:
        if above is not None and name in _BOUNDED_BELOW:
            return above
        for argument in ("ids", "representations", "by", *_SIZES):
            size = self._number(arguments[argument]) if argument in arguments else None
            if size is not None:
                return size
        return Size(LENGTHS.get(coordinate, OTHER_LENGTH))

    def _number(self, value: ValueNode) -> Size | None:
        if isinstance(value, IntValueNode):
            return Size(max(0, int(value.value)))
        if isinstance(value, ListValueNode):
            return Size(len(value.values))
        if isinstance(value, VariableNode):
            name, usual = value.name.value, self.limits.default_page_size
            return Size(_counted(self.defaults.get(name), usual), name, usual)
        return None


def _following(arguments: Mapping[str, ValueNode]) -> int:
    value = arguments.get("transitive")
    return TRANSITIVE if value is not None and getattr(value, "value", True) else 0


def _ordering(found: FieldOutline, arguments: Mapping[str, ValueNode]) -> int:
    many = found.coordinate.endswith(".specs") and found.coordinate != FEW
    return ORDER if many and "orderBy" in arguments else 0


def _default(argument: GraphQLArgument) -> IntValueNode | None:
    """Return what a page size is where it is left out, None where the server's own setting says so."""
    value = argument.default_value
    return IntValueNode(value=str(value)) if isinstance(value, int) else None


def price_of(
    outline: Outline,
    fragments: Mapping[str, FragmentDefinitionNode],
    operation: OperationDefinitionNode,
    limits: Limits,
) -> Price:
    """Return the price of a valid operation of a document with these fragments."""
    return Pricing(outline, fragments, limits).of_operation(operation)


def _filters(arguments: Mapping[str, ValueNode]) -> tuple[tuple[str, ...], int]:
    """Return the variables in the filters, and the weight of what is written there."""
    variables: list[str] = []
    weights = 0
    pending = [value for name, value in arguments.items() if name in _FILTERS]
    while pending:
        value = pending.pop()
        if isinstance(value, VariableNode):
            variables.append(value.name.value)
        elif isinstance(value, ObjectValueNode):
            weights += 1
            pending.extend(member.value for member in value.fields)
        elif isinstance(value, ListValueNode):
            pending.extend(value.values)
        elif isinstance(value, StringValueNode):
            weights += weight(value.value)
    return tuple(variables), weights


def _times(size: Size, price: Price) -> Price:
    if size.variable is None and not price.products and not price.filters:
        return Price(size.at_rest * price.fixed)
    return Price(0, ((size, price),))


def _sum(prices: list[Price]) -> Price:
    if len(prices) < 2:
        return prices[0] if prices else NOTHING
    return Price(
        sum(price.fixed for price in prices),
        tuple(product for price in prices for product in price.products),
        tuple(name for price in prices for name in price.filters),
    )

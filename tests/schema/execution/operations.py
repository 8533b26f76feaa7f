"""Generated operations: hypothesis-graphql draws the shape, this file what it leaves out.

The shape is a valid query over the served schema without fragments by name, aliases, directives or variables. A
`Rewriter` walks it and writes another valid document of that shape: arguments that find something (see `values`),
variables in their places with and without defaults, aliases, `__typename`, directives, and selections that are split
over inline and named fragments, on the type itself and on `Node`, and asked for twice.

Everything is drawn from one seed, and lists are kept short: what a list may hold is multiplied along the way down, and
below `MAX_OBJECTS` a selection has leaves alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    FieldNode,
    GraphQLList,
    GraphQLNonNull,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    print_ast,
)
from hypothesis import strategies
from hypothesis_graphql import nodes, queries

from schema.limits import DocumentLimits, Limits
from tests.schema.execution.reference import SERVED
from tests.schema.execution.values import EnumName, Values, Variable, is_object, literal

LIMITS = Limits(
    default_page_size=3,
    max_page_size=20,
    max_traversal_nodes=60,
    max_search_hits=20,
    max_nodes=5,
    max_facet_values=50,
    max_coverage_cells=3_000,
    max_paths=3,
)
"""Bounds that keep generated answers small, and that generated arguments run into."""

DOCUMENTS = DocumentLimits(
    max_tokens=100_000,
    max_depth=100,
    max_fields=100_000,
    max_root_fields=1_000,
    max_aliases=10_000,
    max_directives=10_000,
    max_definitions=1_000,
    max_overlaps=10_000_000,
)
"""Bounds that no generated document meets: they are tested by themselves."""

MAX_OBJECTS = 400
"""Objects that one selection may be made for, roughly."""

LONG_LISTS = {
    "SnapshotDiff.packages": 300,
    "SnapshotDiff.rootCauses": 100,
    "SpecDiff.dependencies": 30,
    "Impact.waves": 30,
    "Impact.byStack": 12,
    "Impact.byTarget": 12,
    "DependencyGraph.nodes": 60,
    "DependencyGraph.edges": 200,
    "Target.runs": 10,
    "Target.runnableOn": 20,
    "Spec.variants": 10,
    "Package.targets": 6,
    "Stack.targets": 6,
    "Stack.compilers": 10,
}
"""What lists without pages hold, where it is more than `SHORT_LIST`."""

SHORT_LIST = 4

INTROSPECTION = (
    "__schema { queryType { name } directives { name isRepeatable } }",
    '__type(name: "Spec") { kind name fields(includeDeprecated: true) { name type { kind ofType { name } } } }',
    '__type(name: "no such type") { name }',
)

SCALARS = {
    "BigInt": strategies.integers(0, 100).map(nodes.Int),
    "_Any": strategies.just(nodes.Object([])),
    "DateTime": strategies.just(nodes.String("2025-11-22T12:00:00Z")),
}


def shapes(*fields: str):
    """Return queries as hypothesis-graphql makes them, not printed: of these root fields, or of any."""
    return queries(SERVED, fields=fields or None, custom_scalars=SCALARS, print_ast=lambda document: document)


@dataclass(frozen=True)
class Operation:
    """A document and the variables that it is run with."""

    document: str
    variables: dict


@dataclass
class Rewriter:
    """Writes one document. Names are numbered, so that nothing is named twice."""

    random: Random
    values: Values
    declared: list = field(default_factory=list)
    variables: dict = field(default_factory=dict)
    switches: list = field(default_factory=list)
    fragments: list = field(default_factory=list)
    count: int = 0

    def operation(self, shape) -> Operation:
        """Return the operation made of a shape."""
        (definition,) = shape.definitions
        parts = self.selections(definition.selection_set, SERVED.query_type, 1)
        if self.chance(0.08):
            parts.append(f"{self.name('i')}: {self.random.choice(INTROSPECTION)}")
        body = " ".join(parts)
        head = "query " + self.random.choice(("", "Q")) + (f"({', '.join(self.declared)})" if self.declared else "")
        return Operation("\n".join([f"{head} {{ {body} }}", *self.fragments]), self.variables)

    def chance(self, part: float) -> bool:
        """Draw whether something of this probability happens."""
        return self.random.random() < part

    def name(self, letter: str) -> str:
        """Return a name that nothing has yet."""
        self.count += 1
        return f"{letter}{self.count}"

    def selections(self, selection_set, parent, objects, *, grown=False) -> list[str]:
        """Return the selections below a parent of so many objects, each as text."""
        drawn = list(selection_set.selections) if selection_set else []
        if not grown:
            drawn += self.more(drawn, parent)
        texts = [self.selection(node, parent, objects) for node in drawn]
        texts = [text for text in texts if text]
        if not texts or self.chance(0.1):
            alias = f"{self.name('t')}: " if self.chance(0.5) else ""
            texts.insert(self.random.randrange(len(texts) + 1), f"{alias}__typename{self.directives(0.05)}")
        if self.chance(0.25):
            texts = self.split(texts, parent)
        return texts

    def more(self, drawn, parent):
        """Return further selections: a shape has few below its first level."""
        if is_abstract_type(parent):
            kinds = sorted(kind.name for kind in SERVED.get_possible_types(parent))
            chosen = self.random.sample(kinds, self.random.choice((0, 0, 1, 2)))
            more = [_on(kind, *self._more_fields(SERVED.type_map[kind], (), self.name)) for kind in chosen]
            return [*more, _on("Node", _field("id", None))] if self.chance(0.2) else more
        if parent is SERVED.query_type:
            return []
        taken = {name for node in drawn for name in _names(node)}
        return self._more_fields(parent, taken)

    def _more_fields(self, parent, taken, alias=None) -> list[FieldNode]:
        open_ = [name for name in parent.fields if name not in taken]
        leaves = [name for name in open_ if is_leaf_type(get_named_type(parent.fields[name].type))]
        others = [name for name in open_ if name not in leaves]
        chosen = self.random.sample(leaves, min(len(leaves), self.random.choice((0, 1, 2, 4))))
        chosen += self.random.sample(others, min(len(others), self.random.choice((0, 1, 1, 1, 2))))
        # Fields of one name may differ in type between the types of an interface.
        return [_field(name, alias("m") if alias else None) for name in chosen]

    def selection(self, node: Any, parent, objects) -> str:
        """Return one selection as text; empty where it would be made for too many objects."""
        if node.kind == "inline_fragment":
            on = SERVED.type_map[node.type_condition.name.value]
            inner = " ".join(self.selections(node.selection_set, on, objects, grown=True))
            return f"... on {on.name}{self.directives(0.1)} {{ {inner} }}"
        return self.field(node, parent, objects)

    def field(self, node, parent, objects) -> str:
        """Return a field as text, perhaps aliased."""
        name = node.name.value
        definition = parent.fields[name]
        head = f"{node.alias.value}: {name}" if node.alias else name
        if self.chance(0.12):
            head = f"{self.name('a')}: {name}"
        before = len(self.declared), len(self.switches), dict(self.variables)
        arguments, page = self.arguments(node, definition, f"{parent.name}.{name}")
        head += arguments + self.directives(0.08)
        if is_leaf_type(get_named_type(definition.type)):
            return head
        below = objects * fan_out(definition.type, f"{parent.name}.{name}", page)
        if below > MAX_OBJECTS:
            del self.declared[before[0] :], self.switches[before[1] :]
            self.variables = before[2]
            return ""
        return f"{head} {{ {' '.join(self.selections(node.selection_set, get_named_type(definition.type), below))} }}"

    def arguments(self, node, definition, owner) -> tuple[str, int | None]:
        """Return a field's arguments as text, and the length of its page."""
        drawn = {argument.name.value: argument.value for argument in node.arguments}
        given, page = [], None
        for name, argument in definition.args.items():
            if not is_required_argument(argument) and self.chance(0.7 if name in ("after", "before", "last") else 0.5):
                continue
            if name in drawn and self.chance(0.04):
                given.append(f"{name}: {print_ast(drawn[name])}")
                continue
            place = name if is_object(argument.type) else owner
            value = self.values.draw(self.random, argument.type, name, place)
            if name in ("first", "last", "limit") and isinstance(value, int):
                page = value
            given.append(f"{name}: {literal(self.varied(value, argument.type, argument.ast_node))}")
        return (f"({', '.join(given)})" if given else ""), page

    def varied(self, value, type_, declared=None):
        """Return a value with variables in the place of itself or of a part."""
        if self.chance(0.2):
            return self.variable(value, type_)
        if isinstance(value, dict) and is_object(type_):
            fields = get_named_type(type_).fields
            return {name: self.varied(part, fields[name].type) for name, part in value.items()}
        return value

    def variable(self, value, type_) -> Variable:
        """Declare a variable that stands for a value, as a default or among the variables or both."""
        name = self.name("v")
        required = isinstance(type_, GraphQLNonNull)
        default = ""
        if value is not None and self.chance(0.3):
            default = f" = {literal(value)}"
            type_ = type_.of_type if required and self.chance(0.5) else type_
        elif required or value is None or self.chance(0.97):
            # Otherwise it is absent, which is another thing than null.
            self.variables[name] = self.spelled(value, type_)
        if default and self.chance(0.3):
            self.variables[name] = self.spelled(value, type_)
        self.declared.append(f"${name}: {type_}{default}")
        return Variable(name)

    def spelled(self, value, type_):
        """Return a value as JSON has it: of several spellings any, and now and then a wrong one."""
        if self.chance(0.02):
            return self.random.choice((None, 1.5, "x", True, {}, [[]]))
        if isinstance(value, EnumName):
            return str(value)
        if isinstance(value, list):
            inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
            items = [self.spelled(item, inner.of_type) for item in value]
            one = len(items) == 1 and items[0] is not None and self.chance(0.3)
            return items[0] if one else items
        if isinstance(value, dict) and is_object(type_):
            fields = get_named_type(type_).fields
            return {name: self.spelled(part, fields[name].type) for name, part in value.items()}
        if type(value) is int and self.chance(0.2):
            return float(value)
        return value

    def directives(self, part: float) -> str:
        """Return directives as text, mostly none."""
        chosen = [name for name in ("skip", "include") if self.chance(part)]
        if self.chance(0.5):
            chosen.reverse()
        return "".join(f" @{name}(if: {self.condition(name)})" for name in chosen)

    def condition(self, directive: str) -> str:
        """Return the condition of a directive, which keeps the selection more often than not."""
        keeps = self.chance(0.65) == (directive == "include")
        if self.chance(0.4):
            return literal(keeps)
        if self.switches and self.chance(0.6):
            return self.random.choice(self.switches)
        name = self.name("b")
        kind = self.random.choice(("Boolean!", "Boolean! = true", "Boolean = false"))
        self.declared.append(f"${name}: {kind}")
        if "=" not in kind or self.chance(0.4):
            self.variables[name] = keeps
        self.switches.append(f"${name}")
        return f"${name}"

    def split(self, texts: list[str], parent) -> list[str]:
        """Return the same selections spread over fragments, some of them asked for twice."""
        kept = [text for text in texts if self.chance(0.6)]
        moved = [text for text in texts if text not in kept or self.chance(0.3)]
        if not moved:
            return kept
        parts = kept + [self.fragment(moved, parent) for _ in range(self.random.choice((1, 1, 2)))]
        self.random.shuffle(parts)
        return parts

    def fragment(self, texts: list[str], parent) -> str:
        """Return selections in a fragment: without a condition, on the type, through `Node`, or by name."""
        inner = " ".join(texts)
        directives = self.directives(0.2)
        node = SERVED.type_map["Node"]
        kinds = ["bare", "typed", "named", "named"]
        if not is_abstract_type(parent) and node in parent.interfaces:
            kinds.append("through")
        match self.random.choice(kinds):
            case "bare":
                return f"...{directives} {{ {inner} }}"
            case "typed":
                return f"... on {parent.name}{directives} {{ {inner} }}"
            case "through":
                return f"... on Node{directives} {{ id ... on {parent.name}{self.directives(0.2)} {{ {inner} }} }}"
        name = self.name("F")
        self.fragments.append(f"fragment {name} on {parent.name} {{ {inner} }}")
        return f"...{name}{directives}"


def _field(name: str, alias: str | None) -> FieldNode:
    return FieldNode(
        name=NameNode(value=name), alias=NameNode(value=alias) if alias else None, arguments=(), directives=()
    )


def _on(kind: str, *fields: FieldNode) -> InlineFragmentNode:
    return InlineFragmentNode(
        type_condition=NamedTypeNode(name=NameNode(value=kind)),
        directives=(),
        selection_set=SelectionSetNode(selections=fields),
    )


def _names(node):
    """Return the names that the answer has a selection under."""
    if isinstance(node, FieldNode):
        return [(node.alias or node.name).value]
    return [name for part in node.selection_set.selections for name in _names(part)]


def fan_out(type_, owner: str, page: int | None) -> int:
    """Return how many objects a field of a type gives, roughly; `page` where it was asked for."""
    if isinstance(type_, GraphQLNonNull):
        return fan_out(type_.of_type, owner, page)
    if isinstance(type_, GraphQLList):
        return LONG_LISTS.get(owner, SHORT_LIST)
    return 1


def rewritten(shape, seed: int, values: Values) -> Operation:
    """Return the operation that a seed makes of a shape."""
    return Rewriter(Random(seed), values).operation(shape)

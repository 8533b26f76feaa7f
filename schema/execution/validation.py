"""Validation: ordinary documents are found valid in one short walk, all others go through graphql-core's rules.

graphql-core looks at each node with 32 rules and takes most of the time that a new document costs. The walk here says
"valid" where none of the rules can find an error, and nothing else: what it does not know, or what may be wrong, it
leaves to the rules, whose errors are the answer. So invalid documents have one judge. Left to them on purpose are
subscriptions, directives other than @skip and @include, input objects of which one field is to be given, and large
documents, of which the rules may give up some.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLIncludeDirective,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    ValidationContext,
    specified_rules,
)
from graphql.language import ParallelVisitor, visit
from graphql.utilities import do_types_overlap
from graphql.validation.validate import (
    FragmentNestingVisitor,
    ValidationAbortedError,
    query_document_keys_to_validate,
)
from graphql.validation.validation_context import NodeWithSelectionSet, VariableUsage, VariableUsageVisitor

from schema.execution.merging import Merging
from schema.execution.outline import Outline
from schema.execution.survey import fragments_of
from schema.execution.uses import Doubtful, Use, Variables, arguments_used

MOST_DEFINITIONS = 100
"""Operations and fragments of a document that is not left to the rules, which give up what takes too many steps.

With this and the next two bounds they take less than 400,000 steps to compare fields, of 500,000 that they allow, and
2,000 to follow fragments, of 50,000.
"""

MOST_USES = 400
"""Fragments, their spreads, and variables where they are used, over all operations of such a document."""

MOST_OVERLAPS = 100
"""Pairs of fields that have one place in the answer of such a document."""

MOST_NESTING = 200
"""Selection sets within each other, over all definitions: as many as the rules walk through fragments."""

INTROSPECTION_LISTS = 3
"""Lists of the schema's parts within each other that the rules refuse."""

_LISTS = frozenset({"fields", "interfaces", "possibleTypes", "inputFields"})
_CONDITIONS = {directive.name: directive.args for directive in (GraphQLSkipDirective, GraphQLIncludeDirective)}


def errors_of(outline: Outline, document: DocumentNode, *, max_errors: int, overlaps: int) -> list[GraphQLError]:
    """Return a document's errors, those of graphql-core's rules; none where it is valid.

    `overlaps` is how many pairs of fields have one place in the answer.
    """
    if is_clearly_valid(outline, document, overlaps=overlaps):
        return []
    return _by_the_rules(outline, document, max_errors)


class _Context(ValidationContext):
    """What rules share, as graphql-core has it, without the visitors that it leaves behind."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, kinds: TypeInfo, found: Callable[[GraphQLError], None]
    ) -> None:
        super().__init__(schema, document, kinds, found)
        self._kinds = kinds
        self._used: dict[int, list[VariableUsage]] = {}

    def get_variable_usages(self, node: NodeWithSelectionSet) -> list[VariableUsage]:
        """Return the variables that a definition of the document uses, each time it does."""
        usages = self._used.get(id(node))
        if usages is None:
            visitor = VariableUsageVisitor(self._kinds, node if isinstance(node, FragmentDefinitionNode) else None)
            around = TypeInfoVisitor(self._kinds, visitor)
            visit(node, around)
            usages = self._used[id(node)] = visitor.usages
            vars(visitor).clear()
            vars(around).clear()
        return usages


def _by_the_rules(outline: Outline, document: DocumentNode, max_errors: int) -> list[GraphQLError]:
    """Return what graphql-core's rules find, as its `validate` does, and let them go.

    Visitors hold on to themselves, and to the document: left alone, the garbage collector would have to find them, and
    walk a document of thousands of nodes, while every thread waits.
    """
    errors: list[GraphQLError] = []

    def found(error: GraphQLError) -> None:
        if len(errors) >= max_errors:
            raise ValidationAbortedError(TOO_MANY_ERRORS)
        errors.append(error)

    kinds = TypeInfo(outline.schema)
    context = _Context(outline.schema, document, kinds, found)
    fragments = {node.name.value: node for node in fragments_of(document.definitions)}
    together = ParallelVisitor([FragmentNestingVisitor(fragments), *(rule(context) for rule in specified_rules)])
    visitor = TypeInfoVisitor(kinds, together)
    try:
        visit(document, visitor, query_document_keys_to_validate)
    except ValidationAbortedError as aborted:
        aborted.__context__ = None
        errors.append(aborted.with_traceback(None))
    except RecursionError:
        errors.append(ValidationAbortedError(ABORTED))
    for each in (*together.visitors, together, visitor, context):
        vars(each).clear()
    return errors


ABORTED = "Validation aborted."
TOO_MANY_ERRORS = f"Too many validation errors, error limit reached. {ABORTED}"


def is_clearly_valid(outline: Outline, document: DocumentNode, *, overlaps: int) -> bool:
    """Tell whether no rule can find an error; False also means: not known."""
    if overlaps > MOST_OVERLAPS:
        return False
    fragments = {node.name.value: node for node in fragments_of(document.definitions)}
    try:
        _Document(outline, fragments).check(document)
        if overlaps:
            Merging(outline, fragments).check(document)
    except (Doubtful, RecursionError):
        return False
    return True


@dataclass(slots=True)
class _Definition:
    """What one operation or fragment uses, its own selections alone; `nesting` counts selection sets in each other."""

    uses: list[Use] = field(default_factory=list)
    spreads: list[str] = field(default_factory=list)
    nesting: int = 0


class _Document:
    """Walks each definition of a document once; raises `Doubtful` for what may be invalid."""

    def __init__(self, outline: Outline, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._outline = outline
        self._fragments = fragments
        self._spread_on: dict[str, GraphQLCompositeType] = {}
        self._lists_behind: dict[str, int] = {}
        self._used = 0
        self._now = _Definition()

    def check(self, document: DocumentNode) -> None:
        """Do nothing for a document that is valid for certain."""
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        names = {node.name.value if node.name else None for node in operations}
        if len(operations) + len(self._fragments) != len(document.definitions) or len(names) < len(operations):
            raise Doubtful
        if len(document.definitions) > MOST_DEFINITIONS or (None in names and len(operations) > 1):
            raise Doubtful
        self._spread_on = {name: self._condition(node.type_condition) for name, node in self._fragments.items()}
        found = {name: self._of_fragment(name, node) for name, node in self._fragments.items()}
        reached: set[str] = set()
        for node in operations:
            reached |= self._operation(node, found)
        if reached != self._fragments.keys():
            raise Doubtful

    def _operation(self, node: OperationDefinitionNode, fragments: Mapping[str, _Definition]) -> set[str]:
        """Check an operation, and return the fragments that it reaches."""
        root = self._outline.schema.query_type
        if node.operation is not OperationType.QUERY or node.directives or root is None:
            raise Doubtful
        variables = Variables(self._outline.schema, node.variable_definitions or ())
        own = self._definition(node.selection_set, root)
        reached = _reached(own, fragments)
        parts = [own, *(fragments[name] for name in reached)]
        uses = [use for part in parts for use in part.uses]
        self._used += len(reached) + len(uses) + sum(len(part.spreads) for part in parts)
        if self._used > MOST_USES or sum(part.nesting for part in parts) > MOST_NESTING:
            raise Doubtful
        variables.check(uses)
        return set(reached)

    def _of_fragment(self, name: str, node: FragmentDefinitionNode) -> _Definition:
        if node.directives or node.variable_definitions:
            raise Doubtful
        return self._definition(node.selection_set, self._spread_on[name])

    def _definition(self, selections: SelectionSetNode, kind: GraphQLCompositeType) -> _Definition:
        self._now = _Definition()
        self._selections(selections, kind, 1)
        return self._now

    def _selections(self, selections: SelectionSetNode, kind: GraphQLCompositeType, nesting: int) -> None:
        now = self._now
        now.nesting = max(now.nesting, nesting)
        fields = self._outline.fields(kind)
        for node in selections.selections:
            if node.directives:
                self._directives(node.directives)
            if isinstance(node, FieldNode):
                found = fields.get(node.name.value)
                if found is None:
                    raise Doubtful
                if node.arguments or found.required:
                    given = arguments_used(node.arguments or (), found.arguments, now.uses)
                    if not found.required <= given:
                        raise Doubtful
                if node.selection_set is None or found.below is None:
                    if node.selection_set is not None or found.below is not None:
                        raise Doubtful
                    continue
                if node.name.value.startswith("__") and self._lists(node.selection_set) >= INTROSPECTION_LISTS:
                    raise Doubtful
                self._selections(node.selection_set, found.below, nesting + 1)
            elif isinstance(node, FragmentSpreadNode):
                self._spread(node, kind)
            elif isinstance(node, InlineFragmentNode):
                on = self._condition(node.type_condition) if node.type_condition else kind
                self._overlapping(on, kind)
                self._selections(node.selection_set, on, nesting + 1)

    def _spread(self, node: FragmentSpreadNode, kind: GraphQLCompositeType) -> None:
        name = node.name.value
        if node.arguments or name not in self._spread_on:
            raise Doubtful
        self._overlapping(self._spread_on[name], kind)
        self._now.spreads.append(name)

    def _condition(self, node: NamedTypeNode) -> GraphQLCompositeType:
        kind = self._outline.composite(node.name.value)
        if kind is None:
            raise Doubtful
        return kind

    def _overlapping(self, one: GraphQLCompositeType, other: GraphQLCompositeType) -> None:
        if one is not other and not do_types_overlap(self._outline.schema, one, other):
            raise Doubtful

    def _directives(self, nodes: tuple[DirectiveNode, ...]) -> None:
        if len({node.name.value for node in nodes}) < len(nodes):
            raise Doubtful
        for node in nodes:
            arguments = _CONDITIONS.get(node.name.value)
            if arguments is None or arguments_used(node.arguments or (), arguments, self._now.uses) != {"if"}:
                raise Doubtful

    def _lists(self, selections: SelectionSetNode) -> int:
        """Return how many lists of the schema's parts stand within each other, with fragments in place."""
        most = 0
        for node in selections.selections:
            if isinstance(node, FragmentSpreadNode):
                most = max(most, self._lists_of_fragment(node.name.value))
            elif (below := getattr(node, "selection_set", None)) is not None:
                own = isinstance(node, FieldNode) and node.name.value in _LISTS
                most = max(most, own + self._lists(below))
        return most

    def _lists_of_fragment(self, name: str) -> int:
        if name not in self._fragments:
            raise Doubtful
        if name not in self._lists_behind:
            self._lists_behind[name] = self._lists(self._fragments[name].selection_set)
        return self._lists_behind[name]


def _reached(own: _Definition, fragments: Mapping[str, _Definition]) -> list[str]:
    """Return the fragments that a definition reaches, each once; raises `Doubtful` for one that reaches itself."""
    found: list[str] = []
    within: set[str] = set()

    def follow(name: str) -> None:
        if name in within:
            raise Doubtful
        if name in found:
            return
        within.add(name)
        for spread in fragments[name].spreads:
            follow(spread)
        within.remove(name)
        found.append(name)

    for spread in own.spreads:
        follow(spread)
    return found

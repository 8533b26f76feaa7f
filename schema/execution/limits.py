"""What a document may be, before it is validated: its size as written, and its size with all fragments in place.

The stock limiters walk a fragment once for each path to it: 21 chained fragments take them seconds. Here the number of
fields behind a fragment is computed once, and a document of too many is refused before anything walks it; whatever
walks it afterwards, as validation does, has that bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
)

from schema.execution.parsing import parsed_plainly
from schema.limits import DocumentLimits

INTROSPECTION_FIELDS = frozenset({"__schema", "__type", "_service"})
"""Fields that tell the schema; `_service` does so to gateways."""


def refused(code: str, message: str) -> GraphQLError:
    """Return the error of a document that is over a limit."""
    return GraphQLError(message, extensions={"code": code})


def parsed_within(document: str, limits: DocumentLimits) -> DocumentNode:
    """Parse a document; raises a `GraphQLError`, that of a limit where it has too many tokens or is nested too deeply.

    graphql-core's parser stops at the limit: what follows is not read.
    """
    plain = parsed_plainly(document, max_tokens=limits.max_tokens)
    if plain is not None:
        return plain
    try:
        parsed = parse(document, max_lexical_tokens=limits.max_tokens, max_comments=limits.max_tokens)
    except GraphQLSyntaxError as error:
        if "Document contains more than" in error.message:
            raise refused("TOKENS_EXCEEDED", f"the document has more than {limits.max_tokens} tokens") from None
        if "nested too deeply" in error.message:
            raise too_deep() from None
        raise
    _unchain(parsed)
    return parsed


def _unchain(document: DocumentNode) -> None:
    """Let the tokens go: each holds the one before and the one after, and the document's places hold some of them.

    Without it every document is a circle, which the garbage collector alone frees. Nobody reads the chain any more.
    """
    token = document.loc.start_token if document.loc else None
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


def check_document(document: DocumentNode, operation: OperationDefinitionNode, limits: DocumentLimits) -> int:
    """Return how many pairs of fields have one place in the answer, for a document within the limits.

    Raises a `GraphQLError` with the code of the first limit that it breaks. The order: what is counted as written, then
    what is counted with fragments in place, then what is compared.
    """
    _check_written(document, limits)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    try:
        _check_sizes(fragments, operations, operation, limits)
        return _overlaps(fragments, operations, limits)
    except RecursionError:
        raise too_deep() from None


def too_deep() -> GraphQLError:
    """Return the error of a document whose nesting is beyond what any limit counts."""
    return refused("DEPTH_EXCEEDED", "the document is nested too deeply")


def _check_sizes(
    fragments: Mapping[str, FragmentDefinitionNode],
    operations: Sequence[OperationDefinitionNode],
    operation: OperationDefinitionNode,
    limits: DocumentLimits,
) -> None:
    sizes = _Sizes(fragments)
    asked = {id(node): sizes.of(node.selection_set) for node in operations}
    # Fragments too, for validation walks those that no operation reaches.
    spread = [sizes.of_fragment(name) for name in fragments]
    fields = max(sum(size.fields for size in asked.values()), *(size.fields for size in spread), 0)
    _within("FIELDS_EXCEEDED", "fields, with its fragments in place", fields, limits.max_fields)
    depth = max(size.depth for size in (*asked.values(), *spread))
    _within("DEPTH_EXCEEDED", "levels of fields", depth, limits.max_depth)
    _within("ROOT_FIELDS_EXCEEDED", "fields at its root", asked[id(operation)].roots, limits.max_root_fields)


def _overlaps(
    fragments: Mapping[str, FragmentDefinitionNode],
    operations: Sequence[OperationDefinitionNode],
    limits: DocumentLimits,
) -> int:
    overlaps = _Overlaps(fragments, limits.max_overlaps)
    for operation in operations:
        overlaps.count([operation.selection_set])
    for name, fragment in fragments.items():
        if name not in overlaps.reached:
            overlaps.count([fragment.selection_set])
    return overlaps.pairs


def _within(code: str, what: str, count: int, most: int) -> None:
    if count > most:
        raise refused(code, f"the document has more than {most} {what}: ask for less at once")


@dataclass(slots=True)
class _Written:
    """Counts what a document writes."""

    aliases: int = 0
    directives: int = 0
    introspection: bool = False

    def count(self, definition: OperationDefinitionNode | FragmentDefinitionNode) -> None:
        """Count one definition."""
        self.directives += len(definition.directives or ())
        self.directives += sum(len(node.directives or ()) for node in definition.variable_definitions or ())
        pending: list[SelectionSetNode] = [definition.selection_set]
        while pending:
            for node in pending.pop().selections:
                if node.directives:
                    self.directives += len(node.directives)
                if isinstance(node, FieldNode):
                    if node.alias is not None:
                        self.aliases += 1
                    if node.name.value in INTROSPECTION_FIELDS:
                        self.introspection = True
                    if node.selection_set is not None:
                        pending.append(node.selection_set)
                elif isinstance(node, InlineFragmentNode):
                    pending.append(node.selection_set)


def _check_written(document: DocumentNode, limits: DocumentLimits) -> None:
    written = _Written()
    for node in document.definitions:
        # Others are not executable: validation refuses them.
        if isinstance(node, (OperationDefinitionNode, FragmentDefinitionNode)):
            written.count(node)
    _within("DEFINITIONS_EXCEEDED", "operations and fragments", len(document.definitions), limits.max_definitions)
    _within("ALIASES_EXCEEDED", "aliases", written.aliases, limits.max_aliases)
    _within("DIRECTIVES_EXCEEDED", "directives", written.directives, limits.max_directives)
    if written.introspection and not limits.introspection:
        raise refused(
            "INTROSPECTION_DISABLED",
            "this server does not tell its schema: __schema, __type and _service are not answered",
        )


class _Size(NamedTuple):
    """Of a selection set with its fragments in place: all fields, levels, and fields of its first level."""

    fields: int = 0
    depth: int = 0
    roots: int = 0


_NOTHING = _Size()


@dataclass(slots=True)
class _Sizes:
    """Measures selection sets, each fragment once. One that spreads itself is empty there: validation refuses it."""

    fragments: Mapping[str, FragmentDefinitionNode]
    known: dict[str, _Size] = field(default_factory=dict)

    def of(self, selections: SelectionSetNode) -> _Size:
        """Return the size of a selection set."""
        fields = depth = roots = 0
        for node in selections.selections:
            if isinstance(node, FieldNode) and node.selection_set is None:
                fields, depth, roots = fields + 1, depth or 1, roots + 1
                continue
            size = self._of_selection(node)
            fields, depth, roots = fields + size.fields, max(depth, size.depth), roots + size.roots
        return _Size(fields, depth, roots)

    def _of_selection(self, node: SelectionNode) -> _Size:
        if isinstance(node, FieldNode):
            below = _NOTHING if node.selection_set is None else self.of(node.selection_set)
            return _Size(below.fields + 1, below.depth + 1, 1)
        if isinstance(node, InlineFragmentNode):
            return self.of(node.selection_set)
        assert isinstance(node, FragmentSpreadNode)
        return self.of_fragment(node.name.value)

    def of_fragment(self, name: str) -> _Size:
        """Return the size of a fragment; of one that the document has not, nothing."""
        if name not in self.known:
            self.known[name] = _NOTHING
            if name in self.fragments:
                self.known[name] = self.of(self.fragments[name].selection_set)
        return self.known[name]


@dataclass(slots=True)
class _Overlaps:
    """Counts the pairs of fields with one place in the answer: the rule that fields must merge compares each."""

    fragments: Mapping[str, FragmentDefinitionNode]
    most: int
    pairs: int = 0
    reached: set[str] = field(default_factory=set)

    def count(self, sets: Iterable[SelectionSetNode]) -> None:
        """Count for selection sets that are merged into one, and for all below them; raises over the limit."""
        below: dict[str, list[SelectionSetNode]] = {}
        names: list[str] = []
        for node in self._fields(sets, set()):
            name = (node.alias or node.name).value
            names.append(name)
            if node.selection_set is not None:
                below.setdefault(name, []).append(node.selection_set)
        if len(set(names)) < len(names):
            self.pairs += sum(count * (count - 1) // 2 for count in Counter(names).values())
            _within("OVERLAPS_EXCEEDED", "pairs of fields with one name in one place", self.pairs, self.most)
        for nested in below.values():
            self.count(nested)

    def _fields(self, sets: Iterable[SelectionSetNode], seen: set[str]) -> Iterator[FieldNode]:
        for selections in sets:
            for node in selections.selections:
                if isinstance(node, FieldNode):
                    yield node
                elif isinstance(node, InlineFragmentNode):
                    yield from self._fields([node.selection_set], seen)
                else:
                    assert isinstance(node, FragmentSpreadNode)
                    fragment = self.fragments.get(node.name.value)
                    if fragment is not None and node.name.value not in seen:
                        seen.add(node.name.value)
                        self.reached.add(node.name.value)
                        yield from self._fields([fragment.selection_set], seen)

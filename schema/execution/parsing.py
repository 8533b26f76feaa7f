"""Parsing: ordinary documents are read in one short pass, all others by graphql-core's parser.

graphql-core reads character by character and makes a token of each word, a place of two tokens and a frozen node with
a call for each attribute: some nine microseconds for the name of a field. Here one regular expression cuts the text,
and nodes are made as they are. What comes out is what graphql-core gives, places included, but that a place has no
tokens: `start`, `end` and `source` are all that errors need.

What is not plainly an operation or a fragment, or may break a limit, is left to graphql-core, whose errors are the
answer. So documents that cannot be read have one judge. Left to it on purpose are descriptions, strings with escapes
and block strings, and deep nesting.

The grammar, in the words of GraphQL's own (section 2), without what is left to graphql-core:

    Document     = (Operation | Fragment)+
    Operation    = SelectionSet | ("query" | "mutation" | "subscription") Name? Variables? Directive* SelectionSet
    Variables    = "(" ("$" Name ":" Type ("=" Value)? Directive*)+ ")"
    Fragment     = "fragment" Name "on" Name Directive* SelectionSet
    SelectionSet = "{" Selection* "}"
    Selection    = (Name ":")? Name Arguments? Directive* SelectionSet?
                 | "..." Name Directive*
                 | "..." ("on" Name)? Directive* SelectionSet
    Arguments    = "(" (Name ":" Value)+ ")"
    Directive    = "@" Name Arguments?
    Type         = (Name | "[" Type "]") "!"?
    Value        = "$" Name | Number | String | Name | "[" Value* "]" | "{" (Name ":" Value)* "}"
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any, TypeVar

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListTypeNode,
    ListValueNode,
    Location,
    NamedTypeNode,
    NameNode,
    Node,
    NonNullTypeNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    Source,
    StringValueNode,
    TypeNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
)

N = TypeVar("N", bound=Node)

MOST_NESTING = 60
"""Selection sets, lists and objects within each other; what is deeper is left to graphql-core, which knows how far."""

IGNORED = frozenset(" \t\n\r,\ufeff#")
"""Characters that parts of a text begin with which say nothing."""

_PARTS = re.compile(
    r"[_A-Za-z][_0-9A-Za-z]*"
    r"|[ \t\n\r,\ufeff]+"
    r"|[!$():=@\[\]{}]"
    r"|\.\.\."
    # Without escapes, and no beginning of a block string.
    r'|"(?:[^"\\\n\r\ud800-\udfff]+"|"(?!"))'
    r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![_0-9A-Za-z.])"
    r"|\#[^\n\r\ud800-\udfff]*"
)

_OPERATIONS = {kind.value: kind for kind in OperationType}
_CONSTANTS = {"true": True, "false": False}

_new = object.__new__
# Nodes are frozen. Each gets all its attributes: graphql-core's printer reads those of the instance alone.
_set = object.__setattr__


def parsed_plainly(text: str, *, max_tokens: int) -> DocumentNode | None:
    """Return the document; None where it is left to graphql-core, as it is with more tokens or comments than that."""
    parts = _PARTS.findall(text)
    places = [0, *accumulate(map(len, parts))]
    # What no part matches is left out.
    if places[-1] != len(text) or text.count("#") > max_tokens:
        return None
    tokens = [pair for pair in zip(parts, places, strict=False) if pair[0][0] not in IGNORED]
    if not tokens or len(tokens) > max_tokens:
        return None
    try:
        return _Reader(text, tokens).document()
    except (_NotPlain, RecursionError):
        return None


class _NotPlain(Exception):
    """A text that graphql-core is to read."""


def _node(kind: type[N], loc: Location, **attributes: Any) -> N:
    node = _new(kind)
    _set(node, "loc", loc)
    for name, value in attributes.items():
        _set(node, name, value)
    return node


class _Reader:
    """Reads tokens from the first to the last: `_at` is the place of the next one."""

    __slots__ = ("_at", "_nesting", "_source", "_starts", "_texts")

    def __init__(self, text: str, tokens: list[tuple[str, int]]) -> None:
        # Behind the last token stands one that is none.
        self._texts = [token for token, _ in tokens] + [""]
        self._starts = [start for _, start in tokens] + [len(text)]
        self._source = Source(text)
        self._at = 0
        self._nesting = 0

    def document(self) -> DocumentNode:
        """Read all of it."""
        definitions: list[OperationDefinitionNode | FragmentDefinitionNode] = []
        while self._texts[self._at]:
            definitions.append(self._definition())
        whole = self._place(0)
        whole.start, whole.end = 0, len(self._source.body)
        return _node(DocumentNode, whole, definitions=tuple(definitions))

    def _place(self, begin: int) -> Location:
        """Return the place from this token to the last one that was read."""
        last = self._at - 1
        place = _new(Location)
        place.start = self._starts[begin]
        place.end = self._starts[last] + len(self._texts[last])
        place.source = self._source
        return place

    def _expect(self, text: str) -> None:
        if self._texts[self._at] != text:
            raise _NotPlain
        self._at += 1

    def _name(self) -> NameNode:
        at = self._at
        text = self._texts[at]
        # Of all tokens names alone are identifiers: they are of ASCII.
        if not text.isidentifier():
            raise _NotPlain
        self._at = at + 1
        place = _new(Location)
        start = place.start = self._starts[at]
        place.end = start + len(text)
        place.source = self._source
        node = _new(NameNode)
        _set(node, "value", text)
        _set(node, "loc", place)
        return node

    def _definition(self) -> OperationDefinitionNode | FragmentDefinitionNode:
        begin = self._at
        first = self._texts[begin]
        if first == "fragment":
            return self._fragment_definition(begin)
        if first == "{":
            found = _operation(OperationType.QUERY)
        else:
            if first not in _OPERATIONS:
                raise _NotPlain
            self._at += 1
            found = _operation(_OPERATIONS[first])
            if self._texts[self._at].isidentifier():
                found["name"] = self._name()
            found["variable_definitions"] = self._variables()
            found["directives"] = self._directives(constant=False)
        selections = self._selections()
        return _node(OperationDefinitionNode, self._place(begin), selection_set=selections, **found)

    def _fragment_definition(self, begin: int) -> FragmentDefinitionNode:
        self._at += 1
        if self._texts[self._at] == "on":
            raise _NotPlain
        name = self._name()
        self._expect("on")
        found: dict[str, Any] = {"description": None, "name": name, "variable_definitions": ()}
        found["type_condition"] = self._named_type()
        found["directives"] = self._directives(constant=False)
        found["selection_set"] = self._selections()
        return _node(FragmentDefinitionNode, self._place(begin), **found)

    def _variables(self) -> tuple[VariableDefinitionNode, ...] | None:
        if self._texts[self._at] != "(":
            return None
        self._at += 1
        found = [self._variable_definition()]
        while self._texts[self._at] != ")":
            found.append(self._variable_definition())
        self._at += 1
        return tuple(found)

    def _variable_definition(self) -> VariableDefinitionNode:
        begin = self._at
        found: dict[str, Any] = {"description": None, "variable": self._variable(), "default_value": None}
        self._expect(":")
        found["type"] = self._type()
        if self._texts[self._at] == "=":
            self._at += 1
            found["default_value"] = self._value(constant=True)
        found["directives"] = self._directives(constant=True)
        return _node(VariableDefinitionNode, self._place(begin), **found)

    def _variable(self) -> VariableNode:
        begin = self._at
        self._expect("$")
        name = self._name()
        return _node(VariableNode, self._place(begin), name=name)

    def _named_type(self) -> NamedTypeNode:
        name = self._name()
        assert name.loc is not None
        return _node(NamedTypeNode, name.loc, name=name)

    def _type(self) -> TypeNode:
        begin = self._at
        kind: TypeNode
        if self._texts[begin] == "[":
            self._at += 1
            self._enter()
            below = self._type()
            self._nesting -= 1
            self._expect("]")
            kind = _node(ListTypeNode, self._place(begin), type=below)
        else:
            kind = self._named_type()
        if self._texts[self._at] == "!":
            self._at += 1
            return _node(NonNullTypeNode, self._place(begin), type=kind)
        return kind

    def _enter(self) -> None:
        self._nesting += 1
        if self._nesting > MOST_NESTING:
            raise _NotPlain

    def _selections(self) -> SelectionSetNode:
        begin = self._at
        self._expect("{")
        self._enter()
        texts = self._texts
        found: list[SelectionNode] = []
        while (text := texts[self._at]) != "}":
            found.append(self._spread() if text == "..." else self._field())
        self._at += 1
        self._nesting -= 1
        return _node(SelectionSetNode, self._place(begin), selections=tuple(found))

    def _field(self) -> FieldNode:
        begin = self._at
        texts = self._texts
        name, alias = self._name(), None
        following = texts[begin + 1]
        if following == ":":
            self._at += 1
            name, alias = self._name(), name
            following = texts[self._at]
        arguments = directives = selections = None
        if following == "(":
            arguments = self._arguments(constant=False)
            following = texts[self._at]
        if following == "@":
            directives = self._directives(constant=False)
            following = texts[self._at]
        if following == "{":
            selections = self._selections()
        node = _new(FieldNode)
        # A name alone has the field's place.
        _set(node, "loc", name.loc if self._at == begin + 1 else self._place(begin))
        _set(node, "directives", directives)
        _set(node, "name", name)
        _set(node, "alias", alias)
        _set(node, "arguments", arguments)
        _set(node, "selection_set", selections)
        return node

    def _spread(self) -> FragmentSpreadNode | InlineFragmentNode:
        begin = self._at
        self._at += 1
        found: dict[str, Any] = {"type_condition": None}
        following = self._texts[self._at]
        if following == "on":
            self._at += 1
            found["type_condition"] = self._named_type()
        elif following.isidentifier():
            name = self._name()
            directives = self._directives(constant=False)
            return _node(FragmentSpreadNode, self._place(begin), name=name, arguments=None, directives=directives)
        found["directives"] = self._directives(constant=False)
        found["selection_set"] = self._selections()
        return _node(InlineFragmentNode, self._place(begin), **found)

    def _arguments(self, *, constant: bool) -> tuple[ArgumentNode, ...]:
        self._expect("(")
        found = [self._named_value(ArgumentNode, constant=constant)]
        while self._texts[self._at] != ")":
            found.append(self._named_value(ArgumentNode, constant=constant))
        self._at += 1
        return tuple(found)

    def _named_value(self, kind: type[N], *, constant: bool) -> N:
        begin = self._at
        name = self._name()
        self._expect(":")
        value = self._value(constant=constant)
        return _node(kind, self._place(begin), name=name, value=value)

    def _directives(self, *, constant: bool) -> tuple[DirectiveNode, ...] | None:
        if self._texts[self._at] != "@":
            return None
        found = []
        while self._texts[self._at] == "@":
            begin = self._at
            self._at += 1
            name = self._name()
            arguments = self._arguments(constant=constant) if self._texts[self._at] == "(" else None
            found.append(_node(DirectiveNode, self._place(begin), name=name, arguments=arguments))
        return tuple(found)

    def _value(self, *, constant: bool) -> ValueNode:
        text = self._texts[self._at]
        if text in {"[", "{"}:
            return self._values(text, constant=constant)
        if text == "$" and not constant:
            return self._variable()
        begin = self._at
        self._at += 1
        place = self._place(begin)
        if text.isidentifier():
            return _named(text, place)
        if text[:1] == '"':
            return _node(StringValueNode, place, value=text[1:-1], block=False)
        # What is left of all tokens, but for marks, are numbers.
        if text[-1:].isdecimal():
            return _node(IntValueNode if text.lstrip("-").isdecimal() else FloatValueNode, place, value=text)
        raise _NotPlain

    def _values(self, opening: str, *, constant: bool) -> ListValueNode | ObjectValueNode:
        begin = self._at
        self._at += 1
        self._enter()
        found: list[Any] = []
        closing = "]" if opening == "[" else "}"
        while self._texts[self._at] != closing:
            if opening == "[":
                found.append(self._value(constant=constant))
            else:
                found.append(self._named_value(ObjectFieldNode, constant=constant))
        self._at += 1
        self._nesting -= 1
        if opening == "[":
            return _node(ListValueNode, self._place(begin), values=tuple(found))
        return _node(ObjectValueNode, self._place(begin), fields=tuple(found))


def _operation(kind: OperationType) -> dict[str, Any]:
    return {"operation": kind, "description": None, "name": None, "variable_definitions": None, "directives": None}


def _named(text: str, place: Location) -> ValueNode:
    if text in _CONSTANTS:
        return _node(BooleanValueNode, place, value=_CONSTANTS[text])
    return _node(NullValueNode, place) if text == "null" else _node(EnumValueNode, place, value=text)

"""YAML to plain values, safely and within bounds, with every scalar kept as the text that was written.

YAML guesses types: unquoted `1.10` is the number 1.1, `2025.08` is 2025.08, `no` is false, `85` is no text. Pages
hold versions and variants, so here a scalar is text, but for the literals that JSON has too: null (also `~` and
nothing), true and false. Only the parser of PyYAML is used, libyaml's where it is built in; nothing is constructed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn, TypeAlias

import yaml

from graph.errors import SourceError, SourceTooLarge
from graph.sources.bounds import Bounds

Plain = None | bool | str | list["Plain"] | dict[str, "Plain"]

_Event: TypeAlias = Any
"""A parser's event: PyYAML's stubs leave out the attributes of those of nodes."""

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_LITERALS = {"": None, "~": None, "null": None, "true": True, "false": False}

_CORE_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map", "timestamp")
)

_ESCAPED_PAIR = re.compile(r"(\\\\)|\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
"""A character beyond the basic plane as JSON escapes it; libyaml refuses the halves."""


class Field(NamedTuple):
    """The value of one key of the document, the line that it starts on, and the lines of its items if it is a list.

    Lines are those of the file, from 1.
    """

    value: Plain
    line: int
    item_lines: tuple[int, ...] = ()


def plain_scalar(text: str) -> str | bool | None:
    """Return what an unquoted scalar says: JSON's literals, and else the text.

    >>> [plain_scalar(text) for text in ("1.10", "no", "true", "~", "~virtualenv")]
    ['1.10', 'no', True, None, '~virtualenv']
    """
    return _LITERALS.get(text, text)


def read_yaml(text: str, *, place: str, first_line: int, bounds: Bounds) -> dict[str, Field]:
    """Read one YAML mapping; an empty document is an empty one. Of a key that is repeated the last counts.

    `first_line` is the line of the file that `text` begins on. What is no YAML, no mapping or beyond the bounds
    raises `SourceError` with file and line.
    """
    composer = _Composer(_joined_surrogates(text), place=place, first_line=first_line, bounds=bounds)
    try:
        return composer.fields()
    except yaml.MarkedYAMLError as error:
        raise composer.syntax_error(error, lines=text.count("\n")) from error
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n")
        raise composer.error(f"the character #x{error.character:04x} is not allowed in YAML", line) from error
    except yaml.YAMLError as error:
        raise composer.error(str(error), 0) from error


def _joined_surrogates(text: str) -> str:
    def join(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        high, low = int(match[2], 16), int(match[3], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))

    return _ESCAPED_PAIR.sub(join, text) if "\\u" in text else text


class _Composer:
    """Turns the parser's events into values, and counts while it does."""

    def __init__(self, text: str, *, place: str, first_line: int, bounds: Bounds) -> None:
        self._events: Iterator[_Event] = yaml.parse(text, Loader=_Loader)
        self._place = place
        self._first_line = first_line
        self._bounds = bounds
        self._anchors: dict[str, tuple[Plain, int]] = {}
        self._aliases = 0
        self._nodes = 0

    def error(self, message: str, line: int) -> SourceError:
        """Return an error at a line of the text, counted from 0."""
        return SourceError(message, place=f"{self._place}:{self._first_line + line}")

    def syntax_error(self, error: yaml.MarkedYAMLError, *, lines: int) -> SourceError:
        """Say what the parser met, where, and in what: a quotation that does not end began on an earlier line."""
        mark, context_mark = error.problem_mark or error.context_mark, error.context_mark
        line = min(mark.line, lines) if mark else 0
        context = error.context or ""
        if context and context_mark and context_mark.line != line:
            context += f" that begins on line {self._first_line + context_mark.line}"
        said = ", ".join(part for part in (context, error.problem) if part)
        column = f" (column {mark.column + 1})" if mark else ""
        return self.error(f"invalid YAML: {said}{column}", line)

    def fields(self) -> dict[str, Field]:
        """Read the one mapping that the text is, none where it is empty; raises `SourceError` for anything else."""
        event = next(self._events)
        while isinstance(event, (yaml.StreamStartEvent, yaml.DocumentStartEvent)):
            event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent) or _is_nothing(event):
            return {}
        if not isinstance(event, yaml.MappingStartEvent):
            self._refuse("expected a mapping: lines of `key: value`", event)
        self._check_tag(event)
        fields = {}
        for key in self._until(yaml.MappingEndEvent):
            name, lines = self._key(key), list[int]()
            value = next(self._events)
            fields[name] = Field(self._value(value, 1, lines), self._line(value), tuple(lines))
        if not isinstance(next(self._events), yaml.DocumentEndEvent) or not isinstance(
            after := next(self._events), yaml.StreamEndEvent
        ):
            self._refuse("expected one document", after)
        return fields

    def _value(self, event: _Event, depth: int, lines: list[int] | None = None) -> Plain:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        self._check_tag(event)
        self._count(1, event)
        before = self._nodes
        value: Plain
        if isinstance(event, yaml.ScalarEvent):
            value = plain_scalar(event.value) if event.implicit[0] else event.value
        elif depth >= self._bounds.nesting:
            self._too_large(f"more than {self._bounds.nesting} levels (`nesting`)", event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = []
            for item in self._until(yaml.SequenceEndEvent):
                if lines is not None:
                    lines.append(self._line(item))
                value.append(self._value(item, depth + 1))
        else:
            value = {}
            for key in self._until(yaml.MappingEndEvent):
                name = self._key(key)
                value[name] = self._value(next(self._events), depth + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = value, self._nodes - before + 1
        return value

    def _alias(self, event: yaml.AliasEvent) -> Plain:
        self._aliases += 1
        if self._aliases > self._bounds.aliases:
            self._too_large(f"more than {self._bounds.aliases} aliases (`aliases`)", event)
        if event.anchor not in self._anchors:
            self._refuse(f"the alias *{event.anchor} refers to nothing that ends before it", event)
        value, size = self._anchors[event.anchor]
        self._count(size, event)
        return value

    def _key(self, event: _Event) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse("expected text as a key", event)
        self._check_tag(event)
        return str(event.value)

    def _until(self, end: type[yaml.Event]) -> Iterator[_Event]:
        while not isinstance(event := next(self._events), end):
            yield event

    def _count(self, nodes: int, event: _Event) -> None:
        self._nodes += nodes
        if self._nodes > self._bounds.yaml_nodes:
            self._too_large(f"more than {self._bounds.yaml_nodes} values, aliases resolved (`yaml_nodes`)", event)

    def _check_tag(self, event: _Event) -> None:
        tag = event.tag
        if tag is not None and tag != "!" and tag not in _CORE_TAGS:
            self._refuse(f"the tag {tag} is not allowed", event)

    def _line(self, event: _Event) -> int:
        return int(self._first_line + event.start_mark.line)

    def _refuse(self, message: str, event: _Event) -> NoReturn:
        raise SourceError(message, place=f"{self._place}:{self._line(event)}")

    def _too_large(self, message: str, event: _Event) -> NoReturn:
        raise SourceTooLarge(message, place=f"{self._place}:{self._line(event)}")


def _is_nothing(event: _Event) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.value == ""

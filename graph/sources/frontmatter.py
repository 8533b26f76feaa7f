"""Jekyll front matter: YAML between two lines `---`, of which a page's large values are JSON on one line.

JSON is YAML, and reading it as JSON is six times faster than with libyaml, seventy times than without. So a line
`key: <JSON>` is read as JSON, a line of bare words as what it is, and all that is left as YAML. All give the same
values; what decides is that a page means the same whichever way its lines are written.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

import msgspec
from msgspec import Raw

from graph.errors import SourceError, SourceTooLarge
from graph.sources.bounds import Bounds, byte_count
from graph.sources.mismatch import MalformedJson, Mismatch, invalid_utf8, line_and_column, mismatch
from graph.sources.plainyaml import Field, Plain, plain_scalar, read_yaml

T = TypeVar("T")

_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n")
_CLOSING = re.compile(rb"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)

_WORD = rb"[A-Za-z0-9][A-Za-z0-9_.+/@-]*"
_LINE = re.compile(
    rb"(?P<key>[A-Za-z_][A-Za-z0-9_-]*):[ ]+"
    rb"(?:(?P<json>[\[{\"].*[\]}\"])|(?P<word>" + _WORD + rb"))[ \t]*\r?"
)
_WORDS = re.compile(rb"\[ *(" + _WORD + rb"(?: *, *" + _WORD + rb")*) *\]")
_KEY_FOLLOWS = re.compile(rb"\s*(?:^[A-Za-z_]|\Z)", re.MULTILINE)
"""A line stands for itself where another key or the end comes next: else it may go on there."""


class Value:
    """A value of the front matter or a part of it, as JSON not yet decoded or as plain YAML."""

    __slots__ = ("_bounds", "_item_lines", "_plain", "_raw", "line")

    def __init__(
        self,
        line: int,
        *,
        bounds: Bounds,
        raw: Raw | None = None,
        plain: Plain = None,
        item_lines: tuple[int, ...] = (),
    ) -> None:
        self.line = line
        self._raw = raw
        self._plain = plain
        self._item_lines = item_lines
        self._bounds = bounds

    def decode(self, kind: type[T]) -> T:
        """Return the value as that type; one that does not fit raises `Mismatch` with its path.

        A JSON number where text is wanted is the text of that number, as it would be in YAML: `1.10` stays "1.10".
        """
        if self._raw is None:
            return _converted(self._plain, kind)
        try:
            decoded: T = _decoder(cast(Hashable, kind)).decode(self._raw)
            return decoded
        except MalformedJson as error:
            found = mismatch(error)
        try:
            return _converted(self._as_yaml(), kind)
        except (Mismatch, SourceError):
            raise found from None

    def items(self) -> list[Value]:
        """Return the items of a list, each with its line; what is no list raises `Mismatch`."""
        if self._raw is not None:
            raws = self.decode(list[Raw])
            return [Value(self.line, bounds=self._bounds, raw=raw) for raw in raws]
        plain = self.decode(list)
        lines = self._item_lines or (self.line,) * len(plain)
        return [Value(line, bounds=self._bounds, plain=item) for item, line in zip(plain, lines, strict=True)]

    def _as_yaml(self) -> Plain:
        assert self._raw is not None, "only JSON is read again"
        text = f'"value": {bytes(self._raw).decode()}'
        return read_yaml(text, place="", first_line=self.line, bounds=self._bounds)["value"].value


class FrontMatter(NamedTuple):
    """The keys of a front matter and their values; `closed` is false where the second `---` is missing."""

    values: dict[str, Value]
    closed: bool


def read_front_matter(page: bytes, *, place: str, bounds: Bounds) -> FrontMatter:
    """Read the front matter of a page; what follows it is not looked at.

    A page without front matter, of text that is no UTF-8, or whose front matter is no YAML raises `SourceError`
    with the line of the file. A byte order mark, CRLF and a missing final newline make no difference.
    """
    text, closed = _front(page, place=place, bounds=bounds)
    values, rest = _values_by_line(text, bounds=bounds)
    if rest.strip():
        fields = read_yaml(rest.decode(), place=place, first_line=2, bounds=bounds)
        values.update({key: _of_field(field, bounds=bounds) for key, field in fields.items()})
    return FrontMatter(values, closed)


def read_as_yaml(page: bytes, *, place: str, bounds: Bounds) -> FrontMatter:
    """Read the front matter as YAML alone, which is what `read_front_matter` must agree with."""
    text, closed = _front(page, place=place, bounds=bounds)
    fields = read_yaml(text.decode(), place=place, first_line=2, bounds=bounds)
    return FrontMatter({key: _of_field(field, bounds=bounds) for key, field in fields.items()}, closed)


def _front(page: bytes, *, place: str, bounds: Bounds) -> tuple[bytes, bool]:
    if len(page) > bounds.page_bytes:
        limit = byte_count(bounds.page_bytes)
        raise SourceTooLarge(f"{len(page)} bytes; a page may have {limit} (`page_bytes`)", place=place)
    opening = _OPENING.match(page)
    if opening is None:
        raise SourceError("expected a page that begins with a line `---`", place=f"{place}:1")
    closing = _CLOSING.search(page, opening.end())
    text = page[opening.end() : closing.start() if closing else len(page)]
    if (offset := invalid_utf8(text)) is not None:
        where = line_and_column(page, opening.end() + offset)
        raise SourceError(f"byte 0x{text[offset]:02x} is not UTF-8", place=f"{place}:{where}")
    return text, closing is not None


def _values_by_line(text: bytes, *, bounds: Bounds) -> tuple[dict[str, Value], bytes]:
    """Take the lines that stand for themselves; return their values and the text with those lines left empty."""
    values: dict[str, Value] = {}
    rest = []
    end = 0
    for number, line in enumerate(text.splitlines(keepends=True), start=2):
        end += len(line)
        match = _LINE.fullmatch(line.rstrip(b"\n"))
        if match is not None and _KEY_FOLLOWS.match(text, end):
            value = _line_value(match["json"], match["word"], number, bounds=bounds)
            if value is not None:
                values[match["key"].decode()] = value
                line = b"\n"
        rest.append(line)
    return values, b"".join(rest)


def _line_value(text: bytes | None, word: bytes | None, number: int, *, bounds: Bounds) -> Value | None:
    if text is None:
        assert word is not None, "the line has one or the other"
        return Value(number, bounds=bounds, plain=plain_scalar(word.decode()))
    if (words := _WORDS.fullmatch(text)) is not None:
        return Value(number, bounds=bounds, plain=[plain_scalar(w.strip().decode()) for w in words[1].split(b",")])
    try:
        raw = msgspec.json.decode(text, type=Raw)
    except MalformedJson:
        return None
    return Value(number, bounds=bounds, raw=raw)


def _of_field(field: Field, *, bounds: Bounds) -> Value:
    return Value(field.line, bounds=bounds, plain=field.value, item_lines=field.item_lines)


@cache
def _decoder(kind: Hashable) -> Any:
    return msgspec.json.Decoder(kind)


def _converted(plain: Plain, kind: type[T]) -> T:
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        raise mismatch(error) from error

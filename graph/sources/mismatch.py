"""Where a JSON document is not what was expected: the path of a value, or the line and column of the text."""

from __future__ import annotations

import json
import re

import msgspec

from graph.errors import SourceError, SourceTooLarge

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

MalformedJson = (msgspec.DecodeError, ValueError, RecursionError)
"""What msgspec raises on bytes that it cannot decode: a key that is no UTF-8 is a ValueError, and so is an integer
of more than 4300 digits; nesting beyond the interpreter's stack is a RecursionError."""

_MSGSPEC_MESSAGE = re.compile(r"(?P<message>.*?)(?: - at `(?P<path>[^`]*)`)?", re.DOTALL)
_AT_BYTE = re.compile(r"(?:JSON is malformed: )?(?P<message>.*) \(byte (?P<byte>\d+)\)", re.DOTALL)
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[a-z2-7]{32}")

SHOWN_KEY = 64
"""Characters of a key that a path shows: twice a hash."""


class Mismatch(Exception):
    """A value that is not what was expected, `path` steps below the value that is being read.

    It never leaves the readers: each turns it into the `Problem` or `SourceError` of its own place.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}")
        self.message = message
        self.path = path

    def below(self, path: str) -> Mismatch:
        """Return the same mismatch, seen from the value that holds this one at `path`."""
        return Mismatch(self.message, path=path + self.path)


def mismatch(error: Exception) -> Mismatch:
    """Read what msgspec says of a document that does not fit its type.

    >>> found = mismatch(msgspec.ValidationError("Expected `str`, got `int` - at `$.spec.name`"))
    >>> found.path, found.message
    ('.spec.name', 'expected `str`, got `int`')
    """
    if isinstance(error, Mismatch):
        return error
    if isinstance(error, RecursionError):
        return Mismatch("nested too deeply")
    match = _MSGSPEC_MESSAGE.fullmatch(str(error))
    assert match is not None, "both parts of the pattern may be empty"
    message, path = match["message"], match["path"] or ""
    return Mismatch(message[:1].lower() + message[1:], path=path.removeprefix("$").removeprefix("key in $"))


def step(key: str) -> str:
    """Write a key as a step of a JSON path; an unusual one is quoted, a long one cut.

    >>> step("installs"), step("v0.18"), step("abcdefghijklmnopqrstuvwxyz234567")
    ('.installs', '["v0.18"]', '.abcdefghijklmnopqrstuvwxyz234567')
    """
    if _PLAIN_KEY.fullmatch(key) and len(key) <= SHOWN_KEY:
        return f".{key}"
    return f"[{json.dumps(key if len(key) <= SHOWN_KEY else key[:SHOWN_KEY] + '…', ensure_ascii=False)}]"


def document_error(error: Exception, data: bytes, *, place: str, expected: str) -> SourceError:
    """Say why a whole JSON document cannot be read: a line and column, or the path of what does not fit.

    `expected` is what the document should have been, such as "a build-cache index".
    """
    if isinstance(error, RecursionError):
        return SourceTooLarge(f"nested too deeply for {expected}", place=place)
    if isinstance(error, (msgspec.ValidationError, Mismatch)):
        found = mismatch(error)
        return SourceError(f"{found.message}; this is not {expected}", place=f"{place} ${found.path}")
    if not data.strip():
        return SourceError(f"the file is empty; expected {expected}", place=place)
    message, offset = _syntax_error(error, data)
    return SourceError(f"invalid JSON: {message}", place=f"{place}:{line_and_column(data, offset)}")


def _syntax_error(error: Exception, data: bytes) -> tuple[str, int]:
    if (at_byte := _AT_BYTE.fullmatch(str(error))) is not None:
        return at_byte["message"], int(at_byte["byte"])
    if (offset := invalid_utf8(data)) is not None:
        return f"byte 0x{data[offset]:02x} is not UTF-8", offset
    if "truncated" in str(error):
        return "the text ends too early", len(data)
    return str(error), 0


def invalid_utf8(data: bytes) -> int | None:
    """Return the offset of the first byte that is not UTF-8, or None where all are."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def line_and_column(data: bytes, offset: int) -> str:
    """Return `line:column` of a byte offset, both counted from 1, the column in characters.

    >>> line_and_column(b'{"a":\\n  nul}', 8)
    '2:3'
    """
    before = data[:offset]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
    return f"{line}:{column}"

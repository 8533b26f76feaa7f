"""A spec constraint's text, cut into tokens.

    dependency = ( "^" | "%" | "%%" ) ( "[" | [ assignment ] )
    close      = "]" [ assignment ]
    assignment = identifier { "," identifier } "=" ( dotted | identifier )
    version    = "@" versions                              (graph.versions.spec_version_end)
    switch     = ( "++" | "~~" | "--" | "+" | "~" | "-" ) word
    setting    = word ( ":==" | "==" | ":=" | "=" ) ( value | quoted )
    file       = ( "." | "/" | identifier "/" ) path ( ".json" | ".yaml" )
    name       = dotted | identifier | "*"
    dotted     = identifier "." identifier { "." identifier }
    hash       = "/" { letter | digit | "_" }
    quoted     = "'" { any } "'" | '"' { any } '"'         (a quote after a backslash is part of the text)

Blanks between tokens, after a dependency's sigil and after a switch's sign count for nothing; none may stand around
`=`. Of several tokens that could begin at a place, the first in the order above is it. What a token is depends on the
text alone, never on where the parser stands: `os=x%gcc` is one setting (`spack/spec_parser.py`, Spack 1.1).

Every step looks at a run of characters of one class, and a step that fails goes back once, over that token alone;
so the time is linear in the text. `Scanner.examined` counts the characters looked at, for the test of that.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from msgspec import Struct

from graph.versions import spec_version_end

_BLANK = re.compile(r"\s")
_BLANKS = re.compile(r"\s*+")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]*+")
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-.]*+")
_VALUE = re.compile(r"[A-Za-z0-9_\-+*.,:=%^~/\\]++")
_HASH = re.compile(r"[A-Za-z0-9_]++")
_PATH = re.compile(r"[A-Za-z0-9_\-./]*+")
_UP_TO_QUOTE = {quote: re.compile(f"[^{quote}]*+") for quote in "'\""}

_SIGILS = ("^", "%%", "%")
_SIGNS = ("++", "~~", "--", "+", "~", "-")
_OPERATORS = (":==", "==", ":=", "=")
_FILE_ENDINGS = (".json", ".yaml")


class Kind(Enum):
    """The kinds of token."""

    DEPENDENCY = auto()
    OPEN = auto()
    CLOSE = auto()
    VERSION = auto()
    SWITCH = auto()
    SETTING = auto()
    FILE = auto()
    NAME = auto()
    HASH = auto()
    END = auto()
    UNEXPECTED = auto()


class Token(Struct, frozen=True):
    """A token and what is in it, by kind.

    DEPENDENCY, OPEN: `sign` is the sigil. DEPENDENCY, CLOSE: `virtuals` and, in `value`, the name assigned to them.
    SWITCH: `sign`, `name`. SETTING: `name`, `sign` (the operator), `value` as it is written. NAME, HASH: `value`.
    VERSION: `value` is what follows the `@`.
    """

    kind: Kind
    start: int
    end: int
    sign: str = ""
    name: str = ""
    value: str = ""
    virtuals: tuple[str, ...] = ()


class Scanner:
    """The tokens of a text, one after the other. At the end it gives END for ever."""

    __slots__ = ("_file_ending", "_path_end", "_text", "examined", "position")

    def __init__(self, text: str) -> None:
        self._text = text
        self.position = 0
        self.examined = 0
        self._path_end = self._file_ending = 0

    def next(self) -> Token:
        """Return the next token and go past it; what no token begins with is UNEXPECTED, one character long."""
        start = self._run(_BLANKS, self.position)
        token = self._token(start)
        self.position = token.end
        return token

    def _token(self, start: int) -> Token:
        if start == len(self._text):
            return Token(Kind.END, start, start)
        for rule in _RULES.get(self._text[start], _WORD_RULES):
            token = rule(self, start)
            if token is not None:
                return token
        return Token(Kind.UNEXPECTED, start, start + 1)

    def _run(self, characters: re.Pattern[str], start: int) -> int:
        """Return where the run of these characters that begins at `start` ends: `start` where there is none."""
        match = characters.match(self._text, start)
        end = match.end() if match else start
        self.examined += end - start + 1
        return end

    def _one_of(self, choices: tuple[str, ...], start: int) -> str:
        self.examined += 1
        return next((choice for choice in choices if self._text.startswith(choice, start)), "")

    def _dependency(self, start: int) -> Token:
        sigil = self._one_of(_SIGILS, start)
        end = start + len(sigil)
        if self._text.startswith("[", end):
            return Token(Kind.OPEN, start, end + 1, sign=sigil)
        return self._with_assignment(Kind.DEPENDENCY, start, end, sigil)

    def _close(self, start: int) -> Token:
        return self._with_assignment(Kind.CLOSE, start, start + 1, "")

    def _with_assignment(self, kind: Kind, start: int, end: int, sigil: str) -> Token:
        first = self._run(_BLANKS, end)
        equals = self._identifiers(first, ",")
        if equals > first and self._text.startswith("=", equals):
            name_end = self._identifiers(equals + 1, ".")
            if name_end > equals + 1:
                virtuals = tuple(self._text[first:equals].split(","))
                name = self._text[equals + 1 : name_end]
                return Token(kind, start, name_end, sign=sigil, value=name, virtuals=virtuals)
        return Token(kind, start, end, sign=sigil)

    def _identifiers(self, start: int, separator: str) -> int:
        """Return where the identifiers end that begin at `start` with a separator between them."""
        end = self._run(_IDENTIFIER, start)
        while end > start and self._text.startswith(separator, end):
            further = self._run(_IDENTIFIER, end + 1)
            if further == end + 1:
                break
            end = further
        return end

    def _version(self, start: int) -> Token | None:
        end = spec_version_end(self._text, start)
        self.examined += end - start + 1
        if end == start:
            return None
        # Between the versions of a list any blank may stand; a version list knows the space alone.
        return Token(Kind.VERSION, start, end, value=_BLANK.sub(" ", self._text[start + 1 : end]))

    def _switch(self, start: int) -> Token | None:
        sign = self._one_of(_SIGNS, start)
        name = self._run(_BLANKS, start + len(sign))
        end = self._run(_WORD, name)
        return Token(Kind.SWITCH, start, end, sign=sign, name=self._text[name:end]) if end > name else None

    def _setting(self, start: int) -> Token | None:
        name_end = self._run(_WORD, start)
        operator = self._one_of(_OPERATORS, name_end) if name_end > start else ""
        while operator:
            end = self._value(name_end + len(operator))
            if end > name_end + len(operator):
                name, value = self._text[start:name_end], self._text[name_end + len(operator) : end]
                return Token(Kind.SETTING, start, end, sign=operator, name=name, value=value)
            # `k==` at the end sets k to "=".
            operator = operator[:-1] if operator.endswith("==") else ""
        return None

    def _value(self, start: int) -> int:
        if (quote := self._text[start : start + 1]) not in _UP_TO_QUOTE:
            return self._run(_VALUE, start)
        end = start + 1
        while (end := self._run(_UP_TO_QUOTE[quote], end)) < len(self._text):
            end += 1
            if self._text[end - 2] != "\\":
                return end
        return start

    def _file(self, start: int) -> Token | None:
        if start >= self._path_end:
            # Several tokens may stand in one run of a path's characters: its last ending is looked for once.
            self._path_end = self._run(_PATH, start)
            endings = (self._text.rfind(ending, start, self._path_end) for ending in _FILE_ENDINGS)
            self._file_ending = max(endings)
        head = start + 1
        if self._text[start] not in "./":
            head = self._run(_IDENTIFIER, start) + 1
            if self._text[head - 1 : head] != "/":
                return None
        if self._file_ending < head:
            return None
        return Token(Kind.FILE, start, self._file_ending + len(_FILE_ENDINGS[0]))

    def _name(self, start: int) -> Token | None:
        end = start + 1 if self._text[start] == "*" else self._identifiers(start, ".")
        return Token(Kind.NAME, start, end, value=self._text[start:end]) if end > start else None

    def _hash(self, start: int) -> Token | None:
        end = self._run(_HASH, start + 1)
        return Token(Kind.HASH, start, end, value=self._text[start + 1 : end]) if end > start + 1 else None


# fmt: off
_WORD_RULES = (Scanner._setting, Scanner._file, Scanner._name)
_RULES = {
    "^": (Scanner._dependency,), "%": (Scanner._dependency,),
    "]": (Scanner._close,),
    "@": (Scanner._version,),
    "+": (Scanner._switch,), "~": (Scanner._switch,), "-": (Scanner._switch,),
    "/": (Scanner._file, Scanner._hash),
    ".": (Scanner._file,),
    "*": (Scanner._name,),
}
"""Which tokens may begin with a character; a letter, a digit or `_` begins the others."""
# fmt: on

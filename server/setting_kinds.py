"""The kinds of settings: how a setting's text, from a flag, a variable or a file, becomes its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

Value = str | int | bool | None


class Kind(Protocol):
    """How the text of a setting becomes its value: `allowed` says what `parse` takes; else it raises ValueError."""

    @property
    def allowed(self) -> str:
        """What is allowed, in words: the end of an error message."""

    @property
    def placeholder(self) -> str:
        """What stands for the value in help texts."""

    def parse(self, text: str) -> Value:
        """Return the value of a text."""


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A number from `least` to `most`, both included."""

    least: int
    most: int
    placeholder: str = "N"

    @property
    def allowed(self) -> str:
        """The bounds, in words."""
        return f"a whole number from {self.least} to {self.most}"

    def parse(self, text: str) -> int:
        """Return the number.

        >>> WholeNumber(1, 64).parse("8")
        8
        """
        number = int(text)
        if not self.least <= number <= self.most:
            raise ValueError(text)
        return number


@dataclass(frozen=True, slots=True)
class Switch:
    """On or off: on the command line `--name` and `--no-name`, in the environment one of the words below."""

    allowed: str = "1, true, yes, on, 0, false, no or off"
    placeholder: str = ""

    def parse(self, text: str) -> bool:
        """Return whether the word says on.

        >>> Switch().parse("Yes")
        True
        """
        word = text.lower()
        if word not in _ON | _OFF:
            raise ValueError(text)
        return word in _ON


_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, in lower case."""

    words: tuple[str, ...]
    placeholder: str = "WORD"

    @property
    def allowed(self) -> str:
        """The words, the last with an `or` before it."""
        return f"{', '.join(self.words[:-1])} or {self.words[-1]}"

    def parse(self, text: str) -> str:
        """Return the word.

        >>> Choice(("error", "info")).parse("INFO")
        'info'
        """
        if text.lower() not in self.words:
            raise ValueError(text)
        return text.lower()


@dataclass(frozen=True, slots=True)
class Name:
    """Any text that is not blank."""

    allowed: str = "a name"
    placeholder: str = "NAME"

    def parse(self, text: str) -> str:
        """Return the text without surrounding blanks.

        >>> Name().parse(" v2025.11.0 ")
        'v2025.11.0'
        """
        if not text.strip():
            raise ValueError(text)
        return text.strip()


@dataclass(frozen=True, slots=True)
class Names:
    """Names with commas between them; none is the empty text."""

    allowed: str
    placeholder: str = "NAMES"

    def parse(self, text: str) -> str:
        """Return the names without blanks.

        >>> Names("hosts").parse("example.org, *.example.org")
        'example.org,*.example.org'
        """
        names = [name.strip() for name in text.split(",")]
        if not all(names) or any(" " in name for name in names):
            raise ValueError(text)
        return ",".join(names)


@dataclass(frozen=True, slots=True)
class UrlPath:
    """The path under which a proxy serves the application, kept without its closing slash."""

    allowed: str = "a path that begins with /, such as /specgraph"
    placeholder: str = "PATH"

    def parse(self, text: str) -> str:
        """Return the path; "/" is the empty one.

        >>> UrlPath().parse("/specgraph/")
        '/specgraph'
        """
        if not text.startswith("/") or "?" in text or "#" in text:
            raise ValueError(text)
        return text.rstrip("/")

"""Who may ask: bearer tokens with scopes, from a file that holds their hashes alone.

A line of the file is a name, scopes joined by commas, and `sha256:` with the hash of the token in hexadecimal; `#`
begins a comment. `specgraph token` makes one. A token has 256 random bits, so that a plain hash of it keeps it secret
(RFC 6750 for its way here, NIST SP 800-63B, section 5.1.2, for the hash).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from time import monotonic

from server.errors import BadSetting, BadTokens
from server.graphql_request import RequestRefused

PREFIX = "specgraph_"
"""What every token begins with, so that scanners for secrets find one that was published."""

TOKEN_BYTES = 32
FOR_ITS_OWNER = 0o600
"""Permissions of a new file: hashes are no secrets, but names and scopes are nobody's business."""

LOOK_EVERY_SECONDS = 1.0
"""How often the file is looked at: a token that is taken out of it is refused from then on."""


class Scope(StrEnum):
    """What a token is for. ADMIN is for everything, and is not held to a budget."""

    QUERY = "query"
    METRICS = "metrics"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the file has it."""

    name: str
    scopes: frozenset[Scope]
    digest: bytes

    def allows(self, scope: Scope) -> bool:
        """Tell whether the token is for this."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


def new_token(name: str, scopes: frozenset[Scope]) -> tuple[str, str]:
    """Make a token; return its text, which is told once, and the line for the file."""
    text = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    return text, f"{name} {','.join(sorted(scopes))} sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def add_token(path: Path, name: str, scopes: str) -> str:
    """Make a token, add its line to the file, which is made where there is none, and return the token's text.

    Raises `BadTokens` for a name that is taken or is none, and `BadSetting` for scopes that are none.
    """
    try:
        wanted = frozenset(map(Scope, scopes.split(",")))
    except ValueError:
        raise BadSetting(f"--scopes is {scopes!r}: allowed is query, metrics or admin, with commas between") from None
    if not name or name.startswith("#") or name.split() != [name]:
        raise BadTokens(f"{name!r} is no name: it has no blanks, and does not begin with #")
    if path.exists() and any(token.name == name for token in read_tokens(path)):
        raise BadTokens(f"{path} has a token named {name} already: take its line out first, or choose another name")
    text, line = new_token(name, wanted)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FOR_ITS_OWNER), "a") as file:
        file.write(line + "\n")
    return text


def read_tokens(path: Path) -> tuple[Token, ...]:
    """Read the file; raises `BadTokens` with the line, and `OSError`."""
    tokens: list[Token] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            tokens.append(_token(path, number, line))
    return tuple(tokens)


def _token(path: Path, number: int, line: str) -> Token:
    try:
        name, scopes, digest = line.split()
        kind, _, text = digest.partition(":")
        token = Token(name, frozenset(map(Scope, scopes.split(","))), bytes.fromhex(text))
    except ValueError:
        token = None
        kind = ""
    if token is None or kind != "sha256" or len(token.digest) != hashlib.sha256().digest_size:
        raise BadTokens(f"{path}:{number}: a line is NAME SCOPES sha256:HEX, as `specgraph token` writes it")
    return token


@dataclass(slots=True)
class Access:
    """The tokens of a file, looked at again when it changes."""

    path: Path
    tokens: tuple[Token, ...]
    _seen: int = 0
    _look_at: float = field(default_factory=monotonic)

    @classmethod
    def of(cls, path: Path) -> Access:
        """Read the file; raises `BadTokens` and `OSError`."""
        return cls(path, read_tokens(path), path.stat().st_mtime_ns)

    def checked(self, headers: Mapping[bytes, bytes], scope: Scope) -> Token:
        """Return the token of a request's Authorization header; raises `RequestRefused` where it is not for this."""
        kind, _, text = headers.get(b"authorization", b"").partition(b" ")
        if kind.lower() != b"bearer":
            raise unauthorized("this server wants a token: send Authorization: Bearer …")
        return self.token(text.strip(), scope)

    def token(self, text: bytes, scope: Scope) -> Token:
        """Return the token with this text; raises `RequestRefused`. Takes as long for every text that is none."""
        self._look_again()
        digest = hashlib.sha256(text).digest()
        found = None
        for token in self.tokens:
            if hmac.compare_digest(token.digest, digest):
                found = token
        if found is None:
            raise unauthorized("this token is not known here", error="invalid_token")
        if not found.allows(scope):
            raise RequestRefused(
                HTTPStatus.FORBIDDEN,
                "FORBIDDEN",
                f"this token is not for {scope}",
                {"WWW-Authenticate": f'Bearer realm="specgraph", error="insufficient_scope", scope="{scope}"'},
            )
        return found

    def _look_again(self) -> None:
        """Read the file anew where it has changed; one that cannot be read allows nothing."""
        now = monotonic()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_EVERY_SECONDS
        try:
            seen = self.path.stat().st_mtime_ns
            if seen != self._seen:
                self.tokens, self._seen = read_tokens(self.path), seen
        except (OSError, BadTokens):
            self.tokens, self._seen = (), 0


def unauthorized(message: str, error: str | None = None) -> RequestRefused:
    """Return the refusal of a request without a token that is known."""
    challenge = 'Bearer realm="specgraph"' + (f', error="{error}"' if error else "")
    return RequestRefused(HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED", message, {"WWW-Authenticate": challenge})

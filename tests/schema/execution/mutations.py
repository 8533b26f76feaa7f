"""Documents that are nearly right: tokens of a valid one replaced, left out, repeated or exchanged."""

from __future__ import annotations

from random import Random

from graphql import Source, TokenKind
from graphql.language import Lexer

from tests.schema.execution.reference import SERVED

WORDS = sorted(
    {
        *(name for name in SERVED.type_map if not name.startswith("__")),
        *(field for kind in SERVED.type_map.values() for field in getattr(kind, "fields", ())),
        *("on", "query", "fragment", "subscription", "mutation", "true", "null", "skip", "include", "if", "defer"),
        *("__typename", "__schema", "__type", "fields", "type", "no_such_name"),
    }
)

SNIPPETS = (
    "@skip(if: true)",
    "@include(if: $no)",
    "@skip(if: null)",
    "@nothing",
    "... on Spec { hash }",
    "... on Package { name }",
    "... { __typename }",
    "name: id",
    "(first: 1)",
    "{ name }",
    "{ }",
    '"text"',
    "12",
    "1.5",
    "99999999999",
    "null",
    "ENUM",
    "[1, null]",
    "{ eq: 1 }",
    "$v1",
    "!",
    "query B { __typename }",
    "fragment F1 on Spec { hash }",
)


def tokens(document: str) -> list[str]:
    """Return a document's tokens as they are written."""
    lexer = Lexer(Source(document))
    found = []
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        found.append(document[token.start : token.end])
    return found


def mutated(document: str, random: Random) -> str:
    """Return a document with one to three small changes."""
    written = tokens(document)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        place, other = random.randrange(len(written)), random.randrange(len(written))
        change = random.randrange(7)
        if change == 0 and len(written) > 1:
            del written[place]
        elif change == 1:
            written.insert(place, written[other])
        elif change == 2:
            written[place], written[other] = written[other], written[place]
        elif change == 3:
            written[place] = random.choice(WORDS)
        elif change == 4:
            written[place] = written[other]
        elif change == 5:
            written.insert(place, random.choice(SNIPPETS))
        else:
            start, stop = sorted((place, other))
            written[start:start] = written[start : min(stop, start + 12)]
    return " ".join(written)

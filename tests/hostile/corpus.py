"""Requests that mean harm, each with the code that it is to be answered with, and the work that this may cost at most.

Work is counted in calls of functions, Python's and C's, between the document's text and the answer's bytes: the same
on every machine. A ceiling is some three times what was counted when it was written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CHEAP = 20_000
"""Calls for what is refused before it is parsed to the end."""

PARSED = 400_000
"""Calls for what is parsed up to a limit, walked once and refused."""

RUN = 1_500_000
"""Calls for what runs within the limits."""


@dataclass(frozen=True)
class Hostile:
    """One request; `code` is that of the answer's first error, None where it is harmless after all and answered."""

    name: str
    query: str
    code: str | None
    most_calls: int = PARSED
    variables: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def chained_fragments(count: int) -> str:
    """Each fragment spreads the next one twice: 2 to the power of `count` paths."""
    links = [f"fragment f{n} on Query {{ a: __typename ...f{n + 1} ...f{n + 1} }}" for n in range(count)]
    return "{ ...f0 }" + "".join(links) + f"fragment f{count} on Query {{ __typename }}"


def nested(depth: int) -> str:
    """Specs of the package of the specs of the package of ..."""
    return (
        "{ specs(first: 1) { nodes "
        + "{ package { specs(first: 1) { nodes " * depth
        + "{ hash }"
        + "} } }" * depth
        + " } }"
    )


def introspected(depth: int) -> str:
    """Types of fields of types of fields of types ..."""
    return "{ __schema { types " + "{ fields { type " * depth + "{ name }" + "} }" * depth + " } }"


def multiplied() -> str:
    """Pages within pages, whose sizes multiply."""
    inner = "nodes { package { specs(first: 5000) { nodes { dependencies(first: 5000) { nodes { hash } } } } } }"
    return "{ specs(first: 5000) { " + inner + " } }"


CORPUS = (
    # Documents that are none.
    Hostile("empty braces", "{}", None, CHEAP),
    Hostile("unterminated string", '{ package(name: "' + "x" * 100_000, "GRAPHQL_PARSE_FAILED", PARSED),
    Hostile("unterminated block string", '{ package(name: """' + "\n" * 100_000, "GRAPHQL_PARSE_FAILED", RUN),
    Hostile("null bytes", "{\0" * 10_000, "GRAPHQL_PARSE_FAILED", CHEAP),
    Hostile("lone surrogate escape", '{ package(name: "\\ud800") { name } }', "GRAPHQL_PARSE_FAILED", CHEAP),
    Hostile("open braces", "{a" * 100_000, "DEPTH_EXCEEDED", PARSED),
    Hostile("open lists", "{ nodes(ids: " + "[" * 100_000, "DEPTH_EXCEEDED", PARSED),
    Hostile("open objects", "{ specs(where: " + "{not: " * 100_000, "DEPTH_EXCEEDED", PARSED),
    # Too much of something.
    Hostile("tokens", "{" + " __typename" * 50_000 + "}", "TOKENS_EXCEEDED"),
    Hostile("comments", "# comment\n" * 50_000 + "{ __typename }", "TOKENS_EXCEEDED"),
    Hostile("aliases", "{" + "".join(f"a{n}: __typename " for n in range(400)) + "}", "ALIASES_EXCEEDED"),
    Hostile("directives", "{ __typename" + " @skip(if: false)" * 400 + "}", "DIRECTIVES_EXCEEDED"),
    Hostile("definitions", "".join(f"query q{n} {{ __typename }}" for n in range(400)), "BAD_USER_INPUT"),
    Hostile(
        "unused fragments",
        "{ __typename }" + "".join(f"fragment f{n} on Query {{ __typename }}" for n in range(400)),
        "DEFINITIONS_EXCEEDED",
    ),
    Hostile("root fields", "{" + "__typename " * 400 + "}", "ROOT_FIELDS_EXCEEDED"),
    Hostile("depth", nested(60), "DEPTH_EXCEEDED"),
    Hostile("introspection depth", introspected(60), "DEPTH_EXCEEDED"),
    Hostile("chained fragments", chained_fragments(60), "FIELDS_EXCEEDED"),
    Hostile(
        "circular fragments",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    Hostile("a fragment of itself", "{ ...a } fragment a on Query { __typename ...a }", "GRAPHQL_VALIDATION_FAILED"),
    Hostile("overlapping fields", "{ snapshot {" + "name " * 1_000 + "} }", "OVERLAPS_EXCEEDED"),
    # What would cost too much if it ran.
    Hostile("multiplied pages", multiplied(), "COST_EXCEEDED"),
    Hostile("page size", "{ specs(first: 1000000) { totalCount } }", "PAGE_TOO_LARGE"),
    Hostile(
        "page size by variable",
        "query($n: Int) { specs(first: $n) { nodes { hash } } }",
        "COST_EXCEEDED",
        variables={"n": 2_147_483_647},
    ),
    Hostile("negative page", "{ specs(first: -1) { totalCount } }", "BAD_USER_INPUT"),
    Hostile(
        "cost by aliases",
        "{" + "".join(f"a{n}: specs(first: 5000) {{ nodes {{ hash version }} }} " for n in range(99)) + "}",
        "COST_EXCEEDED",
        RUN,
    ),
    # Arguments.
    Hostile(
        "integer of many digits", "{ specs(first: " + "9" * 10_000 + ") { totalCount } }", "GRAPHQL_VALIDATION_FAILED"
    ),
    Hostile("unknown fields", "{" + "".join(f"nothing{n} " for n in range(90)) + "}", "GRAPHQL_VALIDATION_FAILED"),
    Hostile("a long unknown name", "{" + "x" * 100_000 + "}", "GRAPHQL_VALIDATION_FAILED", RUN),
    Hostile(
        "a long constraint", '{ specs(matching: "zlib' + " ^a" * 50_000 + '") { totalCount } }', "COST_EXCEEDED", RUN
    ),
    Hostile(
        "a deep constraint", '{ specs(matching: "a' + "@1:2,3" * 20_000 + '") { totalCount } }', "SPEC_SYNTAX", RUN
    ),
    Hostile("a long version", '{ specs(matching: "a@' + "1." * 50_000 + '") { totalCount } }', "SPEC_SYNTAX", RUN),
    Hostile("a cursor of nothing", '{ specs(after: "' + "A" * 50_000 + '") { totalCount } }', "BAD_USER_INPUT"),
    Hostile(
        "many ids",
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
        "PAGE_TOO_LARGE",
        variables={"ids": ["x"] * 5_000},
    ),
    Hostile(
        "unknown fields of a variable",
        "query($where: SpecFilter) { specs(where: $where) { totalCount } }",
        "BAD_USER_INPUT",
        variables={"where": {f"nothing{n}": 1 for n in range(9_000)}},
    ),
    Hostile(
        "wrong items of a variable",
        "query($where: SpecFilter) { specs(where: $where) { totalCount } }",
        "BAD_USER_INPUT",
        variables={"where": {"or": [{"nothing": n} for n in range(4_900)]}},
    ),
    Hostile("a search of everything", '{ search(text: "' + "a " * 5_000 + '", first: 10) { __typename } }', None, RUN),
    Hostile("a mutation", "mutation { drop }", "GRAPHQL_VALIDATION_FAILED"),
)

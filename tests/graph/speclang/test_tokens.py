"""The tokens of a constraint, and how many characters are looked at to find them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.speclang.tokens import Kind, Scanner, Token

PER_CHARACTER = 12
"""How often a character may be looked at: each rule that may begin there once, and once more for what is taken back."""


def tokens(text: str) -> list[Token]:
    scanner = Scanner(text)
    found = [scanner.next()]
    while found[-1].kind not in (Kind.END, Kind.UNEXPECTED):
        found.append(scanner.next())
    return found


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind.name, text[token.start : token.end]) for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hdf5@1.2:+mpi", [("NAME", "hdf5"), ("VERSION", "@1.2:"), ("SWITCH", "+mpi")]),
        ("a.b-c.d", [("NAME", "a.b-c.d")]),
        ("py-a -b", [("NAME", "py-a"), ("SWITCH", "-b")]),
        ("a=b%gcc c", [("SETTING", "a=b%gcc"), ("NAME", "c")]),
        ("a='x y'b", [("SETTING", "a='x y'"), ("NAME", "b")]),
        ('a:=="x\\"y"', [("SETTING", 'a:=="x\\"y"')]),
        ("^c,d=e.f@1", [("DEPENDENCY", "^c,d=e.f"), ("VERSION", "@1")]),
        ("^c,d e", [("DEPENDENCY", "^"), ("NAME", "c"), ("UNEXPECTED", ",")]),
        ("%%[a=b] c=d", [("OPEN", "%%["), ("SETTING", "a=b"), ("CLOSE", "] c=d")]),
        ("^a==b", [("DEPENDENCY", "^"), ("SETTING", "a==b")]),
        ("a/b", [("NAME", "a"), ("HASH", "/b")]),
        ("a/b-c.json", [("FILE", "a/b-c.json")]),
        ("a.b/c.json", [("NAME", "a.b"), ("FILE", "/c.json")]),
        ("a.json", [("NAME", "a.json")]),
        ("..yaml", [("FILE", "..yaml")]),
        ("+=a", [("UNEXPECTED", "+")]),
        ("-a=b", [("SWITCH", "-a"), ("UNEXPECTED", "=")]),
        ("=a", [("UNEXPECTED", "=")]),
    ],
)
def test_the_first_token_that_could_begin_is_it(text: str, expected: list[tuple[str, str]]):
    end = [] if expected[-1][0] == "UNEXPECTED" else [("END", "")]
    assert kinds(text) == expected + end


def test_an_assignment_names_the_virtuals_and_the_provider():
    assert tokens("% c,cxx=builtin.gcc")[0] == Token(
        Kind.DEPENDENCY, 0, 19, sign="%", value="builtin.gcc", virtuals=("c", "cxx")
    )


@given(
    st.lists(
        st.sampled_from(["a", "-", ".", "/", "^", "%", "[", "]", "=", ":", ",", "'", '"', "\\", " ", "@", "1", "*"])
    )
)
def test_each_character_is_looked_at_a_bounded_number_of_times(pieces: list[str]):
    text = "".join(pieces * 20)
    scanner = Scanner(text)
    while scanner.next().kind not in (Kind.END, Kind.UNEXPECTED):
        pass
    assert scanner.examined <= PER_CHARACTER * (len(text) + 1)

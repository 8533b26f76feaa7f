"""YAML as plain text values, within bounds."""

from __future__ import annotations

import pytest

from graph.errors import SourceError, SourceTooLarge
from graph.sources.bounds import Bounds
from graph.sources.plainyaml import Field, Plain, read_yaml

LAUGHS = "a0: &a0 [lol]\n" + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10))


def fields(text: str, **bounds: int) -> dict[str, Field]:
    return read_yaml(text, place="p.md", first_line=2, bounds=Bounds(**bounds))


def values(text: str) -> dict[str, Plain]:
    return {key: field.value for key, field in fields(text).items()}


@pytest.mark.parametrize(
    "scalar",
    ["1.10", "85", "2025.08.20", "2025-08-20", "no", "on", "yes", "1e3", "0x1F", "1_000", "012", "1:30", "~virtualenv"],
)
def test_an_unquoted_scalar_is_the_text_that_was_written(scalar: str) -> None:
    assert values(f"a: {scalar}\nb: [{scalar}]") == {"a": scalar, "b": [scalar]}


def test_only_what_json_has_is_no_text() -> None:
    assert values("a: [null, ~, true, false]\nb:\nc: 'null'\nd: \"true\"\ne: !!str null") == {
        "a": [None, None, True, False],
        "b": None,
        "c": "null",
        "d": "true",
        "e": "null",
    }


def test_lines_are_those_of_the_file() -> None:
    assert fields("a: x\n\nb:\n  - y\n  - z: 1\n") == {
        "a": Field("x", 2),
        "b": Field(["y", {"z": "1"}], 5, (5, 6)),
    }


def test_an_escaped_character_beyond_the_basic_plane_is_one_character() -> None:
    assert values('a: "\\ud83d\\ude00 \\\\ud83d\\\\ude00"') == {"a": "😀 \\ud83d\\ude00"}


def test_aliases_repeat_their_anchor() -> None:
    assert values("a: &x [1, 2]\nb: {c: *x, d: *x}") == {"a": ["1", "2"], "b": {"c": ["1", "2"], "d": ["1", "2"]}}


def test_of_a_repeated_key_the_last_counts() -> None:
    assert values("a: 1\na: 2") == {"a": "2"}


@pytest.mark.parametrize("text", ["", "\n\n", "# a comment\n"])
def test_an_empty_document_is_an_empty_mapping(text: str) -> None:
    assert fields(text) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 'x", "p.md:2: invalid YAML: while scanning a quoted scalar, found unexpected end of stream (column 6)"),
        ("a: 1\nb: c: d", "p.md:3: invalid YAML: mapping values are not allowed in this context (column 5)"),
        ("- a", "p.md:2: expected a mapping: lines of `key: value`"),
        ("a: 1\n? [b]\n: c", "p.md:3: expected text as a key"),
        ("a: 1\nb: *x", "p.md:3: the alias *x refers to nothing that ends before it"),
        ("a: &x [*x]", "p.md:2: the alias *x refers to nothing that ends before it"),
        ("a: \x00", "p.md:2: the character #x0000 is not allowed in YAML"),
        ("a: 1\nb: \x1b", "p.md:3: the character #x001b is not allowed in YAML"),
        ("a: 1\n...\n---\nb: 2", "p.md:4: expected one document"),
    ],
)
def test_what_is_no_yaml_says_line_and_reason(text: str, message: str) -> None:
    with pytest.raises(SourceError) as refused:
        fields(text)
    assert str(refused.value) == message


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [id]", "!!python/name:os.system", "!mine x"])
def test_nothing_is_constructed_from_tags(tag: str) -> None:
    with pytest.raises(SourceError, match=r"p\.md:2: the tag .* is not allowed"):
        fields(f"a: {tag}")


def test_a_billion_laughs_are_too_many_values() -> None:
    with pytest.raises(SourceTooLarge) as refused:
        fields(LAUGHS)
    assert str(refused.value) == "p.md:9: more than 2000000 values, aliases resolved (`yaml_nodes`)"


def test_aliases_are_counted() -> None:
    assert len(fields("a: &x 1\nb: [" + "*x, " * 100 + "]")) == 2
    with pytest.raises(SourceTooLarge) as refused:
        fields("a: &x 1\nb: [" + "*x, " * 101 + "]")
    assert str(refused.value) == "p.md:3: more than 100 aliases (`aliases`)"


def test_levels_are_counted() -> None:
    assert values("a: " + "[" * 63 + "]" * 63)
    for text in ("a: " + "[" * 64 + "]" * 64, "a: " + "[" * 1_000_000, "a: " + "{a: " * 1_000_000):
        with pytest.raises(SourceTooLarge) as refused:
            fields(text)
        assert str(refused.value) == "p.md:2: more than 64 levels (`nesting`)"


def test_values_are_counted() -> None:
    with pytest.raises(SourceTooLarge) as refused:
        fields("a: [1, 2, 3]", yaml_nodes=3)
    assert str(refused.value) == "p.md:2: more than 3 values, aliases resolved (`yaml_nodes`)"

"""Front matter: lines of JSON, and all other YAML, give the same values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import SourceError, SourceTooLarge
from graph.sources.archive import Archive
from graph.sources.bounds import Bounds
from graph.sources.frontmatter import FrontMatter, read_as_yaml, read_front_matter
from tests.graph.sources.documents import BOUNDS, page


def front(text: bytes) -> FrontMatter:
    return read_front_matter(text, place="p.md", bounds=BOUNDS)


def plain(matter: FrontMatter) -> dict[str, Any]:
    """All values, with numbers as the text that YAML has for them."""
    return {key: as_text(value.decode(object)) for key, value in matter.values.items()}


def as_text(value: Any) -> Any:
    match value:
        case list():
            return [as_text(item) for item in value]
        case dict():
            return {key: as_text(item) for key, item in value.items()}
        case bool() | None | str():
            return value
        case _:
            return json.dumps(value)


def both_ways(text: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    return plain(front(text)), plain(read_as_yaml(text, place="p.md", bounds=BOUNDS))


def test_every_real_page_says_the_same_as_json_and_as_yaml(shared_data: Path) -> None:
    archive = Archive(shared_data / "pages-858.tar.xz", bounds=BOUNDS)
    pages = [archive.read(name) for name in archive.names() if name.endswith("specs.md")]
    pages += [path.read_bytes() for path in sorted((shared_data / "pages").rglob("specs.md"))]
    assert len(pages) == 858 + 22
    for text in pages:
        by_line, as_yaml = both_ways(text)
        assert by_line == as_yaml
        assert list(by_line)[:2] == ["title", "layout"]


# YAML takes U+0085, U+2028 and U+2029 for line breaks where JSON does not, and refuses what cannot be printed.
printable = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"), exclude_characters="\x85\u2028\u2029\ufeff\ufffe\uffff"
)
texts = st.text(printable, max_size=12)
words = st.sampled_from(["1.10", "85", "no", "null", "true", "develop", "v0.18", "~mpi", "=", "-", "#a", "a: b", "'"])
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | texts | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
documents = st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), trees, min_size=1, max_size=5)


@given(documents, st.booleans(), st.sampled_from(["\n", "\r\n"]), st.sampled_from([None, 2]))
def test_json_and_yaml_agree_on_any_page(
    document: dict[str, Any], ascii_only: bool, line_end: str, indent: int | None
) -> None:
    lines = [f"{key}: {json.dumps(value, ensure_ascii=ascii_only, indent=indent)}" for key, value in document.items()]
    text = line_end.join(["---", *"\n".join(lines).split("\n"), "---"]).encode()
    by_line, as_yaml = both_ways(text)
    assert by_line == as_yaml == as_text(document)


@given(documents, st.data())
def test_lines_of_json_among_yaml_are_what_they_are_alone(document: dict[str, Any], data: st.DataObject) -> None:
    lines = []
    for key, value in document.items():
        indent = data.draw(st.sampled_from([None, 1]))
        lines.append(f"{key}: {json.dumps(value, indent=indent)}")
        lines.extend(data.draw(st.sampled_from([[], [""], ["# a comment"]])))
    by_line, as_yaml = both_ways("\n".join(["---", *lines, "---"]).encode())
    assert by_line == as_yaml == as_text(document)


@pytest.mark.parametrize(
    "rewritten",
    [
        page().replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + page(),
        page() + b"\n",
        page() + b"\n# A heading\n\nand text: [that, is no YAML\n---\n",
        page().removesuffix(b"---") + b"...",
        page().replace(b'"zlib"', b"'zlib'"),
        page().replace(b'"zlib"', b"zlib   # the library"),
        page().replace(b"[package, develop]", b"\n - package\n - develop"),
        page().replace(b"[package, develop]", b'["package", "develop"]'),
        page().replace(b'["e4s", "root"]', b"[e4s, root]"),
        page().replace(b"---\n", b"---\n\n# generated\n", 1),
    ],
    ids=["crlf", "bom", "newline", "body", "dots", "single", "comment", "block", "quoted", "flow", "blank"],
)
def test_a_page_means_the_same_however_it_is_written(rewritten: bytes) -> None:
    assert plain(front(rewritten)) == plain(front(page()))


def test_a_json_number_is_the_text_of_a_number_where_text_is_wanted() -> None:
    matter = front(b'---\na: [1.10, 85, "x"]\nb: [1.10, 85, "x"] # as YAML\n---')
    assert matter.values["a"].decode(list[str]) == ["1.10", "85", "x"]
    assert matter.values["b"].decode(list[str]) == ["1.10", "85", "x"]


def test_values_know_their_lines() -> None:
    matter = front(b'---\na: [1,\n 2]\n\nb: [{"c": 1}]\nd:\n- x\n- y\n---')
    lines = {key: (value.line, [item.line for item in value.items()]) for key, value in matter.values.items()}
    assert lines == {"a": (2, [2, 3]), "b": (5, [5]), "d": (7, [7, 8])}


def test_a_line_goes_on_where_no_key_follows() -> None:
    assert plain(front(b"---\ntitle: one\n  two\nlayout: cache\n---")) == {"title": "one two", "layout": "cache"}
    assert plain(front(b'---\n{\ntitle: "a",\nmeta: {"b": "c"}\n}\n---')) == {"title": "a", "meta": {"b": "c"}}


def test_front_matter_that_does_not_end_says_so() -> None:
    assert front(b"---\ntitle: zlib\n").closed is False
    assert front(page()).closed is True


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "p.md:1: expected a page that begins with a line `---`"),
        (b"title: zlib", "p.md:1: expected a page that begins with a line `---`"),
        (b"---title: zlib", "p.md:1: expected a page that begins with a line `---`"),
        (b"---\ntitle: zlib\nmeta: \xff\n---", "p.md:3:7: byte 0xff is not UTF-8"),
        (b"---\ntitle: a\nmeta: {\x00}\n---", "p.md:3: the character #x0000 is not allowed in YAML"),
        (
            b'---\ntitle: a\nmeta: {"a": "b" "c"}\n---',
            "p.md:3: invalid YAML: while parsing a flow mapping, did not find expected ',' or '}' (column 17)",
        ),
    ],
)
def test_a_page_that_cannot_be_read_says_where_and_why(text: bytes, message: str) -> None:
    with pytest.raises(SourceError) as refused:
        front(text)
    assert str(refused.value) == message


def test_bytes_after_the_front_matter_are_not_looked_at() -> None:
    assert plain(front(b"---\ntitle: zlib\n---\n\xff\x00")) == {"title": "zlib"}


def test_deep_nesting_of_json_on_a_line_is_too_large() -> None:
    with pytest.raises(SourceTooLarge, match=r"p\.md:2: more than 64 levels \(`nesting`\)"):
        front(b"---\nmeta: " + b"[" * 100_000 + b"]" * 100_000 + b"\n---")


def test_a_page_beyond_the_bound_is_refused() -> None:
    with pytest.raises(SourceTooLarge) as refused:
        read_front_matter(page(), place="p.md", bounds=Bounds(page_bytes=64))
    assert str(refused.value) == f"p.md: {len(page())} bytes; a page may have 64 bytes (`page_bytes`)"

"""What breaks clients, and what may go because it was deprecated."""

import pytest

from schema.evolution import breaking_changes, main
from schema.root import sdl

FORMER = """
type Query {
  kept(a: Int, old: Int @deprecated(reason: "use a")): Int
  gone: Gone @deprecated(reason: "use kept"), kind: Kind
}
type Gone { field: Other }
type Other { field: Int }
enum Kind { A, B @deprecated(reason: "is A") }
input Filter { eq: String, like: String @deprecated(reason: "use eq") }
extend type Query { list(where: Filter): [Int] }
"""


def changed(*replacements):
    text = FORMER
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return breaking_changes(FORMER, text)


def test_nothing_breaks_where_nothing_changes():
    assert breaking_changes(sdl(), sdl()) == []


def test_what_is_added_breaks_nothing():
    assert changed(("kind: Kind", "kind: Kind, more(a: Int): Int"), ("enum Kind { A,", "enum Kind { A, C,")) == []


@pytest.mark.parametrize(
    ("old", "new", "breaks"),
    [
        ("kept(a: Int, ", "kept(", "Argument Query.kept(a:) was removed."),
        ("kind: Kind", "", "Field Query.kind was removed."),
        ("kept(a: Int,", "kept(a: Int!,", "Argument Query.kept(a:) has changed type from Int to Int!."),
        ("enum Kind { A,", "enum Kind {", "Enum value Kind.A was removed."),
        ("eq: String,", "", "Field Filter.eq was removed."),
        ("eq: String,", "eq: String, must: Int!,", "A required field Filter.must was added."),
    ],
)
def test_what_clients_use_may_not_go_or_change(old, new, breaks):
    assert breaks in changed((old, new))


def test_what_was_deprecated_may_go():
    assert (
        changed(
            (', old: Int @deprecated(reason: "use a")', ""),
            ('gone: Gone @deprecated(reason: "use kept"), ', ""),
            (', B @deprecated(reason: "is A")', ""),
            (', like: String @deprecated(reason: "use eq")', ""),
        )
        == []
    )


def test_a_type_that_only_deprecated_fields_named_may_go_with_them():
    gone = ('gone: Gone @deprecated(reason: "use kept"), ', "")
    assert changed(gone, ("type Gone { field: Other }", "")) == []
    assert changed(gone, ("type Gone { field: Other }", ""), ("type Other { field: Int }", "")) == [
        "Other was removed."
    ]


def test_what_was_deprecated_may_not_change_into_something_else():
    assert changed(("old: Int @", "old: Int! @")) == ["Argument Query.kept(old:) has changed type from Int to Int!."]


def test_the_check_fails_with_what_breaks_and_the_remedy(tmp_path, capsys):
    former, now = tmp_path / "former.graphql", tmp_path / "now.graphql"
    former.write_text("type Query { a: Int, b: Int }")
    now.write_text("type Query { a: Int }")
    assert main([str(former), str(now)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0].endswith("breaks clients of the main branch: Field Query.b was removed.")
    assert "Deprecate first" in said[1]
    assert main([str(former), str(former)]) == 0

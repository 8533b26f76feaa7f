"""Each limit of a document, from both sides, with its code; and what is refused before anything walks it."""

from __future__ import annotations

import pytest

from schema.execution.engine import Engine, NotPrepared
from schema.limits import DocumentLimits
from schema.root import schema


def refusal(document, **limits):
    """Return the codes of a document's errors under the limits, none where it is prepared."""
    try:
        Engine(schema, documents=DocumentLimits(**limits)).prepare(document)
    except NotPrepared as refused:
        return refused.answer.codes
    return ()


def chained(count):
    """Fragments of which each is spread twice by the one before it: 2 ** count paths."""
    links = [
        f"fragment f{i} on Spec {{ a: package {{ specs {{ nodes {{ ...f{i + 1} }} }} }} "
        f"b: package {{ specs {{ nodes {{ ...f{i + 1} }} }} }} }}"
        for i in range(count)
    ]
    return '{ spec(hash: "aaaa") { ...f0 } } ' + " ".join(links) + f" fragment f{count} on Spec {{ hash }}"


def spread_side_by_side(count):
    """Fragments without any depth, each spread twice by the one before it."""
    links = [f"fragment f{i} on Query {{ ...f{i + 1} ... {{ ...f{i + 1} }} }}" for i in range(count)]
    return "{ ...f0 } " + " ".join(links) + f" fragment f{count} on Query {{ snapshot {{ name }} }}"


BOTH_SIDES = [
    ("max_tokens", 6, "{ snapshot { name } }", 5, "TOKENS_EXCEEDED"),
    ("max_depth", 2, "{ snapshot { name } }", 1, "DEPTH_EXCEEDED"),
    ("max_fields", 3, "{ snapshot { ...s } } fragment s on Snapshot { name digest }", 2, "FIELDS_EXCEEDED"),
    ("max_root_fields", 2, "{ ...q } fragment q on Query { a: __typename b: __typename }", 1, "ROOT_FIELDS_EXCEEDED"),
    ("max_aliases", 2, "{ a: __typename b: __typename __typename }", 1, "ALIASES_EXCEEDED"),
    ("max_directives", 1, "{ __typename @include(if: true) }", 0, "DIRECTIVES_EXCEEDED"),
    ("max_definitions", 2, "{ ...q } fragment q on Query { __typename }", 1, "DEFINITIONS_EXCEEDED"),
    # one pair of snapshots, and three pairs of names below them
    ("max_overlaps", 4, "{ snapshot { name } snapshot { name name } }", 3, "OVERLAPS_EXCEEDED"),
]


@pytest.mark.parametrize(("limit", "enough", "document", "too_little", "code"), BOTH_SIDES, ids=lambda v: str(v)[:20])
def test_a_limit_holds_from_both_sides(limit, enough, document, too_little, code):
    assert refusal(document, **{limit: enough}) == ()
    assert refusal(document, **{limit: too_little}) == (code,)


def test_comments_are_bounded_as_tokens_are():
    assert refusal("#\n" * 100 + "{ __typename }", max_tokens=100) == ()
    assert refusal("#\n" * 101 + "{ __typename }", max_tokens=100) == ("TOKENS_EXCEEDED",)


def test_ninety_chained_fragments_are_refused_although_their_paths_are_without_number():
    assert refusal(chained(90)) == ("FIELDS_EXCEEDED",)


def test_fragments_that_are_spread_side_by_side_are_refused_too():
    assert refusal(spread_side_by_side(90)) == ("FIELDS_EXCEEDED",)


def test_fragments_that_no_operation_reaches_are_measured():
    unused = chained(90).partition("} } ")[2].replace("...f0", "...f1")
    assert refusal("{ __typename } " + unused) == ("FIELDS_EXCEEDED",)


def test_a_fragment_that_spreads_itself_is_left_to_validation():
    assert refusal("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }") == (
        "GRAPHQL_VALIDATION_FAILED",
    )


@pytest.mark.parametrize(
    "document",
    [
        "{ a " * 400 + "}" * 400,
        "{ __typename " + "... { " * 240 + "__typename" + " }" * 240 + " }",
        "{ nodes(ids: " + "[" * 1000 + "]" * 1000 + ") { id } }",
        "query ($a: " + "[" * 1000 + "Int" + "]" * 1000 + ") { __typename }",
    ],
    ids=["fields", "inline fragments", "a literal", "a type"],
)
def test_nesting_beyond_any_limit_is_refused_and_no_internal_error(document):
    assert refusal(document) in {("DEPTH_EXCEEDED",), ("GRAPHQL_VALIDATION_FAILED",)}


def test_the_same_field_a_thousand_times_is_refused_before_it_is_compared():
    assert refusal("{ " + "__typename " * 1_000 + "}") == ("ROOT_FIELDS_EXCEEDED",)
    assert refusal("{ snapshot { " + "name " * 1_000 + "} }") == ("OVERLAPS_EXCEEDED",)


def test_no_more_errors_are_told_than_the_limit():
    codes = refusal("{ snapshot { " + " ".join(f"nothing{i}" for i in range(200)) + " } }", max_errors=5)
    assert codes == ("GRAPHQL_VALIDATION_FAILED",) * 6  # the last says that there are more


def test_introspection_can_be_switched_off():
    for document in (
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Spec") { name } }',
        "{ _service { sdl } }",
    ):
        assert refusal(document) == ()
        assert refusal(document, introspection=False) == ("INTROSPECTION_DISABLED",)
    assert refusal("{ __typename snapshot { __typename } }", introspection=False) == ()


def test_introspection_within_introspection_is_refused():
    within = "fields { type { fields { type { fields { type { fields { name } } } } } } }"
    assert refusal("{ __schema { types { " + within + " } } }") == ("GRAPHQL_VALIDATION_FAILED",)

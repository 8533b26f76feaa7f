"""What compilers of GraphQL get wrong: each case is asked of the engine and of graphql-core, and has a known answer.

Directives on what is asked for twice, selections that they empty, fragments within fragments, and the spellings of
variables. The cases follow the GraphQL specification, sections 5.3.2 (merging), 6.3 (executing selection sets), 6.4.4
(errors and null) and 3.10 and 3.11 (coercion of objects and lists).
"""

from __future__ import annotations

import orjson
import pytest

from schema.context import Context
from schema.execution.engine import Engine, answered
from schema.limits import Limits
from schema.node import encode_id
from schema.root import schema
from tests.schema.execution.reference import reference

HDF5 = encode_id("Package", "v2025.11.0", "hdf5")
ZEN3 = encode_id("Target", "v2025.11.0", "zen3")


@pytest.fixture
def same(catalogue):
    """Ask both, compare the bytes, and return the answer."""
    limits = Limits(max_page_size=50)
    engine = Engine(schema, limits)

    def ask(document, /, *, operation_name=None, **variables):
        context = Context(catalogue, limits)
        answer = answered(engine, document, variables, context, name=operation_name)
        assert answer.body == reference(document, variables, context, name=operation_name)
        return orjson.loads(answer.body)

    return ask


SKIP_AND_INCLUDE = [(skip, include) for skip in (True, False) for include in (True, False)]


@pytest.mark.parametrize(("skip", "include"), SKIP_AND_INCLUDE)
@pytest.mark.parametrize("directives", ["@skip(if: $s) @include(if: $i)", "@include(if: $i) @skip(if: $s)"])
@pytest.mark.parametrize("place", ["name D", "... D { name }", "... on Package D { name }", "...F D"])
def test_a_selection_with_both_directives_is_there_where_neither_leaves_it_out(same, directives, place, skip, include):
    selection = place.replace("D", directives)
    document = f'query ($s: Boolean!, $i: Boolean!) {{ package(name: "hdf5") {{ __typename {selection} }} }}'
    if "...F" in place:
        document += " fragment F on Package { name }"
    found = same(document, s=skip, i=include)["data"]["package"]
    assert ("name" in found) == (include and not skip)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
def test_a_field_of_two_fragments_is_there_where_either_includes_it(same, first, second):
    document = """query ($a: Boolean!, $b: Boolean!) { package(name: "hdf5") { ...A ...B } }
        fragment A on Package { name @include(if: $a) specs(first: 1) @include(if: $a) { nodes { version } } }
        fragment B on Package { name @include(if: $b) specs(first: 1) @include(if: $b) { nodes { platform } } }"""
    found = same(document, a=first, b=second)["data"]["package"]
    assert ("name" in found) == (first or second)
    nodes = found["specs"]["nodes"] if first or second else [{}]
    assert set(nodes[0]) == ({"version"} if first else set()) | ({"platform"} if second else set())


def test_a_skipped_field_keeps_its_place_for_the_one_that_is_asked_for_after_it(same):
    document = '{ package(name: "hdf5") { a: name @skip(if: true) b: name ... { a: name c: name } } }'
    assert list(same(document)["data"]["package"]) == ["b", "a", "c"]


def test_merged_selections_stand_where_the_first_of_them_stands(same):
    document = """{ package(name: "hdf5") { specs(first: 1) { totalCount } name
        specs(first: 1) { nodes { platform } } ... on Node { id ... on Package { name latestVersion } } } }"""
    found = same(document)["data"]["package"]
    assert list(found) == ["specs", "name", "id", "latestVersion"]
    assert list(found["specs"]) == ["totalCount", "nodes"]


@pytest.mark.parametrize("kind", ["id @skip(if: true)", "... @include(if: false) { id }", "...F @skip(if: true)"])
def test_a_selection_that_directives_empty_is_an_empty_object(same, kind):
    document = f'{{ package(name: "hdf5") {{ {kind} specs(first: 2) {{ nodes {{ {kind} }} }} }} }}'
    if "...F" in kind:
        document += " fragment F on Node { id }"
    assert same(document)["data"] == {"package": {"specs": {"nodes": [{}, {}]}}}


def test_an_operation_that_directives_empty_is_an_empty_object(same):
    assert same('query ($no: Boolean = false) { package(name: "hdf5") @include(if: $no) { name } }') == {"data": {}}


@pytest.mark.parametrize("outer", [True, False])
@pytest.mark.parametrize("inner", [True, False])
def test_directives_on_nested_fragments_hold_together(same, outer, inner):
    document = """query ($o: Boolean!, $i: Boolean!) { package(name: "hdf5") { ...A @include(if: $o) } }
        fragment A on Package { specCount ...B @include(if: $i) }
        fragment B on Node { id ... on Package @skip(if: $i) { binaryCount } ... on Package @include(if: $i) {
        name } }"""
    found = same(document, o=outer, i=inner)["data"]["package"]
    assert list(found) == (["specCount", "id", "name"] if inner else ["specCount"]) * outer


def test_a_fragment_spread_twice_is_there_where_one_spread_includes_it(same):
    document = """query ($a: Boolean!) { package(name: "hdf5") { ...F @include(if: $a) specCount ...F @skip(if: $a) } }
        fragment F on Package { name }"""
    assert list(same(document, a=True)["data"]["package"]) == ["name", "specCount"]
    assert list(same(document, a=False)["data"]["package"]) == ["specCount", "name"]


@pytest.mark.parametrize("given", [{}, {"a": True}, {"a": False}])
@pytest.mark.parametrize("declared", ["$a: Boolean! = true", "$a: Boolean = true", "$a: Boolean! = false"])
def test_a_directive_reads_its_variable_or_the_default(same, declared, given):
    wanted = given.get("a", declared.endswith("true"))
    found = same(f'query ({declared}) {{ package(name: "hdf5") {{ specCount name @include(if: $a) }} }}', **given)
    assert ("name" in found["data"]["package"]) == wanted


def test_a_directive_whose_variable_is_null_is_an_error(same):
    document = 'query ($a: Boolean = true) { package(name: "hdf5") { name @skip(if: $a) } }'
    assert same(document, a=None)["data"] == {"package": None}


def test_a_directive_whose_variable_is_missing_is_an_error(same):
    assert "data" not in same('query ($a: Boolean!) { package(name: "hdf5") { name @skip(if: $a) } }')


def test_one_document_is_run_with_every_value_of_its_switches(same):
    document = (
        'query ($a: Boolean!, $b: Boolean!) { __typename @skip(if: $a) package(name: "hdf5") @skip(if: $b) { name } }'
    )
    answers = [same(document, a=a, b=b)["data"] for a in (True, False) for b in (True, False)]
    assert [list(answer) for answer in answers] == [[], ["package"], ["__typename"], ["__typename", "package"]]


def test_typename_has_aliases_everywhere(same):
    document = """{ q: __typename package(name: "hdf5") { p: __typename specs(first: 1) { c: __typename edges {
        e: __typename
        node { s: __typename } } pageInfo { i: __typename } } } search(text: "hdf5", first: 1) { node { n:
        __typename } } }"""
    data = same(document)["data"]
    assert data["q"] == "Query"
    assert data["package"]["specs"]["edges"] == [{"e": "SpecEdge", "node": {"s": "Spec"}}]
    assert data["search"] == [{"node": {"n": "Package"}}]


def test_fragments_of_an_interface_lie_inside_those_of_its_types_and_the_other_way_round(same):
    document = """query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Package { ... on Node { id ... on
        Package { name }
        ... on Target { vendor } } } ... on Node { ... on Target { family ... on Node { key: id } } } ...T } }
        fragment T on Target { parents { ... on Node { __typename } } }"""
    assert same(document, ids=[HDF5, ZEN3])["data"]["nodes"] == [
        {"__typename": "Package", "id": HDF5, "name": "hdf5"},
        {"__typename": "Target", "family": "x86_64", "key": ZEN3, "parents": [{"__typename": "Target"}]},
    ]


def test_fragments_of_an_interface_lie_inside_those_of_a_union(same):
    document = """query ($of: [_Any!]!, $no: Boolean!) { _entities(representations: $of) { t: __typename
        ... on Node { id ... on _Entity { ... on Target { vendor } __typename } } ...E ... on Spec { hash } } }
        fragment E on _Entity { ... on Package { name ... on Node @skip(if: $no) { id key: id } } ...N @skip(if: $no) }
        fragment N on Node { ... on Target @include(if: $no) { family }
            ... on Package { specCount @include(if: $no) } }"""
    of = [{"__typename": "Package", "id": HDF5}, {"__typename": "Target", "id": ZEN3}, {"__typename": "Nothing"}]
    answer = same(document, of=of, no=False)
    package, target, nothing = answer["data"]["_entities"]
    assert package == {"t": "Package", "id": HDF5, "__typename": "Package", "name": "hdf5", "key": HDF5}
    assert list(target) == ["t", "id", "vendor", "__typename"]
    assert nothing is None
    assert [error["path"] for error in answer["errors"]] == [["_entities", 2]]
    assert list(same(document, of=of, no=True)["data"]["_entities"][0]) == ["t", "id", "__typename", "name"]


def test_one_name_is_another_field_in_another_type(same):
    document = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Package { x: specCount y: specs(first: 1) {
        totalCount } }
        ... on Target { x: specCount y: specs(last: 2, compatible: true) { nodes { target { name } } } } } }"""
    package, target = same(document, ids=[HDF5, ZEN3])["data"]["nodes"]
    assert (list(package["y"]), list(target["y"])) == (["totalCount"], ["nodes"])


def test_a_bad_id_is_an_error_at_its_place_and_null(same):
    answer = same("query ($ids: [ID!]!) { nodes(ids: $ids) { a: id } }", ids=[HDF5, "no id", ZEN3, "nor this"])
    assert [error["path"] for error in answer["errors"]] == [["nodes", 1], ["nodes", 3]]
    assert answer["data"] == {"nodes": [{"a": HDF5}, None, {"a": ZEN3}, None]}


def test_an_error_below_non_null_lists_makes_the_nearest_nullable_field_null(same):
    document = """{ before: package(name: "hdf5") { name } p: packages(first: 2) { list: nodes { name s:
        specs(first: 99) {
        nodes { hash } } } totalCount } after: package(name: "zlib-ng") { name } }"""
    answer = same(document)
    assert answer["data"] == {"before": {"name": "hdf5"}, "p": None, "after": {"name": "zlib-ng"}}
    assert [error["path"] for error in answer["errors"]] == [["p", "list", 0, "s"]]
    assert answer["errors"][0]["extensions"]["code"] == "PAGE_TOO_LARGE"


def test_an_error_below_a_nullable_item_leaves_the_other_items_whole(same):
    document = """query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Package { specs(after: "no cursor") {
        totalCount } } } }"""
    answer = same(document, ids=[ZEN3, HDF5, ZEN3])
    assert answer["data"] == {"nodes": [{"id": ZEN3}, None, {"id": ZEN3}]}
    assert [error["path"] for error in answer["errors"]] == [["nodes", 1, "specs"]]


def test_errors_of_several_fields_are_told_in_the_order_of_the_fields(same):
    document = """{ b: spec(hash: "2") { hash } a: specs(matching: "+") { totalCount } ok: package(name: "hdf5")
        { name }
        c: specs(first: 51) { totalCount } d: package(name: "hdf5", snapshot: "gone") { name } }"""
    answer = same(document)
    assert [error["path"] for error in answer["errors"]] == [["b"], ["a"], ["c"], ["d"]]
    assert list(answer["data"]) == ["b", "a", "ok", "c", "d"]


def test_a_list_of_one_may_be_written_without_brackets(same):
    literal = """{ a: dependencyPaths(from: "zzzz", to: "hdf5", deptypes: LINK) { reachable } search(text:
        "hdf5", kinds: SPEC) { kind }
        specs(where: {stack: {anyOf: "e4s"}, and: {package: {in: "hdf5"}}}) { totalCount } }"""
    same(literal)
    document = """query ($kinds: [NodeKind!], $where: SpecFilter) { search(text: "hdf5", kinds: $kinds) { kind }
        specs(where: $where) { totalCount } }"""
    one = same(document, kinds="SPEC", where={"stack": {"anyOf": "e4s"}, "variant": {"name": "mpi"}})
    assert one == same(document, kinds=["SPEC"], where={"stack": {"anyOf": ["e4s"]}, "variant": [{"name": "mpi"}]})
    assert one["data"]["specs"]["totalCount"] > 0


def test_an_absent_variable_in_an_input_object_says_nothing_and_null_is_null(same):
    document = """query ($name: String, $stack: [String!], $where: StringFilter) {
        specs(where: {package: {eq: $name}, stack: {anyOf: $stack}, operatingSystem: $where}) { totalCount } }"""
    everything = same("{ specs { totalCount } }")
    assert same(document) == everything
    assert same(document, name=None, stack=None, where=None) == everything
    assert same(document, name="hdf5")["data"]["specs"]["totalCount"] < everything["data"]["specs"]["totalCount"]
    assert same(document, stack=[])["data"]["specs"]["totalCount"] == 0


def test_an_absent_variable_leaves_an_argument_to_its_default_and_null_does_not(same):
    document = """query ($first: Int, $t: Boolean) { search(text: "a", first: $first) { label } target(name:
        "zen3") { a: specs(compatible: $t) { totalCount } } }"""
    absent, null = same(document), same(document, first=None, t=None)
    assert len(absent["data"]["search"]) == 20
    assert len(null["data"]["search"]) > 20
    assert absent["data"]["target"] == null["data"]["target"] != same(document, t=True)["data"]["target"]


def test_a_variable_default_gives_way_to_null(same):
    document = """query ($f: Int = 2, $deptypes: [DependencyType!] = [RUN]) { specs(matching: "hdf5", first: $f)
        { nodes { dependencies(deptypes: $deptypes) { totalCount } } } }"""
    assert len(same(document)["data"]["specs"]["nodes"]) == 2
    assert len(same(document, f=None, deptypes=None)["data"]["specs"]["nodes"]) > 2


@pytest.mark.parametrize("value", [2, 2.0])
def test_an_int_may_be_written_with_a_point(same, value):
    assert len(same("query ($n: Int!) { specs(first: $n) { nodes { hash } } }", n=value)["data"]["specs"]["nodes"]) == 2


@pytest.mark.parametrize("value", [2.5, "2", True, 2**31, [2], {}, float("1e400")])
def test_what_is_no_int_is_refused(same, value):
    assert "data" not in same("query ($n: Int!) { specs(first: $n) { nodes { hash } } }", n=value)


@pytest.mark.parametrize("value", ["hdf5", 5, 5.0, True, None, ["hdf5"]])
def test_what_a_string_and_an_id_take(same, value):
    same("query ($n: String!) { package(name: $n) { name } }", n=value)
    same("query ($n: ID!) { node(id: $n) { id } }", n=value)


@pytest.mark.parametrize("value", ["TARGET", "target", None, 1, ["TARGET"], ["TARGET", "STACK"], [None], []])
def test_what_a_list_of_enums_takes(same, value):
    same("query ($by: [Facet!]!) { specs { facets(by: $by) { facet values { value count } } } }", by=value)
    same("query ($by: Facet!) { coverage(rows: $by, columns: STACK) { rows counts } }", by=value)


@pytest.mark.parametrize(
    "where",
    [{"no": 1}, {"target": {"eq": 1}}, {"and": [{"or": [{"x": 1}]}]}, [], "x", {"variant": [{}]}, {"dependsOn": {}}],
)
def test_what_an_input_object_takes(same, where):
    same("query ($where: SpecFilter) { specs(where: $where) { totalCount } }", where=where)


def test_an_unknown_variable_is_ignored(same):
    assert same('{ package(name: "hdf5") { name } }', unknown=1) == {"data": {"package": {"name": "hdf5"}}}


def test_of_several_operations_the_named_one_is_run_with_its_own_variables(same):
    document = """query A($n: String!) { package(name: $n) { ...F } } query B($n: Int!) { packages(first: $n) {
        nodes { ...F } } }
        fragment F on Package { name }"""
    assert same(document, operation_name="A", n="hdf5") == {"data": {"package": {"name": "hdf5"}}}
    assert len(same(document, operation_name="B", n=2)["data"]["packages"]["nodes"]) == 2


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "{ nothing }",
        "{ package { name } }",
        '{ package(name: "hdf5") }',
        '{ package(name: "hdf5") { name: specCount name } }',
        "query ($a: Nothing) { snapshots { name } }",
        "{ ...F }",
        "{ snapshots { ...F } } fragment F on Snapshot { ...F }",
        "{ snapshots { ... on Package { name } } }",
        "{ snapshots { name @nothing } }",
        "{ snapshots { name @skip } }",
        "query ($a: Boolean!) { snapshots { name @skip(if: $a) @skip(if: $a) } }",
    ],
)
def test_a_document_that_is_not_valid_is_refused_with_all_that_is_wrong(same, document):
    assert "data" not in same(document, a=True)


def test_text_is_escaped_wherever_it_stands(same):
    odd = 'a "quoted"\\ \n\t\x01\x7f é \u2028 \U0001f9ea'
    document = """query ($t: String!, $id: ID!) { package(name: $t) { name } specs(matching: $t) { totalCount }
        node(id: $id) { id } }"""
    answer = same(document, t=odd, id=odd)
    assert len(answer["errors"]) == 2
    assert same("query ($t: String!) { parseSpec(text: $t) { text } }", t='hdf5 x="é\\"\\n"')["data"]


def test_introspection_is_answered_like_any_other_field(same):
    document = """query ($all: Boolean = true, $name: String!) { __schema { types { name
        fields(includeDeprecated: $all) { name } } }
        s: __type(name: $name) { ...T } package(name: "hdf5") { name } }
        fragment T on __Type { kind name interfaces { name } possibleTypes { name } enumValues { name }
        inputFields { name defaultValue } }"""
    assert same(document, name="Node")["data"]["s"]["kind"] == "INTERFACE"
    assert same(document, name="SpecOrder", all=False)["data"]["package"] == {"name": "hdf5"}
    assert same(document, name="nothing")["data"]["s"] is None


def test_numbers_past_32_bits_and_floats_are_written_as_graphql_core_writes_them(same):
    same(
        """{ specs(first: 3, orderBy: {field: SIZE}) { nodes { size tarball } } search(text: "hdf", first: 30) {
        score } }"""
    )


def test_empty_lists_and_deep_lists_are_lists(same):
    answer = same(
        """{ coverage(rows: TARGET, columns: STACK, matching: "hdf5") { counts } specs(first: 0) { nodes { hash }
        edges { cursor } pageInfo { startCursor } } }"""
    )
    assert answer["data"]["specs"] == {"nodes": [], "edges": [], "pageInfo": {"startCursor": None}}
    assert sum(map(sum, answer["data"]["coverage"]["counts"])) > 0

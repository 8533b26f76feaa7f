"""GraphQL over HTTP, rule by rule (draft of September 2025), over the embedded sample."""

import json
import logging
import re

import pytest
from starlette.testclient import TestClient

from schema.execution.prepared import Prepared
from server.app import create_app
from server.assembly import gate_of, parts_of
from server.current import CurrentCatalogue, State
from server.settings import settled

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
TYPENAME = {"query": "{ __typename }"}
ANSWER = {"data": {"__typename": "Query"}}


def post(client, body, *, accept=JSON, content_type=JSON, **headers):
    given = {"Accept": accept, "Content-Type": content_type, **headers}
    given = {name: value for name, value in given.items() if value is not None}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/graphql", content=content, headers=given)


def get(client, accept=JSON, **parameters):
    return client.get("/graphql", params=parameters, headers={"Accept": accept} if accept else {})


def code(response):
    """The code of the only error of a refused request, which has no data entry."""
    body = response.json()
    assert list(body) == ["errors"]
    [error] = body["errors"]
    assert error["message"]
    return error["extensions"]["code"]


def content_type(response):
    return response.headers["content-type"]


# Methods


def test_post_runs_a_query(client):
    response = post(client, TYPENAME)
    assert (response.status_code, response.json()) == (200, ANSWER)


def test_get_runs_a_query(client):
    response = get(client, query="{ __typename }")
    assert (response.status_code, response.json()) == (200, ANSWER)


def test_head_answers_without_a_body(client):
    response = client.head("/graphql", params=TYPENAME)
    assert response.status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_not_allowed(client, method):
    response = client.request(method, "/graphql")
    assert (response.status_code, code(response)) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
@pytest.mark.parametrize("kind", ["mutation", "subscription"])
def test_get_runs_only_queries(client, kind, accept):
    response = get(client, accept, query=f"{kind} {{ __typename }}")
    assert (response.status_code, code(response)) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "POST"
    assert content_type(response) == f"{accept}; charset=utf-8"


def test_get_runs_the_query_of_a_document_that_also_holds_a_mutation(client):
    document = "query Ask { __typename } mutation Change { __typename }"
    assert get(client, query=document, operationName="Change").status_code == 405


def test_post_refuses_a_mutation_as_a_request_error(client):
    body = {"query": "mutation { __typename }"}
    refused = post(client, body, accept=GRAPHQL)
    assert (refused.status_code, code(refused)) == (400, "GRAPHQL_VALIDATION_FAILED")
    assert post(client, body).status_code == 200


# What the answer is: Accept


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (GRAPHQL, GRAPHQL),
        (JSON, JSON),
        ("*/*", JSON),
        (None, JSON),
        ("", JSON),
        ("application/*", JSON),
        (f"{GRAPHQL}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON};q=0.9", JSON),
        (f"{JSON};q=0, */*", GRAPHQL),
        ("application/json, text/plain, */*", JSON),
        (f"*/*, {GRAPHQL};q=0.1", JSON),
        ("APPLICATION/JSON", JSON),
        ('application/json; charset="UTF-8"', JSON),
        (f"text/html, {GRAPHQL};q=0.1", GRAPHQL),
    ],
)
def test_accept_chooses_the_type_of_the_answer(client, accept, expected):
    response = post(client, TYPENAME, accept=accept)
    assert (response.status_code, response.json()) == (200, ANSWER)
    assert content_type(response) == f"{expected}; charset=utf-8"
    assert response.headers["vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize(
    "accept", ["text/plain", "text/html", "application/json; charset=iso-8859-1", f"{JSON};q=0", "application/xml"]
)
def test_nothing_acceptable_is_406(client, accept):
    response = post(client, TYPENAME, accept=accept)
    assert (response.status_code, code(response)) == (406, "NOT_ACCEPTABLE")
    assert content_type(response) == f"{JSON}; charset=utf-8"


# What the body is: Content-Type


@pytest.mark.parametrize("given", [JSON, "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"])
def test_json_in_utf8_is_read(client, given):
    body = {"query": '{ __type(name: "Run🏃Swim🏊") { name } }'}
    response = post(client, json.dumps(body, ensure_ascii=False).encode(), content_type=given)
    assert (response.status_code, response.json()) == (200, {"data": {"__type": None}})


@pytest.mark.parametrize(
    "given",
    [
        None,
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=iso-8859-1",
    ],
)
def test_other_types_of_body_are_unsupported(client, given):
    response = post(client, TYPENAME, content_type=given)
    assert (response.status_code, code(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_compressed_body_is_unsupported(client):
    response = post(client, TYPENAME, **{"Content-Encoding": "gzip"})
    assert (response.status_code, code(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
@pytest.mark.parametrize(
    "body", [b"", b"  ", b"{", b"NONSENSE", b'{"query": "\xff"}', b'{"query": NaN}', b"[]", b'"text"', b"null", b"7"]
)
def test_a_body_that_is_no_json_object_is_malformed(client, body, accept):
    response = post(client, body, accept=accept)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")
    assert content_type(response) == f"{accept}; charset=utf-8"


def test_batches_are_refused(client):
    response = post(client, [TYPENAME, TYPENAME])
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")
    assert "no batches" in response.json()["errors"][0]["message"]


# Parameters


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
@pytest.mark.parametrize("query", [None, "", "  \n", {"obj": "ect"}, 0, False, ["array"]])
def test_query_must_be_a_text_that_is_not_blank(client, query, accept):
    response = post(client, {"query": query}, accept=accept)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")
    assert '"query"' in response.json()["errors"][0]["message"]


def test_a_request_without_query_is_malformed(client):
    assert code(post(client, {"qeury": "{ __typename }"})) == "BAD_REQUEST"
    assert get(client, accept=GRAPHQL).status_code == 400


@pytest.mark.parametrize("value", ["true", 1, 0, [True], {}])
@pytest.mark.parametrize("name", ["cost", "dryRun"])
def test_switches_are_true_or_false(client, name, value):
    response = post(client, {**TYPENAME, "extensions": {name: value}})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")
    assert response.json()["errors"][0]["message"].startswith(f'the extension "{name}" is ')
    for allowed in (True, False, None):
        assert post(client, {**TYPENAME, "extensions": {name: allowed}}).status_code == 200


@pytest.mark.parametrize("value", ["text", 0, False, ["array"]])
@pytest.mark.parametrize("name", ["variables", "extensions"])
def test_maps_must_be_objects(client, name, value):
    response = post(client, {**TYPENAME, name: value})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")
    assert f'"{name}"' in response.json()["errors"][0]["message"]


@pytest.mark.parametrize("value", [{"obj": "ect"}, 0, False, ["array"]])
def test_operation_name_must_be_a_text(client, value):
    assert code(post(client, {**TYPENAME, "operationName": value})) == "BAD_REQUEST"


@pytest.mark.parametrize("name", ["variables", "extensions", "operationName"])
def test_null_is_as_left_out(client, name):
    assert post(client, {**TYPENAME, name: None}).json() == ANSWER


def test_unknown_parameters_are_ignored(client):
    assert post(client, {**TYPENAME, "id": 7, "extensions": {"some": "value"}}).json() == ANSWER


def test_operation_name_chooses_the_operation(client):
    document = "query A { a: __typename } query B { b: __typename }"
    assert post(client, {"query": document, "operationName": "B"}).json() == {"data": {"b": "Query"}}
    assert get(client, query=document, operationName="A").json() == {"data": {"a": "Query"}}


@pytest.mark.parametrize(
    ("document", "name", "told"),
    [
        ("query A { a: __typename } query B { b: __typename }", None, "holds several operations: name one"),
        ("query A { a: __typename } query B { b: __typename }", "C", 'holds no operation named "C"'),
        ("query A { a: __typename } query A { b: __typename }", "A", "only one operation named 'A'"),
        ("query A { a: __typename } query A { b: __typename }", None, "holds several operations: name one"),
        ("fragment F on Query { __typename }", None, "the document holds no operation"),
        ("fragment F on Query { __typename }", "F", 'holds no operation named "F"'),
    ],
)
def test_a_document_without_the_one_operation_says_why(client, document, name, told):
    [error] = post(client, {"query": document, "operationName": name}).json()["errors"]
    assert told in error["message"]


def test_an_empty_operation_name_is_as_left_out(client):
    assert get(client, query="{ __typename }", operationName="").json() == ANSWER
    assert post(client, {**TYPENAME, "operationName": ""}).json() == ANSWER


def test_variables_reach_the_query(client):
    document = "query ($name: String!) { snapshot(name: $name) { name } }"
    body = {"query": document, "variables": {"name": "develop"}}
    expected = {"data": {"snapshot": {"name": "develop"}}}
    assert post(client, body).json() == expected
    assert get(client, query=document, variables='{"name": "develop"}').json() == expected


@pytest.mark.parametrize("text", ["{", "name", "[1]", '"text"', "7"])
def test_variables_of_a_get_must_be_a_json_object(client, text):
    response = get(client, query="{ __typename }", variables=text)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


def test_a_parameter_given_twice_is_malformed(client):
    response = client.get("/graphql?query={__typename}&query={__typename}", headers={"Accept": JSON})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


# Status by type of the answer


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({**TYPENAME, "operationName": "Other"}, "BAD_USER_INPUT"),
        ({"query": "query A { __typename } query B { __typename }"}, "BAD_USER_INPUT"),
    ],
)
def test_a_request_error_is_200_as_json_and_400_as_graphql_response(client, body, expected):
    as_json, as_graphql = post(client, body), post(client, body, accept=GRAPHQL)
    assert (as_json.status_code, as_graphql.status_code) == (200, 400)
    assert code(as_json) == code(as_graphql) == expected


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
def test_an_error_of_a_field_is_200_with_data(client, accept):
    response = post(client, {"query": '{ packages(snapshot: "nope") { totalCount } __typename }'}, accept=accept)
    body = response.json()
    assert response.status_code == 200
    assert body["data"] == {"packages": None, "__typename": "Query"}
    assert [error["extensions"]["code"] for error in body["errors"]] == ["UNKNOWN_SNAPSHOT"]
    assert list(body) == ["errors", "data"]


def test_a_variable_of_the_wrong_type_is_a_request_error(client):
    body = {"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {"id": None}}
    as_json, as_graphql = post(client, body), post(client, body, accept=GRAPHQL)
    assert (as_json.status_code, as_graphql.status_code) == (200, 400)
    assert code(as_json) == code(as_graphql)


# Sizes


@pytest.fixture(scope="module")
def small(built):
    settings = settled({"max_body_size": "1024"}, {})
    with TestClient(create_app(settings, CurrentCatalogue(lambda: built, built=built))) as client:
        yield client


def test_a_body_of_the_limit_is_read_and_one_byte_more_is_refused(small):
    fits = b'{"query": "{ __typename }"}'.ljust(1024)
    assert post(small, fits).json() == ANSWER
    response = post(small, fits + b" ")
    assert (response.status_code, code(response)) == (413, "CONTENT_TOO_LARGE")


def test_a_body_without_a_declared_length_is_measured_as_it_comes(small):
    def chunks():
        for _ in range(20):
            yield b" " * 100

    response = small.post("/graphql", content=chunks(), headers={"Content-Type": JSON, "Accept": GRAPHQL})
    assert (response.status_code, code(response)) == (413, "CONTENT_TOO_LARGE")


def test_a_query_string_over_the_limit_is_refused(small):
    response = get(small, query="{ __typename }", variables=json.dumps({"pad": "x" * 1024}))
    assert (response.status_code, code(response)) == (414, "CONTENT_TOO_LARGE")


# The GraphiQL page


def test_a_browser_gets_graphiql(client):
    response = client.get("/graphql", headers={"Accept": BROWSER})
    assert response.status_code == 200
    assert content_type(response).startswith("text/html")
    assert "GraphiQL" in response.text


def test_a_browser_that_follows_a_link_with_a_query_gets_graphiql(client):
    response = client.get("/graphql", params=TYPENAME, headers={"Accept": BROWSER})
    assert content_type(response).startswith("text/html")


def test_graphiql_can_be_off(built):
    settings = settled({"graphiql": False}, {})
    with TestClient(create_app(settings, CurrentCatalogue(lambda: built, built=built))) as client:
        assert client.get("/graphql", headers={"Accept": "text/html"}).status_code == 406
        response = client.get("/graphql", params=TYPENAME, headers={"Accept": BROWSER})
        assert (content_type(response), response.json()) == (f"{JSON}; charset=utf-8", ANSWER)


# What must not get out


def broken(*_, **__):
    raise ZeroDivisionError("the secret is 42")


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
def test_an_unforeseen_error_is_masked_and_logged_under_its_id(built, settings, monkeypatch, caplog, accept):
    current = CurrentCatalogue(lambda: built, built=built)
    with TestClient(create_app(settings, current), raise_server_exceptions=False) as client:
        monkeypatch.setattr("server.answering.Context", broken)
        with caplog.at_level(logging.ERROR, logger="specgraph"):
            response = post(client, TYPENAME, accept=accept)
    assert (response.status_code, code(response)) == (500, "INTERNAL")
    [error] = response.json()["errors"]
    assert "secret" not in response.text
    assert re.fullmatch(r"[0-9a-f]{12}", error["extensions"]["id"])
    assert error["extensions"]["id"] in error["message"]
    assert error["extensions"]["id"] in caplog.text
    assert "ZeroDivisionError: the secret is 42" in caplog.text


def test_variables_are_not_logged(client, caplog):
    body = {"query": "query ($count: Int!) { packages(first: $count) { totalCount } }", "variables": {"count": "hush"}}
    with caplog.at_level(logging.DEBUG):
        response = post(client, body)
    assert "hush" in response.text  # the client is told, the log is not
    assert "hush" not in caplog.text


async def nothing_else(scope, receive, send):
    raise AssertionError(f"{scope['type']} came to the other paths")


def test_a_request_keeps_the_catalogue_that_it_began_with(built, settings, monkeypatch):
    current = CurrentCatalogue(lambda: built, built=built)
    seen = []

    run = Prepared.run_given

    def swapping(prepared, given, context):
        current.state = State(None)
        seen.append(context.catalogue)
        return run(prepared, given, context)

    monkeypatch.setattr(Prepared, "run_given", swapping)
    parts = parts_of(settings)
    client = TestClient(gate_of(settings, current, parts, nothing_else))
    asked = {"query": "{ snapshot { name } }"}
    assert post(client, asked).json() == {"data": {"snapshot": {"name": "v2025.11.0"}}}
    assert seen == [built.catalogue]
    assert post(client, asked).status_code == 503

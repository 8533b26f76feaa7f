"""Documents by their hashes, and a manifest of the only ones that are run."""

import hashlib
import json

import pytest

from server.errors import BadManifest
from server.graphql_request import GraphqlRequest
from server.persisted import KEPT_BYTES, PersistedDocuments, read_manifest

DOCUMENT = "query Name { snapshot { name } }"
HASH = hashlib.sha256(DOCUMENT.encode()).hexdigest()
ANSWER = {"data": {"snapshot": {"name": "v2025.11.0"}}}
APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [{"id": "name-1", "name": "Name", "type": "query", "body": DOCUMENT}],
}


def persisted(digest=HASH, version=1):
    return {"persistedQuery": {"version": version, "sha256Hash": digest}}


def ask(client, **parameters):
    response = client.post("/graphql", json=parameters)
    return response.json()


def code(answer):
    [error] = answer["errors"]
    return error["extensions"]["code"]


def test_a_hash_that_is_not_known_is_asked_for_and_known_afterwards(serving):
    client = serving()
    unknown = ask(client, extensions=persisted())
    assert unknown["errors"][0]["message"] == "PersistedQueryNotFound"
    assert code(unknown) == "PERSISTED_QUERY_NOT_FOUND"
    assert ask(client, query=DOCUMENT, extensions=persisted()) == ANSWER
    assert ask(client, extensions=persisted()) == ANSWER
    assert ask(client, documentId=f"sha256:{HASH}") == ANSWER
    parameters = {"extensions": json.dumps(persisted())}
    assert client.get("/graphql", params=parameters).json() == ANSWER


def test_a_document_that_others_had_prepared_is_kept_too(serving):
    client = serving()
    assert ask(client, query=DOCUMENT) == ANSWER
    assert ask(client, query=DOCUMENT, extensions=persisted()) == ANSWER
    assert ask(client, extensions=persisted()) == ANSWER


def test_a_document_that_is_not_valid_is_not_kept(serving):
    client, broken = serving(), "{ nothing }"
    digest = hashlib.sha256(broken.encode()).hexdigest()
    assert code(ask(client, query=broken, extensions=persisted(digest))) == "GRAPHQL_VALIDATION_FAILED"
    assert code(ask(client, extensions=persisted(digest))) == "PERSISTED_QUERY_NOT_FOUND"


def test_another_documents_hash_is_refused(serving):
    assert code(ask(serving(), query="{ __typename }", extensions=persisted())) == "BAD_REQUEST"


@pytest.mark.parametrize("given", [{}, {"version": 2, "sha256Hash": HASH}, {"version": 1, "sha256Hash": "ab"}, 7])
def test_what_is_no_persisted_query_is_refused(serving, given):
    assert code(ask(serving(), extensions={"persistedQuery": given})) == "BAD_REQUEST"


def test_persisted_queries_can_be_switched_off(serving):
    client = serving(persisted_queries=False)
    for parameters in ({"extensions": persisted()}, {"query": DOCUMENT, "extensions": persisted()}):
        assert code(ask(client, **parameters)) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert ask(client, query=DOCUMENT) == ANSWER


def test_documents_are_kept_within_a_bound_of_memory():
    documents = PersistedDocuments()

    def keep(letter):
        text = letter * (KEPT_BYTES // 4)
        digest = hashlib.sha256(text.encode()).hexdigest()
        documents.keep(GraphqlRequest(text, extensions=persisted(digest)), text)

    for letter in "abcdefgh":
        keep(letter)
        assert documents.kept_bytes <= KEPT_BYTES
    assert documents.kept_bytes == KEPT_BYTES


@pytest.mark.parametrize("manifest", [APOLLO, {"name-1": DOCUMENT}], ids=["Apollo's", "Relay's"])
def test_a_manifest_allows_its_documents_and_no_other(serving, tmp_path, manifest):
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest))
    client = serving(trusted_documents=str(path))
    for parameters in (
        {"query": DOCUMENT},
        {"documentId": "name-1"},
        {"documentId": f"sha256:{HASH}"},
        {"extensions": persisted()},
    ):
        assert ask(client, **parameters) == ANSWER
    for parameters in (
        {"query": "{ __typename }"},
        {"documentId": "name-2"},
        {"extensions": persisted("0" * 64)},
        {"query": "{ __typename }", "extensions": persisted(hashlib.sha256(b"{ __typename }").hexdigest())},
    ):
        assert code(ask(client, **parameters)) == "DOCUMENT_NOT_TRUSTED"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[", "is not JSON"),
        ("[]", "is no manifest"),
        ('{"a": 1}', "is no manifest"),
        ('{"format": "other", "version": 1}', "has another format"),
        ('{"format": "apollo-persisted-query-manifest", "version": 2}', "has another format"),
        ('{"format": "apollo-persisted-query-manifest", "version": 1}', r"operations\[0\] needs an id and a body"),
    ],
)
def test_a_manifest_that_is_none_is_refused_with_the_reason(tmp_path, content, message):
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(BadManifest, match=message):
        read_manifest(path)

"""Nodes by id: the frozen form of ids, and the way back from an id to what it stands for."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.build import build
from graph.model import Spec
from graph.sources.records import Authority, SpecRecord
from schema.limits import Limits

ANY = """query ($id: ID!) { node(id: $id) {
  __typename id
  ... on Snapshot { name }
  ... on Package { name snapshot { name } }
  ... on Spec { hash snapshot { name } }
  ... on Stack { name snapshot { name } }
  ... on Target { name snapshot { name } }
  ... on OperatingSystem { name snapshot { name } }
  ... on Compiler { name snapshot { name } }
} }"""

HERE = {"snapshot": {"name": "v2025.11.0"}}
FROZEN = [
    # base64url of what stands behind it, written down: no release may change one of them
    ("U25hcHNob3Q6djIwMjUuMTEuMA", "Snapshot", {"name": "v2025.11.0"}),
    ("U25hcHNob3Q6ZGV2ZWxvcA", "Snapshot", {"name": "develop"}),
    ("UGFja2FnZTp2MjAyNS4xMS4wOmhkZjU", "Package", {"name": "hdf5", **HERE}),
    ("UGFja2FnZTpkZXZlbG9wOnB5LWJ1aWxk", "Package", {"name": "py-build", "snapshot": {"name": "develop"}}),
    (
        "U3BlYzp2MjAyNS4xMS4wOnBlbXk2ZGJrc2Q1NW4yamxsaGU3Y2Vicm1jdm5lZ21o",
        "Spec",
        {"hash": "pemy6dbksd55n2jllhe7cebrmcvnegmh", **HERE},
    ),
    ("U3RhY2s6djIwMjUuMTEuMDplNHMtbmVvdmVyc2VfdjE", "Stack", {"name": "e4s-neoverse_v1", **HERE}),
    ("VGFyZ2V0OnYyMDI1LjExLjA6eDg2XzY0X3Yz", "Target", {"name": "x86_64_v3", **HERE}),
    ("T3BlcmF0aW5nU3lzdGVtOnYyMDI1LjExLjA6dWJ1bnR1MjIuMDQ", "OperatingSystem", {"name": "ubuntu22.04", **HERE}),
    ("Q29tcGlsZXI6djIwMjUuMTEuMDpnY2NAMTEuNC4w", "Compiler", {"name": "gcc@11.4.0", **HERE}),
]


@pytest.mark.parametrize(("node_id", "kind", "fields"), FROZEN)
def test_an_id_stands_for_the_same_node_for_ever(ask, node_id, kind, fields):
    assert ask(ANY, id=node_id) == {"node": {"__typename": kind, "id": node_id, **fields}}


def test_every_noun_has_the_id_of_its_type_snapshot_and_key(ask, raw):
    query = """query ($tag: String) {
      snapshot(name: $tag) { id name }
      packages(snapshot: $tag, first: 5000) { nodes { id name } }
      specs(snapshot: $tag, first: 5000) { nodes { id hash } }
      stacks(snapshot: $tag) { nodes { id name } }
      targets(snapshot: $tag) { nodes { id name } }
      operatingSystems(snapshot: $tag) { nodes { id name } }
      compilers(snapshot: $tag) { nodes { id name } }
    }"""

    def encoded(*parts):
        return urlsafe_b64encode(":".join(parts).encode()).decode().rstrip("=")

    for tag in raw:
        answer = ask(query, tag=tag)
        assert answer.pop("snapshot") == {"id": encoded("Snapshot", tag), "name": tag}
        types = ("Package", "Spec", "Stack", "Target", "OperatingSystem", "Compiler")
        for kind, connection in zip(types, answer.values(), strict=True):
            for node in connection["nodes"]:
                assert node["id"] == encoded(kind, tag, node.get("name") or node["hash"])


NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


def test_nodes_come_in_the_order_of_their_ids_and_as_often(ask):
    ids = [node_id for node_id, _, _ in FROZEN]
    assert ask(NODES, ids=[*ids, *reversed(ids)])["nodes"] == [
        {"__typename": kind, "id": node_id} for node_id, kind, _ in [*FROZEN, *reversed(FROZEN)]
    ]
    assert ask(NODES, ids=[]) == {"nodes": []}


NOT_LOADED = [
    "U25hcHNob3Q6djk",  # Snapshot:v9
    "UGFja2FnZTp2OTpoZGY1",  # Package:v9:hdf5
    "UGFja2FnZTp2MjAyNS4xMS4wOm5vcGU",  # Package:v2025.11.0:nope
    "U3BlYzp2MjAyNS4xMS4wOnp6enp6eno",  # Spec:v2025.11.0:zzzzzzz
    # A beginning of one hash, one of two, and one too short to be looked up: in no id
    "U3BlYzp2MjAyNS4xMS4wOnBlbXk2ZA",  # Spec:v2025.11.0:pemy6d
    "U3BlYzp2MjAyNS4xMS4wOnBlbXk",  # Spec:v2025.11.0:pemy
    "U3BlYzp2MjAyNS4xMS4wOnBl",  # Spec:v2025.11.0:pe
    "Q29tcGlsZXI6djIwMjUuMTEuMDpnY2NAPTExLjQuMA",  # Compiler:v2025.11.0:gcc@=11.4.0
]


def test_an_id_of_what_is_not_loaded_is_null(ask):
    for node_id in NOT_LOADED:
        assert ask(ANY, id=node_id) == {"node": None}
    assert ask(NODES, ids=NOT_LOADED) == {"nodes": [None] * len(NOT_LOADED)}


MALFORMED = [
    "",
    "hdf5",
    "é",
    "\x00",
    "UGFja2FnZTp2MjAyNS4xMS4wOmhkZjU=",  # padded
    "UGFja2FnZTp2MjAyNS4xMS4wOmhkZjV",  # the last bits are not those that encoding gives
    " UGFja2FnZTp2MjAyNS4xMS4wOmhkZjU",
    "UGFja2FnZTp2MjAyNS4xMS4wOmhkZjU\n",
    "UGFja2FnZQ",  # Package
    "UGFja2FnZTp2MjAyNS4xMS4w",  # Package:v2025.11.0
    "UGFja2FnZTp2MjAyNS4xMS4wOmhkZjU6eA",  # Package:v2025.11.0:hdf5:x
    "VmFyaWFudDp2MjAyNS4xMS4wOm1waQ",  # Variant:v2025.11.0:mpi
    "cGFja2FnZTp2MjAyNS4xMS4wOmhkZjU",  # package:v2025.11.0:hdf5
    "UGFja2FnZTpkZXZlbG9wOiU2OGRmNQ",  # Package:develop:%68df5
    "A" * 10_001,
]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_text_that_is_no_id_is_an_error(ask_errors, text):
    data, (error,) = ask_errors(ANY, id=text)
    assert data == {"node": None}
    assert error["message"] == f"{text!r} is not a node id; ids come from the `id` field of a node"
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


def test_a_text_that_is_no_id_is_an_error_at_its_place_and_leaves_the_others_whole(ask_errors):
    known = FROZEN[2][0]
    data, errors = ask_errors(NODES, ids=[known, "hdf5", NOT_LOADED[0], "", known])
    package = {"__typename": "Package", "id": known}
    assert data == {"nodes": [package, None, None, None, package]}
    assert [(error["path"], error["extensions"]) for error in errors] == [
        (["nodes", 1], {"code": "BAD_USER_INPUT"}),
        (["nodes", 3], {"code": "BAD_USER_INPUT"}),
    ]


def test_more_ids_than_the_maximum_are_refused(ask):
    known = FROZEN[2][0]
    bounded = ask.within(Limits(max_nodes=3))
    assert len(bounded(NODES, ids=[known] * 3)["nodes"]) == 3
    data, (error,) = bounded.errors(NODES, ids=[known] * 4)
    assert data is None  # nodes is not nullable in the contract
    assert error["message"] == "the number of ids is 4; give 0 to 3"
    assert error["extensions"] == {"code": "PAGE_TOO_LARGE"}


def odd_catalogue(snapshot, package):
    """A catalogue of one spec whose every name is odd."""
    spec = Spec("h" * 32, package, "1.0", "linux", f"os {package}", f"target {package}")
    return build([SpecRecord(snapshot, spec, (f"stack {package}",), True, Authority.INDEX, "made up")]).catalogue


def test_the_id_of_an_odd_name_is_percent_encoded(ask):
    odd = ask.about(odd_catalogue("a:b", "zlib:%é"))
    # Package:a%3Ab:zlib%3A%25%C3%A9
    expected = "UGFja2FnZTphJTNBYjp6bGliJTNBJTI1JUMzJUE5"
    assert odd("{ packages { nodes { id } } }") == {"packages": {"nodes": [{"id": expected}]}}
    assert odd(ANY, id=expected)["node"]["name"] == "zlib:%é"
    # the same text without the encoding of é is no id
    _, (error,) = odd.errors(ANY, id="UGFja2FnZTphJTNBYjp6bGliJTNBJTI1w6k")
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


@given(snapshot=NAMES, package=NAMES)
def test_every_id_leads_back_whatever_the_names(ask, snapshot, package):
    odd = ask.about(odd_catalogue(snapshot, package))
    query = """{
      snapshots { id } packages { nodes { id } } specs { nodes { id } } stacks { nodes { id } } targets { nodes { id } }
      operatingSystems { nodes { id } }
    }"""
    answer = odd(query)
    nodes = answer.pop("snapshots") + [node for found in answer.values() for node in found["nodes"]]
    ids = [node["id"] for node in nodes]
    assert len(ids) == 6
    assert [node["id"] for node in odd(NODES, ids=ids)["nodes"]] == ids

"""Search: what it finds, in which order, and where it ends."""

from __future__ import annotations

import pytest

SEARCH = """query ($text: String!, $kinds: [NodeKind!], $first: Int, $tag: String) {
  search(text: $text, kinds: $kinds, first: $first, snapshot: $tag) { kind label score node { __typename id } }
}"""

KINDS = ["PACKAGE", "SPEC", "STACK", "TARGET", "OPERATING_SYSTEM", "COMPILER"]


def found(ask, text, **variables):
    return [(hit["kind"], hit["label"]) for hit in ask(SEARCH, text=text, **variables)["search"]]


def counted_names(snapshot, archspec_ancestors):
    """Return every (kind, name) but specs with how many specs stand behind it."""
    counts: dict[tuple[str, str], int] = {}
    for spec in snapshot.specs.values():
        for kind, name in (
            ("PACKAGE", spec.name),
            ("TARGET", spec.target),
            ("OPERATING_SYSTEM", spec.os),
            ("COMPILER", spec.compiler),
        ):
            if name is not None:
                counts[kind, name] = counts.get((kind, name), 0) + 1
    counts |= {("STACK", name): len(held) for name, held in snapshot.stacks.items()}
    return {("TARGET", name): 0 for name in archspec_ancestors} | counts


@pytest.mark.parametrize(
    "text", ["py-", "hdf", "x86", "aarch64", "ubuntu", "@11", "UBUNTU22.04", " ml-linux ", "3", "_"]
)
def test_names_that_hold_the_text_come_exact_then_at_the_beginning_then_within(ask, release, text):
    # ancestors of x86_64_v3 and neoverse_v1 that nothing is built for
    ancestors = ["x86_64", "x86_64_v2", "neoverse_n1", "cortex_a72"]
    ancestors += ["armv8.1a", "armv8.2a", "armv8.3a", "armv8.4a"]
    wanted = text.strip().lower()

    def rank(item):
        (kind, name), count = item
        tier = 0 if name == wanted else 1 if name.startswith(wanted) else 2
        # the larger the part of the name, the better; then the most specs, the kind, the name
        return tier, len(name), -count, KINDS.index(kind), name

    held = [item for item in counted_names(release, ancestors).items() if wanted in item[0][1].lower()]
    expected = [key for key, _ in sorted(held, key=rank)]
    assert expected
    hits = ask(SEARCH, text=text, first=1000)["search"]
    holding = [hit for hit in hits if wanted in hit["label"].lower()]
    assert [(hit["kind"], hit["label"]) for hit in holding] == expected
    # what does not hold the text is like it, and stands behind
    assert hits[: len(holding)] == holding
    for hit in hits:
        name = hit["label"]
        if name == wanted:
            assert hit["score"] == 1
        elif name.startswith(wanted):
            assert 0.7 < hit["score"] < 1
        elif wanted in name:
            assert 0.4 < hit["score"] < 0.7
        else:
            assert 0 < hit["score"] <= 0.4


def test_a_hit_is_the_node_that_it_names(ask):
    query = """{ search(text: "hdf5", first: 1) { kind label score node {
      id ... on Package { name specCount snapshot { name } }
    } } }"""
    assert ask(query)["search"] == [
        {
            "kind": "PACKAGE",
            "label": "hdf5",
            "score": 1.0,
            "node": {
                "id": "UGFja2FnZTp2MjAyNS4xMS4wOmhkZjU",
                "name": "hdf5",
                "specCount": 29,
                "snapshot": {"name": "v2025.11.0"},
            },
        }
    ]


@pytest.mark.parametrize("length", [4, 5, 7, 32])
def test_a_spec_is_found_by_the_beginning_of_its_hash(ask, release, length):
    prefix = "pemy6dbksd55n2jllhe7cebrmcvnegmh"[:length]
    hits = ask(SEARCH, text=prefix.upper(), kinds=["SPEC"])["search"]
    expected = sorted(dag_hash for dag_hash in release.specs if dag_hash.startswith(prefix))
    assert [(hit["kind"], hit["label"], hit["node"]["__typename"]) for hit in hits] == [
        ("SPEC", f"{release.specs[h].name}@{release.specs[h].version} /{h[:7]}", "Spec") for h in expected
    ]
    assert all((hit["score"] == 1) == (length == 32) for hit in hits)


def test_fewer_than_four_characters_find_no_spec(ask):
    assert found(ask, "pem", kinds=["SPEC"]) == []


def test_a_spec_of_another_snapshot_is_not_found(ask):
    assert found(ask, "2viyxlmu", kinds=["SPEC"]) == []
    assert found(ask, "2viyxlmu", kinds=["SPEC"], tag="develop") == [("SPEC", "py-build@1.2.2 /2viyxlm")]


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_an_empty_text_finds_nothing(ask, text):
    assert found(ask, text) == []


def test_a_text_that_is_like_no_name_finds_nothing(ask):
    assert found(ask, "qqqqqqqqqqqq") == []
    assert found(ask, "hdf5" * 10_000) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hfd5", "hdf5"),
        ("py-tensorflw", "py-tensorflow"),
        ("trillinos", "trilinos"),
        ("kokos", "kokkos"),
        ("CMKAE", "cmake"),
    ],
)
def test_a_mistyped_name_is_found(ask, text, name):
    hits = [(hit["label"], hit["score"]) for hit in ask(SEARCH, text=text, kinds=["PACKAGE"])["search"]]
    assert name in dict(hits)
    assert all(0 < score <= 0.4 for label, score in hits if text.lower() not in label)


def test_a_virtual_finds_the_packages_that_provide_it(ask, raw, release):
    for virtual in ("mpi", "lapack", "zlib-api"):
        providers = {
            release.specs[edge.hash].name
            for spec in release.specs.values()
            for edge in raw.edges(spec)
            if virtual in edge.virtuals
        }
        hits = ask(SEARCH, text=virtual, kinds=["PACKAGE"], first=1000)["search"]
        assert providers
        assert {hit["label"] for hit in hits if hit["score"] >= 0.9} >= providers
    # a package whose own name is the text is better
    assert ask(SEARCH, text="mpich", first=1)["search"][0]["label"] == "mpich"


def test_kinds_choose_what_is_searched(ask):
    query = """{
      stacks: search(text: "aarch64", kinds: [STACK]) { label }
      both: search(text: "aarch64", kinds: [TARGET, STACK, TARGET]) { kind label }
      none: search(text: "aarch64", kinds: []) { label }
      null: search(text: "neoverse_v1", kinds: null) { kind label }
    }"""
    assert ask(query) == {
        "stacks": [{"label": "ml-linux-aarch64-cpu"}],
        "both": [{"kind": "TARGET", "label": "aarch64"}, {"kind": "STACK", "label": "ml-linux-aarch64-cpu"}],
        "none": [],
        "null": [
            {"kind": "TARGET", "label": "neoverse_v1"},
            {"kind": "STACK", "label": "e4s-neoverse_v1"},
            {"kind": "TARGET", "label": "neoverse_n1"},
        ],
    }


def test_at_most_20_hits_unless_more_are_asked_for(ask, release):
    every = found(ask, "py-", first=1000)
    assert len(every) > 100
    assert found(ask, "py-", first=25) == every[:25]
    assert found(ask, "py-", first=0) == []
    assert found(ask, "py-", first=None) == every
    assert ask('{ search(text: "py-") { label } }')["search"] == [{"label": label} for _, label in every[:20]]


@pytest.mark.parametrize(("first", "code"), [(1001, "PAGE_TOO_LARGE"), (-1, "BAD_USER_INPUT")])
def test_a_number_of_hits_out_of_bounds_is_refused(ask_errors, first, code):
    data, (error,) = ask_errors(SEARCH, text="py-", first=first)
    assert data == {"search": None}
    assert error["message"] == f"first is {first}; give 0 to 1000"
    assert error["extensions"] == {"code": code}

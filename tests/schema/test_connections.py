"""Connections by the Relay specification: pages both ways, cursors, and the bounds on a page."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.build import build
from graph.sources.detect import read_sources
from schema.limits import Limits

DOCUMENTS = {
    "packages": """query ($first: Int, $after: String, $last: Int, $before: String) {
      packages(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }""",
    "packages by specs": """query ($first: Int, $after: String, $last: Int, $before: String) {
      packages(
        where: {name: {startsWith: "py-"}}, orderBy: {field: SPEC_COUNT, direction: DESC}
        first: $first, after: $after, last: $last, before: $before
      ) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }""",
    "specs": """query ($first: Int, $after: String, $last: Int, $before: String) {
      specs(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }""",
    "specs by hash": """query ($first: Int, $after: String, $last: Int, $before: String) {
      specs(
        where: {compiler: {eq: "gcc@13.2.0"}}, orderBy: {field: HASH}
        first: $first, after: $after, last: $last, before: $before
      ) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }""",
    "no specs": """query ($first: Int, $after: String, $last: Int, $before: String) {
      specs(where: {or: []}, first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }""",
    "stacks": """query ($first: Int, $after: String, $last: Int, $before: String) {
      stacks(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }""",
    "targets": """query ($first: Int, $after: String, $last: Int, $before: String) {
      targets(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }""",
    "operating systems": """query ($first: Int, $after: String, $last: Int, $before: String) {
      operatingSystems(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }""",
    "compilers": """query ($first: Int, $after: String, $last: Int, $before: String) {
      compilers(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }""",
    "a package's stacks": """query ($first: Int, $after: String, $last: Int, $before: String) {
      package(name: "cmake") { stacks(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }""",
    "a package's specs": """query ($first: Int, $after: String, $last: Int, $before: String) {
      package(name: "cmake") { specs(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }""",
    "a spec's stacks": """query ($first: Int, $after: String, $last: Int, $before: String) {
      spec(hash: "djziri6jvdczi52jpft6222fmn7nrzth", snapshot: "develop") {
        stacks(first: $first, after: $after, last: $last, before: $before) {
          totalCount edges { cursor node { id } } nodes { id }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      }
    }""",
    "a spec's dependencies": """query ($first: Int, $after: String, $last: Int, $before: String) {
      spec(hash: "pemy6dbksd55n2jllhe7cebrmcvnegmh") {
        dependencies(transitive: true, first: $first, after: $after, last: $last, before: $before) {
          totalCount edges { cursor node { id } } nodes { id }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      }
    }""",
    "a spec's dependents": """query ($first: Int, $after: String, $last: Int, $before: String) {
      spec(hash: "ldmex53npheykpzpbple4rpy3gpodkwa") {
        dependents(first: $first, after: $after, last: $last, before: $before) {
          totalCount edges { cursor node { id } } nodes { id }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      }
    }""",
    "a stack's specs": """query ($first: Int, $after: String, $last: Int, $before: String) {
      stack(name: "tutorial") { specs(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }""",
    "a stack's packages": """query ($first: Int, $after: String, $last: Int, $before: String) {
      stack(name: "tutorial") { packages(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }""",
    "a target's stacks": """query ($first: Int, $after: String, $last: Int, $before: String) {
      target(name: "zen3") { stacks(compatible: true, first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }""",
    "a target's specs": """query ($first: Int, $after: String, $last: Int, $before: String) {
      target(name: "aarch64") { specs(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }""",
    "an operating system's stacks": """query ($first: Int, $after: String, $last: Int, $before: String) {
      operatingSystem(name: "ubuntu22.04") { stacks(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }""",
    "an operating system's specs": """query ($first: Int, $after: String, $last: Int, $before: String) {
      operatingSystem(name: "ubuntu24.04") { specs(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }""",
    "a compiler's stacks": """query ($first: Int, $after: String, $last: Int, $before: String) {
      compiler(name: "gcc@11.4.0") { stacks(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }""",
    "a compiler's specs": """query ($first: Int, $after: String, $last: Int, $before: String) {
      compiler(name: "llvm@18.1.3") { specs(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }""",
}

FORWARD_ONLY = {
    "a package's dependencies": """query ($first: Int, $after: String) {
      package(name: "trilinos") { dependencies(first: $first, after: $after) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }""",
    "a package's dependents": """query ($first: Int, $after: String) {
      package(name: "hdf5") { dependents(transitive: true, first: $first, after: $after) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }
    }""",
}

EVERY = DOCUMENTS | FORWARD_ONLY


def connection_in(data):
    """Return the connection that an answer holds, however deep."""
    while "pageInfo" not in data:
        (data,) = data.values()
    return data


class Pages:
    """Asks for pages of the lists above, and knows each list as a whole."""

    def __init__(self, ask):
        self.ask = ask
        self.known = {}

    def page(self, name, **arguments):
        """Return a page as a connection."""
        return connection_in(self.ask(EVERY[name], **arguments))

    def whole(self, name):
        """Return all edges of a list as (cursor, id)."""
        if name not in self.known:
            found = self.page(name, first=5000)
            assert len(found["edges"]) == found["totalCount"]
            self.known[name] = [(edge["cursor"], edge["node"]["id"]) for edge in found["edges"]]
        return self.known[name]


@pytest.fixture(scope="session")
def pages(ask):
    """Pages of the embedded sample."""
    return Pages(ask)


def expected_page(whole, start, stop):
    part = whole[start:stop]
    return {
        "totalCount": len(whole),
        "edges": [{"cursor": cursor, "node": {"id": node_id}} for cursor, node_id in part],
        "nodes": [{"id": node_id} for _, node_id in part],
        "pageInfo": {
            "hasNextPage": stop < len(whole),
            "hasPreviousPage": start > 0,
            "startCursor": part[0][0] if part else None,
            "endCursor": part[-1][0] if part else None,
        },
    }


@pytest.mark.parametrize("name", EVERY)
def test_no_two_items_of_a_list_share_a_cursor_or_an_id(pages, name):
    whole = pages.whole(name)
    assert len({cursor for cursor, _ in whole}) == len({node_id for _, node_id in whole}) == len(whole)
    assert bool(whole) == (name != "no specs")


@given(data=st.data())
@settings(max_examples=400)
def test_a_page_is_what_relay_says_whatever_the_arguments(pages, data):
    name = data.draw(st.sampled_from(sorted(DOCUMENTS)), label="list")
    whole = pages.whole(name)
    size = st.none() | st.integers(0, 12) | st.integers(0, len(whole) + 1)
    place = st.none() | st.integers(0, len(whole) - 1) if whole else st.none()
    first, last = data.draw(size, label="first"), data.draw(size, label="last")
    after, before = data.draw(place, label="after"), data.draw(place, label="before")

    # ApplyCursorsToEdges, then EdgesToReturn of the specification, on places instead of edges
    start = 0 if after is None else after + 1
    stop = len(whole) if before is None else max(start, before)
    if first is None and last is None:
        first = 50
    if first is not None:
        stop = min(stop, start + first)
    if last is not None:
        start = max(start, stop - last)

    arguments = {"first": first, "last": last}
    arguments["after"] = None if after is None else whole[after][0]
    arguments["before"] = None if before is None else whole[before][0]
    assert pages.page(name, **arguments) == expected_page(whole, start, stop)


@given(name=st.sampled_from(sorted(EVERY)), data=st.data())
@settings(max_examples=60)
def test_walking_forward_by_any_size_gives_the_whole_list_once_in_order(pages, name, data):
    whole = pages.whole(name)
    size = data.draw(st.integers(len(whole) // 20 + 1, len(whole) + 2), label="page size")
    found: list[tuple[str, str]] = []
    after = None
    while True:
        page = pages.page(name, first=size, after=after)
        found += [(edge["cursor"], edge["node"]["id"]) for edge in page["edges"]]
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        if not page["pageInfo"]["hasNextPage"]:
            break
        assert len(page["edges"]) == size
        after = page["pageInfo"]["endCursor"]
    assert found == whole


@given(name=st.sampled_from(sorted(DOCUMENTS)), data=st.data())
@settings(max_examples=60)
def test_walking_backward_by_any_size_gives_the_whole_list_once_in_order(pages, name, data):
    whole = pages.whole(name)
    size = data.draw(st.integers(len(whole) // 20 + 1, len(whole) + 2), label="page size")
    found: list[tuple[str, str]] = []
    before = None
    while True:
        page = pages.page(name, last=size, before=before)
        found = [(edge["cursor"], edge["node"]["id"]) for edge in page["edges"]] + found
        assert page["pageInfo"]["hasNextPage"] == (before is not None)
        if not page["pageInfo"]["hasPreviousPage"]:
            break
        assert len(page["edges"]) == size
        before = page["pageInfo"]["startCursor"]
    assert found == whole


def test_a_list_by_name_is_in_the_order_of_names(ask, release):
    answer = ask("{ packages(first: 5000) { edges { node { name } } } }")["packages"]["edges"]
    assert [edge["node"]["name"] for edge in answer] == sorted({spec.name for spec in release.specs.values()})


def test_without_first_or_last_a_page_has_50_items(ask, release):
    query = """{
      left_out: specs { nodes { hash } }
      null: specs(first: null, last: null) { nodes { hash } }
      after: specs(after: null, before: null) { nodes { hash } }
    }"""
    first = [{"hash": dag_hash} for dag_hash in list(release.specs)[:50]]
    assert ask(query) == {"left_out": {"nodes": first}, "null": {"nodes": first}, "after": {"nodes": first}}


def test_the_last_items_are_not_those_of_the_first_page(ask, release):
    expected = [{"hash": dag_hash} for dag_hash in list(release.specs)[-60:]]
    assert ask("{ specs(last: 60) { nodes { hash } } }") == {"specs": {"nodes": expected}}


def test_first_and_last_together_are_the_end_of_the_beginning(ask, release):
    expected = [{"hash": dag_hash} for dag_hash in list(release.specs)[7:10]]
    assert ask("{ specs(first: 10, last: 3) { nodes { hash } } }") == {"specs": {"nodes": expected}}


def test_the_total_counts_the_list_and_not_the_page(ask):
    query = "{ specs(first: 0) { totalCount nodes { hash } pageInfo { hasNextPage hasPreviousPage endCursor } } }"
    assert ask(query)["specs"] == {
        "totalCount": 3202,
        "nodes": [],
        "pageInfo": {"hasNextPage": True, "hasPreviousPage": False, "endCursor": None},
    }


@pytest.mark.parametrize(
    ("name", "argument"), [*((name, "first") for name in EVERY), *((name, "last") for name in DOCUMENTS)]
)
def test_more_than_the_maximum_is_an_error_that_names_it(ask, name, argument):
    bounded = ask.within(Limits(max_page_size=7))
    assert len(connection_in(bounded(EVERY[name], **{argument: 7}))["edges"]) <= 7
    data, (error,) = bounded.errors(EVERY[name], **{argument: 8})
    assert list(data.values()) == [None]
    assert error["extensions"] == {"code": "PAGE_TOO_LARGE"}
    assert error["message"] == f"{argument} is 8; give 0 to 7"


def test_the_maximum_is_5000_unless_it_is_set(ask, ask_errors):
    assert ask("{ specs(first: 5000) { totalCount } packages(last: 5000) { totalCount } }") == {
        "specs": {"totalCount": 3202},
        "packages": {"totalCount": 859},
    }
    data, (error,) = ask_errors("{ specs(first: 5001) { totalCount } stacks { totalCount } }")
    assert data == {"specs": None, "stacks": {"totalCount": 9}}
    assert error["message"] == "first is 5001; give 0 to 5000"
    assert error["path"] == ["specs"]


@pytest.mark.parametrize("argument", ["first", "last"])
def test_a_negative_number_is_refused(ask_errors, argument):
    data, (error,) = ask_errors(DOCUMENTS["specs"], **{argument: -1})
    assert data == {"specs": None}
    assert error["message"] == f"{argument} is -1; give 0 to 5000"
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.fixture(scope="session")
def rebuilt(ask, sample_files, tmp_path_factory):
    """The default snapshot alone, from other paths and in another order: its rows have other numbers."""
    folder = tmp_path_factory.mktemp("rebuilt")
    for member, content in sample_files.items():
        if "/v2025.11.0/" in member:
            path = folder / member.removeprefix("binaries/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    readings = list(read_sources([folder]))
    return Pages(ask.about(build(reversed(readings)).catalogue))


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"a spec's stacks"}))  # that one is of another snapshot
def test_cursors_survive_a_rebuilt_catalogue_with_the_same_data(pages, rebuilt, name):
    whole = pages.whole(name)
    assert rebuilt.whole(name) == whole
    for cursor, _ in whole[:: len(whole) // 4 + 1]:
        assert rebuilt.page(name, first=3, after=cursor) == pages.page(name, first=3, after=cursor)


def refused(ask_errors, query, **variables):
    """Return the message with which a cursor is refused."""
    data, (error,) = ask_errors(query, **variables)
    assert list(data.values()) == [None]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    return error["message"]


SPECS = """query ($after: String, $before: String, $tag: String) {
  specs(snapshot: $tag, after: $after, before: $before, first: 1) { totalCount }
}"""


@pytest.mark.parametrize("argument", ["after", "before"])
def test_a_cursor_of_another_snapshot_is_refused(ask_errors, pages, argument):
    cursor = pages.whole("specs")[0][0]
    assert refused(ask_errors, SPECS, tag="v2025.07.0", **{argument: cursor}) == (
        f"the cursor {cursor!r} belongs to other data than the snapshot 'v2025.07.0' holds now: "
        "start again from the first page"
    )


@pytest.mark.parametrize("argument", ["after", "before"])
@pytest.mark.parametrize("kind", ["packages", "stacks", "targets", "operating systems", "compilers"])
def test_a_cursor_of_a_list_of_another_kind_is_refused(ask_errors, pages, kind, argument):
    cursor = pages.whole(kind)[0][0]
    assert refused(ask_errors, SPECS, **{argument: cursor}) == (
        f"the cursor {cursor!r} belongs to a list of another kind"
    )
    cursor = pages.whole("specs")[0][0]
    assert refused(ask_errors, DOCUMENTS[kind], **{argument: cursor}) == (
        f"the cursor {cursor!r} belongs to a list of another kind"
    )


def test_a_cursor_that_an_order_cannot_place_is_refused(ask_errors, pages):
    held = {cursor for cursor, _ in pages.whole("specs by hash")}
    foreign = next(cursor for cursor, _ in pages.whole("specs") if cursor not in held)
    assert refused(ask_errors, DOCUMENTS["specs by hash"], after=foreign) == (
        f"the cursor {foreign!r} is not of this list: its filter or its order differ"
    )


def test_a_cursor_holds_in_the_default_order_whatever_the_filter(ask, pages, release):
    hashes = list(release.specs)
    place = next(i for i, spec in enumerate(release.specs.values()) if spec.name == "hdf5")
    query = """query ($after: String) {
      specs(where: {package: {startsWith: "py-"}}, after: $after, first: 2) { nodes { hash } }
    }"""
    following = [dag_hash for dag_hash in hashes[place + 1 :] if release.specs[dag_hash].name.startswith("py-")]
    cursor = pages.whole("specs")[place][0]
    assert ask(query, after=cursor)["specs"]["nodes"] == [{"hash": dag_hash} for dag_hash in following[:2]]


def encoded(text):
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_garbage_is_refused(ask_errors, pages, catalogue):
    cursor = pages.whole("specs")[10][0]
    digest = catalogue.snapshot(None).digest[:16]
    assert cursor == encoded(f"s{digest}10")
    garbage = [
        *("", "0", "10", "garbage", "%%%%", "é", "\x00", "🙂", "A" * 10_000),
        *(cursor + "=", cursor + "==", cursor + "A", cursor + "!", "!" + cursor, cursor[:-1], cursor + "\n"),
        *(encoded(f"s{digest}{rank}") for rank in ("", "x", "+10", " 10", "1_0", "010", "1e1", "9" * 5000, "\u0661")),
    ]
    for text in garbage:
        for argument in ("after", "before"):
            assert refused(ask_errors, SPECS, **{argument: text}).startswith(f"{text!r} is not a cursor"), text


@pytest.mark.parametrize("rank", [3202, -1, 10**30])
def test_a_cursor_out_of_the_list_is_refused(ask_errors, catalogue, rank):
    cursor = encoded(f"s{catalogue.snapshot(None).digest[:16]}{rank}")
    assert "belongs to a list of another kind" in refused(ask_errors, SPECS, after=cursor)

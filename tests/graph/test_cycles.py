"""Circles in damaged data: found, and reported when a universe is built."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from graph.cycles import circles
from graph.sources.records import Problem
from tests.graph.small_graphs import Edges, graph_of

LINK = 2


def linked(*pairs: str) -> Edges:
    return [(pair[0], pair[1], LINK, ()) for pair in pairs]


def problems(nodes: str, *pairs: str) -> tuple[Problem, ...]:
    return graph_of(nodes, linked(*pairs)).problems


def test_a_graph_without_circles_has_no_problem() -> None:
    assert problems("abcd", "ab", "ac", "bd", "cd") == ()


def test_a_circle_is_reported_from_its_first_spec_on() -> None:
    assert problems("abcd", "ab", "bc", "cd", "db") == (
        Problem(
            "dependencies",
            "specs that depend on themselves, in 1 circle, where traversals end: "
            "b/bxxxxxx -> c/cxxxxxx -> d/dxxxxxx -> b/bxxxxxx",
        ),
    )


def test_a_spec_that_depends_on_itself_is_a_circle_of_one() -> None:
    (problem,) = problems("ab", "aa", "ab", "bb")
    assert problem.message == (
        "specs that depend on themselves, in 2 circles, where traversals end: "
        "a/axxxxxx -> a/axxxxxx, b/bxxxxxx -> b/bxxxxxx"
    )


def test_a_spec_between_two_circles_is_on_none() -> None:
    universe = graph_of("abcde", linked("ab", "ba", "bc", "cd", "de", "ed")).catalogue.universe
    assert circles(universe) == [(0, 1), (3, 4)]


@given(st.sets(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), max_size=16))
def test_there_is_one_circle_for_each_set_of_specs_that_depend_on_each_other(pairs: set[tuple[str, str]]) -> None:
    universe = graph_of("abcdefg", linked(*map("".join, sorted(pairs)))).catalogue.universe
    graph = nx.DiGraph([("abcdefg".index(a), "abcdefg".index(b)) for a, b in pairs])
    entangled = [
        component
        for component in nx.strongly_connected_components(graph)
        if len(component) > 1 or graph.has_edge(*component, *component)
    ]
    found = circles(universe)
    assert sorted(min(component) for component in entangled) == sorted(
        min(component) for circle in found for component in entangled if set(circle) <= component
    )
    assert len(found) == len(entangled)
    for circle in found:
        assert circle[0] == min(circle)
        assert len(set(circle)) == len(circle)
        assert all(graph.has_edge(a, b) for a, b in zip(circle, (*circle[1:], circle[0]), strict=True))

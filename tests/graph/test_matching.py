"""Matching by indexes against a plain scan, the questions about dependents, and what the data may lack."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph.build import build
from graph.errors import BadInput, SpecSyntaxError
from graph.matching import matching_rows, rows_depending_on
from graph.model import Compiler, Dependency, DependencyType, Flags, Spec, Variant
from graph.snapshot import Snapshot
from graph.sources.records import Authority, SpecRecord
from graph.speclang import parse
from tests.graph.small_graphs import NOON, dag_hash, graph_of, spec_record
from tests.graph.speclang.slow_matching import SlowMatcher

PACKAGES = ["gcc", "llvm", "mpich", "zlib"]
VIRTUALS = {"gcc": ["c", "cxx"], "llvm": ["c", "cxx"], "mpich": ["mpi"], "zlib": ["z", "mpi"]}
VARIANTS = [
    Variant("mpi", enabled=True),
    Variant("mpi", enabled=False),
    Variant("mpi", values=("on",)),
    Variant("libs", values=("shared",), exact=True),
    Variant("libs", values=("shared", "static"), exact=True),
    Variant("libs", exact=True),
    Variant("languages", values=("c", "c++"), exact=True),
    Variant("clang", enabled=True),
    Variant("patches", values=("abcdef", "abd"), exact=True),
]


# Made once: a strategy that is made anew for each draw takes longer than the draw.
_VERSIONS = st.sampled_from(["1.2", "1.10", "develop"])
_PLATFORMS = st.sampled_from(["linux", "darwin"])
_OPERATING_SYSTEMS = st.sampled_from(["rhel8", "ubuntu22.04"])
_TARGETS = st.sampled_from(["aarch64", "haswell", "x86_64", "zen3"])
_NAMESPACES = st.sampled_from(["builtin", None])
_COMPILERS = st.sampled_from([None, Compiler("gcc", "1.2"), Compiler("clang")])
_VARIANTS = st.lists(st.sampled_from(VARIANTS), max_size=3, unique_by=lambda v: v.name)
_FLAGS = st.sampled_from([(), (Flags("cflags", ("-O3", "-g")),)])
_NO_EDGES = st.sampled_from([None, ()])
_DEPTYPES = st.integers(1, 15)
_PROVIDED = {
    package: st.lists(st.sampled_from(VIRTUALS.get(package, ["z"])), unique=True, max_size=2) for package in PACKAGES
}


@st.composite
def snapshots(draw: st.DrawFn) -> list[Snapshot]:
    """Draw two snapshots of one universe of acyclic specs."""
    count = draw(st.integers(1, 9))
    packages = [draw(st.sampled_from(PACKAGES)) for _ in range(count)]
    hashes = [dag_hash(f"{draw(st.sampled_from('ab'))}{position}") for position in range(count)]
    specs = [_spec(draw, position, packages, hashes) for position in range(count)]
    readings = [
        SpecRecord(snapshot, spec, ("root",), True, Authority.INDEX, "here")
        for snapshot in ("s", "t")
        for spec in specs
        if snapshot == "s" or draw(st.booleans())
    ]
    return list(build(readings, now=NOON).catalogue)


@cache
def _heads(position: int, count: int) -> st.SearchStrategy[set[int]]:
    """Draw places after a position; the last one, `count`, stands for none."""
    return st.sets(st.integers(position + 1, count), max_size=4)


def _spec(draw: st.DrawFn, position: int, packages: list[str], hashes: list[str]) -> Spec:
    heads = draw(_heads(position, len(packages))) - {len(packages)}
    variants = draw(_VARIANTS)
    return Spec(
        hash=hashes[position],
        package=packages[position],
        version=draw(_VERSIONS),
        platform=draw(_PLATFORMS),
        operating_system=draw(_OPERATING_SYSTEMS),
        target=draw(_TARGETS),
        namespace=draw(_NAMESPACES),
        compiler=draw(_COMPILERS),
        variants=tuple(sorted(variants)),
        flags=draw(_FLAGS),
        dependencies=draw(_NO_EDGES)
        if not heads
        else tuple(
            Dependency(hashes[head], packages[head], draw(_DEPTYPES), tuple(draw(_PROVIDED[packages[head]])))
            for head in sorted(heads)
        ),
    )


NAMES = st.sampled_from(["", *PACKAGES, *PACKAGES, "mpi", "c", "z", "builtin.zlib", "nosuch", "awk"])
PARTS = (
    "@1.2 | @1.3: | @:1.5,develop | +mpi | ~mpi | ++mpi | ~~mpi | mpi=on | libs=shared | libs:=shared | libs==static"
    " | libs=* | languages=c | patches=ab | patches:=ab | cflags=-O3 | cflags='-g -x' | platform=linux | os=*"
    " | target=x86_64: | target=:haswell,zen3 | arch=linux-None-aarch64 | /a | /b1"
)
ATTRIBUTES = (
    " | | | [virtuals=mpi] | [virtuals=c,cxx] | [deptypes=build] | [deptypes=link,run] | [when=+mpi]"
    " | [when='mpi' virtuals=z] | [when='^zlib'] | [when='%c=gcc@1.2']"
)


@cache
def one_of(choices: str) -> st.SearchStrategy[str]:
    return st.sampled_from([choice.strip() for choice in choices.split("|")])


@cache
def nodes() -> st.SearchStrategy[str]:
    parts = st.one_of(st.just(list[str]()), st.lists(one_of(PARTS), max_size=2))
    return st.builds(lambda name, parts: " ".join([name, *parts]), NAMES, parts)


@st.composite
def constraints(draw: st.DrawFn) -> str:
    """Draw the text of a constraint; a few are refused."""
    edges = draw(st.lists(st.tuples(one_of("^ | % | %%"), one_of(ATTRIBUTES), nodes()), max_size=3))
    return " ".join([draw(nodes()), *(f"{sigil}{attributes} {node}" for sigil, attributes, node in edges)])


@settings(max_examples=300)
@given(snapshots(), st.lists(constraints(), min_size=12, max_size=12))
def test_the_indexed_answer_is_that_of_a_plain_scan(some: list[Snapshot], texts: list[str]):
    slow = [SlowMatcher(snapshot) for snapshot in some]
    for text in texts:
        try:
            constraint = parse(text)
        except SpecSyntaxError:
            continue
        for snapshot, matcher in zip(some, slow, strict=True):
            assert set(matching_rows(snapshot, constraint)) == matcher.query(constraint), text


@given(snapshots(), st.integers(1, 15), st.booleans(), st.integers(0, 511))
def test_dependents_are_those_of_a_plain_walk(some: list[Snapshot], deptypes: int, transitive: bool, members: int):
    for snapshot in some:
        wanted = {row for row in snapshot.rows if members >> row & 1}
        edges = {
            (tail, neighbour.row)
            for tail in snapshot.rows
            for neighbour in snapshot.universe.neighbours(snapshot.universe.dependencies, tail)
            if neighbour.deptypes & deptypes and neighbour.row in snapshot.rows
        }
        expected = {tail for tail, head in edges if head in wanted}
        while transitive:
            further = {tail for tail, head in edges if head in expected} - expected
            if not further:
                break
            expected |= further
        found = rows_depending_on(
            snapshot, FrozenBitMap(wanted), deptypes=DependencyType(deptypes), transitive=transitive
        )
        assert set(found) == expected


def matching(built: object, text: str) -> list[str]:
    """Return the labels of the specs that a constraint matches, which begin their hashes."""
    snapshot = built.catalogue.snapshot("s")  # type: ignore[attr-defined]
    return [snapshot.universe.hashes[row].rstrip("x") for row in matching_rows(snapshot, parse(text))]


CHAIN = [("a", "b", 2, ()), ("b", "c", 1, ()), ("b", "d", 4, ("mpi",))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("^d", ["a", "b"]),
        ("^c", ["b"]),
        ("^mpi", ["a", "b"]),
        ("%mpi", ["b"]),
        ("mpi", ["d"]),
        ("^", ["a", "b"]),
        ("b ^mpi=d", ["b"]),
        ("a ^b %c", ["a"]),
        ("a ^b %[deptypes=link] c", []),
        ("^[when='@2:'] nosuch", ["a", "b", "c", "d"]),
        ("", ["a", "b", "c", "d"]),
    ],
)
def test_dependencies_are_found_where_spack_looks(text: str, expected: list[str]):
    assert matching(graph_of("abcd", CHAIN), text) == expected


def built_of(*specs: tuple[str, str, tuple[Dependency, ...]]) -> object:
    """Build specs by label, package and dependencies."""
    return build([spec_record(label, package=p, dependencies=d) for label, p, d in specs], now=NOON)


def edge(label: str, package: str, deptypes: DependencyType, *virtuals: str) -> Dependency:
    return Dependency(dag_hash(label), package, int(deptypes), virtuals)


LINK, TEST = DependencyType.LINK, DependencyType.TEST


def test_a_spec_of_the_name_is_nearer_than_its_dependencies():
    built = built_of(
        ("a", "gcc", (edge("b", "gcc", LINK), edge("c", "cmake", LINK))),
        ("b", "gcc", ()),
        ("c", "cmake", ()),
    )
    assert matching(built, "^gcc %cmake") == ["a"]


def test_a_build_or_test_dependency_of_the_name_is_nearer_still():
    built = built_of(
        ("a", "gcc", (edge("b", "gcc", TEST), edge("c", "cmake", LINK))),
        ("b", "gcc", ()),
        ("c", "cmake", ()),
    )
    assert matching(built, "gcc %cmake") == []
    assert matching(built, "%cmake") == ["a"]


def test_what_has_the_name_of_the_dependency_is_asked_about_its_own():
    built = built_of(("a", "gcc", (edge("b", "gcc", TEST),)), ("b", "gcc", (edge("c", "gcc", LINK),)), ("c", "gcc", ()))
    assert matching(built, "gcc %gcc") == ["a", "b"]


def test_virtuals_are_all_asked_of_a_caret_and_one_of_a_percent():
    built = built_of(
        ("a", "x", (edge("c", "y", LINK, "blas"),)),
        ("b", "x", (edge("c", "y", LINK, "blas", "lapack"),)),
        ("c", "y", ()),
    )
    assert matching(built, "^blas,lapack=y") == ["b"]
    assert matching(built, "%blas,lapack=y") == ["a", "b"]
    assert matching(built, "^[virtuals=lapack]") == ["b"]


def test_two_edges_together_may_satisfy_a_caret():
    built = built_of(
        ("a", "x", (edge("b", "y", LINK, "mpi"), edge("c", "y", LINK))),
        ("b", "y", ()),
        ("c", "y", ()),
    )
    # Spack asks that some edge to y provides mpi, and that some y has the hash.
    assert matching(built, "^mpi=y /c") == ["a"]
    assert matching(built, "%mpi=y /c") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("libs=shared", ["a", "b"]),
        ("libs:=shared", ["b"]),
        ("libs=shared,static", ["a"]),
        ("libs=*", ["a", "b", "c"]),
        ("libs==shared", ["a", "b", "d"]),
        ("patches=ab", ["d"]),
        ("patches:=ab", []),
        ("patches:=abc,abd", ["d"]),
        ("libs=True", []),
    ],
)
def test_values_are_contained_or_all_there_is(text: str, expected: list[str]):
    values = {"a": ("shared", "static"), "b": ("shared",), "c": ()}
    records = [spec_record(label, variants=(Variant("libs", values=v, exact=True),)) for label, v in values.items()]
    patched = spec_record("d", variants=(Variant("patches", values=("abc", "abd"), exact=True),))
    assert matching(build([*records, patched], now=NOON), text) == expected


def test_a_condition_on_a_dependency_frees_the_others():
    built = build(
        [
            spec_record("a", variants=(Variant("mpi", enabled=True),)),
            spec_record("b", variants=(Variant("mpi", enabled=False),)),
        ],
        now=NOON,
    )
    assert matching(built, "^[when=+mpi] mpich") == ["b"]


def test_a_page_has_no_dependencies_but_its_compiler():
    page = spec_record("a", dependencies=None, compiler=Compiler("clang", "15.0"), authority=Authority.PAGE)
    built = build([page], now=NOON)
    assert matching(built, "%clang@15") == matching(built, "%llvm@15:") == matching(built, "%c=llvm") == ["a"]
    assert matching(built, "%clang@16") == matching(built, "%llvm+flang") == matching(built, "^llvm") == []


def test_an_unknown_target_is_no_match_and_no_end_of_a_range():
    built = graph_of("a", [])
    assert matching(built, "target=nosuch") == []
    assert matching(built, "b target=:nosuch") == []
    with pytest.raises(BadInput, match="no target 'nosuch', so that the range ':nosuch' has no meaning"):
        matching(built, "target=x86_64_v3,:nosuch")


def test_dependencies_outside_the_snapshot_are_not_seen():
    head = spec_record("b", snapshot="t")
    tail = spec_record("a", dependencies=(Dependency(dag_hash("b"), "b", 2),))
    built = build([head, tail], now=NOON)
    assert matching(built, "^b") == matching(built, "%b") == matching(built, "^") == []


def test_a_name_that_is_a_package_is_no_virtual():
    built = graph_of(["a", "d", "mpi"], [("a", "d", 2, ("mpi",))])
    assert matching(built, "mpi") == ["mpi"]
    assert matching(built, "^mpi") == []

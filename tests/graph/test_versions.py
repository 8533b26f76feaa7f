"""Versions, against Spack 1.1.1's recorded answers and by the laws of orders and sets."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import EmptyRangeError, VersionSyntaxError
from graph.versions import (
    MAX_TEXT_LENGTH,
    Version,
    VersionList,
    VersionRange,
    parse_spec_versions,
    parse_version_list,
    sort_key,
    spec_version_end,
)

ORACLE = Path(__file__).parents[3] / "shared/data/oracle/versions.jsonl"
READERS = {"version": Version, "constraint": parse_version_list, "spec": parse_spec_versions}

# Few values, so that versions often are equal, adjacent or prefixes of one another.
components = st.sampled_from(["0", "1", "2", "9", "10", "01", "a", "z", "Z", "rc", "alpha", "main", "develop"])
separators = st.sampled_from([".", "-", "_", "..", ""])
plain_texts = st.lists(st.tuples(components, separators), min_size=1, max_size=4).map(
    lambda pairs: "".join(component + separator for component, separator in pairs)
)
git_texts = st.builds("git.{}={}".format, st.sampled_from(["x", "y"]), plain_texts)
version_texts = plain_texts | git_texts
range_texts = st.builds("{}:{}".format, plain_texts | st.just(""), plain_texts | st.just(""))
element_texts = plain_texts | plain_texts.map("={}".format) | git_texts | range_texts
versions = version_texts.map(Version)


def is_accepted(text: str) -> bool:
    try:
        parse_version_list(text)
    except EmptyRangeError:
        return False
    return True


constraint_texts = st.lists(element_texts.filter(is_accepted), min_size=1, max_size=4).map(",".join)
constraints = constraint_texts.map(parse_version_list)


def recorded(*kinds: str) -> list[Any]:
    if not ORACLE.exists():
        return [pytest.param({}, marks=pytest.mark.skip(reason=f"Spack's recorded answers are not at {ORACLE}"))]
    lines = map(json.loads, ORACLE.read_text(encoding="utf-8").splitlines())
    return [pytest.param(line, id=json.dumps(line)[:100]) for line in lines if line["kind"] in kinds]


def holds_an_empty_range(constraint: VersionList) -> bool:
    return any(isinstance(e, VersionRange) and e.stop == e.lo.key for e in constraint.elements)


@pytest.mark.parametrize("line", recorded("order"))
def test_versions_are_sorted_as_spack_sorts_them(line: dict[str, Any]) -> None:
    found = sorted(Version(text) for text in line["versions"])
    ties = [[str(v) for v in equal] for _, equal in itertools.groupby(found)]
    assert [str(v) for v in found] == line["sorted"]
    assert [tie for tie in ties if len(tie) > 1] == line.get("ties", [])


@pytest.mark.parametrize("line", recorded("satisfies"))
def test_a_version_satisfies_what_spack_says_it_does(line: dict[str, Any]) -> None:
    assert parse_version_list(line["constraint"]).includes(Version(line["version"])) is line["result"]


@pytest.mark.parametrize("line", recorded("range"))
def test_constraints_compare_and_intersect_as_in_spack(line: dict[str, Any]) -> None:
    a, b = parse_version_list(line["a"]), parse_version_list(line["b"])
    assert a.intersects(b) is line["intersects"]
    assert a.satisfies(b) is line["a_satisfies_b"]
    assert str(a) == line["a_canonical"]
    assert str(a.intersection(b)) == line["intersection"]


@pytest.mark.parametrize("line", recorded("error"))
def test_what_spack_refuses_is_refused(line: dict[str, Any]) -> None:
    with pytest.raises(VersionSyntaxError) as caught:
        READERS[line["context"]](line["text"])
    assert isinstance(caught.value, EmptyRangeError) == (line["error"] == "EmptyRangeError")
    if isinstance(caught.value, EmptyRangeError):
        assert str(caught.value) == line["message"]


@pytest.mark.parametrize("line", recorded("accepted"))
def test_what_spack_accepts_is_accepted_with_its_canonical_text(line: dict[str, Any]) -> None:
    found = READERS[line["context"]](line["text"])
    assert ("@" if line["context"] == "spec" else "") + str(found) == line["as"]
    if isinstance(found, Version):
        assert (found.ref is not None) == (line["type"] == "GitVersion")


@given(versions, versions)
def test_exactly_one_of_less_equal_greater_holds(a: Version, b: Version) -> None:
    assert [a < b, a == b, a > b].count(True) == 1
    assert (a <= b) == (not b < a)
    assert (a >= b) == (b <= a)
    assert a != b or hash(a) == hash(b)


@given(versions, versions, versions)
def test_the_order_is_transitive(a: Version, b: Version, c: Version) -> None:
    low, middle, high = sorted([a, b, c])
    assert low <= middle <= high
    assert low <= high


@given(st.lists(version_texts))
def test_sort_key_refines_the_order_by_text(texts: list[str]) -> None:
    found, reordered = sorted(texts, key=sort_key), texts[::-1]
    assert found == sorted(reordered, key=sort_key)
    for a, b in itertools.pairwise(found):
        assert Version(a) < Version(b) or (Version(a) == Version(b) and a <= b)


def test_sort_key_puts_text_that_is_no_version_last() -> None:
    assert sorted(["?", "git.x", "develop", "1+2", "1"], key=sort_key) == [
        "1",
        "develop",
        "git.x",
        "1+2",
        "?",
    ]


@given(version_texts)
def test_a_version_prints_as_it_was_written(text: str) -> None:
    assert str(Version(text)) == text
    assert Version(str(Version(text))) == Version(text)


@given(constraints)
def test_canonical_text_reads_back_as_the_same_constraint(constraint: VersionList) -> None:
    assert parse_version_list(str(constraint)) == constraint
    assert str(parse_version_list(str(constraint))) == str(constraint)


@given(constraints, constraints, versions)
def test_an_intersection_includes_what_both_include(a: VersionList, b: VersionList, v: Version) -> None:
    assert a.intersection(b).includes(v) == (a.includes(v) and b.includes(v))


@given(constraint_texts, constraint_texts, versions)
def test_a_joint_list_includes_what_either_includes(a: str, b: str, v: Version) -> None:
    either = parse_version_list(a).includes(v) or parse_version_list(b).includes(v)
    assert parse_version_list(f"{a},{b}").includes(v) == either


@given(constraints, constraints)
def test_intersection_is_commutative_and_idempotent(a: VersionList, b: VersionList) -> None:
    assert a.intersection(b) == b.intersection(a)
    if not holds_an_empty_range(a):
        assert a.intersection(a) == a


@given(constraints, constraints)
def test_constraints_intersect_where_their_intersection_has_elements(a: VersionList, b: VersionList) -> None:
    assert a.intersects(b) == b.intersects(a)
    if not (holds_an_empty_range(a) or holds_an_empty_range(b)):
        assert a.intersects(b) == bool(a.intersection(b).elements)


@given(constraints, constraints, st.lists(versions))
def test_a_constraint_satisfies_another_that_includes_all_it_includes(
    a: VersionList, b: VersionList, sample: list[Version]
) -> None:
    both = a.intersection(b)
    assert both.satisfies(a)
    assert both.satisfies(b)
    if a.satisfies(b):
        assert all(b.includes(v) for v in sample if a.includes(v))
        assert holds_an_empty_range(a) or both == a


@given(constraints, versions)
def test_a_list_includes_what_one_of_its_elements_includes(constraint: VersionList, v: Version) -> None:
    assert constraint.includes(v) == any(element.includes(v) for element in constraint.elements)


@given(constraints | st.just(parse_version_list("git.x")), st.lists(versions | st.just(Version("git.x"))))
def test_bounds_hold_exactly_what_a_scan_finds(constraint: VersionList, sample: list[Version]) -> None:
    sample.sort()
    runs = constraint.bounds(sample)
    scanned = [i for i, v in enumerate(sample) if constraint.includes(v)]
    assert [i for start, stop in runs for i in range(start, stop)] == scanned
    assert all(start < stop for start, stop in runs)
    assert all(left[1] < right[0] for left, right in itertools.pairwise(runs))


def test_a_version_alone_includes_what_lies_below_it() -> None:
    constraint = parse_version_list("1.4")
    included = [v for v in ("1.4", "1.4.9", "1.4a", "1.40", "1.4rc1", "1.3") if constraint.includes(Version(v))]
    assert included == ["1.4", "1.4.9", "1.4a"]


def test_a_git_version_satisfies_ranges_by_its_assigned_version_but_no_exact_one() -> None:
    git = Version("git.x=1.2.3")
    assert parse_version_list("1.2.3").includes(git)
    assert not parse_version_list("=1.2.3").includes(git)
    assert git != Version("1.2.3")


def test_a_commit_equals_itself_with_the_git_prefix() -> None:
    sha = "0123456789abcdef0123456789abcdef01234567"
    assert Version(f"{sha}=1.2") == Version(f"git.{sha}=1.2")
    assert Version(sha).unassigned
    assert not Version(sha.upper()).unassigned


def test_an_unassigned_git_ref_lies_in_no_range_but_that_of_all() -> None:
    ref = Version("git.x")
    assert parse_version_list(":").includes(ref)
    assert not parse_version_list(":develop").includes(ref)
    assert not parse_version_list("1:").includes(ref)
    assert Version("develop") < ref


def test_an_unassigned_git_ref_as_a_constraint_includes_what_it_may_be() -> None:
    constraint = parse_version_list("git.x")
    included = [v for v in ("git.x", "git.x=1.2", "git.y=1.2", "1.2") if constraint.includes(Version(v))]
    assert included == ["git.x", "git.x=1.2"]
    assert str(constraint.intersection(parse_version_list("1,git.x=2,=3"))) == "git.x=2"
    assert constraint.intersects(parse_version_list("1,git.x=2,=3"))


@pytest.mark.parametrize("text", ["git.x,1.2", "1.2,git.x", "git.x,git.x", "git.x,git.y=1"])
def test_an_unassigned_git_ref_in_a_list_is_refused(text: str) -> None:
    with pytest.raises(VersionSyntaxError, match=r"needs a version: git\.x=<version>"):
        parse_version_list(text)


def test_a_git_version_cannot_end_a_range() -> None:
    with pytest.raises(VersionSyntaxError, match="cannot end a range"):
        VersionRange(Version("1"), Version("git.x=2"))


def test_an_empty_range_is_read_and_includes_nothing() -> None:
    constraint = parse_version_list("1.3:1.2")
    assert str(constraint) == "1.3:1.2"
    assert not any(constraint.includes(Version(v)) for v in ("1.2", "1.2.9", "1.3"))


def test_only_the_range_of_all_is_unbounded() -> None:
    texts = [":", ":develop", "", "1:", "1.2:,:1.2", "=1"]
    assert [t for t in texts if parse_version_list(t).unbounded] == [":", "1.2:,:1.2"]


def test_a_syntax_error_shows_the_place() -> None:
    with pytest.raises(VersionSyntaxError) as caught:
        parse_version_list("1.2,1.3!")
    assert str(caught.value) == "unexpected '!' in a version\n  1.3!\n     ^"
    assert (caught.value.text, caught.value.position) == ("1.3!", 3)


def test_a_syntax_error_in_a_long_text_shows_what_is_around_it() -> None:
    with pytest.raises(VersionSyntaxError) as caught:
        Version("1." * 1000 + "!")
    line, caret = str(caught.value).splitlines()[1:]
    assert line[len(caret) - 1] == "!"
    assert len(line) < 80


@pytest.mark.parametrize("read", READERS.values())
@pytest.mark.parametrize("value", [1, 1.5, None, b"1.2", ["1.2"]])
def test_only_texts_are_read(read: Any, value: object) -> None:
    with pytest.raises(TypeError, match="a version is a text"):
        read(value)


@pytest.mark.parametrize("read", [Version, parse_version_list])
def test_texts_beyond_the_bound_are_refused(read: Any) -> None:
    assert str(read("9" * MAX_TEXT_LENGTH)) == "9" * MAX_TEXT_LENGTH
    with pytest.raises(VersionSyntaxError, match="4097 characters are more than the 4096"):
        read("9" * (MAX_TEXT_LENGTH + 1))
    with pytest.raises(VersionSyntaxError, match="5 characters are more than the 4 "):
        read("1.2.3", max_length=4)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("@1.2+mpi", "@1.2"),
        ("@1.2 , 1.3:%gcc", "@1.2 , 1.3:"),
        ("@1.2:cflags=-O2", "@1.2:"),
        ("@1.2:a-b=1", "@1.2:a-"),
        ("@1.2: cflags=-O2", "@1.2:"),
        ("@git.a/b-c=1.2+x", "@git.a/b-c=1.2"),
        ("@=1.2-", "@=1.2"),
        ("@ 1.2", "@ 1.2"),
        ("@git.", "@git"),
        ("@+x", ""),
        ("1.2", ""),
    ],
)
def test_a_spec_ends_its_versions_where_spack_does(text: str, token: str) -> None:
    assert spec_version_end(f"zlib{text}", 4) == 4 + len(token)


def test_versions_are_frozen_and_survive_copying() -> None:
    constraint = parse_version_list("1.2:1.4,git.x=2,=3")
    with pytest.raises(FrozenInstanceError):
        Version("1.2").text = "1.3"  # type: ignore[misc]
    with pytest.raises(TypeError):
        assert Version("1.2") < "1.3"
    assert Version("1.2") != "1.2"
    assert copy.deepcopy(constraint) == constraint
    assert pickle.loads(pickle.dumps(constraint)) == constraint

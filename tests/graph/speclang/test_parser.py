"""Reading constraints: what they say, what is refused and why, and that the time is linear."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import BadInput, SpecSyntaxError
from graph.model import DependencyType
from graph.speclang import Constraint, Edge, FlagConstraint, VariantConstraint, parse
from graph.versions import parse_version_list

BUILD, LINK = DependencyType.BUILD, DependencyType.LINK


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Constraint()),
        (" * ", Constraint()),
        ("hdf5", Constraint(name="hdf5")),
        ("my.repo.hdf5", Constraint(name="hdf5", namespace="my.repo")),
        ("2.2", Constraint(name="2", namespace="2")),
        ("namespace=builtin", Constraint(namespace="builtin")),
        ("hdf5 @ 1.2, 1.3", Constraint(name="hdf5", versions=parse_version_list("1.2:1.3"))),
        ("@:", Constraint()),
        ("/ab", Constraint(hash="ab")),
        ("+ a -b ~c", Constraint(variants=tuple(VariantConstraint(n, enabled=n == "a") for n in "abc"))),
        ("++a", Constraint(variants=(VariantConstraint("a", enabled=True, propagated=True),))),
        ("a=TRUE", Constraint(variants=(VariantConstraint("a", enabled=True),))),
        ("a=y,x,y", Constraint(variants=(VariantConstraint("a", values=("x", "y")),))),
        ("a:=x", Constraint(variants=(VariantConstraint("a", values=("x",), exact=True),))),
        ("a==x", Constraint(variants=(VariantConstraint("a", values=("x",), propagated=True),))),
        ("a:==x", Constraint(variants=(VariantConstraint("a", values=("x",), exact=True, propagated=True),))),
        ("a=*", Constraint(variants=(VariantConstraint("a"),))),
        ("a:='*'", Constraint(variants=(VariantConstraint("a"),))),
        ("a==", Constraint(variants=(VariantConstraint("a", values=("=",)),))),
        ("a='it\\'s x'", Constraint(variants=(VariantConstraint("a", values=("it's x",)),))),
        ("a=x%gcc", Constraint(variants=(VariantConstraint("a", values=("x%gcc",)),))),
        ("cflags='-O3 -I /x' cflags=-g", Constraint(flags=(FlagConstraint("cflags", ("-O3", "-I /x", "-g")),))),
        ("cflags=''", Constraint()),
        ("arch=linux-None-zen3:", Constraint(platform="linux", target="zen3:")),
        ("architecture=a-b", Constraint(target="a-b")),
        ("platform=x operating_system=y", Constraint(platform="x", operating_system="y")),
        ("+os", Constraint(operating_system="True")),
    ],
)
def test_a_node_is_read_as_spack_does(text: str, expected: Constraint):
    assert parse(text) == expected


GCC, ZLIB = Constraint(name="gcc"), Constraint(name="zlib")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%gcc", Edge(GCC, direct=True)),
        ("%%gcc", Edge(GCC, direct=True, propagated=True)),
        ("^zlib", Edge(ZLIB)),
        ("^", Edge(Constraint())),
        ("% *", Edge(Constraint(), direct=True)),
        ("%clang", Edge(Constraint(name="llvm"), direct=True)),
        ("^clang", Edge(Constraint(name="clang"))),
        ("%c,cxx=gcc", Edge(GCC, direct=True, virtuals=("c", "cxx"))),
        ("^ os=zlib", Edge(ZLIB, virtuals=("os",))),
        ("^*os=x", Edge(Constraint(operating_system="x"))),
        ("%[virtuals=c] cxx=gcc", None),
        ("%[virtuals=c] gcc", Edge(GCC, direct=True, virtuals=("c",))),
        ("%[virtuals=cxx]c=gcc", Edge(GCC, direct=True, virtuals=("c", "cxx"))),
        ("%[virtuals=c]", Edge(Constraint(), direct=True, virtuals=("c",))),
        ("^[deptypes=build,link] zlib", Edge(ZLIB, deptypes=BUILD | LINK)),
        ("^[when='^zlib,x'] gcc", Edge(GCC, when=Constraint(edges=(Edge(ZLIB),)))),
        ("^[when=''] gcc", Edge(GCC)),
        ("^[virtuals=a:=b virtuals:=c] gcc", Edge(GCC, virtuals=("c",))),
        ("^zlib%gcc", Edge(Constraint(name="zlib", edges=(Edge(GCC, direct=True),)))),
        ("%c=gcc %cxx=gcc", Edge(GCC, direct=True, virtuals=("c", "cxx"))),
        ("^zlib+a ^zlib@1", Edge(parse("zlib@1+a"))),
        ("^zlib ^zlib %gcc", Edge(ZLIB)),
    ],
)
def test_a_dependency_is_read_as_spack_does(text: str, expected: Edge | None):
    # After an attribute list, `cxx=gcc` assigns a virtual too.
    expected = expected or Edge(GCC, direct=True, virtuals=("c", "cxx"))
    assert parse(text).edges == (expected,)


def test_a_percent_belongs_to_the_last_caret_or_else_the_root():
    edges = parse("hdf5 %gcc %cmake ^zlib %llvm ^mpich").edges
    assert [str(edge.constraint) for edge in edges] == ["gcc", "cmake", "zlib %llvm", "mpich"]


REFUSED = {
    "hdf5 +mpi -": """\
unexpected '-': expected the name of a variant right after its sign
  hdf5 +mpi -
            ^""",
    "zlib@1:2:3": """\
unexpected ':': expected a range of versions after '@', or of targets after 'target='
  zlib@1:2:3
          ^""",
    "zlib@=1.2:": """\
unexpected '=' in a version: expected versions as Spack knows them
  zlib@=1.2:
       ^""",
    "zlib%gcc@": """\
unexpected '@': expected a version, a range such as '1.2:1.4' or a list of them after '@'
  zlib%gcc@
          ^""",
    "@1.4:1.2": """\
1.4:1.2 is an empty range: expected versions as Spack knows them
  @1.4:1.2
   ^""",
    "zlib @1 +a @2": """\
versions are given twice: expected one list of versions for each spec
  zlib @1 +a @2
             ^""",
    "hdf5+mpi~mpi": """\
the variant mpi is given twice: expected each variant once
  hdf5+mpi~mpi
          ^""",
    "os=a arch=linux-b-zen3": """\
operating system is given twice: expected each part of the architecture once
  os=a arch=linux-b-zen3
       ^""",
    "target==zen3": """\
target cannot be propagated: expected target=<value>
  target==zen3
  ^""",
    "a=x,*": """\
'*' stands among other values: expected a=* alone, or values without it
  a=x,*
  ^""",
    "zlib os=": """\
nothing follows 'os=': expected a value right after '='
  zlib os=
       ^""",
    "a='b": """\
unexpected '=': expected a name before '=' and a value right after it, closed where it is in quotes
  a='b
   ^""",
    "zlib/ab/cd": """\
a second hash: expected one hash for each spec
  zlib/ab/cd
         ^""",
    "zlib cmake": """\
a second spec: expected one spec; '^' or '%' before the name of a dependency
  zlib cmake
       ^""",
    "./zlib.json": """\
the name of a file: expected a constraint, not the file of a spec
  ./zlib.json
  ^""",
    "zlib %": """\
nothing follows: expected a dependency after '%'
  zlib %
        ^""",
    "^[deptypes=all] zlib": """\
no dependency type 'all': expected one of build, link, run and test
  ^[deptypes=all] zlib
    ^""",
    "^[+a] zlib": """\
unexpected in the attributes of a dependency: expected ']' or one of virtuals, deptypes and when
  ^[+a] zlib
    ^""",
    "^[when='+a +a'] zlib": """\
in a condition: expected each variant once
  ^[when='+a +a'] zlib
             ^""",
    "^zlib@1 ^zlib@2": """\
zlib comes twice, and nothing fits both (version): expected constraints that agree
  ^zlib@1 ^zlib@2
          ^""",
    "^a+x ^a~x ^a ^a": """\
a comes twice, and nothing fits both (variant x): expected constraints that agree
  ^a+x ^a~x ^a ^a
       ^""",
    "%[deptypes=build] zlib %[deptypes=build,run] zlib": """\
zlib comes twice with types that overlap: expected other deptypes
  %[deptypes=build] zlib %[deptypes=build,run] zlib
                         ^""",
    "cmake|ninja": """\
unexpected '|': expected a name, or one of @ + ~ - % ^ / key=value
  cmake|ninja
       ^""",
    "zlib ]": """\
unexpected ']': expected '[' after '^' or '%' before it
  zlib ]
       ^""",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_refusal_shows_the_place_and_says_what_was_expected(text: str):
    with pytest.raises(SpecSyntaxError) as refused:
        parse(text)
    assert str(refused.value) == REFUSED[text]
    caret = str(refused.value).splitlines()[2].index("^") - 2
    assert (refused.value.text, refused.value.position) == (text, caret)
    assert refused.value.expected in str(refused.value)


def test_of_a_long_text_a_refusal_shows_what_is_near():
    with pytest.raises(SpecSyntaxError) as refused:
        parse("a" * 100 + "\t|" + "b" * 100)
    _, line, caret = str(refused.value).splitlines()
    assert line.strip() == "a" * 35 + " |" + "b" * 35
    assert line[caret.index("^")] == "|"


def test_a_constraint_has_bounds():
    assert parse("a" * 10, max_length=10).name == "a" * 10
    with pytest.raises(SpecSyntaxError, match="the constraint has 11 characters: expected 10 at most"):
        parse("a" * 11, max_length=10)
    assert len(parse("a ^b ^c", max_nodes=3).edges) == 2
    with pytest.raises(SpecSyntaxError, match="too many dependencies: expected 3 nodes at most"):
        parse("a ^[when=+x] b ^c", max_nodes=3)


def oracle(shared_data: Path) -> list[dict[str, object]]:
    files = (shared_data / f"oracle/{name}.jsonl" for name in ("constraints", "constraints_more"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def test_what_spack_takes_is_read_and_its_text_is_stable(shared_data: Path):
    for line in oracle(shared_data):
        if "error" not in line:
            assert_stable(str(line["query"]))


def assert_stable(text: str) -> None:
    constraint = parse(text)
    assert parse(constraint.text) == constraint
    assert parse(constraint.text).text == constraint.text
    assert hash(parse(constraint.text)) == hash(constraint)


PIECES = (
    "a zlib b.c * @1.2 @:1.4,=2 @git.x=1.2 @:1- @:1. + ++ - ~ ~~a +a a=b a:=b,c a=='_x' b=* b='' b='*' cflags='-a_-b' "
    "cflags=-c cxxflags==x platform=l os=u target=zen3: target=:zen2,a64fx arch=l-u-t /ab / ^ % %% ^a %gcc ^[ %[ ] "
    "virtuals=a,b deptypes=build,run when=+a when='+a@1' c=gcc ^c,d=gcc = , : ' \" \\ [ | é ^* namespace=n.m"
)


def pieces() -> st.SearchStrategy[str]:
    """Pieces of constraints, with or without a blank before; `_` stands for a blank within."""
    choices = [piece.replace("_", " ") for piece in PIECES.split(" ")]
    return st.tuples(st.sampled_from(["", " "]), st.sampled_from(choices)).map("".join)


@given(st.lists(pieces()).map("".join))
def test_the_canonical_text_is_stable(text: str):
    try:
        parse(text)
    except SpecSyntaxError:
        return
    assert_stable(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str):
    try:
        parse(text)
    except BadInput as refusal:
        refused = refusal
    else:
        return
    assert isinstance(refused, SpecSyntaxError)


LONG: dict[str, Callable[[int], str]] = {
    "a name": lambda n: "a" * n,
    "a dotted name": lambda n: "a." * (n // 2),
    "dots and dashes": lambda n: "a.-" * (n // 3),
    "variants": lambda n: "".join(f"+a{i:05}" for i in range(n // 7)),
    "values": lambda n: "a=" + "b," * (n // 2),
    "quotes that never close": lambda n: "a='" + "\\'" * (n // 2),
    "flags": lambda n: "cflags=-a " * (n // 10),
    "versions beyond their bound": lambda n: "@" + "1," * (n // 2),
    "blanks": lambda n: " " * n,
    "slashes": lambda n: "a/" * (n // 2),
    "dependencies": lambda n: "".join(f"^a{i:05} " for i in range(n // 8)),
    "one dependency many times": lambda n: "".join(f"^a+b{i:05} " for i in range(n // 10)),
    "one provider many times": lambda n: "%c=gcc " * (n // 7),
    "empty dependencies": lambda n: "^ " * (n // 2),
    "direct ones below others": lambda n: "^a%b" * (n // 4),
    "virtuals without a provider": lambda n: "^" + "a," * (n // 2),
    "conditions": lambda n: "".join(f"%[when=+a{i:05}]b " for i in range(n // 18)),
    "targets twice": lambda n: f"^a target={'zen,' * (n // 8)} ^a target={'zen,' * (n // 8)}",
    "paths": lambda n: "".join(f"^a/b-c{i:05} " for i in range(n // 12)),
}


def steps(text: str) -> int:
    """Count the calls and the lines that reading takes; it does not matter whether the text is refused."""
    counted = 0

    def count(*_: object) -> object:
        nonlocal counted
        counted += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)  # type: ignore[arg-type]
    try:
        parse(text, max_length=len(text), max_nodes=len(text) + 1)
    except SpecSyntaxError:
        pass
    finally:
        sys.settrace(before)
    return counted


@pytest.mark.parametrize("kind", LONG)
def test_the_steps_grow_with_the_text(kind: str):
    # Four times the text takes four times the steps: joining by halves adds a logarithm.
    small, large = (steps(LONG[kind](n)) for n in (4_000, 16_000))
    assert large <= 5 * small + 500


@pytest.mark.parametrize("kind", LONG)
def test_a_hundred_kilobytes_are_read_or_refused(kind: str):
    text = LONG[kind](100_000)
    with suppress(SpecSyntaxError):
        parse(text, max_length=len(text), max_nodes=len(text) + 1)

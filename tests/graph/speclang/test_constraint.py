"""What a constraint tells of itself: its canonical text, its compiler, its other dependencies."""

from __future__ import annotations

import pytest

from graph.speclang import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", ""),
        ("^", "^*"),
        ("^ +a", "^*+a"),
        ("%gcc@11 ^mpi=mpich", "%gcc@11 ^mpi=mpich"),
        ("b=c+x os=u~a", "b=c+x os='u~a'"),
        ("hdf5 -b +a @1.2,1.3", "hdf5@1.2:1.3+a~b"),
        ("hdf5 /ab namespace=my.repo target=zen3:", "my.repo.hdf5 target=zen3: /ab"),
        ("namespace='a b'", "namespace='a b'"),
        ("a=TRUE b:='x,y' c==' z'", "+a b:=x,y c==' z'"),
        ("^[virtuals=b,a deptypes=run,build when='+x ^y'] z", "^[deptypes=build,run virtuals=a,b when='+x ^y'] z"),
        ("%[virtuals=c] *@1", "%[virtuals=c] *@1"),
        ("%[when=\"a='b c' +x\"] d", "%[when=\"+x a='b c' @:\"] d"),
        ("arch=linux-None-None", "platform=linux"),
        ("a=b~\\ c='x,y \\,z'", "a=b~\\ c='y \\,x,z'"),
        ("cflags='-O3  -g' cflags=x", "cflags='-O3 -g' cflags=x"),
        ("@:1-a=b", "@:1 a=b"),
        ("@nh\r,nhuse:12", "@nh:12"),
        ("a@1\t,\n2", "a@1:2"),
        ("@1.2,1.4:2.a=b +c", "@1.2,1.4:2+c a=b"),
        ("a=\"it's\" b='\"' c='a\\'\"'", "a=\"it's\" b='\"' c='a\\'\"'"),
    ],
)
def test_the_canonical_text(text: str, expected: str):
    assert parse(text).text == str(parse(text)) == expected
    assert parse(expected) == parse(text)


@pytest.mark.parametrize(
    ("text", "compiler", "dependencies"),
    [
        ("hdf5@1.14: +mpi %gcc@11 target=x86_64_v3: ^openmpi", "gcc@11 target=x86_64_v3:", ["openmpi"]),
        ("%cmake %clang@18 %gcc", "llvm@18", ["cmake", "gcc"]),
        ("%c=mycc %cxx=gcc", "mycc", ["gcc"]),
        ("%cxx", "cxx", []),
        ("^gcc ^zlib %gcc", None, ["gcc", "zlib %gcc"]),
    ],
)
def test_the_compiler_is_the_first_direct_dependency_that_is_one(
    text: str, compiler: str | None, dependencies: list[str]
):
    constraint = parse(text)
    assert (None if constraint.compiler is None else str(constraint.compiler.constraint)) == compiler
    assert [str(dependency) for dependency in constraint.dependencies] == dependencies

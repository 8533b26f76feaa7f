"""Variants, flags and sizes as pages print them."""

from __future__ import annotations

import pytest

from graph.model import Flags, Variant
from graph.sources.mismatch import Mismatch
from graph.sources.printed import size_in_bytes, variants_and_flags


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+mpi", Variant("mpi", enabled=True)),
        ("~ipo", Variant("ipo", enabled=False)),
        ("-ipo", Variant("ipo", enabled=False)),
        ("++mpi", Variant("mpi", enabled=True)),
        ("~~mpi", Variant("mpi", enabled=False)),
        ("+platform-introspection", Variant("platform-introspection", enabled=True)),
        ("cuda_arch=80", Variant("cuda_arch", values=("80",))),
        ("libs=shared,static", Variant("libs", values=("shared", "static"))),
        ("patches=7869dfa,8a1f7b9", Variant("patches", values=("7869dfa", "8a1f7b9"))),
        ("amdgpu_target:=gfx90a", Variant("amdgpu_target", values=("gfx90a",), exact=True)),
        ("languages='c,c++,fortran'", Variant("languages", values=("c", "c++", "fortran"))),
        ("languages:='c,c++'", Variant("languages", values=("c", "c++"), exact=True)),
        ("cxxstd==17", Variant("cxxstd", values=("17",))),
        ('name="it\'s"', Variant("name", values=("it's",))),
        ("commit=" + "a1" * 20, Variant("commit", values=("a1" * 20,))),
        ("dev_path=/home/a=b", Variant("dev_path", values=("/home/a=b",))),
        ("fabrics:=", Variant("fabrics", exact=True)),
    ],
)
def test_a_variant_is_read_as_spack_prints_it(text: str, expected: Variant) -> None:
    assert variants_and_flags((text,)) == ((expected,), ())


def test_variants_come_by_name_whatever_their_order() -> None:
    names = [variant.name for variant in variants_and_flags(("~b", "a=1", "+c", "B=2"))[0]]
    assert names == ["B", "a", "b", "c"]


def test_compiler_flags_are_no_variants() -> None:
    assert variants_and_flags(('fflags="-qzerosize -g"', "+openmp", "cflags=-O3")) == (
        (Variant("openmp", enabled=True),),
        (Flags("cflags", ("-O3",)), Flags("fflags", ("-qzerosize", "-g"))),
    )


@pytest.mark.parametrize("text", ["", "+", "mpi", "=x", "+a b", "%gcc", "a b=c", "@1.2"])
def test_what_is_no_variant_is_named_with_its_position(text: str) -> None:
    with pytest.raises(Mismatch) as refused:
        variants_and_flags(("+mpi", text))
    expected = f"expected a variant such as +mpi, ~mpi or libs=shared,static, got {text!r}"
    assert (refused.value.path, refused.value.message) == ("[1]", expected)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("-", None),
        ("", None),
        (None, None),
        (0, 0),
        (12345678901, 12345678901),
        ("12345678901", 12345678901),
        (1024.0, 1024),
        ("512 B", 512),
        ("1.2 MiB", 1258291),
        ("1.5kB", 1500),
        ("2 GB", 2_000_000_000),
    ],
)
def test_a_size_is_in_bytes(size: float | str | None, expected: int | None) -> None:
    assert size_in_bytes(size) == expected


@pytest.mark.parametrize("size", ["big", "-1", -1, "1.2.3", "9" * 5000, 10**400, "1 XB", "nan", "1e3"])
def test_what_is_no_size_is_refused(size: float | str) -> None:
    with pytest.raises(Mismatch, match="expected a number of bytes, or -, got "):
        size_in_bytes(size)

"""cache.spack.io pages of all six layouts, whole and damaged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph.errors import SourceError
from graph.model import Compiler, Flags, Spec, Variant
from graph.sources.records import (
    Authority,
    PackageRecord,
    SourceRecord,
    SpecRecord,
    StackRecord,
)
from tests.graph.sources.documents import CMAKE, ROW, ZLIB, of, page, problems, read_the_page, row, the_spec

ZLIB_SPEC = Spec(
    hash=ZLIB,
    package="zlib",
    version="1.3.1",
    platform="linux",
    operating_system="ubuntu24.04",
    target="x86_64_v3",
    compiler=Compiler("gcc", "13.2.0"),
    variants=(Variant("build_system", values=("cmake",)), Variant("shared", enabled=True)),
)


def test_a_page_says_what_it_is_then_its_stacks_then_its_rows() -> None:
    assert read_the_page(page()) == [
        SourceRecord("develop", "pages/p.md", "cache.spack.io page, with hashes"),
        StackRecord("develop", "e4s", "p.md:5 meta.stacks"),
        StackRecord("develop", "root", "p.md:5 meta.stacks"),
        SpecRecord("develop", ZLIB_SPEC, ("e4s", "root"), True, Authority.PAGE, "p.md:6 spec_details[0]"),
    ]


# The snapshot --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "snapshot"),
    [
        ("categories: [package, develop]", "develop"),
        ("categories: [v0.18, package]", "v0.18"),
        ("categories: [package]", "untagged"),
        ("categories: []", "untagged"),
        ("categories: package v0.18", "v0.18"),
        ("category: package", "untagged"),
    ],
)
def test_the_category_that_is_not_package_is_the_snapshot(line: str, snapshot: str) -> None:
    text = page().replace(b"categories: [package, develop]", line.encode())
    assert the_spec(read_the_page(text)).snapshot == snapshot


def test_a_snapshot_that_is_given_goes_before_the_category() -> None:
    assert {r.snapshot for r in of(SpecRecord, read_the_page(page(), snapshot="ours"))} == {"ours"}


# Rows ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "compiler"),
    [
        ("gcc@6.4.0", Compiler("gcc", "6.4.0")),
        ("gcc@=11.4.0", Compiler("gcc", "11.4.0")),
        ("intel-oneapi-compilers@2025.1.0", Compiler("intel-oneapi-compilers", "2025.1.0")),
        ("none", None),
        (None, None),
    ],
)
def test_the_compiler_is_the_same_with_and_without_an_equals_sign(text: str | None, compiler: Compiler | None) -> None:
    assert the_spec(read_the_page(page(row(compiler=text)))).spec.compiler == compiler


def test_a_row_says_nothing_of_dependencies_and_namespace() -> None:
    spec = the_spec(read_the_page(page())).spec
    assert (spec.dependencies, spec.namespace, spec.package_hash, spec.external) == (None, None, None, False)


def test_stacks_of_a_row_are_sorted_and_there_once() -> None:
    assert the_spec(read_the_page(page(row(stacks=["root", "e4s", "root"])))).stacks == ("e4s", "root")
    assert the_spec(read_the_page(page(row(stacks=[])))).stacks == ()


def test_a_row_may_have_a_tarball_and_a_size() -> None:
    record = the_spec(read_the_page(page(row(tarball="https://binaries.spack.io/x.spack", size=1024))))
    assert (record.tarball, record.size) == ("https://binaries.spack.io/x.spack", 1024)


def test_a_size_that_is_none_is_a_problem_and_its_row_is_kept() -> None:
    readings = read_the_page(page(row(size="big")))
    assert problems(readings) == ["p.md:6 spec_details[0].size: expected a number of bytes, or -, got 'big'"]
    assert [record.size for record in of(SpecRecord, readings)] == [None]


def test_flags_of_a_row_are_flags() -> None:
    spec = the_spec(read_the_page(page(row(variants=["+shared", "cflags='-O3 -g'"])))).spec
    assert spec.flags == (Flags("cflags", ("-O3", "-g")),)
    assert spec.variants == (Variant("shared", enabled=True),)


def test_versions_that_are_no_text_stay_what_was_written() -> None:
    for version in ("1.10", "85", "2025.08", "2025.08.20", "no"):
        written = page().replace(b'"versions": ["1.3.1"]', f'"versions": [{version}]'.encode())
        assert the_spec(read_the_page(written)).spec.version == version


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (row(hash=...), ": object missing required field `hash`"),
        (row(hash=None), ".hash: expected `str`, got `null`"),
        (row(hash=[ZLIB]), ".hash: expected `str`, got `array`"),
        (row(hash=5), ".hash: expected a hash, got '5'"),
        (row(hash=""), ".hash: expected a hash, got ''"),
        (row(versions=[]), ".versions: expected a version"),
        (row(versions="1.3.1"), ".versions: expected `array`, got `str`"),
        (row(os=...), ": object missing required field `os`"),
        (row(platform=True), ".platform: expected `str`, got `bool`"),
        (row(target={"name": "zen3"}), ".target: expected `str`, got `object`"),
        (row(variants="+mpi"), ".variants: expected `array`, got `str`"),
        (
            row(variants=["+mpi", "mpi"]),
            ".variants[1]: expected a variant such as +mpi, ~mpi or libs=shared,static, got 'mpi'",
        ),
        (row(stacks={"e4s": 1}), ".stacks: expected `array`, got `object`"),
        (row(stacks=[None]), ".stacks[0]: expected `str`, got `null`"),
        ("a row", ": expected `object`, got `str`"),
        (None, ": expected `object`, got `null`"),
    ],
)
def test_a_bad_row_is_one_problem_and_its_neighbours_load(bad: Any, problem: str) -> None:
    readings = read_the_page(page(ROW, bad, row(hash=CMAKE)))
    assert problems(readings) == [f"p.md:6 spec_details[1]{problem}"]
    assert [record.spec.hash for record in of(SpecRecord, readings)] == [ZLIB, CMAKE]


def test_a_bad_row_in_block_style_has_its_own_line() -> None:
    rows = b"- hash: a\n- hash: b\n  versions: []\n  os: x\n  platform: y\n  target: z\n"
    text = b"---\ntitle: zlib\nspec_details:\n" + rows + b"---"
    readings = read_the_page(text)
    assert problems(readings) == [
        "p.md:4 spec_details[0]: object missing required field `versions`",
        "p.md:5 spec_details[1].versions: expected a version",
    ]


# What the page says of itself ----------------------------------------------------------------------------------------


def test_a_count_that_does_not_hold_is_a_problem_and_the_rows_are_kept() -> None:
    readings = read_the_page(page(meta={"num_specs": 2}))
    assert problems(readings) == ["p.md:5 meta.num_specs: says 2 specs, but `spec_details` has 1 rows"]
    assert len(of(SpecRecord, readings)) == 1


def test_a_meta_that_does_not_fit_is_a_problem_and_the_rows_are_kept() -> None:
    readings = read_the_page(page(meta={"stacks": "e4s"}))
    assert problems(readings) == ["p.md:5 meta.stacks: expected `array`, got `str`"]
    assert len(of(SpecRecord, readings)) == 1


def test_a_page_without_rows_still_names_its_package() -> None:
    meta = b'meta: {"versions": ["1.3"], "num_specs": 0}\n'
    text = b"---\ntitle: zlib\ncategories: [package, v1.0]\n" + meta + b"spec_details: []\n---"
    assert of(PackageRecord, read_the_page(text)) == [PackageRecord("v1.0", "zlib", ("1.3",), (), "p.md:4 meta")]


def test_details_that_are_no_list_are_a_problem() -> None:
    text = page().replace(b"spec_details: [", b'spec_details: {"rows": [')[:-4] + b"}\n---"
    assert problems(read_the_page(text)) == ["p.md:6 spec_details: expected `array`, got `object`"]


def test_front_matter_that_does_not_end_is_a_problem_and_the_rows_are_kept() -> None:
    readings = read_the_page(page().removesuffix(b"---"))
    assert problems(readings) == ["p.md: the front matter does not end: expected a second line `---`"]
    assert len(of(SpecRecord, readings)) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "p.md:1: expected a page that begins with a line `---`"),
        (b"---\nlayout: cache\n---", "p.md: expected `title: <package name>`"),
        (b'---\ntitle: ""\n---', "p.md:2 title: expected a package name"),
        (b"---\ntitle: [zlib]\n---", "p.md:2 title: expected `str`, got `array`"),
        (b"---\ntitle: zlib\ncategories: {}\n---", "p.md:3 categories: expected `array`, got `object`"),
        (
            b'---\ntitle: zlib\nspec_details: [{"hash": "ab',
            "p.md:3: invalid YAML: while scanning a quoted scalar, found unexpected end of stream (column 28)",
        ),
    ],
)
def test_a_page_that_is_none_says_where_and_what_was_expected(text: bytes, message: str) -> None:
    with pytest.raises(SourceError) as refused:
        read_the_page(text)
    assert str(refused.value) == message


def test_a_page_with_neither_meta_nor_rows_is_a_problem() -> None:
    assert problems(read_the_page(b"---\ntitle: zlib\n---")) == ["p.md: expected `meta` or `spec_details`"]


# Spec files beside the page ------------------------------------------------------------------------------------------


def listing(*names: str) -> bytes:
    lines = [
        "---",
        "title: zlib",
        "category: package",
        'meta: {"versions": ["1.3"], "compilers": ["gcc@6.4.0", "none"]}',
    ]
    return "\n".join([*lines, "spec_files:", *(f" - {name}" for name in names), "---"]).encode()


SPEC_FILE = json.dumps(
    {
        "spec": {
            "_meta": {"version": 2},
            "nodes": [
                {
                    "name": "zlib",
                    "version": "1.3",
                    "arch": {"platform": "linux", "platform_os": "rhel7", "target": "power9le"},
                    "compiler": {"name": "xl", "version": "16.1"},
                    "parameters": {},
                    "hash": ZLIB,
                }
            ],
        }
    }
).encode()


@pytest.mark.parametrize("item", ["spec-0.json", '"zlib@1.3 ^a": spec-0.json'])
def test_spec_files_beside_the_page_are_read(item: str) -> None:
    readings = read_the_page(listing(item), siblings={"spec-0.json": SPEC_FILE}.get)
    assert problems(readings) == []
    assert of(SourceRecord, readings) == [
        SourceRecord("untagged", "pages/p.md", "cache.spack.io page, without hashes"),
        SourceRecord("untagged", "pages/spec-0.json", "spec file"),
    ]
    assert of(PackageRecord, readings) == [
        PackageRecord("untagged", "zlib", ("1.3",), (Compiler("gcc", "6.4.0"),), "p.md:4 meta")
    ]
    [record] = of(SpecRecord, readings)
    assert (record.spec.hash, record.in_build_cache, record.place) == (ZLIB, True, "spec-0.json $.spec.nodes[0]")


def test_a_spec_file_that_is_not_there_is_no_error() -> None:
    readings = read_the_page(listing("spec-0.json", "spec-1.json"))
    assert [type(reading) for reading in readings] == [SourceRecord, PackageRecord]


@pytest.mark.parametrize("name", ["../secret.json", "/etc/passwd", "a/b.json", '".."', '""'])
def test_only_files_beside_the_page_are_asked_for(name: str) -> None:
    asked: list[str] = []
    readings = read_the_page(listing(name), siblings=asked.append)
    assert asked == []
    [problem] = problems(readings)
    assert problem.startswith("p.md:6 spec_files[0]: expected the name of a file beside the page, got ")


def test_a_damaged_spec_file_is_a_problem_and_the_next_is_read() -> None:
    beside = {"spec-0.json": b"{", "spec-1.json": SPEC_FILE}
    readings = read_the_page(listing("spec-0.json", "spec-1.json"), siblings=beside.get)
    assert problems(readings) == ["spec-0.json:1:2: invalid JSON: the text ends too early"]
    assert len(of(SpecRecord, readings)) == 1

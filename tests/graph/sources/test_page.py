"""cache.spack.io pages of all six layouts, whole and damaged."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph.errors import SourceError
from graph.model import Compiler, Flags, Spec, Variant
from graph.sources.index import read_index
from graph.sources.page import read_page
from graph.sources.records import (
    Authority,
    PackageRecord,
    Problem,
    Reading,
    SourceRecord,
    SpecRecord,
    StackRecord,
    TargetRecord,
)
from graph.sources.tree import Archive
from graph.targets import Microarchitecture
from tests.graph.sources.documents import BOUNDS, CMAKE, ROW, ZLIB, of, page, problems, read_the_page, row, the_spec

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

REAL_PAGES = {
    # The real page, its layout, and what a person reads in it: tag, package, specs.
    "amg/specs.md": (2, "untagged", "amg", 4),
    "v0.18/clara/specs.md": (3, "v0.18", "clara", 0),
    "v0.18.0/clara/specs.md": (4, "v0.18.0", "clara", 1),
    "develop/apcomp/specs.md": (4, "develop", "apcomp", 13),
    "v0.23.0/cpio/specs.md": (4, "v0.23.0", "cpio", 1),
    "v0.23.1/cpio/specs.md": (5, "v0.23.1", "cpio", 1),
    "develop-2025-03-23/rocblas/specs.md": (6, "develop-2025-03-23", "rocblas", 2),
    "develop-2025-07-13/cudnn/specs.md": (6, "develop-2025-07-13", "cudnn", 6),
    "develop/py-build/specs.md": (6, "develop", "py-build", 24),
}


def real_page(shared_data: Path, name: str) -> list[Reading]:
    path = shared_data / "pages/_cache" / name

    def beside(other: str) -> bytes | None:
        return (path.parent / other).read_bytes() if (path.parent / other).exists() else None

    readings = read_page(path.read_bytes(), place=name, name=name, siblings=beside, untagged="untagged", bounds=BOUNDS)
    return list(readings)


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


# Real pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REAL_PAGES)
def test_a_real_page_of_each_layout(shared_data: Path, name: str) -> None:
    layout, tag, package, count = REAL_PAGES[name]
    readings = real_page(shared_data, name)
    assert problems(readings) == []
    specs = of(SpecRecord, readings)
    assert (len(specs), {record.snapshot for record in specs} <= {tag}) == (count, True)
    assert readings[0] == SourceRecord(tag, name, f"cache.spack.io page, {'without' if layout < 4 else 'with'} hashes")
    assert [record.package for record in of(PackageRecord, readings)] == ([package] if layout < 4 else [])
    assert all((record.tarball is not None) == (layout in (4, 5)) for record in specs)


def test_what_every_real_page_says_of_itself_holds_for_its_rows(shared_data: Path) -> None:
    checked = 0
    for path in sorted((shared_data / "pages/_cache").rglob("specs.md")):
        meta = yaml.safe_load(path.read_text().split("---\n")[1].removesuffix("---"))["meta"]
        if "num_specs" not in meta:
            continue
        records = of(SpecRecord, real_page(shared_data, str(path.relative_to(shared_data / "pages/_cache"))))
        specs = [record.spec for record in records]
        assert len(records) == meta["num_specs"]
        assert Counter(stack for record in records for stack in record.stacks) == meta["num_specs_by_stack"]
        assert sorted({stack for record in records for stack in record.stacks}) == meta["stacks"]
        assert sorted({spec.version for spec in specs}) == sorted(meta["versions"])
        assert sorted({spec.operating_system for spec in specs}) == meta["oss"]
        assert sorted({spec.platform for spec in specs}) == meta["platforms"]
        assert sorted({spec.target for spec in specs}) == meta["targets"]
        names = {spec.compiler.name if spec.compiler else "none" for spec in specs}
        assert names == {text.replace("@=", "@") for text in meta["compilers"]}
        checked += 1
    assert checked == 20


def test_the_real_py_build_page(shared_data: Path) -> None:
    readings = real_page(shared_data, "develop/py-build/specs.md")
    assert [record.stack for record in of(StackRecord, readings)] == [
        "e4s",
        "e4s-neoverse_v1",
        "ml-linux-aarch64-cpu",
        "ml-linux-aarch64-cuda",
        "ml-linux-x86_64-cpu",
        "ml-linux-x86_64-cuda",
        "ml-linux-x86_64-rocm",
        "root",
    ]
    first = of(SpecRecord, readings)[0]
    assert first.spec.hash == "2viyxlmuaf7azutxvctzoall2qjibgei"
    assert first.stacks == ("ml-linux-aarch64-cpu", "ml-linux-aarch64-cuda", "root")
    assert first.place == "develop/py-build/specs.md:6 spec_details[0]"


def test_the_real_amg_page_and_its_spec_files(shared_data: Path) -> None:
    readings = real_page(shared_data, "amg/specs.md")
    compilers = (Compiler("gcc", "6.4.0"), Compiler("xl", "16.1"))
    assert of(PackageRecord, readings) == [PackageRecord("untagged", "amg", ("1.2",), compilers, "amg/specs.md:5 meta")]
    assert [
        (record.spec.package, str(record.spec.compiler and record.spec.compiler.name), record.in_build_cache)
        for record in of(SpecRecord, readings)
    ] == [
        ("amg", "gcc@6.4.0", True),
        ("spectrum-mpi", "gcc@6.4.0", False),
        ("amg", "xl@16.1", True),
        ("spectrum-mpi", "xl@16.1", False),
    ]
    power9 = Microarchitecture(name="power9le", vendor="IBM", generation=9, parents=("power8le",))
    assert {record.target for record in of(TargetRecord, readings)} == {power9}


def test_the_real_page_that_is_no_yaml_is_one_clear_error(shared_data: Path) -> None:
    with pytest.raises(SourceError) as refused:
        real_page(shared_data, "amg/index.md")
    expected = "amg/index.md:11: invalid YAML: while parsing a block mapping, did not find expected key (column 29)"
    assert str(refused.value) == expected


def test_the_858_pages_say_of_each_hash_what_the_index_says(shared_data: Path) -> None:
    archive = Archive(shared_data / "pages-858.tar.xz", bounds=BOUNDS)
    printed: dict[str, SpecRecord] = {}
    for name in archive.names():
        if name.endswith("/specs.md"):
            readings = read_page(
                archive.read(name), place=name, name=name, siblings=lambda _: None, untagged="", bounds=BOUNDS
            )
            for reading in readings:
                assert not isinstance(reading, Problem), str(reading)
                if isinstance(reading, SpecRecord):
                    printed[reading.spec.hash] = reading
    path = shared_data / "binaries/v2025.11.0/build_cache/index.json"
    index = read_index(path.read_bytes(), place="i", name="i", snapshot="s", stack="root", bounds=BOUNDS)
    built = {record.spec.hash: record.spec for record in of(SpecRecord, list(index)) if record.in_build_cache}
    assert len(printed) == len(built) == 3192
    assert {hash_: attributes(record.spec) for hash_, record in printed.items()} == {
        hash_: attributes(spec) for hash_, spec in built.items()
    }


def attributes(spec: Spec) -> tuple[object, ...]:
    variants = [variant.text for variant in spec.variants]
    return spec.package, spec.version, spec.platform, spec.operating_system, spec.target, variants

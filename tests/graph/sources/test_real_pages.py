"""Real cache.spack.io pages of all layouts, and the 858 pages that must agree with an index."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from graph.errors import SourceError
from graph.model import Compiler, Spec
from graph.sources.archive import Archive
from graph.sources.index import read_index
from graph.sources.page import read_page
from graph.sources.records import PackageRecord, Problem, Reading, SourceRecord, SpecRecord, StackRecord, TargetRecord
from graph.targets import Microarchitecture
from tests.graph.sources.documents import BOUNDS, of, problems

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

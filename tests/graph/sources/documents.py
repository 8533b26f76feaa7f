"""Small documents of every format, written by hand, and what is read from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from graph.sources.bounds import Bounds
from graph.sources.index import read_index
from graph.sources.page import read_page
from graph.sources.records import Problem, Reading, SpecRecord

T = TypeVar("T")

BOUNDS = Bounds()

ZLIB = "abcdefghijklmnopqrstuvwxyz234567"
CMAKE = "bcdefghijklmnopqrstuvwxyz234567a"
GCC = "cdefghijklmnopqrstuvwxyz234567ab"

NO_FLAGS: dict[str, list[str]] = {
    name: [] for name in ("cflags", "cppflags", "cxxflags", "fflags", "ldflags", "ldlibs")
}


def node(**changes: Any) -> dict[str, Any]:
    """A node of specfile version 5: zlib, which needs cmake to build; `changes` replace its fields."""
    whole = {
        "name": "zlib",
        "version": "1.3.1",
        "arch": {"platform": "linux", "platform_os": "ubuntu24.04", "target": "x86_64_v3"},
        "namespace": "builtin",
        "parameters": {"build_system": "cmake", "shared": True, **NO_FLAGS},
        "package_hash": "qqqq====",
        "dependencies": [{"name": "cmake", "hash": CMAKE, "parameters": {"deptypes": ["build"], "virtuals": []}}],
        "annotations": {"original_specfile_version": 5},
        "hash": ZLIB,
    }
    return {key: value for key, value in (whole | changes).items() if value is not ...}


def database(installs: dict[str, Any], *, version: Any = "8") -> bytes:
    return json.dumps({"database": {"version": version, "installs": installs}}).encode()


def install(spec: Any, **changes: Any) -> dict[str, Any]:
    whole = {"spec": spec, "ref_count": 0, "in_buildcache": True}
    return {key: value for key, value in (whole | changes).items() if value is not ...}


def index_of(spec: Any, *, version: str = "8", **changes: Any) -> bytes:
    """An index of one spec under zlib's hash."""
    return database({ZLIB: install(spec, **changes)}, version=version)


def read(data: bytes, *, bounds: Bounds = BOUNDS) -> list[Reading]:
    """All readings of an index."""
    return list(read_index(data, place="i.json", name="m/i.json", snapshot="develop", stack="e4s", bounds=bounds))


ROW: dict[str, Any] = {
    "compiler": "gcc@13.2.0",
    "hash": ZLIB,
    "os": "ubuntu24.04",
    "platform": "linux",
    "size": "-",
    "stacks": ["e4s", "root"],
    "target": "x86_64_v3",
    "variants": ["build_system=cmake", "+shared"],
    "versions": ["1.3.1"],
}

META: dict[str, Any] = {
    "compilers": ["gcc@13.2.0"],
    "num_specs": 1,
    "num_specs_by_stack": {"e4s": 1, "root": 1},
    "oss": ["ubuntu24.04"],
    "platforms": ["linux"],
    "stacks": ["e4s", "root"],
    "targets": ["x86_64_v3"],
    "versions": ["1.3.1"],
}


def row(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in (ROW | changes).items() if value is not ...}


def page(*rows: Any, meta: Any = None, title: str = '"zlib"', categories: str = "[package, develop]") -> bytes:
    """A page of layout 6; without rows it has zlib's one."""
    details = list(rows) or [ROW]
    lines = [
        "---",
        f"title: {title}",
        "layout: cache",
        f"categories: {categories}",
        f"meta: {json.dumps(META | {'num_specs': len(details)} if meta is None else meta)}",
        f"spec_details: {json.dumps(details)}",
        "---",
    ]
    return "\n".join(lines).encode()


def nothing_beside(name: str) -> None:
    """The siblings of a page that lies alone."""


def read_the_page(
    text: bytes,
    *,
    siblings: Callable[[str], bytes | None] = nothing_beside,
    snapshot: str | None = None,
    bounds: Bounds = BOUNDS,
) -> list[Reading]:
    """All readings of a page that is called p.md."""
    readings: Iterator[Reading] = read_page(
        text,
        place="p.md",
        name="pages/p.md",
        siblings=siblings,
        untagged="untagged",
        snapshot=snapshot,
        bounds=bounds,
    )
    return list(readings)


def of(kind: type[T], readings: list[Reading]) -> list[T]:
    """The readings of one kind."""
    return [reading for reading in readings if isinstance(reading, kind)]


def problems(readings: list[Reading]) -> list[str]:
    return [str(problem) for problem in of(Problem, readings)]


def the_spec(readings: list[Reading]) -> SpecRecord:
    """The one spec, read without a problem."""
    assert problems(readings) == []
    [record] = of(SpecRecord, readings)
    return record

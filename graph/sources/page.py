"""cache.spack.io pages, `_cache/<tag>/<package>/specs.md`: the front matter of six layouts, 2022 to 2025.

    ---
    title: "adol-c"
    layout: cache
    categories: [package, develop]             layouts 1 and 2: `category: package`, no tag
    meta: {"versions", "compilers", "oss", "platforms", "targets", "stacks", "num_specs", "num_specs_by_stack"}
    spec_details: [{"hash", "compiler", "versions", "os", "platform", "target", "variants", "stacks", "size"}]
    ---

Layouts 1 to 3 have no `spec_details` but `spec_files`, names of spec files beside the page; their `meta` has
versions and compilers only. Layout 4 has keys in the order of insertion, 5 sorted; both have `tarball`, 6 has not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from sys import intern
from typing import NamedTuple

from msgspec import Struct

from graph.errors import SourceError
from graph.model import Compiler, Spec
from graph.sources.bounds import Bounds
from graph.sources.frontmatter import Value, read_front_matter
from graph.sources.mismatch import Mismatch
from graph.sources.printed import size_in_bytes, variants_and_flags
from graph.sources.records import (
    Authority,
    PackageRecord,
    Problem,
    Reading,
    SourceRecord,
    SpecRecord,
    StackRecord,
)
from graph.sources.specfile import read_specfile

Siblings = Callable[[str], bytes | None]
"""Reads a file beside the page by name; None where there is none."""

_CATEGORY_OF_ALL_PAGES = "package"
"""The category that every page has; the other one is the tag."""


class _Meta(Struct):
    versions: list[str] = []
    compilers: list[str] = []
    stacks: list[str] = []
    num_specs: int | str | None = None


class _Row(Struct):
    hash: str
    versions: list[str]
    os: str
    platform: str
    target: str
    compiler: str | None = None
    variants: tuple[str, ...] = ()
    stacks: list[str] = []
    size: int | float | str | None = None
    tarball: str | None = None


def read_page(
    text: bytes,
    *,
    place: str,
    name: str,
    siblings: Siblings,
    untagged: str,
    bounds: Bounds,
    snapshot: str | None = None,
) -> Iterator[Reading]:
    """Read a page; a row that does not fit is a `Problem`, with the line of the file and its path there.

    The snapshot is `snapshot` where it is given, else the page's tag, else `untagged`. Where the page lists spec
    files, those that `siblings` has are read; one that is not there is no error. A page that is no YAML or has no
    title raises `SourceError` before anything is yielded.
    """
    front = read_front_matter(text, place=place, bounds=bounds)
    page = _Page(
        front.values,
        place,
        name,
        package=_title(front.values, place=place),
        snapshot=snapshot or _tag(front.values, place=place) or untagged,
    )
    kind = "with" if "spec_details" in page.values else "without"
    yield SourceRecord(page.snapshot, name, f"cache.spack.io page, {kind} hashes")
    if not front.closed:
        yield Problem(place, "the front matter does not end: expected a second line `---`")
    yield from _meta_and_rows(page)
    yield from _spec_files(page, siblings=siblings, bounds=bounds)


class _Page(NamedTuple):
    """A page while it is read."""

    values: dict[str, Value]
    place: str
    name: str
    package: str
    snapshot: str

    def where(self, key: str, path: str = "") -> str:
        """Name a value by file, line and path."""
        return f"{self.place}:{self.values[key].line} {key}{path}"

    def problem(self, key: str, error: Mismatch) -> Problem:
        """Say what of a key does not fit."""
        return Problem(self.where(key, error.path), error.message)


def _title(values: dict[str, Value], *, place: str) -> str:
    if "title" not in values:
        raise SourceError("expected `title: <package name>`", place=place)
    try:
        title = values["title"].decode(str)
    except Mismatch as error:
        raise SourceError(error.message, place=f"{place}:{values['title'].line} title") from error
    if not title:
        raise SourceError("expected a package name", place=f"{place}:{values['title'].line} title")
    return intern(title)


def _tag(values: dict[str, Value], *, place: str) -> str | None:
    """Return the page's tag: the first category that is not "package"."""
    if "categories" not in values:
        return None
    try:
        categories = _categories(values["categories"])
    except Mismatch as error:
        where = f"{place}:{values['categories'].line} categories{error.path}"
        raise SourceError(error.message, place=where) from error
    return next((name for name in categories if name and name != _CATEGORY_OF_ALL_PAGES), None)


def _categories(value: Value) -> list[str]:
    # Jekyll takes words apart by spaces too.
    try:
        return value.decode(str).split()
    except Mismatch:
        return value.decode(list[str])


def _meta_and_rows(page: _Page) -> Iterator[Reading]:
    meta, rows = _Meta(), list[Value]()
    if "meta" in page.values:
        try:
            meta = page.values["meta"].decode(_Meta)
        except Mismatch as error:
            yield page.problem("meta", error)
    elif "spec_details" not in page.values:
        yield Problem(page.place, "expected `meta` or `spec_details`")
    if "spec_details" in page.values:
        try:
            rows = page.values["spec_details"].items()
        except Mismatch as error:
            yield page.problem("spec_details", error)
        else:
            yield from _disagreement(page, meta, len(rows))
    for stack in sorted(set(meta.stacks)):
        yield StackRecord(page.snapshot, intern(stack), page.where("meta", ".stacks"))
    if not rows:
        yield _package_record(page, meta)
    for position, row in enumerate(rows):
        yield from _row(page, row, position)


def _disagreement(page: _Page, meta: _Meta, rows: int) -> Iterator[Problem]:
    if meta.num_specs is not None and str(meta.num_specs) != str(rows):
        message = f"says {meta.num_specs} specs, but `spec_details` has {rows} rows"
        yield Problem(page.where("meta", ".num_specs"), message)


def _package_record(page: _Page, meta: _Meta) -> PackageRecord:
    compilers = {compiler for text in meta.compilers if (compiler := Compiler.parse(text)) is not None}
    return PackageRecord(
        page.snapshot,
        page.package,
        versions=tuple(meta.versions),
        compilers=tuple(sorted(compilers, key=lambda compiler: compiler.name)),
        place=page.where("meta") if "meta" in page.values else page.place,
    )


def _row(page: _Page, value: Value, position: int) -> Iterator[Reading]:
    place = f"{page.place}:{value.line} spec_details[{position}]"
    try:
        row = value.decode(_Row)
        spec = _spec(page.package, row)
    except Mismatch as error:
        yield Problem(place + error.path, error.message)
        return
    size = None
    try:
        size = size_in_bytes(row.size)
    except Mismatch as error:
        yield Problem(f"{place}.size", error.message)
    stacks = tuple(sorted({intern(stack) for stack in row.stacks}))
    yield SpecRecord(page.snapshot, spec, stacks, True, Authority.PAGE, place, size, row.tarball)


def _spec(package: str, row: _Row) -> Spec:
    # A hash of digits alone is a number where a hash was to be; of 32 base-32 characters none is like that.
    if not row.hash or row.hash.isdecimal():
        raise Mismatch(f"expected a hash, got {row.hash!r}", path=".hash")
    if not row.versions or not row.versions[0]:
        raise Mismatch("expected a version", path=".versions")
    try:
        variants, flags = variants_and_flags(row.variants)
    except Mismatch as error:
        raise error.below(".variants") from error
    return Spec(
        hash=intern(row.hash),
        package=package,
        version=intern(row.versions[0]),
        platform=intern(row.platform),
        operating_system=intern(row.os),
        target=intern(row.target),
        compiler=None if row.compiler is None else Compiler.parse(row.compiler),
        variants=variants,
        flags=flags,
    )


def _spec_files(page: _Page, *, siblings: Siblings, bounds: Bounds) -> Iterator[Reading]:
    if "spec_files" not in page.values:
        return
    try:
        items = page.values["spec_files"].items()
    except Mismatch as error:
        yield page.problem("spec_files", error)
        return
    for position, item in enumerate(items):
        place = f"{page.place}:{item.line} spec_files[{position}]"
        try:
            file_name = _file_name(item)
            data = siblings(file_name)
            if data is None:
                continue
            yield from read_specfile(
                data,
                place=_beside(page.place, file_name),
                name=_beside(page.name, file_name),
                snapshot=page.snapshot,
                package=page.package,
                bounds=bounds,
            )
        except Mismatch as error:
            yield Problem(place + error.path, error.message)
        except SourceError as error:
            yield Problem(error.place, error.message)


def _beside(place: str, name: str) -> str:
    folder, slash, _ = place.rpartition("/")
    return f"{folder}{slash}{name}"


def _file_name(item: Value) -> str:
    """Return the name of a spec file: the item itself, or in layout 1 what stands behind the spec's text."""
    try:
        name = item.decode(str)
    except Mismatch:
        names = list(item.decode(dict[str, str]).values())
        if len(names) != 1:
            raise Mismatch(f"expected one file name, got {len(names)}") from None
        name = names[0]
    if "/" in name or "\\" in name or name in ("", ".", ".."):
        raise Mismatch(f"expected the name of a file beside the page, got {name!r}")
    return name

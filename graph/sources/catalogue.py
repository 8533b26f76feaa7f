"""`cache_spack_io_index.json`: the catalogue of all indexes, `{tag: [{"label": stack, "url": address}]}`.

The addresses are those of the public mirror (`s3://spack-binaries/<tag>/<stack>/build_cache/index.json`, served at
https://binaries.spack.io), in the v2 layout or in the v3 layout (`…/v3/manifests/index/index.manifest.json`). An
address stands for a file of the tree that the catalogue lies in, be it a folder or a server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec
from msgspec import Raw, Struct

from graph.sources.mismatch import (
    BYTE_ORDER_MARK,
    MalformedJson,
    Mismatch,
    document_error,
    mismatch,
    step,
)
from graph.sources.records import Problem

CATALOGUE_NAME = "cache_spack_io_index.json"
"""The name that the catalogue has in a mirror."""

BUILD_CACHE = "build_cache"
"""The folder of an index in the v2 layout."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^/]*/+(?P<path>[^?#]*)(?:[?#].*)?", re.IGNORECASE)


class Entry(Struct, frozen=True):
    """One index that a catalogue lists. `path` is the `address` without its scheme and host or bucket."""

    snapshot: str
    stack: str
    path: str
    place: str
    address: str = ""


class _Item(Struct):
    label: str
    url: str


def read_catalogue(data: bytes, *, place: str) -> Iterator[Entry | Problem]:
    """Read all entries in their order; one that does not fit is a `Problem` with its JSON path.

    A document that is no catalogue raises `SourceError`.
    """
    data = data.removeprefix(BYTE_ORDER_MARK)
    try:
        tags = msgspec.json.decode(data, type=dict[str, Raw])
    except MalformedJson as error:
        raise document_error(error, data, place=place, expected="a catalogue of indexes") from error
    for tag, raw in tags.items():
        where = f"{place} ${step(tag)}"
        try:
            items = msgspec.json.decode(raw, type=list[Raw])
        except MalformedJson as error:
            yield Problem(where, mismatch(error).message)
            continue
        for position, item in enumerate(items):
            yield _entry(tag, item, place=f"{where}[{position}]")


def _entry(tag: str, raw: Raw, *, place: str) -> Entry | Problem:
    try:
        item = msgspec.json.decode(raw, type=_Item)
        path = path_of_address(item.url)
    except (Mismatch, *MalformedJson) as error:
        found = mismatch(error)
        return Problem(place + found.path, found.message)
    return Entry(snapshot=snapshot_name(tag), stack=item.label, path=path, place=place, address=item.url)


def path_of_address(address: str) -> str:
    """Return the path of an address below its host or bucket; a plain path stays as it is.

    >>> path_of_address("s3://spack-binaries/develop/e4s/build_cache/index.json")
    'develop/e4s/build_cache/index.json'
    """
    match = _ADDRESS.fullmatch(address)
    path = match["path"] if match is not None else address.lstrip("/")
    if not path or "://" in path or ".." in path.split("/"):
        raise Mismatch(f"expected the address of an index, got {address!r}", path=".url")
    return path


def snapshot_name(tag: str) -> str:
    """Return the name of the snapshot of a tag; release branches are published below `releases/`.

    >>> snapshot_name("releases/v0.20"), snapshot_name("develop")
    ('v0.20', 'develop')
    """
    return tag.removeprefix("releases/")


def file_of_entry(entry: Entry, *, folder: str, above: tuple[str, ...], exists: Callable[[str], bool]) -> str | None:
    """Return the first of `names_of_entry` that is there; None where none is.

    >>> entry = Entry("develop", "root", "mirror/develop/build_cache/index.json", "")
    >>> file_of_entry(entry, folder="", above=(), exists=lambda name: name == "develop/build_cache/index.json")
    'develop/build_cache/index.json'
    >>> file_of_entry(entry, folder="", above=("v0.23",), exists=lambda name: name == "build_cache/index.json")
    >>> file_of_entry(entry, folder="", above=("develop",), exists=lambda name: name == "build_cache/index.json")
    'build_cache/index.json'
    """
    return next(filter(exists, names_of_entry(entry, folder=folder, above=above)), None)


def names_of_entry(entry: Entry, *, folder: str, above: tuple[str, ...]) -> Iterator[str]:
    """Yield the names in the tree that the file of an entry may have, the likeliest first.

    `folder` is where in the tree the catalogue lies, `above` the parts of the path that leads to the tree. The
    whole path is tried first, then shorter ends of it: below the catalogue's own folder, then below the tree. What
    is left off must be known to be there all the same. Either it stands before the tag, as a mirror may lie below
    another folder than the public one; or the folder itself is named so, as where one tag was copied alone.

    >>> list(names_of_entry(Entry("develop", "root", "mirror/develop/build_cache/index.json", ""), folder="", above=()))
    ['mirror/develop/build_cache/index.json', 'develop/build_cache/index.json']
    """
    parts = tuple(part for part in entry.path.split("/") if part not in ("", "."))
    tag_at = parts.index(entry.snapshot) if entry.snapshot in parts else 0
    own = tuple(folder.split("/")) if folder else ()
    for base in dict.fromkeys((own, ())):
        leading = above + base
        for left_off in range(len(parts)):
            below_tag = parts[tag_at:left_off]
            if below_tag and leading[-len(below_tag) :] != below_tag:
                continue
            yield "/".join((*base, *parts[left_off:]))

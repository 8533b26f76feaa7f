"""Which index feeds which snapshot and stack: by a mirror's catalogue, or by where the index lies.

An index of the v2 layout is `build_cache/index.json` below its mirror, one of the v3 layout is named by the manifest
`v3/manifests/index/[<view>/]index.manifest.json`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from graph.errors import SourceError
from graph.model import ROOT_STACK
from graph.sources.catalogue import BUILD_CACHE, Entry, file_of_entry, names_of_entry, read_catalogue
from graph.sources.manifest import MANIFESTS, place_of_manifests
from graph.sources.records import Problem
from graph.sources.tree import Tree

_TAG = re.compile(r"develop(-\d{4}-\d{2}-\d{2})?|v\d+(\.\d+)+(-?(alpha|beta|rc)[.0-9]*)?")
"""What the tags of Spack's public mirror look like."""


class Origin(NamedTuple):
    """The snapshot and stack that a place says; None where it does not say a snapshot."""

    snapshot: str | None
    stack: str


class IndexFile(NamedTuple):
    """An index of a tree, or the manifest of one, and what it feeds.

    `others` are the names that it may have instead, where that is known only once it is fetched; `listed_at` is the
    catalogue's entry for it, "" where none has.
    """

    name: str
    origin: Origin
    others: tuple[str, ...] = ()
    listed_at: str = ""


def looks_like_tag(name: str) -> bool:
    """Whether a folder's name is one of a tag of Spack's public mirror.

    >>> [looks_like_tag(name) for name in ("develop-2025-07-13", "v0.20.3", "e4s", "develop2")]
    [True, True, False, False]
    """
    return _TAG.fullmatch(name) is not None


def origin_of_index(name: str, *, above: Sequence[str] = ()) -> Origin:
    """Say which snapshot and stack an index feeds by where it lies.

    `name` is its name in the tree, `above` the parts of the path that leads to the tree. What counts are the two
    folders over `build_cache/`: the innermost that looks like a tag is the snapshot, and what is between them the
    stack; an index right below its tag is that over all stacks.

    >>> origin_of_index("v2025.11.0/e4s/build_cache/index.json")
    Origin(snapshot='v2025.11.0', stack='e4s')
    >>> origin_of_index("releases/v0.20/build_cache/index.json")
    Origin(snapshot='v0.20', stack='root')
    >>> origin_of_index("v2025.11.0/e4s/v3/manifests/index/index.manifest.json")
    Origin(snapshot='v2025.11.0', stack='e4s')

    A view of an index is a stack of its own:

    >>> origin_of_index("v2025.11.0/v3/manifests/index/gpu/index.manifest.json")
    Origin(snapshot='v2025.11.0', stack='gpu')

    Where neither looks like a tag, the folders of the tree itself are `[<tag>/][<stack>/]`:

    >>> origin_of_index("ours/e4s/build_cache/index.json")
    Origin(snapshot='ours', stack='e4s')
    >>> origin_of_index("ours/build_cache/index.json", above=("data", "mirror"))
    Origin(snapshot='ours', stack='root')

    A tree may begin below the tag; then the path that leads to it tells, but only by what looks like a tag:

    >>> origin_of_index("e4s/build_cache/index.json", above=("mirror", "develop"))
    Origin(snapshot='develop', stack='e4s')
    >>> origin_of_index("build_cache/index.json", above=("data", "mirror"))
    Origin(snapshot=None, stack='root')

    An index outside of both layouts is that over all of its mirror:

    >>> origin_of_index("v2025.11.0/index.json")
    Origin(snapshot=None, stack='root')
    """
    folders, view = _folders_over_layout((*above, *name.split("/")))
    if folders is None:
        return Origin(None, ROOT_STACK)
    origin = _origin_of_mirror(folders, own=folders[len(above) :])
    return origin if view is None else Origin(origin.snapshot, view)


def _folders_over_layout(parts: tuple[str, ...]) -> tuple[tuple[str, ...] | None, str | None]:
    """Return the folders that a mirror lies in, and the view of its index; None for what lies in no mirror."""
    if parts[-2:-1] == (BUILD_CACHE,):
        return parts[:-2], None
    at = place_of_manifests(parts)
    if at is None:
        return None, None
    match parts[at + len(MANIFESTS) : -1]:
        case ("index", *views) if views:
            return parts[:at], "/".join(views)
        case _:
            return parts[:at], None


def _origin_of_mirror(folders: tuple[str, ...], *, own: tuple[str, ...]) -> Origin:
    if folders and looks_like_tag(folders[-1]):
        return Origin(folders[-1], ROOT_STACK)
    if len(folders) > 1 and looks_like_tag(folders[-2]):
        return Origin(folders[-2], folders[-1])
    match own:
        case ():
            return Origin(None, ROOT_STACK)
        case (tag,):
            return Origin(tag, ROOT_STACK)
        case (*_, tag, stack):
            return Origin(tag, stack)
    raise AssertionError("a tuple is empty, has one item or more")


def origin_of_lock(name: str, *, above: Sequence[str] = ()) -> tuple[str | None, str | None]:
    """Say which snapshot and stack a lock feeds by where it lies: the environment's folder is the stack.

    The snapshot is the folder over that, where it looks like a tag.

    >>> origin_of_lock("environments/e4s/spack.lock")
    (None, 'e4s')
    >>> origin_of_lock("spack.lock", above=("v2025.11.0", "e4s"))
    ('v2025.11.0', 'e4s')
    >>> origin_of_lock("spack.lock")
    (None, None)
    """
    folders = (*above, *name.split("/")[:-1])
    if not folders:
        return None, None
    over = folders[-2] if len(folders) > 1 else ""
    return (over if looks_like_tag(over) else None), folders[-1]


def index_files(
    tree: Tree,
    *,
    catalogues: Sequence[str],
    indexes: Sequence[str],
    above: Sequence[str],
    place: Callable[[str], str],
) -> tuple[list[IndexFile], list[Problem]]:
    """Say what every index of a tree feeds; what a catalogue lists comes first, and only once.

    `place` says what problems call a file. An entry whose file is not in the tree is a `Problem`, and so is a
    catalogue that cannot be read; a tree on a server is not asked yet.
    """
    files: list[IndexFile] = []
    problems: list[Problem] = []
    for catalogue in catalogues:
        try:
            items = list(read_catalogue(tree.read(catalogue), place=place(catalogue)))
        except SourceError as error:
            problems.append(Problem(error.place, error.message))
            continue
        for item in items:
            if isinstance(item, Problem):
                problems.append(item)
                continue
            file = _listed_file(item, tree, catalogue=catalogue, above=above)
            if file is None:
                problems.append(Problem(f"{item.place}.url", f"no file {item.path} here, and none is fetched"))
            else:
                files.append(file)
    listed = {name for file in files for name in (file.name, *file.others)}
    unlisted = (name for name in indexes if name not in listed)
    files.extend(IndexFile(name, origin_of_index(name, above=above)) for name in unlisted)
    return files, problems


def _listed_file(entry: Entry, tree: Tree, *, catalogue: str, above: Sequence[str]) -> IndexFile | None:
    folder = catalogue.rpartition("/")[0]
    if tree.remote:
        names = list(names_of_entry(entry, folder=folder, above=tuple(above)))
        if entry.address.startswith(("http://", "https://")):
            names.append(entry.address)
        return IndexFile(names[0], Origin(entry.snapshot, entry.stack), tuple(names[1:]), f"{entry.place}.url")
    name = file_of_entry(entry, folder=folder, above=tuple(above), exists=tree.exists)
    return None if name is None else IndexFile(name, Origin(entry.snapshot, entry.stack))

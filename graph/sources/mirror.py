"""A mirror of build caches: which index feeds which snapshot and stack, with a catalogue or without."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from graph.errors import SourceError
from graph.model import ROOT_STACK
from graph.sources.catalogue import BUILD_CACHE, Entry, file_of_entry, read_catalogue
from graph.sources.records import Problem
from graph.sources.tree import Tree

_TAG = re.compile(r"develop(-\d{4}-\d{2}-\d{2})?|v\d+(\.\d+)+(-?(alpha|beta|rc)[.0-9]*)?")
"""What the tags of Spack's public mirror look like."""


class Origin(NamedTuple):
    """The snapshot and stack that a place says; None where it does not say a snapshot."""

    snapshot: str | None
    stack: str


class IndexFile(NamedTuple):
    """An index of a tree and what it feeds."""

    name: str
    origin: Origin


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

    An index outside of a `build_cache` folder is that over all of its mirror:

    >>> origin_of_index("v2025.11.0/index.json")
    Origin(snapshot=None, stack='root')
    """
    *folders, parent = (*above, *name.split("/")[:-1]) or ("",)
    if parent != BUILD_CACHE:
        return Origin(None, ROOT_STACK)
    if folders and looks_like_tag(folders[-1]):
        return Origin(folders[-1], ROOT_STACK)
    if len(folders) > 1 and looks_like_tag(folders[-2]):
        return Origin(folders[-2], folders[-1])
    match name.split("/")[:-2]:
        case []:
            return Origin(None, ROOT_STACK)
        case [tag]:
            return Origin(tag, ROOT_STACK)
        case [*_, tag, stack]:
            return Origin(tag, stack)
    raise AssertionError("a list is empty, has one item or more")


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
    catalogue that cannot be read.
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
    listed = {file.name for file in files}
    unlisted = (name for name in indexes if name not in listed)
    files.extend(IndexFile(name, origin_of_index(name, above=above)) for name in unlisted)
    return files, problems


def _listed_file(entry: Entry, tree: Tree, *, catalogue: str, above: Sequence[str]) -> IndexFile | None:
    folder = catalogue.rpartition("/")[0]
    name = file_of_entry(entry, folder=folder, above=tuple(above), exists=tree.exists)
    return None if name is None else IndexFile(name, Origin(entry.snapshot, entry.stack))

"""What a user names as a SOURCE, and the files that it holds.

A SOURCE is the path or the http(s) address of a page, an index, a catalogue, a mirror, a folder or an archive of
them; `TAG=PATH` and `TAG/STACK=PATH` name the snapshot, and the stack, that an index feeds. A path that exists as it
is written is that path.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from graph.errors import SourceError
from graph.sources.bounds import Bounds
from graph.sources.catalogue import snapshot_name
from graph.sources.formats import Format
from graph.sources.manifest import place_of_manifests
from graph.sources.mirror import looks_like_tag
from graph.sources.tree import Folder, Tree

if TYPE_CHECKING:
    from graph.sources.archive import Archive

SEARCHED_FOR = tuple(kind for kind in Format if kind is not Format.SPEC_FILE)
"""The formats for which a folder is searched. Spec files are read with the page beside them, or where there is
nothing else."""

_ADDRESS = re.compile(
    r"(?:(?P<name>[^=:]*)=)?(?P<address>(?P<scheme>[a-z][a-z0-9+.-]*)://.*)", re.IGNORECASE | re.DOTALL
)


class Source(NamedTuple):
    """A source as the user wrote it, a path or an http(s) address, and what it says of snapshot and stack."""

    written: str
    place: Path | str
    snapshot: str | None
    stack: str | None

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder on this machine."""
        return isinstance(self.place, Path) and self.place.is_dir()


class Files(NamedTuple):
    """The files of one source: those of a folder or archive, or one file of the folder that it lies in.

    `place` leads what problems call a file, `label` what a `SourceRecord` calls it; `above` are the parts of the
    path that leads to the tree, `wanted` the formats that are read here, `written` is the source's own path.
    """

    tree: Tree
    names: Sequence[str]
    place: Callable[[str], str]
    label: Callable[[str], str]
    identity: Callable[[str], str]
    above: tuple[str, ...]
    wanted: tuple[Format, ...]
    written: str


def parse_source(written: str | Path) -> Source:
    """Read a source as a user writes it; a path that does not exist raises `SourceError`."""
    text = str(written)
    if isinstance(written, str) and (address := _ADDRESS.fullmatch(text)) is not None:
        return _parse_address(address)
    if _is_there(text):
        return Source(text, Path(text), None, None)
    name, equals, path = text.partition("=")
    if isinstance(written, str) and name and equals and _is_there(path):
        return Source(text, Path(path), *_given_names(name))
    remedy = "give the path of a page, an index.json, or a folder or archive of them, or TAG=PATH"
    raise SourceError(f"no such file or folder: {remedy}", place=text)


def _parse_address(address: re.Match[str]) -> Source:
    scheme = address["scheme"].lower()
    if scheme == "s3":
        remedy = "give the https:// address at which the bucket is served, for spack-binaries https://binaries.spack.io"
        raise SourceError(f"buckets are not read directly: {remedy}", place=address[0])
    if scheme not in ("http", "https"):
        raise SourceError("expected an https:// or http:// address, or a path", place=address[0])
    snapshot, stack = _given_names(address["name"]) if address["name"] else (None, None)
    return Source(address[0], address["address"], snapshot, stack)


def _given_names(name: str) -> tuple[str, str | None]:
    snapshot, _, stack = snapshot_name(name).partition("/")
    return snapshot, stack or None


def _is_there(path: str) -> bool:
    # A link that leads nowhere is there too: what is wrong with it is said later.
    return "\0" not in path and os.path.lexists(path)


def files_of_path(path: Path, *, bounds: Bounds, written: str) -> Files:
    """List the files of a path; a folder that cannot be listed or a damaged archive raises `SourceError`."""
    if path.is_dir():
        return _files_of_folder(path, Folder(path, bounds=bounds))
    if not path.is_file():
        raise SourceError("neither a file nor a folder", place=written)
    # Archives take longer to import than a folder whose files did not change to be looked at.
    from graph.sources.archive import Archive, is_archive

    if is_archive(path):
        return _files_of_archive(path, Archive(path, bounds=bounds))
    return _file_alone(path, bounds=bounds)


def _files_of_folder(path: Path, folder: Folder) -> Files:
    above = _parts_as_written(path)
    return Files(
        folder,
        list(folder.names()),
        place=lambda name: _printable((path / name).as_posix()),
        label=lambda name: _printable("/".join((*above[-1:], name))),
        identity=folder.real_path,
        above=above,
        wanted=SEARCHED_FOR,
        written=str(path),
    )


def _files_of_archive(path: Path, archive: Archive) -> Files:
    return Files(
        archive,
        list(archive.names()),
        place=lambda name: _printable(f"{path.as_posix()}/{name}"),
        label=lambda name: _printable(f"{path.name}/{name}"),
        identity=lambda name: f"{os.path.realpath(path)}/{name}",
        above=(),
        wanted=SEARCHED_FOR,
        written=str(path),
    )


def _file_alone(path: Path, *, bounds: Bounds) -> Files:
    # The file that a link names is read wherever it lies, for the user named it; so are its neighbours there.
    # A manifest is read from the mirror that it belongs to, for that has its blobs.
    real = path if not path.is_symlink() else Path(os.path.realpath(path))
    at = place_of_manifests(real.parts)
    depth = 1 if at is None else len(real.parts) - at
    folder = Folder(real.parents[depth - 1], bounds=bounds)
    alone = "/".join(real.parts[-depth:])
    written_folder = path.parents[depth - 1] if at == place_of_manifests(path.parts) else real.parents[depth - 1]

    def as_written(name: str) -> Path:
        return path if name == alone else written_folder / name

    return Files(
        folder,
        [alone],
        place=lambda name: _printable(as_written(name).as_posix()),
        label=lambda name: _printable(_label_alone(as_written(name))),
        identity=folder.real_path,
        above=_parts_as_written(path)[:-depth],
        wanted=tuple(Format),
        written=str(path),
    )


def _label_alone(path: Path) -> str:
    """Call a file as it was written; of a path that says where on the machine it lies, only what tells.

    >>> _label_alone(Path("/home/me/mirror/develop/e4s/build_cache/index.json"))
    'develop/e4s/build_cache/index.json'
    """
    parts = path.parts
    if not path.is_absolute() and ".." not in parts:
        return path.as_posix()
    manifests = place_of_manifests(parts)
    telling = (at for at, part in enumerate(parts) if at == manifests or part == "_cache" or looks_like_tag(part))
    return "/".join(parts[next(telling, -2) :])


def _parts_as_written(path: Path) -> tuple[str, ...]:
    # Links are not followed: a tag may be the name of a link.
    return Path(os.path.abspath(path)).parts[1:]  # noqa: PTH100


def _printable(name: str) -> str:
    # A file's name need not be text; what is no UTF-8 in it is shown as such.
    return name.encode(errors="surrogateescape").decode(errors="replace")

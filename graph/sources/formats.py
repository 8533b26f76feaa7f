"""What a file is, by its first bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import PurePosixPath

from graph.sources.armour import without_armour
from graph.sources.bounds import KIB
from graph.sources.catalogue import BUILD_CACHE, CATALOGUE_NAME
from graph.sources.manifest import SPEC_MANIFEST_ENDING, place_of_manifests
from graph.sources.mismatch import BYTE_ORDER_MARK

LOCKFILE_NAME = "spack.lock"

INSTALLATION_PARTS = (".spack-db", "index.json")
"""Where an installation has its database."""

HEAD_BYTES = 64 * KIB
"""How much of a file is looked at: room for the first install of a database, with all its features."""

_KEYS_WITHIN = 4 * KIB
"""How much of a JSON document is searched for its keys; the one that tells stands first or after small ones."""


class Format(StrEnum):
    """The formats that are told apart, in the order in which they are tried."""

    PAGE = "cache.spack.io page"
    INSTALLATION = "database of an installation (.spack-db/index.json)"
    INDEX = "build-cache index"
    SPEC_FILE = "spec file"
    LOCKFILE = "environment lockfile (spack.lock)"
    MANIFEST = "manifest of a mirror of the v3 layout"
    CATALOGUE = "catalogue of indexes"


EXPECTED = (
    "cache.spack.io pages (front matter that begins with a line `---`), build-cache indexes (index.json, database "
    f"versions 5 to 8, or a mirror of the v3 layout), a catalogue of them ({CATALOGUE_NAME}), environments "
    f"({LOCKFILE_NAME}), installations (.spack-db/index.json), spec files (spec.json, spec.json.sig)"
)
"""What is read, for messages."""

_FRONT_MATTER = re.compile(rb"---[ \t]*\r?\n")
_PAGE_KEY = re.compile(
    rb"""^["']?meta["']?[ \t]*:|\b(spec_details|spec_files|spec_names)["']?[ \t]*:|"""
    rb"""\blayout["']?[ \t]*:[ \t]*["']?cache\b""",
    re.MULTILINE,
)
_ANY_LAYOUT = re.compile(rb"""\blayout["']?[ \t]*:""")
_MANIFEST_ENDINGS = ("index.manifest.json", SPEC_MANIFEST_ENDING)
_INSTALLED = re.compile(rb'"installation_time"\s*:\s*[0-9]')
_CATALOGUE = re.compile(rb'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\[\s*(\]|\{\s*"(label|url)"\s*:)')
_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*)"|[{}\[\]:]')


def detect(head: bytes, *, name: str = "") -> Format | None:
    """Say what a file is by its first bytes; None where it is nothing known.

    A text in a clear signature is what is signed. The name counts only where the content is damaged or says nothing:
    an index in `build_cache/`, a manifest in `v3/manifests/`, a database in `.spack-db/`, a lock, a catalogue and a
    page in `_cache/` are what they are called, so that they are missed as such.

    >>> detect(b'{"database": {"version": "8"'), detect(b"GIF89a"), detect(b"", name="e4s/build_cache/index.json")
    (<Format.INDEX: 'build-cache index'>, None, <Format.INDEX: 'build-cache index'>)
    """
    text = without_armour(head).removeprefix(BYTE_ORDER_MARK)
    if _FRONT_MATTER.match(text):
        return _format_of_front_matter(text, name)
    found = _format_of_json(text, name) if text.lstrip().startswith(b"{") else None
    return found or _format_of_name(name)


def _format_of_front_matter(text: bytes, name: str) -> Format | None:
    if _PAGE_KEY.search(text):
        return Format.PAGE
    # Other pages of the site have another layout, and YAML documents may begin with the same line.
    foreign = _ANY_LAYOUT.search(text) or name.endswith((".yaml", ".yml"))
    return None if foreign else Format.PAGE


def _format_of_json(text: bytes, name: str) -> Format | None:
    keys = set()
    for key in top_level_keys(text[:_KEYS_WITHIN]):
        keys.add(key)
        if key == "database":  # it decides, and most often stands first
            break
    if "database" in keys:
        installed = INSTALLATION_PARTS[0] in PurePosixPath(name).parts or _INSTALLED.search(text)
        return Format.INSTALLATION if installed else Format.INDEX
    if "spec" in keys:
        return Format.SPEC_FILE
    if "concrete_specs" in keys or ("_meta" in keys and b"spack-lockfile" in text):
        return Format.LOCKFILE
    if {"version", "data"} <= keys:
        return Format.MANIFEST
    return Format.CATALOGUE if _CATALOGUE.match(text) else None


def _format_of_name(name: str) -> Format | None:
    parts = PurePosixPath(name).parts
    if parts[-2:-1] == (BUILD_CACHE,) and parts[-1].startswith("index.json"):
        return Format.INDEX
    if parts[-2:] == INSTALLATION_PARTS:
        return Format.INSTALLATION
    if place_of_manifests(parts) is not None and parts[-1].endswith(_MANIFEST_ENDINGS):
        return Format.MANIFEST
    if parts and parts[-1].startswith(CATALOGUE_NAME):
        return Format.CATALOGUE
    if parts and parts[-1] == LOCKFILE_NAME:
        return Format.LOCKFILE
    return Format.PAGE if "_cache" in parts and parts[-1] in ("specs.md", "index.md") else None


def top_level_keys(text: bytes) -> Iterator[str]:
    """Yield the keys of a JSON object, of which the text may be only the beginning.

    >>> sorted(top_level_keys(b'{"a": {"b": 1}, "c": [{"d": 2}], "e": "'))
    ['a', 'c', 'e']
    """
    depth, last = 0, b""
    for token in _TOKEN.finditer(text):
        match token[0]:
            case b"{" | b"[":
                depth += 1
            case b"}" | b"]":
                depth -= 1
            case b":":
                if depth == 1:
                    yield last.decode(errors="replace")
            case _:
                last = token[1]

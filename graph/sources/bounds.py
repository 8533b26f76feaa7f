"""How much of a source is read before it is refused: every limit of the readers, with its unit and its reason."""

from __future__ import annotations

from msgspec import Struct

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


class Bounds(Struct, frozen=True, kw_only=True):
    """The limits of the readers. They hold for decompressed data; a source beyond one is a `SourceTooLarge`.

    An index has 1.7 kB a spec, a page 0.4 kB: one index of all 144,664 builds that cache.spack.io listed in 2026
    would have 250 MB. Values of pages are 4 levels deep and have no alias. The defaults leave room for ten times
    as much and more, and stop what would exhaust a machine of ordinary size.
    """

    file_bytes: int = 4 * GIB
    """Bytes of one file, decompressed: an index is held in memory while it is read."""

    page_bytes: int = 64 * MIB
    """Bytes of one cache.spack.io page."""

    archive_bytes: int = 4 * GIB
    """Bytes of all files of an archive together: they are held in memory, because a compressed archive can only
    be read from its beginning."""

    files: int = 1_000_000
    """Files of a folder or an archive: seven for every build that cache.spack.io lists."""

    nesting: int = 64
    """Levels of lists and mappings in YAML."""

    aliases: int = 100
    """Aliases in the YAML of one page; each repeats what its anchor holds."""

    yaml_nodes: int = 2_000_000
    """Values in the YAML of one page, those that aliases repeat counted each time."""


DEFAULT_BOUNDS = Bounds()
"""What callers take that have no limits of their own."""


def byte_count(size: int) -> str:
    """Write a bound on bytes for a message.

    >>> byte_count(64 * MIB), byte_count(4 * GIB), byte_count(1000)
    ('64 MiB', '4 GiB', '1000 bytes')
    """
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"

"""Make the embedded sample from a folder of data: `python -m server.sample.make DATA_FOLDER` (or `make sample`).

The archive holds the page of py-build in tag develop, and the mirror of three tags. It is deterministic: sorted names
and no times, owners or rights, so that the same data give the same archive.
"""

from __future__ import annotations

import io
import lzma
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

ARCHIVE = Path(__file__).with_name("sample.tar.xz")
PAGE = "_cache/develop/py-build/specs.md"
MIRROR = "binaries"


def members(data: Path) -> Iterator[tuple[str, Path]]:
    """Yield each member's name in the archive and its file, by name."""
    mirror = [path for path in (data / MIRROR).rglob("*") if path.is_file()]
    names = {PAGE: data / "pages" / PAGE, **{str(path.relative_to(data)): path for path in mirror}}
    for name in sorted(names):
        yield name, names[name]


def archive(data: Path) -> bytes:
    """Return the compressed archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, path in members(data):
            content = path.read_bytes()
            member = tarfile.TarInfo(name)  # owner 0, time 0, rights 0644
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return lzma.compress(packed.getvalue(), preset=9 | lzma.PRESET_EXTREME)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m server.sample.make DATA_FOLDER")
    ARCHIVE.write_bytes(archive(Path(sys.argv[1])))

"""`python -m bench.small_pages`: what it costs to read 5,000 small pages of cache.spack.io, each a file of its own.

The pages are the sample's one, of two specs, under 5,000 names and hashes; their files are read too.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.generate import copied_hash
from graph.sources.archive import Archive
from graph.sources.bounds import DEFAULT_BOUNDS
from graph.sources.detect import read_sources
from graph.sources.records import SpecRecord

PAGES = 5_000
SAMPLE = Path("server/sample/sample.tar.xz")


def written(folder: Path) -> None:
    """Write the pages."""
    archive = Archive(SAMPLE, bounds=DEFAULT_BOUNDS)
    name = next(name for name in archive.names() if name.endswith("specs.md"))
    text = archive.read(name).decode()
    hashes = [
        record.spec.hash
        for record in read_sources([SAMPLE])
        if isinstance(record, SpecRecord) and record.snapshot == "develop"
    ]
    for number in range(PAGES):
        page = text.replace("py-build", f"py-build-{number}")
        for dag_hash in hashes:
            page = page.replace(dag_hash, copied_hash(dag_hash, number))
        path = folder / "_cache" / "develop" / f"py-build-{number}" / "specs.md"
        path.parent.mkdir(parents=True)
        path.write_text(page)


def main() -> None:
    """Write, read, print."""
    with TemporaryDirectory() as name:
        written(Path(name))
        for _ in range(3):
            begun = time.process_time()
            specs = sum(isinstance(reading, SpecRecord) for reading in read_sources([name]))
            print(f"{PAGES:,} pages, {specs:,} specs: {time.process_time() - begun:.2f} s of CPU")


if __name__ == "__main__":
    main()

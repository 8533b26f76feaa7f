"""`python -m bench.small_pages PAGE`: what it costs to read 5,000 small pages of cache.spack.io, one file each.

They are one page under 5,000 names and hashes; finding and reading the files counts too.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.generate import copied_hash
from graph.sources.detect import read_sources
from graph.sources.records import SpecRecord

PAGES = 5_000


def written(folder: Path, page_file: Path) -> None:
    """Write the pages."""
    text = page_file.read_text()
    records = [record for record in read_sources([page_file]) if isinstance(record, SpecRecord)]
    hashes, name = [record.spec.hash for record in records], records[0].spec.package
    for number in range(PAGES):
        page = text.replace(name, f"{name}-{number}")
        for dag_hash in hashes:
            page = page.replace(dag_hash, copied_hash(dag_hash, number))
        path = folder / "_cache" / "develop" / f"{name}-{number}" / "specs.md"
        path.parent.mkdir(parents=True)
        path.write_text(page)


def main() -> None:
    """Write, read, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("page", type=Path, help="a page with hashes (spec_details)")
    chosen = options.parse_args()
    with TemporaryDirectory() as name:
        written(Path(name), chosen.page)
        for _ in range(3):
            begun = time.process_time()
            specs = sum(isinstance(reading, SpecRecord) for reading in read_sources([name]))
            print(f"{PAGES:,} pages, {specs:,} specs: {time.process_time() - begun:.2f} s of CPU")


if __name__ == "__main__":
    main()

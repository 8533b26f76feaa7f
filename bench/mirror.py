"""A generated build cache as real index.json files: the sample's own texts under new hashes (`bench.generate`).

`python -m bench.mirror FOLDER --specs 100000 --snapshots 100` writes `<tag>/<stack>/build_cache/index.json` and, as
Spack does, one index over all stacks of each tag. With `--stacks N` each copy of the sample is one of N stacks of its
tag, and there is no index over all: the shape that `specgraph update` is measured with.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.generate import copied_hash, kept_specs
from graph.sources.archive import Archive
from graph.sources.bounds import DEFAULT_BOUNDS

HEAD, TAIL = b'{"database": {"version": "8", "installs": {', b"}}}"
ROOT_TEXTS = "build_cache/index.json"
_HASH = re.compile(r'"([a-z2-7]{32})"')

Installs = Mapping[str, list[str]]
"""The text of each install by its hash, cut at every hash in it: hashes stand at the odd places."""


class Sample:
    """The indexes of one tag of the sample."""

    def __init__(self, path: str, tag: str) -> None:
        archive = Archive(Path(path), bounds=DEFAULT_BOUNDS)
        self.stacks: dict[str, list[str]] = {}
        self.installs: dict[str, list[str]] = {}
        self.heads: dict[str, list[str]] = {}
        for name in archive.names():
            if f"/{tag}/" in f"/{name}" and name.endswith(ROOT_TEXTS):
                installs = json.loads(archive.read(name))["database"]["installs"]
                stack = name.split(f"{tag}/")[-1].removesuffix(ROOT_TEXTS).strip("/")
                self.stacks[stack] = list(installs)
                for dag_hash, install in installs.items():
                    self._take(dag_hash, install)

    def _take(self, dag_hash: str, install: dict[str, dict[str, list[dict[str, str]]]]) -> None:
        edges = install["spec"].get("dependencies", [])
        self.heads[dag_hash] = [edge["hash"] for edge in edges]
        self.installs[dag_hash] = _HASH.split(json.dumps({dag_hash: install})[1:-1])


def copies(sample: Sample, *, specs: int, seed: int = 0) -> Iterator[dict[str, str]]:
    """Yield copies until there are so many specs: the hash that each of the sample's has in a copy."""
    generator = random.Random(seed)
    age = dict.fromkeys(sample.installs, 0)
    made = copy = 0
    while made < specs:
        kept = kept_specs(sample.heads, generator) if copy else set()
        age |= {dag_hash: copy for dag_hash in sample.installs if dag_hash not in kept}
        made += len(age) - len(kept)
        yield {dag_hash: copied_hash(dag_hash, copied) for dag_hash, copied in age.items()}
        copy += 1


def write_mirror(folder: Path, sample: Sample, *, specs: int, snapshots: int, stacks: int | None = None) -> None:
    """Write the indexes; `stacks` is how many a tag has where each copy is one."""
    open_files: set[Path] = set()
    for number, hashes in enumerate(copies(sample, specs=specs)):
        if stacks is None:
            tag = folder / f"tag-{number % snapshots:03}"
            for stack, members in sample.stacks.items():
                append(tag / stack / ROOT_TEXTS, sample, members, hashes, open_files)
        else:
            tag = folder / f"tag-{number // stacks % snapshots:03}"
            append(tag / f"stack-{number % stacks:02}" / ROOT_TEXTS, sample, list(sample.installs), hashes, open_files)
    for path in open_files:
        with path.open("ab") as file:
            file.write(TAIL)


def append(path: Path, sample: Sample, members: list[str], hashes: Mapping[str, str], opened: set[Path]) -> None:
    """Write a copy of some specs to an index, behind what is there."""
    first = path not in opened
    opened.add(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb" if first else "ab") as file:
        texts = (_text(sample.installs[dag_hash], hashes) for dag_hash in members)
        file.write((HEAD if first else b", ") + ", ".join(texts).encode())


def _text(pieces: list[str], hashes: Mapping[str, str]) -> str:
    found = [f'"{hashes.get(piece, piece)}"' if place % 2 else piece for place, piece in enumerate(pieces)]
    return "".join(found)


def main() -> None:
    """Write a mirror."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="where to write")
    options.add_argument("--specs", type=int, default=100_000, help="how many specs (100000)")
    options.add_argument("--snapshots", type=int, default=1, help="in how many tags (1)")
    options.add_argument("--stacks", type=int, default=None, help="how many stacks a tag has, each one copy")
    options.add_argument("--sample", default="server/sample/sample.tar.xz", help="what to copy")
    options.add_argument("--tag", default="v2025.11.0", help="which tag of it")
    chosen = options.parse_args()
    sample = Sample(chosen.sample, chosen.tag)
    write_mirror(chosen.folder, sample, specs=chosen.specs, snapshots=chosen.snapshots, stacks=chosen.stacks)


if __name__ == "__main__":
    main()

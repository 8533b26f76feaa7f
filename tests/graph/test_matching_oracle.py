"""Constraints against what Spack 1.1.1's own `db.query` answers over the root index of v2025.11.0."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from graph.build import build
from graph.errors import BadInput
from graph.matching import matching_rows
from graph.snapshot import Snapshot
from graph.sources.bounds import DEFAULT_BOUNDS
from graph.sources.index import read_index
from graph.speclang import parse

UNDECIDABLE: dict[str, str] = {}
"""Queries that the data cannot decide, with the reason: none."""


@pytest.fixture(scope="module")
def snapshot(shared_data: Path) -> Snapshot:
    path = shared_data / "binaries/v2025.11.0/build_cache/index.json"
    readings = read_index(
        path.read_bytes(), place=path.name, name=path.name, snapshot="v2025.11.0", stack="root", bounds=DEFAULT_BOUNDS
    )
    return build(readings).catalogue.snapshot("v2025.11.0")


@pytest.mark.parametrize(("name", "count"), [("constraints", 238), ("constraints_more", 329)])
def test_constraints_match_as_in_spack(shared_data: Path, snapshot: Snapshot, name: str, count: int, capsys: Any):
    lines = [json.loads(line) for line in (shared_data / f"oracle/{name}.jsonl").read_text().splitlines()]
    assert len(lines) == count
    assert {(line["tag"], line["stack"]) for line in lines} == {("v2025.11.0", "root")}
    decided = [line for line in lines if line["query"] not in UNDECIDABLE]
    wrong = [line["query"] for line in decided if not as_in_spack(snapshot, line)]
    right = len(decided) - len(wrong)
    with capsys.disabled():
        sys.stdout.write(f"\n{name}.jsonl: {right} of {count} as in Spack, {count - len(decided)} undecidable\n")
    assert wrong == []


def as_in_spack(snapshot: Snapshot, line: dict[str, Any]) -> bool:
    """Tell whether the answer is Spack's: what is in the build cache, what is not, or that it is refused."""
    hashes = snapshot.universe.hashes
    try:
        rows = matching_rows(snapshot, parse(line["query"]))
    except BadInput:
        return "error" in line
    if "error" in line:
        return False
    binaries = {hashes[row] for row in rows & snapshot.binaries}
    if "hashes" in line:
        expected = set(line["hashes"])
    else:
        expected = {hashes[row] for row in snapshot.binaries} - set(line["complement"])
    return (
        binaries == expected
        and len(binaries) == line["count"]
        and {hashes[row] for row in rows - snapshot.binaries} == set(line["hashes_not_in_buildcache"])
        and hashlib.sha256("\n".join(sorted(binaries)).encode()).hexdigest() == line["hashes_sha256"]
    )

"""A larger build cache with the real one's shape: the sample's specs, copied under new hashes.

A copy is a later rebuild of the same graph: same packages, edges, variants and facets, so degree distribution and
facets are the sample's. A part of the graph is shared between neighbouring copies, as the closures of a real cache
are between two tags: the specs that a copy takes over from the one before it, and all that those depend on. The same
seed gives the same records.
"""

from __future__ import annotations

import random
from base64 import b32encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha1

from msgspec.structs import replace

from graph.model import Dependency, Spec
from graph.sources.records import SpecRecord

SHARED = 0.15
"""The part of a copy's specs that are picked to stay as they were; what they depend on stays with them."""


def copied_hash(dag_hash: str, copy: int) -> str:
    """Return the hash of a spec's copy: base 32, as Spack's are."""
    return b32encode(sha1(f"{dag_hash}/{copy}".encode()).digest()).decode().lower()


def generated(sample: Sequence[SpecRecord], *, specs: int, snapshots: int, seed: int = 0) -> Iterator[SpecRecord]:
    """Yield records of at least `specs` distinct specs in `snapshots` tags, copies dealt out in order.

    `sample` are the records of one index, each hash once, all dependencies among them.
    """
    generator = random.Random(seed)
    by_hash = {record.spec.hash: record for record in sample}
    heads = {dag: [edge.hash for edge in record.spec.dependencies or ()] for dag, record in by_hash.items()}
    age = dict.fromkeys(by_hash, 0)
    made = copy = 0
    while made < specs:
        kept = kept_specs(heads, generator) if copy else set()
        for dag_hash in by_hash:
            if dag_hash not in kept:
                age[dag_hash] = copy
        made += len(by_hash) - len(kept)
        tag = f"tag-{copy % snapshots:03}"
        for record in sample:
            yield replace(record, snapshot=tag, spec=_aged(record.spec, age))
        copy += 1


def kept_specs(heads: Mapping[str, Sequence[str]], generator: random.Random) -> set[str]:
    """Pick specs that a copy takes over, and everything that they depend on; `heads` are what each depends on."""
    stack = [dag_hash for dag_hash in heads if generator.random() < SHARED / 10]
    kept: set[str] = set()
    while stack:
        dag_hash = stack.pop()
        if dag_hash not in kept:
            kept.add(dag_hash)
            stack += heads[dag_hash]
    return kept


def _aged(spec: Spec, age: dict[str, int]) -> Spec:
    dependencies = tuple(
        Dependency(copied_hash(edge.hash, age[edge.hash]), edge.package, edge.deptypes, edge.virtuals)
        for edge in spec.dependencies or ()
    )
    return replace(spec, hash=copied_hash(spec.hash, age[spec.hash]), dependencies=dependencies)

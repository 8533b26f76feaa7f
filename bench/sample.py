"""`python -m bench.sample`: reading and building the sample, and the operations over it.

Prints a table and appends its ratios to `bench/history.jsonl`; absolute times say little on shared machines.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.measure import Measured, side_by_side
from graph.build import build
from graph.snapshot import Catalogue
from graph.sources.detect import read_sources
from schema.context import Context
from schema.execution.engine import Engine, answered
from schema.root import schema

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "server" / "sample" / "sample.tar.xz"
ROUNDS = 5


def loading() -> dict[str, Measured]:
    """Measure reading the sample's files and building its universe, against decompressing them alone."""
    readings = list(read_sources([SAMPLE]))
    candidates: dict[str, Callable[[], object]] = {
        "read the sample": lambda: list(read_sources([SAMPLE])),
        "build its universe": partial(build, readings),
    }
    return side_by_side(candidates, rounds=ROUNDS, calls=1)


def operations(catalogue: Catalogue) -> dict[str, Measured]:
    """Measure each operation of `bench/operations` through the schema, in process; the first is the base."""
    context = Context(catalogue)
    candidates = {path.stem: partial(_answer, path.read_text(), context) for path in _operation_files()}
    return side_by_side(candidates, rounds=ROUNDS, calls=3)


def _operation_files() -> list[Path]:
    found = sorted((HERE / "operations").glob("*.graphql"))
    return sorted(found, key=lambda path: path.stem != "q1_package")


def _answer(query: str, context: Context) -> None:
    answer = answered(Engine(schema), query, None, context)
    assert not answer.codes, answer.body


def main() -> None:
    """Measure, print, and append to the history."""
    tables = {
        "loading": loading(),
        "operations": operations(build(read_sources([SAMPLE]), default="v2025.11.0").catalogue),
    }
    for title, table in tables.items():
        print(f"{title:<24} {'CPU ms':>10} {'ratio':>8}")
        for name, measured in table.items():
            print(f"  {name:<22} {measured.seconds * 1e3:>10.2f} {measured.ratio:>8.2f}")
    ratios = {title: {name: round(m.ratio, 3) for name, m in table.items()} for title, table in tables.items()}
    entry = {"on": datetime.now(UTC).date().isoformat(), "python": platform.python_version(), "ratios": ratios}
    with (HERE / "history.jsonl").open("a") as history:
        history.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    main()

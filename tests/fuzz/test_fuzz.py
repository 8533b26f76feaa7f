"""A short run of the fuzzer, guided by coverage; longer ones are `make fuzz`. What was found before is run always."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, seeds

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"
RUNS = {
    "constraint": 20_000,
    "page": 10_000,
    "index": 10_000,
    "source": 5_000,
    "snapshot_file": 5_000,
    "snapshot_columns": 5_000,
    "document": 3_000,
}
"""Inputs in a run of the tests: seconds of each."""

KEPT = [(target, path) for target in TARGETS for path in sorted((CORPUS / target).glob("*"))]


@pytest.mark.parametrize(("target", "path"), KEPT, ids=lambda value: value if isinstance(value, str) else value.name)
def test_what_was_found_before_is_mended(target, path):
    TARGETS[target](path.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_the_seeds_are_read(target):
    for seed in seeds()[target]:
        TARGETS[target](seed)


def test_every_target_has_its_runs_and_seeds():
    assert set(RUNS) == set(TARGETS) == set(seeds())


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this machine")
@pytest.mark.parametrize("target", TARGETS)
def test_a_short_run_finds_nothing(target):
    command = [sys.executable, "-m", "tests.fuzz", target, f"-runs={RUNS[target]}", "-seed=1", "-print_final_stats=1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"stat::number_of_executed_units: {RUNS[target]}" in done.stderr

"""The embedded sample, built."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.build import build
from graph.snapshot import Catalogue, Snapshot
from graph.sources.detect import read_sources
from tests.graph.small_graphs import NOON

SAMPLE = Path(__file__).resolve().parents[2] / "server" / "sample" / "sample.tar.xz"


@pytest.fixture(scope="session")
def sample() -> Catalogue:
    """The catalogue of the embedded sample."""
    return build(read_sources([SAMPLE]), now=NOON).catalogue


@pytest.fixture(scope="session")
def release(sample: Catalogue) -> Snapshot:
    """The sample's largest snapshot: 3,202 specs, 27,018 edges."""
    return sample.snapshot("v2025.11.0")

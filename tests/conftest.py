"""What tests of every room share: where the real data lie, and how long a property may take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies

# A first example pays for caches and imports; the machine that runs the tests may be slow.
settings.register_profile("specgraph", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("specgraph")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data and recorded answers beside the project; without it the test is skipped."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data and the recorded answers of Spack are not at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def _hypothesis_looks_around() -> None:
    """Let Hypothesis see who holds numpy's generator, before an application freezes it (`server.collector`)."""

    @given(strategies.none())
    def look(_: None) -> None:
        assert np.random is not None

    look()

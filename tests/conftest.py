"""What tests of every room share: where the real data lie, and how long a property may take."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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

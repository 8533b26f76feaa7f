"""Where the real data and the recorded answers of Spack lie."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data and recorded answers beside the project."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data beside the repository: real data and recorded answers are not there")
    return folder

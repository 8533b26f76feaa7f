"""A short soak: nothing is lost, and neither memory nor open files grow. A long one is `make soak`."""

import subprocess
import sys

from tests.server.live import ROOT, LiveServer
from tests.soak.load import CLIENTS, soak

WAVES = 6
ROUNDS = 250
GROWTH_BYTES = 32 * 1024 * 1024
"""Over the last waves, of two processes together: allocators settle, and some 1,000 prepared operations are kept."""


def test_a_soak_loses_nothing_and_leaks_nothing(tmp_path):
    served = tmp_path / "sample.specgraph"
    sample = ROOT / "server" / "sample" / "sample.tar.xz"
    command = [sys.executable, "-m", "server.cli", "build", sample, "-o", served]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    flags = ("--workers", "2", "--rate", "0", "--log-level", "error", "--default-snapshot", "v2025.11.0")
    with LiveServer(served, *flags) as server:
        seen = soak(server, waves=WAVES, rounds=ROUNDS)
    assert seen.lost == []
    assert seen.answered + seen.refused + seen.garbage == CLIENTS * WAVES * ROUNDS
    assert seen.resident[-1] - seen.resident[1] < GROWTH_BYTES
    assert seen.files[-1] <= max(seen.files[:2]) + CLIENTS
    assert server.process.returncode == 0
    assert "Traceback" not in server.err

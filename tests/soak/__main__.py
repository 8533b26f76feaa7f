"""A long soak, and what came of it: python -m tests.soak [WAVES [ROUNDS]]; `make soak` is that."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.server.live import ROOT, LiveServer
from tests.soak.load import CLIENTS, soak

MIB = 1024 * 1024


def main(waves: int = 20, rounds: int = 2_000) -> None:
    """Serve the sample by two workers, and print a line of figures."""
    with tempfile.TemporaryDirectory() as folder:
        served = Path(folder, "sample.specgraph")
        sample = ROOT / "server" / "sample" / "sample.tar.xz"
        command = [sys.executable, "-m", "server.cli", "build", str(sample), "-o", str(served)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        flags = ("--workers", "2", "--rate", "0", "--log-level", "warning", "--default-snapshot", "v2025.11.0")
        with LiveServer(served, *flags) as server:
            seen = soak(server, waves=waves, rounds=rounds)
    print(
        f"{CLIENTS} clients, {waves} waves of {rounds}: {seen.answered:,} answered, {seen.refused:,} refused, "
        f"{seen.garbage:,} garbage, {len(seen.lost)} lost; {seen.answered / seen.seconds:,.0f} answers/s, "
        f"{1e6 * seen.cpu_seconds / (seen.answered + seen.refused):,.0f} us of CPU each, slowest {seen.slowest:.2f} s"
    )
    print("private MiB after each wave:", *(f"{size / MIB:.0f}" for size in seen.resident))
    print("open files after each wave:", *seen.files)
    for lost in seen.lost[:10]:
        print("lost:", lost)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

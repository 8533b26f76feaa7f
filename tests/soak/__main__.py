"""A long soak, and what came of it: python -m tests.soak [WAVES [ROUNDS [DISTINCT [GARBAGE]]]]; `make soak` is that."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.server.live import ROOT, LiveServer
from tests.soak.load import KEPT, Seen, distinct, nothing_but_garbage, soak

MIB = 1024 * 1024


def main(waves: int = 20, rounds: int = 2_000, operations: int = 100_000, garbage: int = 20_000) -> None:
    """Serve the sample by two workers, put each load on them, and print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        served = Path(folder, "sample.specgraph")
        sample = ROOT / "server" / "sample" / "sample.tar.xz"
        command = [sys.executable, "-m", "server.cli", "build", str(sample), "-o", str(served)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        flags = ("--workers", "2", "--rate", "0", "--log-level", "error", "--default-snapshot", "v2025.11.0")
        with LiveServer(served, *flags) as server:
            show("with swaps", soak(server, waves=waves, rounds=rounds))
            show("without swaps", soak(server, waves=waves, rounds=rounds, swaps=False))
            show("distinct operations", distinct(server, operations))
            show("garbage", nothing_but_garbage(server, garbage))


def show(load: str, seen: Seen) -> None:
    """Print the figures of one load."""
    print(
        f"{load}: {seen.answered:,} answered, {seen.refused:,} refused, {seen.garbage:,} garbage, {len(seen.lost)} lost"
        f" in {seen.seconds:.0f} s, {seen.cpu_seconds:.0f} s of CPU"
    )
    if seen.waits:
        waits = "  ".join(f"{share:g}: {1000 * seen.wait(share):.0f} ms" for share in (0.5, 0.01, 0.001, 0))
        print(f"  {seen.answered / seen.seconds:,.0f} answers/s; longest wait of all requests but a share of", waits)
    print("  private MiB:", *(f"{size / MIB:.0f}" for size in seen.resident))
    print("  open files:", *seen.files)
    for name in KEPT:
        unit = MIB if name.endswith("_bytes") else 1
        print(f"  {name}{' in MiB' if unit == MIB else ''}:", *(f"{kept[name] / unit:.0f}" for kept in seen.kept))
    for lost in seen.lost[:10]:
        print("  lost:", lost)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""Fuzz one target, guided by coverage: python -m tests.fuzz TARGET [libFuzzer's options, as -runs=10000].

What breaks is left in build/fuzz; its smallest form belongs in tests/fuzz/corpus/TARGET, with the mend.
"""

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-untyped, unused-ignore]

with atheris.instrument_imports(include=["graph", "schema"]):
    from tests.fuzz.targets import TARGETS, seeds

CORPUS = Path(__file__).parent / "corpus"
FOUND = Path(__file__).parents[2] / "build" / "fuzz"


def main(target: str, *options: str) -> None:
    """Run until the options say so, or something breaks."""
    FOUND.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="specgraph-fuzz-") as corpus:
        for number, seed in enumerate(seeds()[target]):
            Path(corpus, str(number)).write_bytes(seed)
        for path in sorted((CORPUS / target).glob("*")):
            Path(corpus, path.name).write_bytes(path.read_bytes())
        arguments = ["fuzz", corpus, f"-artifact_prefix={FOUND}/{target}-", "-rss_limit_mb=2048", *options]
        atheris.Setup(arguments, TARGETS[target], enable_python_coverage=True)
        atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"name a target: {', '.join(TARGETS)}")
    main(*sys.argv[1:])

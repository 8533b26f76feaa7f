"""The data of a measurement: a snapshot file of generated specs, and the peers' export of it, kept in `build/bench`.

The same sample and generator give the same specs, so a file is made once and stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bench import generate
from bench.peers.export import export
from bench.scale import sample_records
from graph.build import build
from graph.store import open_file, save

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "bench"
SAMPLE = ROOT / "server" / "sample" / "sample.tar.xz"
TAG = "v2025.11.0"


@dataclass(frozen=True, slots=True)
class Data:
    """The files: what specgraph serves, and what the peers read."""

    snapshot: Path
    export: Path


def data_of(specs: int) -> Data:
    """Return the files of so many generated specs in one tag, made where they are missing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = f"{specs}-{_version()}"
    data = Data(FOLDER / f"{name}.specgraph", FOLDER / f"{name}.ndjson")
    if not data.snapshot.exists():
        made = FOLDER / f"{name}.being-made"
        save(build(generate.generated(sample_records(str(SAMPLE), TAG), specs=specs, snapshots=1)).catalogue, made)
        made.replace(data.snapshot)
    if not data.export.exists():
        made = FOLDER / f"{name}.being-made"
        export(open_file(data.snapshot).snapshot(None), made)
        made.replace(data.export)
    return data


def _version() -> str:
    """Return what changes when the generated data or their forms do: a snapshot file is of one version of the code."""
    sources = [
        SAMPLE,
        Path(generate.__file__),
        ROOT / "bench" / "peers" / "export.py",
        *sorted(ROOT.glob("graph/*.py")),
    ]
    digest = sha256()
    for path in sources:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

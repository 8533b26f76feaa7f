"""Reading the sources anew in a process of its own, so that answers never wait for it.

    server -> process: what to read, by the environment; where to write, as its argument
    process -> server: `catalogue`, a snapshot file, and `outcome.json`, both renamed into the folder

The process ends when the server does, however that ends: it reads a pipe that closes then.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import msgspec
from msgspec import Struct

from graph.build import Built
from graph.errors import SpecgraphError
from graph.sources.records import Problem, SourceRecord
from graph.store import save
from server.errors import RebuildFailed
from server.loading import default_snapshot_of, load
from server.settings import Settings, settled
from server.snapshot_file import opened, snapshot_file_of

SOURCES_VARIABLE = "SPECGRAPH_SOURCES"
"""The sources for a process that the server starts, one a line."""

CATALOGUE = "catalogue"
"""Name of the snapshot file in the folder that is handed over."""

OUTCOME = "outcome.json"

NICENESS = 10
"""How much the process gives way to those that answer, where the machine has fewer cores than there is to do."""

STANDARD_INPUT = 0

LONGEST_SECONDS = 3 * 3600.0
"""How long reading may take: all tags of the public mirror take minutes, and their download an hour or two."""

SECONDS_TO_END = 5.0
"""How long a process that was killed is waited for."""

_REMEDY = "does a file system or a server hang?"

_REPORTED = 3
"""Exit code of the process when the outcome says why it failed; another end is unforeseen."""


class Outcome(Struct, frozen=True):
    """How a rebuild ended: a failure, or what a snapshot file does not hold of what was built."""

    failure: str | None = None
    problems: tuple[Problem, ...] = ()
    sources: tuple[SourceRecord, ...] = ()


def loaded_again(sources: Sequence[str], settings: Settings, folder: Path | None = None) -> Built:
    """Return what the sources have become: a snapshot file is opened, others are read in a process of its own.

    The process writes to the folder, where the next one finds what changed since. Without one, what it wrote is
    removed as soon as it is mapped: the map keeps it for as long as it is served. Raises what `load` raises for a
    snapshot file, and `RebuildFailed`.
    """
    file = snapshot_file_of(sources)
    if file is not None:
        return opened(file, default=settings.default_snapshot)
    if folder is None:
        with TemporaryDirectory(prefix="specgraph-", ignore_cleanup_errors=True) as name:
            return loaded_again(sources, settings, Path(name))
    rebuild(sources, settings, folder)
    return handed_over(folder, default=default_snapshot_of(sources, settings))


def rebuild(sources: Sequence[str], settings: Settings, folder: Path) -> None:
    """Read the sources in a process of its own, and wait for the outcome that it leaves in the folder.

    A failure is an outcome, and leaves the folder's snapshot file as it was.
    """
    # A session of its own: Ctrl-C in the terminal is for the server, whose end ends the process too.
    process = subprocess.Popen(
        _command(folder), env=_environment(sources, settings), stdin=subprocess.PIPE, start_new_session=True
    )
    assert process.stdin is not None
    try:
        code = process.wait(timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # in a dead file system it does not end, killed or not
            process.wait(timeout=SECONDS_TO_END)
        _write_outcome(folder, Outcome(failure=f"the sources were not read within {LONGEST_SECONDS:g} s; {_REMEDY}"))
        return
    finally:
        process.stdin.close()
    if code not in (0, _REPORTED):
        _write_outcome(folder, Outcome(failure=_unforeseen(code)))


def _command(folder: Path) -> list[str]:
    return [sys.executable, "-P", "-m", "server.rebuilding", str(folder)]


def _environment(sources: Sequence[str], settings: Settings) -> Mapping[str, str]:
    return {
        **os.environ,
        **dict(settings.as_environment()),
        SOURCES_VARIABLE: "\n".join(sources),
        "PYTHONPATH": os.pathsep.join(sys.path),  # it is to import what the server did
    }


def _unforeseen(code: int) -> str:
    if code == -signal.SIGKILL:
        return "the process that reads the sources was killed; is the machine out of memory?"
    return f"the process that reads the sources ended with code {code}; see the server's log"


def handed_over(folder: Path, *, default: str | None, stale_too: bool = False) -> Built:
    """Open what a rebuild left in the folder; `stale_too` takes the snapshot file of before a failure.

    Raises `RebuildFailed` with the reason that the outcome gives, and what opening the file raises.
    """
    outcome = msgspec.json.decode((folder / OUTCOME).read_bytes(), type=Outcome)
    if outcome.failure is not None and not stale_too:
        raise RebuildFailed(outcome.failure)
    built = opened(folder / CATALOGUE, default=default)
    return Built(built.catalogue, outcome.problems, outcome.sources)


def hand_over(built: Built, folder: Path) -> None:
    """Leave in the folder what was built, for `handed_over` in other processes."""
    save(built.catalogue, folder / CATALOGUE, record=built.record)
    _write_outcome(folder, Outcome(None, built.problems, built.sources))


def _write_outcome(folder: Path, outcome: Outcome) -> None:
    draft = folder / f".{OUTCOME}.draft"
    draft.write_bytes(msgspec.json.encode(outcome))
    draft.replace(folder / OUTCOME)


def main(folder: Path) -> int:
    """Read the sources that the environment names, and leave the outcome in the folder."""
    os.nice(NICENESS)
    threading.Thread(target=_end_with_the_server, args=(folder,), daemon=True).start()
    settings = settled({}, os.environ)
    try:
        # What an earlier rebuild left there is brought up to date: only files that changed are read.
        built = load(os.environ[SOURCES_VARIABLE].splitlines(), settings, before=folder / CATALOGUE)
        hand_over(built, folder)
    except (SpecgraphError, OSError) as error:
        _write_outcome(folder, Outcome(failure=str(error)))
        return _REPORTED
    return 0


def _end_with_the_server(folder: Path) -> NoReturn:
    # Not sys.stdin: an interpreter that ends waits for whoever reads it, and gives up.
    os.read(STANDARD_INPUT, 1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

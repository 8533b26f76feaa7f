"""The rooms keep their direction (DESIGN: server -> schema -> graph) and their names say what they hold."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("graph", "schema", "server")
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc"}


def test_imports_go_one_way():
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as lint; lint()",
            "--no-cache",
            "--no-logo",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_modules_are_named_after_what_they_hold():
    modules = [path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert modules
    assert [str(path) for path in modules if NAMES_THAT_SAY_NOTHING & {*path.with_suffix("").parts}] == []

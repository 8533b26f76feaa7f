"""No secret is in the tree: keys and tokens of known forms, passwords in addresses; the baseline has what is known."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def hook(*files):
    command = Path(sys.executable).with_name("detect-secrets-hook")
    return subprocess.run(
        [command, "--baseline", ROOT / ".secrets.baseline", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_secret_that_is_not_known_is_in_the_tree():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [name for name in listed.stdout.split("\0") if name and not name.endswith((".lock", "lock.json"))]
    done = hook(*files)
    assert done.returncode == 0, done.stdout


def test_a_secret_would_be_found(tmp_path):
    leaked = tmp_path / "leaked.py"
    leaked.write_text("token = 'ghp_" + "a1B2" * 9 + "'\n")
    assert hook(leaked).returncode == 1

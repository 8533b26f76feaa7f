"""The image's recipe and the units of systemd, as far as their own tools can tell without running them."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.live import ROOT, LiveServer

DEPLOY = ROOT / "deploy"
DOCKERFILE = DEPLOY / "Dockerfile"
MOST_EXPOSED = "20"
"""Of systemd's scale, in tenths: 2.0 of 10; it calls all below 3 OK."""


def run(*command):
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)


def test_hadolint_has_nothing_to_say():
    done = run(Path(sys.executable).with_name("hadolint"), "--failure-threshold", "style", DOCKERFILE)
    assert (done.returncode, done.stdout) == (0, "")


def test_all_that_is_copied_is_there_and_let_through():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE.read_text(), re.MULTILINE)
        for name in line.split()[:-1]
    ]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert sorted(f"!{name}" for name in copied) == sorted(line for line in ignored if line.startswith("!"))


def test_the_image_checks_its_health_by_what_the_server_answers():
    found = re.search(r"HEALTHCHECK .*?CMD (\[.*?\])\n", DOCKERFILE.read_text().replace("\\\n", ""), re.DOTALL)
    assert found is not None
    python, *arguments = json.loads(found[1])
    assert python == "/opt/specgraph/bin/python"
    with LiveServer("--log-level", "warning") as server:
        port = server.address.rpartition(":")[2]
        done = subprocess.run([sys.executable, *arguments], env={"SPECGRAPH_PORT": port}, check=False)
        assert done.returncode == 0
    done = subprocess.run([sys.executable, *arguments], env={"SPECGRAPH_PORT": port}, capture_output=True, check=False)
    assert done.returncode == 1


@pytest.fixture
def units(tmp_path):
    """The units, with a program that exists on this machine."""
    for name in ("specgraph.service", "specgraph.socket"):
        text = (DEPLOY / name).read_text().replace("/opt/specgraph/bin/specgraph", sys.executable)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_systemd_takes_the_units(units):
    assert shutil.which("systemd-analyze"), "apt-get install systemd"
    done = run("systemd-analyze", "verify", units / "specgraph.service", units / "specgraph.socket")
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_calls_the_service_hardened(units):
    done = run(
        "systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", units / "specgraph.service"
    )
    assert done.returncode == 0, done.stdout[-500:]


def test_the_units_program_and_settings_are_ours(tmp_path):
    start = re.search(r"^ExecStart=(.*)$", (DEPLOY / "specgraph.service").read_text(), re.MULTILINE)
    assert start is not None
    program, command, *arguments = start[1].split()
    assert (program, command, arguments[0]) == ("/opt/specgraph/bin/specgraph", "serve", "--config")
    config = tmp_path / "specgraph.toml"
    config.write_text("log-level = 'warning'\n")
    with LiveServer("--config", config) as server:
        assert server.ready()["status"] == "ready"

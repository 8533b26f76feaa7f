"""hatch_build.py: what a wheel holds, with a C compiler and without one. (tests/web/test_build.py is for the pages.)"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest

from graph import native

ROOT = Path(__file__).parents[1]
PARTS = ("graph", "schema", "server", "web")
FILES = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE-APACHE", "LICENSE-MIT")
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
LIBRARIES = sorted(f"{name.replace('.', '/')}{SUFFIX}" for name in native.names())
MISSING = "specgraph: no native kernels: there is no C compiler (/nonexistent): apt install gcc"
WITH_COMPILER = {"SPECGRAPH_NATIVE": "required"}
WITHOUT = {"SPECGRAPH_NATIVE": "", "CC": "/nonexistent"}

needs_compiler = pytest.mark.skipif(
    native.kernel("graph.walking") is None, reason="no native kernels: docs/operations.md says how to have them"
)


@pytest.fixture
def checkout(tmp_path):
    """What a wheel is made of, and nothing that was built."""
    left_out = shutil.ignore_patterns("node_modules", ".node", "artifacts", "pages", "__pycache__", "*.so")
    for part in PARTS:
        shutil.copytree(ROOT / part, tmp_path / "checkout" / part, ignore=left_out)
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path / "checkout" / name)
    return tmp_path / "checkout"


def ran(checkout, *arguments, **environment):
    command = [sys.executable, *map(str, arguments)]
    environment = {**os.environ, "SPECGRAPH_WITHOUT_PAGES": "1", "CFLAGS": "-O0", **environment}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def wheel_of(checkout, **environment):
    """Build a wheel; return its path, the libraries in it, and what was said."""
    done = ran(checkout, "-m", "hatchling", "build", "-t", "wheel", **environment)
    assert done.returncode == 0, done.stderr
    [wheel] = (checkout / "dist").iterdir()
    with ZipFile(wheel) as file:
        return wheel, sorted(name for name in file.namelist() if name.endswith(".so")), done.stderr


def libraries_in(checkout):
    return sorted(path.relative_to(checkout).as_posix() for path in checkout.rglob("*.so") if "build" not in path.parts)


@needs_compiler
def test_a_wheel_holds_the_kernels_of_this_python_and_walks_with_them(checkout, tmp_path):
    # What an editable install of another Python has left.
    (checkout / "graph" / "walking.cpython-39-other.so").write_bytes(b"")
    wheel, libraries, _ = wheel_of(checkout, **WITH_COMPILER)
    assert libraries == LIBRARIES
    tag = re.fullmatch(r"specgraph-[^-]+-(cp\d+-cp\d+t?-\w+)\.whl", wheel.name)
    assert tag is not None, wheel.name
    venv = tmp_path / "venv"
    ran(tmp_path, "-m", "venv", "--without-pip", venv)
    ran(tmp_path, "-m", "pip", "--python", venv / "bin" / "python", "install", "--no-deps", wheel)
    # What it depends on is taken from here: a folder that is named in a .pth has no .pth files of its own.
    [packages] = venv.glob("lib/*/site-packages")
    (packages / "here.pth").write_text(sysconfig.get_path("purelib"))
    code = "import graph.walks as w; print(w.__file__, w.Walker.__module__)"
    environment = {**os.environ, **WITH_COMPILER}
    done = subprocess.run(
        [venv / "bin" / "python", "-I", "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout.split(), done.stderr) == ([str(packages / "graph" / "walks.py"), "graph.walking"], "")


def test_without_a_compiler_a_wheel_is_for_every_machine_and_it_is_said_what_is_missing(checkout):
    wheel, libraries, said = wheel_of(checkout, **WITHOUT)
    assert (wheel.name.endswith("-py3-none-any.whl"), libraries) == (True, [])
    [line] = [line for line in said.splitlines() if "native" in line]
    assert line.startswith(MISSING)


def test_kernels_that_are_required_and_cannot_be_compiled_end_the_build(checkout):
    done = ran(checkout, "-m", "hatchling", "build", "-t", "wheel", **{**WITHOUT, **WITH_COMPILER})
    assert done.returncode != 0
    assert "specgraph: no native kernels, which SPECGRAPH_NATIVE requires: there is no C compiler" in done.stderr


def test_kernels_that_are_not_wanted_are_not_compiled_and_nothing_is_said(checkout):
    _, libraries, said = wheel_of(checkout, SPECGRAPH_NATIVE="never")
    assert libraries == []
    assert "native" not in said


@needs_compiler
def test_a_kernel_is_compiled_beside_its_source_and_goes_where_that_is_no_longer_possible(checkout):
    for environment, expected in ((WITH_COMPILER, LIBRARIES), (WITH_COMPILER, LIBRARIES), (WITHOUT, [])):
        done = ran(checkout, "hatch_build.py", **environment)
        assert (done.returncode, libraries_in(checkout)) == (0, expected)
    assert done.stderr.startswith(MISSING)


@needs_compiler
def test_an_error_in_a_kernel_is_told(checkout):
    kernel = checkout / "graph" / "walking.pyx"
    kernel.write_text(f"{kernel.read_text()}\ncdef int wrong = unknown_name\n")
    done = ran(checkout, "hatch_build.py", SPECGRAPH_NATIVE="")
    assert done.returncode == 0
    assert "specgraph: no native kernels: they do not compile: " in done.stderr
    assert "unknown_name" in done.stderr

"""Kernels are used where they can be, and it is said where they cannot."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from graph import native, numpy_walking
from graph.errors import NoKernel

ROOT = Path(__file__).parents[2]
WALKING = "graph.walking"


def walker_of_a_process(wish: str) -> str:
    """Return the module whose walker a new process uses."""
    code = "from graph.walks import Walker; print(Walker.__module__)"
    environment = {**os.environ, native.VARIABLE: wish}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def unloadable(name: str) -> None:
    raise ImportError(f"no {name} here")


def test_every_kernel_has_a_name_and_its_types_beside_it() -> None:
    assert WALKING in native.names()
    assert [name for name in native.names() if not ROOT.joinpath(*name.split(".")).with_suffix(".pyi").exists()] == []


def test_kernels_are_used_where_they_are_built() -> None:
    if native.kernel(WALKING) is None:
        pytest.skip("no native kernels: docs/operations.md says how to have them")
    assert native.in_use()
    assert [walker_of_a_process(wish) for wish in ("", "auto", "required")] == [WALKING] * 3


def test_kernels_that_are_not_wanted_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.VARIABLE, "never")
    assert native.kernel(WALKING) is None
    assert not native.in_use()
    assert walker_of_a_process("never") == numpy_walking.__name__


def test_a_kernel_that_cannot_be_loaded_is_done_without_unless_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib, "import_module", unloadable)
    monkeypatch.setenv(native.VARIABLE, "auto")
    assert native.kernel(WALKING) is None
    assert not native.in_use()
    monkeypatch.setenv(native.VARIABLE, "required")
    with pytest.raises(
        NoKernel, match=r"SPECGRAPH_NATIVE is required, .* \(no graph.walking here\): install a C compiler"
    ):
        native.kernel(WALKING)


def test_another_word_is_an_error_that_says_which_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.VARIABLE, "maybe")
    with pytest.raises(NoKernel, match="SPECGRAPH_NATIVE is 'maybe'; give auto, required or never"):
        native.kernel(WALKING)

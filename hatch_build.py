"""What hatchling does before it packs: the pages of web/ are built, and the native kernels compiled.

    python hatch_build.py     compiles the kernels into this checkout; `make` does it where one has changed

A kernel is a `.pyx` file of graph/ or schema/. Cython makes C of it and the machine's compiler a library, both under
build/; an editable install and the command put the libraries beside their sources, a wheel holds them alone. Without
a compiler or Python's headers it is said what is missing, and everything goes on: `SPECGRAPH_NATIVE=required` makes
that an error, `never` compiles nothing.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
ROOMS = ("graph", "schema")
WITHOUT_PAGES = "SPECGRAPH_WITHOUT_PAGES"
NATIVE = "SPECGRAPH_NATIVE"
WISHES = ("auto", "required", "never")

HOW = "apt install gcc libc6-dev python3-dev (Debian, Ubuntu), then python hatch_build.py here, or install again"
COST = "without native kernels everything works, and walks and long lists take two to ten times as long"


class NotCompiled(Exception):
    """The kernels could not be compiled; the message says why, and what to do."""


class BuildHook(BuildHookInterface[Any]):
    """Builds the pages and the kernels.

    An editable install has no pages: `make serve` and `make pages` build them, when they are needed.
    """

    def dependencies(self) -> list[str]:
        """Ask for Node.js from PyPI where the machine has none that is new enough, and the pages are to be built."""
        build = _build_module(self.root)
        needed = not self._left_out() and not build.up_to_date() and build.machine_npm() is None
        return [build.NODE_PACKAGE] if needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build both; fail where the pages cannot be had, because a wheel without them is not what one asks for."""
        if version != "editable" and not self._left_out():
            self._build_pages()
        if self.target_name != "wheel":
            return
        if version == "editable":
            compile_in_place(Path(self.root))
            return
        compiled = compiled_or_told(Path(self.root))
        build_data["force_include"].update({str(library): name for name, library in compiled.items()})
        if compiled:
            build_data["infer_tag"] = True
            build_data["pure_python"] = False

    def _build_pages(self) -> None:
        build = _build_module(self.root)
        try:
            build.build()
        except build.NotBuilt as error:
            raise SystemExit(f"specgraph: no pages: {error}; {WITHOUT_PAGES}=1 builds a wheel without them") from None

    def _left_out(self) -> bool:
        return bool(os.environ.get(WITHOUT_PAGES))


def compile_in_place(root: Path) -> None:
    """Put each kernel's library beside its source; where there is none to be had, leave none of an older source."""
    compiled = compiled_or_told(root)
    for source in _kernels(root):
        library = source.with_name(source.stem + _suffix())
        made = compiled.get(library.relative_to(root).as_posix())
        if made is None:
            library.unlink(missing_ok=True)
        else:
            # Under another name first: a process may have the former library open.
            shutil.copy2(made, library.with_suffix(".new"))
            library.with_suffix(".new").replace(library)


def compiled_or_told(root: Path) -> dict[str, Path]:
    """Return the kernels' libraries, by the path that each has in the project; none where it is said why not.

    Raises `SystemExit` where they are required and cannot be had.
    """
    wish = os.environ.get(NATIVE) or WISHES[0]
    if wish not in WISHES:
        raise SystemExit(f"specgraph: {NATIVE} is {wish!r}; give {', '.join(WISHES[:-1])} or {WISHES[-1]}")
    if wish == "never":
        return {}
    try:
        return _compiled(root)
    except NotCompiled as error:
        if wish == "required":
            raise SystemExit(f"specgraph: no native kernels, which {NATIVE} requires: {error}") from None
        sys.stderr.write(f"specgraph: no native kernels: {error}; {COST}\n")
        return {}


def _compiled(root: Path) -> dict[str, Path]:
    """Compile what is older than its source. Raises `NotCompiled`."""
    try:
        from Cython.Build import cythonize
        from Cython.Compiler.Errors import CompileError as CythonError
        from setuptools import Distribution, Extension
        from setuptools.errors import BaseError
    except ImportError as error:
        raise NotCompiled(f"{error.name} is not installed: pip install cython setuptools") from None
    _check_tools()
    folder = Path("build", "kernels", f"{sysconfig.get_platform()}-{sys.implementation.cache_tag}")
    names = [source.relative_to(root).with_suffix("") for source in _kernels(root)]
    former = Path.cwd()
    os.chdir(root)  # Cython and setuptools name what they make by how it lies below the current folder.
    try:
        # Without what debuggers read, which is most of a library.
        options: Any = {"extra_compile_args": ["-g0"], "depends": ["hatch_build.py"]}
        extensions = cythonize(
            [Extension(".".join(name.parts), [f"{name}.pyx"], **options) for name in names],
            build_dir=str(folder / "c"),
            quiet=True,
        )
        command: Any = Distribution({"name": "specgraph", "ext_modules": extensions}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(folder / "lib"), str(folder / "o")
        command.ensure_finalized()
        command.run()
    except (CythonError, BaseError, OSError) as error:
        raise NotCompiled(f"they do not compile: {' '.join(str(error).split())}") from None
    finally:
        os.chdir(former)
    return {f"{name.as_posix()}{_suffix()}": root / folder / "lib" / f"{name}{_suffix()}" for name in names}


def _check_tools() -> None:
    """Raise `NotCompiled` where there is no compiler, or no header to compile with."""
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        raise NotCompiled(f"there is no C compiler ({compiler}): {HOW}")
    header = Path(sysconfig.get_path("include")) / "Python.h"
    if not header.exists():
        raise NotCompiled(f"Python's headers are not there ({header.name}): {HOW}")


def _kernels(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((root / room).rglob("*.pyx"))


def _suffix() -> str:
    return str(sysconfig.get_config_var("EXT_SUFFIX"))


def _build_module(root: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("specgraph_web_build", Path(root) / "web" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    compile_in_place(ROOT)

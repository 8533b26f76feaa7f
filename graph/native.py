"""Native kernels: modules that are compiled where the project is installed, and what is run where they are not.

A kernel is a `.pyx` file beside the modules that it speeds up, and does nothing that Python code here does not do too:
without a C compiler everything works, and some of it takes longer. `SPECGRAPH_NATIVE=never` leaves kernels unused,
`required` makes it an error that one cannot be; the build (`hatch_build.py`) reads the same variable.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from types import ModuleType

from graph.errors import NoKernel

VARIABLE = "SPECGRAPH_NATIVE"
WISHES = ("auto", "required", "never")

REMEDY = "install a C compiler and Python's headers (docs/operations.md, Native kernels), then specgraph again"

_ROOT = Path(__file__).resolve().parents[1]
_ROOMS = ("graph", "schema")


def wish() -> str:
    """Return what `SPECGRAPH_NATIVE` says, "auto" where it says nothing; raises `NoKernel` where it is no such word."""
    said = os.environ.get(VARIABLE) or WISHES[0]
    if said not in WISHES:
        raise NoKernel(f"{VARIABLE} is {said!r}; give {', '.join(WISHES[:-1])} or {WISHES[-1]}")
    return said


def kernel(name: str) -> ModuleType | None:
    """Return the kernel of this name; None where it is not built, cannot be loaded, or is not to be used.

    Raises `NoKernel` where kernels are required and it cannot be loaded, or it is not plain whether they are.
    """
    wished = wish()
    if wished == "never":
        return None
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if wished == "required":
            raise NoKernel(f"{VARIABLE} is required, and {name} is not to be had ({error}): {REMEDY}") from None
        return None


def names() -> list[str]:
    """Return what each kernel is imported by, sorted."""
    sources = (path.relative_to(_ROOT) for room in _ROOMS for path in (_ROOT / room).rglob("*.pyx"))
    return sorted(".".join(source.with_suffix("").parts) for source in sources)


def in_use() -> bool:
    """Tell whether every kernel is used here; raises `NoKernel` as `kernel` does."""
    return all(kernel(name) is not None for name in names())

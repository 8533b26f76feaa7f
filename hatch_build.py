"""The wheel and the sdist hold the built pages: hatchling calls this before it packs them."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WITHOUT_PAGES = "SPECGRAPH_WITHOUT_PAGES"


class PagesHook(BuildHookInterface[Any]):
    """Builds the pages, but for an editable install: `make serve` and `make pages` do it there, when it is needed."""

    def dependencies(self) -> list[str]:
        """Ask for Node.js from PyPI where the machine has none that is new enough, and the pages are to be built."""
        build = _build_module(self.root)
        needed = not self._left_out() and not build.up_to_date() and build.machine_npm() is None
        return [build.NODE_PACKAGE] if needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages; fail where they cannot be had, because a wheel without them is not what one asks for."""
        if version == "editable" or self._left_out():
            return
        build = _build_module(self.root)
        try:
            build.build()
        except build.NotBuilt as error:
            raise SystemExit(f"specgraph: no pages: {error}; {WITHOUT_PAGES}=1 builds a wheel without them") from None

    def _left_out(self) -> bool:
        return bool(os.environ.get(WITHOUT_PAGES))


def _build_module(root: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("specgraph_web_build", Path(root) / "web" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

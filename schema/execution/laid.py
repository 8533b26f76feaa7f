"""What writes sheets: the compiled way where there is one, or else numpy's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import native
from schema.execution import numpy_laying

if TYPE_CHECKING:
    from schema.execution.numpy_laying import laid, laid_apart
else:
    _laying = native.kernel("schema.execution.laying") or numpy_laying
    laid, laid_apart = _laying.laid, _laying.laid_apart

__all__ = ["laid", "laid_apart"]

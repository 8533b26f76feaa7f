"""What walks over compressed sparse rows: the compiled walker where there is one, or else numpy's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import native, numpy_walking

if TYPE_CHECKING:
    from graph.numpy_walking import Walker
else:
    Walker = (native.kernel("graph.walking") or numpy_walking).Walker

__all__ = ["Walker"]

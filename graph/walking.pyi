"""Walks over compressed sparse rows, compiled; `graph.numpy_walking` has the same in Python."""

import numpy as np
from numpy.typing import NDArray

class Walker:
    def __init__(
        self,
        start: NDArray[np.int64],
        head: NDArray[np.int32],
        deptypes: NDArray[np.uint8],
        members: NDArray[np.int64] | None = None,
    ) -> None: ...
    def found(
        self,
        starts: NDArray[np.int64],
        *,
        allowed: NDArray[np.bool_] | None,
        deptypes: int | None,
        max_nodes: int,
    ) -> NDArray[np.int64] | None: ...
    def traced(
        self,
        starts: NDArray[np.int64],
        *,
        allowed: NDArray[np.bool_] | None,
        deptypes: int | None,
        max_depth: int | None,
        max_nodes: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], bool]: ...

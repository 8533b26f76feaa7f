"""Texts that lie apart copied one after the other, compiled; `schema.execution.numpy_gathering` has it in Python."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

def gathered(
    places: NDArray[np.int32],
    begins: NDArray[np.int64],
    block_begins: Sequence[int],
    blocks: Sequence[NDArray[np.uint8]],
) -> bytes: ...
def joined(pieces: Sequence[bytes | memoryview]) -> bytes: ...

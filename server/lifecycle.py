"""What the application and the server that carries it tell each other: whether it is ending, and its connections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _none() -> int:
    return 0


@dataclass(slots=True)
class Lifecycle:
    """One for each process that serves. `draining` is set once: the process ends when its requests have.

    `refused` and `timed_out` count connections. Under another ASGI server than our own nothing is told, and all of it
    stays as it is here.
    """

    draining: bool = False
    refused: int = 0
    timed_out: int = 0
    connections: Callable[[], int] = _none

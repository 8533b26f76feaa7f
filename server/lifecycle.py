"""What the application and the server that carries it tell each other: whether it is ending, and its connections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


def _none() -> int:
    return 0


@dataclass(slots=True)
class Lifecycle:
    """One for each process that serves. `draining` is set once: the process ends when its requests have.

    What is in `when_draining` is called then. `refused` and `timed_out` count connections. Under another ASGI server
    than our own nothing is told, and all of it stays as it is here.
    """

    draining: bool = False
    refused: int = 0
    timed_out: int = 0
    connections: Callable[[], int] = _none
    when_draining: list[Callable[[], None]] = field(default_factory=list)

    def drain(self) -> None:
        """Set `draining`, once; called by a signal's handler, so what is called is to be quick."""
        if not self.draining:
            self.draining = True
            for told in self.when_draining:
                told()

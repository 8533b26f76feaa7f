"""uvicorn's server with a beginning that is told, and an end that loses nobody.

    told to stop -> /readyz says 503, answers say Connection: close           for `drain-seconds`
                 -> no new connections; those that are there may still ask    for `LINGER_SECONDS`
                 -> requests that have begun are answered                     for `shutdown-seconds`, then cancelled
                 -> the end

A second signal ends it at once.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from server.connections import Patience, Socket, bounded
from server.lifecycle import Lifecycle
from server.logs import log_config
from server.settings import Settings

LINGER_SECONDS = 1.0
"""How long a connection that was accepted just before the end has to send its request."""

TICK_SECONDS = 0.05


def config_of(app: ASGIApp, settings: Settings, lifecycle: Lifecycle) -> uvicorn.Config:
    """Return uvicorn's own settings."""
    return uvicorn.Config(
        app,
        http=bounded(
            settings.max_connections,
            lifecycle,
            max_head_size=settings.max_head_size,
            max_body_size=settings.max_body_size,
        ),
        ws=Socket,
        lifespan="on",
        log_config=log_config(settings.log_level, settings.log_format),
        access_log=False,  # server.request_log writes a line a request
        root_path=settings.root_path,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        ws_max_size=settings.max_body_size,
        timeout_keep_alive=settings.idle_timeout,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        server_header=False,
    )


class Server(uvicorn.Server):
    """Uvicorn's server of one application; `listening` is called when it listens."""

    def __init__(
        self, app: ASGIApp, settings: Settings, lifecycle: Lifecycle, *, listening: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(config_of(app, settings, lifecycle))
        self._drain_seconds = settings.drain_seconds
        self._client_seconds = settings.client_timeout
        self._lifecycle = lifecycle
        self._listening = listening
        self._looking: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say that it has."""
        await super().startup(sockets)
        connections = self.server_state.connections
        self._lifecycle.connections = lambda: len(connections)
        patience = Patience(connections, self._client_seconds, self._lifecycle)
        self._looking = asyncio.create_task(patience.keep_looking())
        self._listening()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the end: readiness says so at once."""
        self._lifecycle.drain()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End as the module says."""
        await self._while_not_forced(self._drain_seconds, lambda: True)
        for server in self.servers:
            server.close()
        await self._while_not_forced(LINGER_SECONDS, self._somebody_may_ask)
        await super().shutdown(sockets)
        if self._looking is not None:
            self._looking.cancel()

    def _somebody_may_ask(self) -> bool:
        return any(getattr(each, "cycle", each) is None for each in self.server_state.connections)

    async def _while_not_forced(self, seconds: float, wanted: Callable[[], bool]) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and wanted() and not self.force_exit:
            await asyncio.sleep(TICK_SECONDS)

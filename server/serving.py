"""`specgraph serve`: take the address, load, tell what was loaded, answer until stopped."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from graph.build import Built
from graph.sources.records import Report
from server.app import SOURCES_VARIABLE, create_app
from server.current import CurrentCatalogue, settle_memory
from server.errors import AddressUnavailable
from server.inspection import inspected, problem_lines, summary
from server.loading import SAMPLE_NAME, load
from server.logs import log_config
from server.settings import Settings
from server.watching import Watch

SHUTDOWN_SECONDS = 10
"""How long requests that have begun may take once the server was told to stop."""

BACKLOG = 2048
"""Connections that may wait; uvicorn's own number."""

Say = Callable[[str], None]
Progress = Callable[[str], AbstractContextManager[Report]]


def serve(sources: Sequence[str], settings: Settings, *, say: Say, progress: Progress) -> None:
    """Serve the sources until a signal ends it; raises what `load` raises, and `AddressUnavailable`.

    The address is taken before the load, so that a port in use is known at once; it is listened on after it.
    """
    with listener(settings.host, settings.port) as address:
        watch = _watch(sources, settings, say)
        with progress("reading") as report:
            built = load(sources, settings, report=report)
        for line in loaded_lines(sources, built):
            say(line)
        if settings.workers > 1:
            _serve_in_processes(sources, settings, address, say)
            return
        settle_memory()
        current = CurrentCatalogue(lambda: load(sources, settings), built=built)
        app = create_app(settings, current, watch=watch)
        server = _Server(_config(app, settings), lambda: say(address_line(address, settings)))
        with suppress(KeyboardInterrupt):  # uvicorn has ended the requests, and raises the signal again
            server.run(sockets=[address])


def _config(app: Starlette | str, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=settings.workers,
        lifespan="on",
        log_config=log_config(settings.log_level),
        root_path=settings.root_path,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        server_header=False,
    )


class _Server(uvicorn.Server):
    """Uvicorn's server, that says so when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say that it has."""
        await super().startup(sockets)
        self._listening()


def _serve_in_processes(sources: Sequence[str], settings: Settings, address: socket.socket, say: Say) -> None:
    """Serve with several processes; each loads the sources anew, from the environment that is set here."""
    os.environ[SOURCES_VARIABLE] = "\n".join(sources)
    os.environ.update(settings.as_environment())
    address.listen(BACKLOG)  # whoever comes before a process is up waits instead of being turned away
    say(address_line(address, settings))
    Multiprocess(_config("server.app:from_environment", settings), sockets=[address]).run()


def _watch(sources: Sequence[str], settings: Settings, say: Say) -> Watch | None:
    if not settings.reload_sources:
        return None
    watch = Watch.of(sources)
    if watch is None:
        say(f"nothing to watch: {'addresses are' if sources else f'{SAMPLE_NAME} is'} read once")
    return watch


def loaded_lines(sources: Sequence[str], built: Built) -> list[str]:
    """Return what `serve` tells of a load: the snapshots, and the problems where there are any."""
    inspection = inspected(built)
    name = ", ".join(sources) if sources else SAMPLE_NAME
    lines = [f"loaded {name}", *summary(inspection)]
    return lines + list(problem_lines(inspection.problems)) if inspection.problems else lines


def address_line(address: socket.socket, settings: Settings) -> str:
    """Return the line with the address to open in a browser."""
    port = address.getsockname()[1]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    page = "GraphiQL" if settings.graphiql else "GraphQL"
    everywhere = " (on all addresses of this machine)" if host != settings.host else ""
    return f"{page} at http://{shown}:{port}/graphql{everywhere}; Ctrl-C stops"


def listener(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to the address and does not listen yet; raises `AddressUnavailable`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        reason = error.strerror or error
        raise AddressUnavailable(f"no address for host {host!r} ({reason}): give another --host") from None
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise AddressUnavailable(_unavailable(host, port, error)) from None
    return bound


def _unavailable(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: choose another with --port (0 takes any free one)"
    if error.errno == errno.EACCES:
        return f"port {port} is for the system's own services: choose one from 1024 with --port"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine: give another --host (0.0.0.0 is all of them)"
    return f"cannot listen on {host} port {port} ({error.strerror}): choose others with --host and --port"

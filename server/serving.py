"""`specgraph serve`: take the address, load, tell what was loaded, answer until stopped."""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn

from graph.build import Built
from graph.sources.records import Report
from server.allocator import ARENAS_VARIABLE, ONE_ARENA
from server.app import HANDOVER_VARIABLE, create_app, freshness_of
from server.current import CurrentCatalogue, give_back_memory
from server.errors import AddressUnavailable, WorkersFailed
from server.exposition import Siblings
from server.freshness import Freshness
from server.inspection import loaded_lines
from server.lifecycle import Lifecycle
from server.listening import Server
from server.loading import SAMPLE_NAME, default_snapshot_of, load, shown_sources
from server.logs import log_config
from server.operations import REPORTS_VARIABLE
from server.rebuilding import SOURCES_VARIABLE, hand_over, loaded_again
from server.settings import Settings
from server.snapshot_file import snapshot_file_of
from server.workers import FileKeeper, Workers

BACKLOG = 2048
"""Connections that may wait; uvicorn's own number."""

Say = Callable[[str], None]
Progress = Callable[[str], AbstractContextManager[Report]]
Read = Callable[[], Built]


def serve(sources: Sequence[str], settings: Settings, *, say: Say, progress: Progress) -> None:
    """Serve the sources until a signal ends it; raises what `load` raises, and `AddressUnavailable`.

    The address is taken before the load, so that a port in use is known at once; it is listened on after it.
    """

    def read() -> Built:
        with progress("reading") as report:
            built = load(sources, settings, report=report)
        for line in loaded_lines(shown_sources(sources), built):
            say(line)
        return built

    with inherited() or listener(settings.host, settings.port) as address:
        freshness = freshness_of(sources, settings)
        if settings.reload_sources and freshness.watch is None:
            say(_nothing_to_watch(sources, settings))
        if settings.workers == 1:
            _serve_alone(sources, settings, address, freshness, read=read, say=say)
        elif snapshot_file_of(sources) is not None:
            read()
            _serve_in_processes(sources, settings, address, say)
        else:
            _serve_from_folder(sources, settings, address, freshness, read=read, say=say)


def _serve_alone(
    sources: Sequence[str], settings: Settings, address: socket.socket, freshness: Freshness, *, read: Read, say: Say
) -> None:
    # A snapshot file is opened where it lies: then a process that is killed leaves no folder behind.
    folder: AbstractContextManager[str | None] = (
        nullcontext() if snapshot_file_of(sources) is not None else _own_folder()
    )
    with folder as name:
        # Nothing but `current` may hold what was read: a reload is to let go of it.
        current = CurrentCatalogue(lambda: loaded_again(sources, settings, Path(name) if name else None), built=read())
        give_back_memory()
        lifecycle = Lifecycle()
        app = create_app(settings, current, freshness=freshness, lifecycle=lifecycle)
        server = Server(app, settings, lifecycle, listening=lambda: say(address_line(address, settings)))
        # When it has ended the requests, uvicorn raises the signal again.
        signal.signal(signal.SIGTERM, lambda *_: None)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[address])


def _own_folder() -> AbstractContextManager[str]:
    return TemporaryDirectory(prefix="specgraph-", ignore_cleanup_errors=True)


def _serve_in_processes(
    sources: Sequence[str],
    settings: Settings,
    address: socket.socket,
    say: Say,
    *,
    hangup: Callable[[], None] | None = None,
) -> None:
    """Serve with several processes, each from the environment that is set here."""
    os.environ[SOURCES_VARIABLE] = "\n".join(sources)
    os.environ.update(settings.as_environment())
    os.environ.setdefault(ARENAS_VARIABLE, str(ONE_ARENA))  # read before the workers have imported what has threads
    gc.collect()  # what was read here is read by the workers from now on
    give_back_memory()
    address.listen(BACKLOG)  # whoever comes before a process is up waits instead of being turned away
    say(address_line(address, settings))
    with TemporaryDirectory(prefix="specgraph-", ignore_cleanup_errors=True) as reports:
        os.environ[REPORTS_VARIABLE] = reports
        config = uvicorn.Config("", log_config=log_config(settings.log_level, settings.log_format))
        workers = Workers(config, settings, address, hangup, Siblings(Path(reports)))
        workers.run()
    if workers.gave_up:
        raise WorkersFailed("no worker could start: the log has the reason")


def _serve_from_folder(
    sources: Sequence[str], settings: Settings, address: socket.socket, freshness: Freshness, *, read: Read, say: Say
) -> None:
    """Serve with several processes what this one has read, and reads again."""
    with TemporaryDirectory(prefix="specgraph-", ignore_cleanup_errors=True) as name:
        hand_over(read(), Path(name))
        os.environ[HANDOVER_VARIABLE] = name
        keeper = FileKeeper(sources, settings, Path(name), freshness)
        keeper.start()
        # The workers know nothing of the sources, nor that the sample has a default of its own.
        served = replace(settings, default_snapshot=default_snapshot_of(sources, settings))
        _serve_in_processes(sources, served, address, say, hangup=keeper.refresh_soon)


def _nothing_to_watch(sources: Sequence[str], settings: Settings) -> str:
    if not sources:
        return f"nothing to watch: {SAMPLE_NAME} does not change"
    often = "now and then, as --refresh says" if settings.refresh else "once; --refresh MINUTES reads them again"
    return f"nothing to watch: addresses are read {often}"


def address_line(address: socket.socket, settings: Settings) -> str:
    """Return the line with the address to open in a browser."""
    port = address.getsockname()[1]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    page = "GraphiQL" if settings.graphiql else "GraphQL"
    everywhere = " (on all addresses of this machine)" if host != settings.host else ""
    return f"{page} at http://{shown}:{port}/graphql{everywhere}; Ctrl-C stops"


FIRST_INHERITED = 3
"""Number of the first descriptor that systemd hands over (sd_listen_fds(3))."""


def inherited() -> socket.socket | None:
    """Return the socket that systemd listens on for this process; None where it was not started that way.

    Connections that come while no process serves wait in it: a restart refuses nobody.
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS", "0") == "0":
        return None
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        os.environ.pop(name, None)
    return socket.socket(fileno=FIRST_INHERITED)


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

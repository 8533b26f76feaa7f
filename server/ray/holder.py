"""A replica that holds groups of snapshots: it maps their files, and answers HTTP requests over them."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from graph.build import Built
from graph.errors import SpecgraphError
from graph.snapshot import Catalogue
from server.app import create_app
from server.current import CurrentCatalogue, State
from server.loading import transfer_of
from server.ray.config import Deployment, settings_of
from server.ray.errors import DigestGone
from server.ray.files import NodeFiles
from server.ray.release import NEEDS, Needs, PartialCatalogue, Parts, Release, read_parts

MOST_REPEATS = 8
"""How often one request is run again because it was found to need a join: more pairs than that are refused."""

RELEASES_KEPT = 8
"""Releases that a holder remembers: one is served, another rolls out; the rest is for what comes late."""


class Forwarded(Struct, frozen=True):
    """An HTTP request on its way from a front to a holder. Names of headers are in lower case."""

    method: str
    path: str
    root_path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Answered(Struct, frozen=True):
    """The response to a forwarded request."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Unanswered(Struct, frozen=True):
    """Why a holder gave no response: it needs the release told, or further groups; or a content is gone."""

    release: bool = False
    groups: tuple[str, ...] = ()
    gone: str | None = None


class Held:
    """A model of Ray Serve's: the catalogues of some groups. Those of one release and these parts are made once."""

    def __init__(self, catalogues: Mapping[str, Catalogue]) -> None:
        self._catalogues = catalogues
        self._of_release: tuple[str, State] | None = None

    def state(self, release: Release) -> State:
        """Return what the application serves: these groups, in the release."""
        if self._of_release is None or self._of_release[0] != release.id:
            catalogue = PartialCatalogue(self._catalogues, release)
            self._of_release = (release.id, State(Built(catalogue, (), ())))
        return self._of_release[1]


Load = Callable[[str], Awaitable[Held]]
"""Gives the model of an id: as often as it is asked for, and loaded where it is not."""

_SERVED: ContextVar[State] = ContextVar("served")


class RoutedCatalogue(CurrentCatalogue):
    """The catalogue of the request that runs: one application serves several."""

    def __init__(self) -> None:
        super().__init__(_never_loaded)

    @property
    def state(self) -> State:
        """What the request reads from its start to its end."""
        return _SERVED.get(State())

    @state.setter
    def state(self, _: State) -> None:
        return


def _never_loaded() -> Built:
    raise AssertionError("a holder's catalogues come with the requests")


class Holding:
    """What a holder does, without Ray: opens parts, and runs requests over them."""

    def __init__(self, deployment: Deployment, node: str) -> None:
        settings = settings_of(deployment)
        self.files = NodeFiles(Path(deployment.cache) / node, transfer_of(settings), keep=deployment.keep)
        self._app = create_app(settings, RoutedCatalogue())
        self._open: weakref.WeakValueDictionary[tuple[str, str], Catalogue] = weakref.WeakValueDictionary()
        self._releases: dict[str, Release] = {}

    def learn(self, release: Release) -> None:
        """Remember a release."""
        self._releases.pop(release.id, None)
        self._releases[release.id] = release
        while len(self._releases) > RELEASES_KEPT:
            del self._releases[next(iter(self._releases))]

    def release(self, release_id: str) -> Release | None:
        """Return the release that was told under this id."""
        return self._releases.get(release_id)

    def held(self, parts: Parts) -> Held:
        """Open the files of parts, each once in this process; raises what `NodeFiles.opened` raises."""
        return Held({group: self._opened(group, digest) for group, digest in parts})

    def _opened(self, group: str, digest: str) -> Catalogue:
        known = self._open.get((group, digest))
        if known is None:
            known = self.files.opened(group, digest, self._source(group, digest))
            self._open[group, digest] = known
        return known

    def _source(self, group: str, digest: str) -> str | None:
        """Return where a content was to be had when it was released; None where no release that is known had it."""
        for release in reversed(self._releases.values()):
            held = release.groups.get(group)
            if held is not None and held.digest == digest:
                return held.source
        return None

    async def answer(
        self, model: str, request: Forwarded, release_id: str, told: Release | None, *, load: Load
    ) -> Answered | Unanswered:
        """Answer over the parts that the model's id names, or say what is lacking; `load` gives the model."""
        if told is not None:
            self.learn(told)
        release = self.release(release_id)
        if release is None:
            return Unanswered(release=True)
        try:
            held = await load(model)
        except DigestGone as error:
            return Unanswered(gone=str(error))
        return await self.run(request, held, release)

    async def healthy(self) -> bool:
        """Tell whether the application answers in this process."""
        alive = await responded(self._app, Forwarded("GET", "/healthz", "", b"", (), b""))
        return alive.status == HTTPStatus.OK

    async def run(self, request: Forwarded, held: Held, release: Release) -> Answered | Unanswered:
        """Run a request over what is held, whole or not at all."""
        state = held.state(release)
        for _ in range(MOST_REPEATS):
            needs = Needs()
            # each run in a context of its own: its state and its needs are nobody else's
            answered = await asyncio.create_task(self._once(request, state, needs))
            if needs.groups:
                return Unanswered(groups=tuple(sorted(needs.groups)))
            if not needs.joins:
                return answered
            assert state.built is not None
            catalogue = state.built.catalogue
            assert isinstance(catalogue, PartialCatalogue)
            for names in sorted(needs.joins):
                await asyncio.to_thread(catalogue.join, names)
        return answered

    async def _once(self, request: Forwarded, state: State, needs: Needs) -> Answered:
        _SERVED.set(state)
        NEEDS.set(needs)
        return await responded(self._app, request)


async def responded(app: Callable[..., Awaitable[None]], request: Forwarded) -> Answered:
    """Ask an ASGI application, in this process, and gather its response."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.root_path + request.path,
        "raw_path": (request.root_path + request.path).encode(),
        "root_path": request.root_path,
        "query_string": request.query,
        "headers": list(request.headers),
    }
    pending = [{"type": "http.request", "body": request.body, "more_body": False}]
    never = asyncio.get_running_loop().create_future()
    start: dict[str, Any] = {}
    body = bytearray()

    async def receive() -> Any:
        return pending.pop() if pending else await never

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return Answered(start["status"], tuple((bytes(n), bytes(v)) for n, v in start["headers"]), bytes(body))


def holder_class(*, models: int) -> type:
    """Return the class that Ray Serve deploys, which keeps that many models; Ray is imported here and not before."""
    import ray
    from ray import serve

    class Holder:
        """The replica: Ray Serve's multiplexing keeps the models that were asked for last."""

        def __init__(self, deployment: Deployment) -> None:
            node = ray.get_runtime_context().get_node_id()
            self._holding = Holding(deployment, node)

        async def reconfigure(self, told: dict[str, Any]) -> None:
            """Hold a release: map all of its groups where they fit, else the default snapshot's."""
            release = msgspec.convert(told, Release)
            self._holding.learn(release)
            parts = release.parts
            if len(parts) > models:
                group = release.group_of[release.default]
                parts = ((group, release.groups[group].digest),)
            for group, digest in parts:
                await self._model(f"{group}:{digest}")

        @serve.multiplexed(max_num_models_per_replica=models)  # type: ignore[untyped-decorator]
        async def _model(self, model: str) -> Held:
            return await asyncio.to_thread(self._holding.held, read_parts(model))

        async def answer(
            self, model: str, request: Forwarded, release_id: str, told: Release | None
        ) -> Answered | Unanswered:
            """Answer over the parts that the model's id names, or say what is lacking."""
            return await self._holding.answer(model, request, release_id, told, load=self._model)

        async def check_health(self) -> None:
            """Fail where the application does not answer in this process."""
            if not await self._holding.healthy():
                raise SpecgraphError("/healthz does not answer")

    return Holder

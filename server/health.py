"""What a supervisor asks: is the process alive, and does it have something to serve."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from server.current import CurrentCatalogue, State


class SnapshotDigest(Struct, frozen=True):
    """A loaded snapshot and the digest of its content."""

    name: str
    digest: str


class Readiness(Struct, frozen=True, rename="camel"):
    """The body of /readyz. `status` is "ready", "loading" or "failed"; `failure` says why the last load failed.

    A failed reload leaves the old snapshots served: "ready", with a `failure`.
    """

    status: str
    default_snapshot: str | None
    snapshots: tuple[SnapshotDigest, ...]
    problems: int
    failure: str | None


def readiness_of(state: State) -> Readiness:
    """Describe the state."""
    if state.built is None:
        return Readiness("failed" if state.failure else "loading", None, (), 0, state.failure)
    catalogue = state.built.catalogue
    digests = tuple(SnapshotDigest(snapshot.name, snapshot.digest) for snapshot in catalogue)
    return Readiness("ready", catalogue.default, digests, len(state.built.problems), state.failure)


async def liveness(_: Request) -> Response:
    """Answer /healthz: the process is alive, whatever it has loaded."""
    return PlainTextResponse("ok\n")


def readiness(current: CurrentCatalogue) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of /readyz: 200 where there is something to serve, else 503."""

    async def readyz(_: Request) -> Response:
        answer = readiness_of(current.state)
        status = HTTPStatus.OK if answer.status == "ready" else HTTPStatus.SERVICE_UNAVAILABLE
        return Response(msgspec.json.encode(answer), status, media_type="application/json")

    return readyz

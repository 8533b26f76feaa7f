"""What a supervisor asks: is the process alive, and does it have something to serve."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from server.current import CurrentCatalogue, State
from server.lifecycle import Lifecycle


class SnapshotDigest(Struct, frozen=True):
    """A loaded snapshot and the digest of its content."""

    name: str
    digest: str


class LoadFailure(Struct, frozen=True):
    """Why and when the last load failed."""

    reason: str
    at: datetime


class Readiness(Struct, frozen=True, rename="camel"):
    """The body of /readyz. `status` is "ready", "loading", "failed" or "draining".

    A process that drains still answers, and ends when its requests have: send it no more. `failure` tells of the last
    load, if it failed; a failed reload leaves the old snapshots served: "ready", with a `failure`. `ingested_at` is
    when what is served was read from its sources, and `age_seconds` how long ago that is.
    """

    status: str
    default_snapshot: str | None
    snapshots: tuple[SnapshotDigest, ...]
    problems: int
    ingested_at: datetime | None
    age_seconds: int | None
    failure: LoadFailure | None


def readiness_of(state: State, *, now: datetime, draining: bool = False) -> Readiness:
    """Describe the state."""
    failure = LoadFailure(state.failure.reason, state.failure.at) if state.failure else None
    if state.built is None:
        status = "draining" if draining else "failed" if failure else "loading"
        return Readiness(status, None, (), 0, None, None, failure)
    catalogue = state.built.catalogue
    age = state.age_seconds(now)
    return Readiness(
        status="draining" if draining else "ready",
        default_snapshot=catalogue.default,
        snapshots=tuple(SnapshotDigest(snapshot.name, snapshot.digest) for snapshot in catalogue),
        problems=len(state.built.problems),
        ingested_at=state.ingested_at,
        age_seconds=None if age is None else int(age),
        failure=failure,
    )


async def liveness(_: Request) -> Response:
    """Answer /healthz: the process is alive, whatever it has loaded."""
    return PlainTextResponse("ok\n")


def readiness(current: CurrentCatalogue, lifecycle: Lifecycle) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of /readyz: 200 where there is something to serve, else 503.

    503 also from a process that drains.
    """

    async def readyz(_: Request) -> Response:
        answer = readiness_of(current.state, now=datetime.now(UTC), draining=lifecycle.draining)
        status = HTTPStatus.OK if answer.status == "ready" else HTTPStatus.SERVICE_UNAVAILABLE
        return Response(msgspec.json.encode(answer), status, media_type="application/json")

    return readyz

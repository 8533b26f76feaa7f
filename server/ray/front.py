"""The front: which groups does a request name, and in which content; a holder of those answers.

It reads no GraphQL. A snapshot's name that stands in the request as a text is taken for a mention; where a request
needs another group after all (by an id, say), the holder says so and the request is sent again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Any

import msgspec
import orjson
from starlette.requests import Request
from starlette.responses import Response

from server.ray.config import Deployment, settings_of
from server.ray.holder import Answered, Forwarded, Unanswered
from server.ray.release import Parts, Release, read_parts, written_parts

PIN = "x-specgraph-digest"
"""The header that an answer carries, and that a request carries to have the same content again."""

Ask = Callable[[str, Forwarded, str, Release | None], Awaitable[Answered | Unanswered]]
"""Ask any holder of a model: its id, the request, the release's id, and the release where it is to be told."""


class Refused(Exception):
    """A request that no holder answers: status, code and message."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Fronting:
    """What a front does, without Ray."""

    def __init__(self, deployment: Deployment) -> None:
        self._most_groups = deployment.groups_per_request
        self._most_bytes = settings_of(deployment).max_body_size
        self._release: Release | None = None
        self._mentions: tuple[tuple[bytes, str], ...] = ()

    def learn(self, release: Release) -> None:
        """Serve a release from now on; a request that has begun ends with the one before."""
        self._mentions = tuple(
            (quote + name.encode() + quote, group)
            for name, group in sorted(release.group_of.items())
            for quote in (b'"', b'\\"', b"%22")
        )
        self._release = release

    async def respond(self, request: Request, ask: Ask) -> Response:
        """Answer a request through the holders."""
        release = self._release
        assert release is not None
        try:
            if "text/event-stream" in request.headers.get("accept", ""):
                message = "subscriptions are not answered through Ray Serve: ask a server of its own (specgraph serve)"
                raise Refused(HTTPStatus.NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
            forwarded = await self._forwarded(request)
            pinned = dict(_pinned(request))
            parts, answered = await self._answered(forwarded, release, pinned, ask)
        except Refused as refused:
            error = {"message": str(refused), "extensions": {"code": refused.code}}
            body = orjson.dumps({"errors": [error]})
            return Response(body, refused.status, media_type="application/json")
        response = Response(answered.body, answered.status)
        response.raw_headers = [*answered.headers, (PIN.encode(), written_parts(parts).encode())]
        return response

    async def _answered(
        self, request: Forwarded, release: Release, pinned: dict[str, str], ask: Ask
    ) -> tuple[Parts, Answered]:
        unknown = sorted(set(pinned) - set(release.groups))
        if unknown:
            raise Refused(HTTPStatus.GONE, "DIGEST_GONE", f"there is no group {unknown[0]!r} any more")
        groups = {*self.mentioned(request, release), *pinned}
        told: Release | None = None
        while True:
            if len(groups) > self._most_groups:
                raise Refused(
                    HTTPStatus.BAD_REQUEST,
                    "BAD_USER_INPUT",
                    f"the request names snapshots of {len(groups)} groups ({', '.join(sorted(groups))}): "
                    f"ask for those of {self._most_groups} at a time",
                )
            parts = tuple((group, pinned.get(group) or release.groups[group].digest) for group in sorted(groups))
            found = await ask(written_parts(parts), request, release.id, told)
            if isinstance(found, Answered):
                return parts, found
            if found.gone is not None:
                raise Refused(HTTPStatus.GONE, "DIGEST_GONE", found.gone)
            told = release if found.release else None
            groups |= set(found.groups)

    def mentioned(self, request: Forwarded, release: Release) -> set[str]:
        """Return the groups of the snapshots that stand in a request, or the default one's where none does."""
        found = {group for text, group in self._mentions if text in request.body or text in request.query}
        return found or {release.group_of[release.default]}

    async def _forwarded(self, request: Request) -> Forwarded:
        root_path = request.scope.get("root_path", "")
        return Forwarded(
            method=request.method,
            path=request.scope["path"].removeprefix(root_path),
            root_path=root_path,
            query=request.scope["query_string"],
            headers=tuple((bytes(name), bytes(value)) for name, value in request.scope["headers"]),
            body=await self._body(request),
        )

    async def _body(self, request: Request) -> bytes:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._most_bytes:
                message = f"the body is over {self._most_bytes} bytes, the most that this server reads"
                raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "CONTENT_TOO_LARGE", message)
        return bytes(body)


def _pinned(request: Request) -> Iterable[tuple[str, str]]:
    given = request.headers.get(PIN)
    if not given:
        return ()
    try:
        return read_parts(given)
    except ValueError:
        message = f"the header {PIN} is {given!r}: send it as an answer had it"
        raise Refused(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", message) from None


def front_class() -> type:
    """Return the class that Ray Serve deploys; Ray is imported here and not before."""
    from ray.exceptions import RayActorError
    from ray.serve.handle import DeploymentHandle

    class Front:
        """The replica that takes HTTP requests."""

        def __init__(self, deployment: Deployment, holders: DeploymentHandle) -> None:
            self._fronting = Fronting(deployment)
            self._holders = holders

        def reconfigure(self, told: dict[str, Any]) -> None:
            """Serve a release from now on."""
            self._fronting.learn(msgspec.convert(told, Release))

        async def __call__(self, request: Request) -> Response:
            return await self._fronting.respond(request, self._ask)

        async def _ask(
            self, model: str, request: Forwarded, release_id: str, told: Release | None
        ) -> Answered | Unanswered:
            holders = self._holders.options(method_name="answer", multiplexed_model_id=model)
            try:
                found: Answered | Unanswered = await holders.remote(model, request, release_id, told)
            except RayActorError:  # its holder went while it ran: nothing was changed, and another one may answer
                found = await holders.remote(model, request, release_id, told)
            return found

    return Front

"""The whole application: /graphql goes straight to its endpoint, the rest through Starlette's router.

What holds for every path is done here: who is let in, and the security headers of every answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from server.access import Scope as AccessScope
from server.cors import Cors
from server.door import Door
from server.graphql_http import GraphqlEndpoint
from server.graphql_request import RequestRefused
from server.graphql_ws import GraphqlSocket
from server.heads import Head, Meaning
from server.media import JSON
from server.reply import refusal, secured
from server.request_body import Headers, headers_of
from server.seen import Seen

GRAPHQL_PATH = "/graphql"

SCOPES: Mapping[str, AccessScope] = {"/schema.graphql": AccessScope.QUERY, "/metrics": AccessScope.METRICS}
"""What a token has to be for at a path. The others are open: pages hold no data, and a supervisor has no token."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The ASGI application that the server runs."""

    graphql: GraphqlEndpoint
    socket: GraphqlSocket
    others: ASGIApp
    door: Door
    cors: Cors | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a connection on to who answers it."""
        kind = scope["type"]
        if kind == "http":
            path = scope["path"]
            if self.cors is not None:
                headers = headers_of(scope["headers"])
                if self.cors.is_preflight(scope["method"], headers):
                    await self.cors.preflight(headers).send(send)
                    return
                send = self.cors.sender(headers, send)
            if path == GRAPHQL_PATH or _is_graphql(path, scope):
                await self.graphql(scope, receive, send)
            else:
                await self._others(scope, receive, send)
        elif kind == "websocket":
            if _is_graphql(scope["path"], scope):
                await self.socket(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 4404, "reason": "nothing is here"})
        else:
            await self.others(scope, receive, send)

    @property
    def heads(self) -> Seen[Head]:
        """The endpoint's heads."""
        return self.graphql.heads

    def meaning(self, scope: Scope) -> Meaning | None:
        """Return what the head of a question to the endpoint means; None where the ordinary way is to be gone."""
        if self.cors is not None or not _is_graphql(scope["path"], scope):
            return None
        return self.graphql.meaning(scope)

    async def _others(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope["headers"])
        try:
            self._check(scope, headers)
        except RequestRefused as refused:
            await refusal(refused, JSON).send(send)
            return
        await self.others(scope, receive, secured(send))

    def _check(self, scope: Scope, headers: Headers) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        wanted = SCOPES.get(path)
        if wanted is None:
            self.door.check_host(headers)
        else:
            self.door.client(scope, headers, wanted)


def _is_graphql(path: str, scope: Scope) -> bool:
    return path.endswith(GRAPHQL_PATH) and path.removeprefix(scope.get("root_path", "")) == GRAPHQL_PATH

"""GraphQL over WebSocket: the sub-protocol graphql-transport-ws, for subscriptions and for queries.

    client                      server
    connection_init         ->
                            <-  connection_ack
    subscribe (id)          ->
                            <-  next (id), once for a query, once for each event of a subscription
                            <-  complete (id), or error (id) where the operation cannot run
    complete (id)           ->
    ping, pong              <>

What breaks the protocol closes the socket with its code (`Close`). https://github.com/enisdenjo/graphql-ws
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from http import HTTPStatus
from typing import Any

import orjson
from graphql import GraphQLError, OperationType
from starlette.types import Receive, Scope, Send

from schema.errors import masked
from schema.execution.answer import request_error
from schema.execution.engine import ALL_KINDS, WrongKind
from server.access import Scope as AccessScope
from server.answering import Answering, Outcome, Ready
from server.changes import Changes, let_go
from server.current import CurrentCatalogue
from server.door import Door
from server.graphql_request import GraphqlRequest, RequestRefused, request_of
from server.metrics import Observer
from server.reply import refusal
from server.request_body import ClientGone, headers_of

PROTOCOL = "graphql-transport-ws"
MOST_REASON_BYTES = 123
"""Longest reason of a close frame (RFC 6455, section 5.5)."""


class Close(IntEnum):
    """Why the server closes a socket."""

    GOING_AWAY = 1001
    NOT_READING = 1008
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    BAD_PROTOCOL = 4406
    NOT_INITIALISED = 4408
    SUBSCRIBER_EXISTS = 4409
    INITIALISED_TWICE = 4429
    INTERNAL = 4500


class Closed(Exception):
    """The socket is to be closed with a code and a reason."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SocketBounds:
    """Bounds of one socket: seconds until `connection_init` and between heart-beats, and operations at a time.

    A client that does not read for as long as two heart-beats is let go.
    """

    init_seconds: float = 3
    heartbeat: float = 15
    max_operations: int = 20


@dataclass(frozen=True, slots=True)
class GraphqlSocket:
    """The ASGI application at /graphql for WebSockets."""

    answering: Answering
    current: CurrentCatalogue
    changes: Changes
    door: Door
    observer: Observer
    bounds: SocketBounds = SocketBounds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one socket from its handshake to its end."""
        await receive()  # websocket.connect
        try:
            with self.changes.connection():
                self.door.check_host(headers_of(scope["headers"]))
                if PROTOCOL not in scope.get("subprotocols", ()):
                    await send({"type": "websocket.accept"})
                    raise Closed(Close.BAD_PROTOCOL, "Subprotocol not acceptable")
                await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
                await Conversation(self, scope, receive, send).run()
        except RequestRefused as refused:
            await _refuse(scope, send, refused)
        except Closed as closed:
            await _close(send, closed)
        except ClientGone:
            return
        except Exception as error:  # noqa: BLE001 (masked: the log has it)
            masked(GraphQLError("unforeseen", original_error=error), error)
            await _close(send, Closed(Close.INTERNAL, "Internal server error"))


async def _refuse(scope: Scope, send: Send, refused: RequestRefused) -> None:
    """Answer the handshake by a plain HTTP answer, where the server can."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": Close.FORBIDDEN, "reason": refused.message})
        return
    reply = refusal(refused, "application/json")
    await send({"type": "websocket.http.response.start", "status": reply.status, "headers": reply.headers})
    await send({"type": "websocket.http.response.body", "body": reply.body})


async def _close(send: Send, closed: Closed) -> None:
    reason = closed.reason.encode()[:MOST_REASON_BYTES].decode(errors="ignore")
    with contextlib.suppress(OSError):  # it has left already
        await send({"type": "websocket.close", "code": int(closed.code), "reason": reason})


@dataclass(slots=True)
class Conversation:
    """What one socket has said so far."""

    socket: GraphqlSocket
    scope: Scope
    receive: Receive
    send_now: Send
    client: str | None = None
    initialised: bool = False
    acknowledged: bool = False
    operations: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    failure: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def run(self) -> None:
        """Take messages until the client leaves; raises `Closed` where the server is to close."""
        timer = asyncio.get_running_loop().call_later(self.socket.bounds.init_seconds, self._not_initialised)
        listening = asyncio.ensure_future(self._listen())
        beating = asyncio.ensure_future(self._beat())
        try:
            await asyncio.wait({listening, beating, self.failure}, return_when=asyncio.FIRST_COMPLETED)
            for ended in (self.failure, listening, beating):
                if ended.done():
                    ended.result()
        finally:
            timer.cancel()
            self.failure.cancel()
            for task in (listening, beating, *self.operations.values()):
                let_go(task)

    def _fail(self, error: BaseException) -> None:
        if not self.failure.done():
            self.failure.set_exception(error)

    def _not_initialised(self) -> None:
        if not self.initialised:
            self._fail(Closed(Close.NOT_INITIALISED, "Connection initialisation timeout"))

    async def _send(self, kind: str, **rest: Any) -> None:
        await self._send_text(orjson.dumps({"type": kind, **rest}))

    async def _send_text(self, message: bytes) -> None:
        """Send a message; raises `Closed` where the client has not read the earlier ones for long, and `ClientGone`."""
        try:
            async with asyncio.timeout(2 * self.socket.bounds.heartbeat):
                await self.send_now({"type": "websocket.send", "text": message.decode()})
        except TimeoutError:
            raise Closed(Close.NOT_READING, "Nothing was read for too long") from None
        except OSError:  # ASGI's word for a connection that is no more
            raise ClientGone from None

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.socket.bounds.heartbeat)
            if self.acknowledged:
                await self._send("ping")

    async def _listen(self) -> None:
        while True:
            message = await self.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            await self._take(_parsed(message.get("bytes") if text is None else text))

    async def _take(self, message: Mapping[str, Any]) -> None:
        kind = message.get("type")
        if kind == "connection_init":
            await self._initialise(message.get("payload"))
        elif kind == "ping":
            await self._send("pong", **({"payload": message["payload"]} if "payload" in message else {}))
        elif kind == "pong":
            pass
        elif kind == "subscribe":
            self._subscribe(message)
        elif kind == "complete":
            task = self.operations.pop(_id_of(message), None)
            if task is not None:
                task.cancel()
        else:
            raise Closed(Close.BAD_MESSAGE, f"Invalid message type {str(kind)[:40]!r}")

    async def _initialise(self, payload: Any) -> None:
        if self.initialised:
            raise Closed(Close.INITIALISED_TWICE, "Too many initialisation requests")
        if payload is not None and not isinstance(payload, dict):
            raise Closed(Close.BAD_MESSAGE, "The payload of connection_init is an object")
        self.initialised = True
        headers = dict(headers_of(self.scope["headers"]))
        # A browser cannot set headers of a handshake, so its token comes with the first message.
        given = {key.lower(): value for key, value in (payload or {}).items()}.get("authorization")
        if isinstance(given, str):
            headers[b"authorization"] = given.encode("latin-1", "replace")
        try:
            self.client = self.socket.door.client(self.scope, headers, AccessScope.QUERY)
        except RequestRefused as refused:
            raise Closed(Close.FORBIDDEN, refused.message) from None
        await self._send("connection_ack")
        self.acknowledged = True

    def _subscribe(self, message: Mapping[str, Any]) -> None:
        if not self.acknowledged:
            raise Closed(Close.UNAUTHORIZED, "Unauthorized")
        operation_id = _id_of(message)
        if operation_id in self.operations:
            raise Closed(Close.SUBSCRIBER_EXISTS, f"Subscriber for {operation_id} already exists")
        payload = message.get("payload")
        if not isinstance(payload, dict):
            raise Closed(Close.BAD_MESSAGE, "The payload of subscribe is an object")
        try:
            asked = request_of(payload)
        except RequestRefused as refused:
            raise Closed(Close.BAD_MESSAGE, refused.message) from None
        task = asyncio.ensure_future(self._operate(operation_id, asked))
        self.operations[operation_id] = task
        task.add_done_callback(self._operated)

    def _operated(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._fail(task.exception() or Closed(Close.INTERNAL, "Internal server error"))

    async def _operate(self, operation_id: str, asked: GraphqlRequest) -> None:
        """Run one operation to its end; what it is refused for is an error of it, and leaves the socket open."""
        try:
            if len(self.operations) > self.socket.bounds.max_operations:
                most = self.socket.bounds.max_operations
                raise RequestRefused(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    "TOO_MANY_OPERATIONS",
                    f"this socket runs {most} operations, the most at a time: complete one first",
                )
            await self._answer(operation_id, asked)
        except RequestRefused as refused:
            error = GraphQLError(refused.message, extensions={"code": refused.code})
            await self._refused(operation_id, request_error(error).body, (refused.code,))
        except WrongKind as refused:
            await self._refused(operation_id, refused.answer.body, refused.answer.codes)
        finally:
            if self.operations.get(operation_id) is asyncio.current_task():
                del self.operations[operation_id]

    async def _answer(self, operation_id: str, asked: GraphqlRequest) -> None:
        socket = self.socket
        found = await socket.answering.ready(asked, self.client, kinds=ALL_KINDS)
        if isinstance(found, Outcome):
            await self._refused(operation_id, found.answer.body, found.answer.codes)
            return
        if found.prepared.operation.operation is OperationType.QUERY:
            outcome = await socket.answering.outcome(asked, socket.current.catalogue(), None)
            answer = outcome.answer
            socket.observer.observe(self._own_scope(), outcome.operation, answer.codes, compiled=answer.compiled)
            if not answer.ran:
                await self._send_text(_error(operation_id, answer.body))
                return
            await self._send_text(_next(operation_id, answer.body))
        else:
            socket.observer.observe(self._own_scope(), found.prepared.name, ())
            await self._follow(operation_id, found)
        await self._send("complete", id=operation_id)

    async def _follow(self, operation_id: str, ready: Ready) -> None:
        socket = self.socket
        with socket.changes.inbox() as inbox:
            while (change := await inbox.next()) is not None:
                answer = socket.answering.event(ready, socket.current.catalogue(), change)
                await self._send_text(_next(operation_id, answer.body))

    async def _refused(self, operation_id: str, body: bytes, codes: tuple[str, ...]) -> None:
        self.socket.observer.observe(self._own_scope(), None, codes)
        await self._send_text(_error(operation_id, body))

    def _own_scope(self) -> dict[str, Any]:
        """Return a scope for one operation: the observer leaves notes in it."""
        return dict(self.scope)


def _parsed(text: str | bytes | None) -> Mapping[str, Any]:
    try:
        message = orjson.loads(text or b"")
    except orjson.JSONDecodeError:
        message = None
    if not isinstance(message, dict):
        raise Closed(Close.BAD_MESSAGE, "Invalid message: it is a JSON object")
    return message


def _id_of(message: Mapping[str, Any]) -> str:
    found = message.get("id")
    if not isinstance(found, str) or not found:
        raise Closed(Close.BAD_MESSAGE, "Invalid message: it needs an id")
    return found


def _next(operation_id: str, body: bytes) -> bytes:
    return b'{"type":"next","id":' + orjson.dumps(operation_id) + b',"payload":' + body + b"}"


def _error(operation_id: str, body: bytes) -> bytes:
    errors = orjson.dumps(orjson.loads(body)["errors"])
    return b'{"type":"error","id":' + orjson.dumps(operation_id) + b',"payload":' + errors + b"}"

"""GraphQL over server-sent events, in the protocol's mode of distinct connections: one operation, one connection.

The answers come as `next` events, one for a query and one for each event of a subscription, and `complete` ends them.
What is wrong with an operation is told in a `next` event too, for a browser's EventSource does not show the body of
another status. A comment every few seconds keeps proxies from closing a connection that is merely quiet.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from graphql import OperationType
from starlette.types import Receive, Scope, Send

from schema.execution.engine import ALL_KINDS, WrongKind
from server.answering import Answering, Outcome, Ready
from server.changes import Changes, Inbox, let_go
from server.current import CurrentCatalogue
from server.graphql_request import GraphqlRequest
from server.media import EVENT_STREAM
from server.metrics import Observer
from server.reply import typed

HEARTBEAT = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"


def next_event(body: bytes) -> bytes:
    """Return an answer as an event; JSON as orjson writes it has no line breaks."""
    return b"event: next\ndata: " + body + b"\n\n"


@dataclass(frozen=True, slots=True)
class EventStreams:
    """Answers operations as streams; `heartbeat` is in seconds, and is how long a client may take to read, too."""

    answering: Answering
    current: CurrentCatalogue
    changes: Changes
    observer: Observer
    heartbeat: float

    async def respond(
        self, scope: Scope, receive: Receive, send: Send, asked: GraphqlRequest, client: str | None
    ) -> None:
        """Answer one request; raises `RequestRefused` before anything is sent."""
        with self.changes.connection():
            found: Ready | Outcome
            try:
                found = await self.answering.ready(asked, client, kinds=ALL_KINDS)
            except WrongKind as refused:
                found = Outcome(refused.answer)
            codes = found.answer.codes if isinstance(found, Outcome) else ()
            name = found.operation if isinstance(found, Outcome) else found.prepared.name
            if isinstance(found, Ready) and found.prepared.operation.operation is OperationType.QUERY:
                found = await self.answering.outcome(asked, self.current.catalogue(), None)
                codes = found.answer.codes
            self.observer.observe(scope, name, codes)
            headers = [*typed(EVENT_STREAM), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            if isinstance(found, Outcome):
                body = next_event(found.answer.body) + COMPLETE
                await send({"type": "http.response.body", "body": body})
                return
            if scope["method"] == "HEAD":  # there is nothing to follow: it would hold its place for ever
                await send({"type": "http.response.body", "body": b""})
                return
            with self.changes.inbox() as inbox:
                await self._follow(found, inbox, receive, send)

    async def _follow(self, ready: Ready, inbox: Inbox, receive: Receive, send: Send) -> None:
        """Send what happens until the client leaves, or the server ends."""
        sending = asyncio.ensure_future(self._send_events(ready, inbox, send))
        leaving = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            for task in (sending, leaving):
                let_go(task)

    async def _send_events(self, ready: Ready, inbox: Inbox, send: Send) -> None:
        await send({"type": "http.response.body", "body": HEARTBEAT, "more_body": True})
        ended = False
        while not ended:
            try:
                async with asyncio.timeout(self.heartbeat):
                    change = await inbox.next()
            except TimeoutError:
                body = HEARTBEAT
            else:
                ended = change is None
                body = COMPLETE
                if change is not None:
                    answer = self.answering.event(ready, self.current.catalogue(), change)
                    body = next_event(answer.body)
            # Waits while the client does not read: its inbox holds the latest of each snapshot, and no more.
            await send({"type": "http.response.body", "body": body, "more_body": not ended})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

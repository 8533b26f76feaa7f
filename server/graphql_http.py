"""GraphQL over HTTP: one endpoint for GET and POST, by the specification's draft of September 2025.

The status of a well-formed request's answer depends on its media type. `application/json`: 200, whatever the errors.
`application/graphql-response+json`: 200 where the operation ran, 400 where it did not (no `data` entry). Requests
that are not well-formed are 4xx with either type. https://graphql.github.io/graphql-over-http/draft/

It stands before Starlette's router and middleware, and reads ASGI's messages itself: a small question costs as much as
a few of their layers.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from graphql import GraphQLError, OperationType
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from schema.errors import masked
from schema.execution.answer import Answer, request_error
from schema.execution.engine import NotPrepared, WrongKind
from server.access import Scope as AccessScope
from server.answering import Answering, Outcome
from server.caching import EntityTags, brought_back, cache_control, encoded_tag
from server.compression import BESIDE_THE_LOOP_BYTES, LEAST_BYTES, smaller
from server.current import CurrentCatalogue
from server.door import Door
from server.graphql_request import (
    GraphqlRequest,
    RequestRefused,
    no_bodies,
    parameters_of_body,
    parameters_of_query,
)
from server.graphql_sse import EventStreams
from server.heads import Head, Meaning, no_heads
from server.media import EVENT_STREAM, GRAPHQL_RESPONSE, HTML, JSON
from server.metrics import Observer
from server.negotiation import Manner, manner_of, offers
from server.reply import Reply, Written, refusal, secured, typed, typed_lines
from server.request_body import ClientGone, Headers, body_of, check_content, headers_of
from server.seen import Seen

METHODS = ("GET", "HEAD", "POST")

AT_ONCE_BODY_BYTES = 16 * 1024
"""Of a body up to which one looks whether the answer is quick: looking reads and prices it, and on it goes again."""

COMPRESSED_AT_ONCE = 200
"""Points of the largest question whose answer is made smaller at once: some 10 kB, a fifth of a millisecond."""


OK = HTTPStatus.OK.value


@dataclass(frozen=True, slots=True)
class HttpManner:
    """What the settings say of HTTP: the page for browsers, None for none; compression; how long caches keep a GET."""

    page: Callable[[Request], Response] | None = None
    compression: bool = True
    cache_seconds: int = 0


@dataclass(frozen=True, slots=True)
class GraphqlEndpoint:
    """The ASGI application at /graphql. One request uses one catalogue from its start to its end."""

    answering: Answering
    current: CurrentCatalogue
    door: Door
    tags: EntityTags
    streams: EventStreams
    observer: Observer
    manner: HttpManner = HttpManner()
    heads: Seen[Head] = field(default_factory=no_heads)
    bodies: Seen[GraphqlRequest] = field(default_factory=no_bodies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; whatever goes wrong, the answer is a list of errors with codes."""
        headers = headers_of(scope["headers"])
        page = self.manner.page is not None and scope["method"] != "POST"
        manner = manner_of(headers.get(b"accept", b""), headers.get(b"accept-encoding", b""), page=page)
        try:
            reply = await self._reply(scope, receive, send, headers, manner)
        except RequestRefused as refused:
            self.observer.observe(scope, None, (refused.code,))
            reply = refusal(refused, _for_errors(manner))
        except ClientGone:
            self.observer.observe(scope, None, ("CLIENT_GONE",))
            return
        except Exception as error:  # noqa: BLE001 (masked: the log has it, the client its id)
            hidden = masked(GraphQLError("unforeseen", original_error=error), error)
            self.observer.observe(scope, None, ("INTERNAL",))
            reply = _plain(request_error(hidden), _for_errors(manner))
        if reply is not None:
            await reply.send(send)

    def meaning(self, scope: Scope) -> Meaning | None:
        """Return what the head of a POST means; None where it is refused, or wants a stream: the ordinary way."""
        headers = headers_of(scope["headers"])
        manner = manner_of(headers.get(b"accept", b""), headers.get(b"accept-encoding", b""), page=False)
        if scope["method"] != "POST" or manner.media_type is None or manner.media_type == EVENT_STREAM:
            return None
        try:
            check_content(headers)
        except RequestRefused:
            return None
        return Meaning(self, headers, manner.media_type, manner.coding if self.manner.compression else None)

    def at_once(self, scope: Scope, body: bytes, meaning: Meaning) -> Written | None:
        """Answer a question by POST without waiting for anything; None where the ordinary way is to be gone.

        Whatever is refused or fails does so there again: what is told and logged of it is written once.
        """
        bounds, coding = self.answering.bounds, meaning.coding
        most, most_bytes = (None, None) if coding is None else (COMPRESSED_AT_ONCE, BESIDE_THE_LOOP_BYTES)
        known = self.bodies.get(body)
        try:
            if len(body) > AT_ONCE_BODY_BYTES or (known is None and len(body) > bounds.max_body_size):
                return None
            client = self.door.client(scope, meaning.headers, AccessScope.QUERY)
            asked = known or parameters_of_body(body, max_batch=bounds.max_batch)
            if type(asked) is not GraphqlRequest:
                return None
            catalogue = self.current.catalogue()
            outcome = self.answering.at_once(asked, catalogue, client, most=most, most_bytes=most_bytes)
        except Exception:  # noqa: BLE001 (the ordinary way has a word for each)
            return None
        if outcome is None:
            return None
        if known is None:
            self.bodies.keep(body, asked)
        size = outcome.answer.size
        self._count(scope, outcome, size)
        return _written(outcome.answer, size, meaning)

    async def _reply(
        self, scope: Scope, receive: Receive, send: Send, headers: Headers, manner: Manner
    ) -> Reply | None:
        """Return the answer, None where it was sent already."""
        method = scope["method"]
        if method not in METHODS:
            raise not_allowed(f"{method} is not answered here: use GET or POST", ", ".join(METHODS))
        if manner.media_type is None:
            wanted = " or ".join(offers(page=self.manner.page is not None and method != "POST"))
            raise RequestRefused(HTTPStatus.NOT_ACCEPTABLE, "NOT_ACCEPTABLE", f"the answer is {wanted}")
        if manner.media_type == HTML and self.manner.page is not None:
            self.door.check_host(headers)
            await self.manner.page(Request(scope, receive))(scope, receive, secured(send))
            return None
        client = self.door.client(scope, headers, AccessScope.QUERY)
        bounds = self.answering.bounds
        if method != "POST":
            asked = parameters_of_query(scope["query_string"], max_size=bounds.max_body_size)
            return await self._get(scope, receive, send, headers, manner, asked, client)
        check_content(headers)
        body = await body_of(receive, headers, max_size=bounds.max_body_size, seconds=bounds.body_seconds)
        parameters = parameters_of_body(body, max_batch=bounds.max_batch)
        if isinstance(parameters, list):
            return await self._batch(scope, manner, parameters, client)
        reply = None
        if len(body) <= AT_ONCE_BODY_BYTES:
            reply = await self._soon(scope, manner, parameters, client)
        return reply or await self._one(scope, receive, send, manner, parameters, client)

    async def _soon(
        self, scope: MutableMapping[str, Any], manner: Manner, asked: GraphqlRequest, client: str | None
    ) -> Reply | None:
        """Answer a question that is prepared and quick; None where there is more to do."""
        media_type = manner.media_type
        if media_type is None or media_type == EVENT_STREAM:
            return None
        catalogue = self.current.catalogue()
        outcome = self.answering.at_once(asked, catalogue, client)
        if outcome is None:
            return None
        if manner.coding is not None:  # of known size, it may be made smaller where it is read the next time
            size = outcome.answer.size
            self.answering.quick.note(asked, catalogue, seconds=outcome.seconds, size=size)
        reply = self._told(scope, outcome, media_type)
        if len(reply.body) >= LEAST_BYTES:
            await self._make_smaller(reply, manner.coding)
        return reply

    async def _one(
        self,
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
        manner: Manner,
        asked: GraphqlRequest,
        client: str | None,
    ) -> Reply | None:
        """Answer one request by POST, or by GET without an entity tag; None where it was a stream."""
        media_type = manner.media_type
        assert media_type is not None
        if media_type == EVENT_STREAM:
            await self.streams.respond(scope, receive, send, asked, client)
            return None
        try:
            outcome = await self.answering.outcome(asked, self.current.catalogue(), client)
        except WrongKind as refused:
            if refused.kind is OperationType.SUBSCRIPTION and manner.streams:
                await self.streams.respond(scope, receive, send, asked, client)
                return None
            if scope["method"] != "POST":
                message = f"a {refused.kind.value} is not run by a GET request: send a POST"
                raise not_allowed(message, "POST") from None
            outcome = Outcome(refused.answer)
        reply = self._told(scope, outcome, media_type)
        if len(reply.body) >= LEAST_BYTES:
            await self._make_smaller(reply, manner.coding)
        return reply

    def _told(self, scope: MutableMapping[str, Any], outcome: Outcome, media_type: str) -> Reply:
        """Count an outcome, and return it as HTTP has it."""
        self._count(scope, outcome, outcome.answer.size)
        return _plain(outcome.answer, media_type)

    def _count(self, scope: MutableMapping[str, Any], outcome: Outcome, size: int) -> None:
        answer = outcome.answer
        self.observer.observe(
            scope,
            outcome.operation,
            answer.codes,
            compiled=answer.compiled if outcome.points is not None else None,
            cpu_seconds=outcome.seconds,
            size=size,
        )

    async def _get(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Headers,
        manner: Manner,
        asked: GraphqlRequest,
        client: str | None,
    ) -> Reply | None:
        """Answer a GET: with its entity tag, or by 304 where the client has the answer."""
        tag = self._tag(asked, manner)
        kept = cache_control(self.manner.cache_seconds, private=self.door.access is not None).encode()
        if tag is not None and brought_back(headers.get(b"if-none-match"), tag):
            self.observer.observe(scope, asked.operation_name, ("NOT_MODIFIED",))
            return Reply(HTTPStatus.NOT_MODIFIED, [*typed(JSON)[1:], _etag(tag, None), (b"cache-control", kept)], b"")
        reply = await self._one(scope, receive, send, manner, asked, client)
        if reply is None:
            return None
        if tag is None or not reply.clean:
            reply.headers.append((b"cache-control", b"no-store"))
        else:
            coding = next((value.decode() for name, value in reply.headers if name == b"content-encoding"), None)
            reply.headers += [_etag(tag, coding), (b"cache-control", kept)]
        return reply

    def _tag(self, asked: GraphqlRequest, manner: Manner) -> str | None:
        """Return the tag of the answer that a GET asks for; None where it has none, as each answer is another."""
        built = self.current.state.built
        extensions = asked.extensions or {}
        if built is None or manner.media_type == EVENT_STREAM or "cost" in extensions or "dryRun" in extensions:
            return None
        try:
            document = self.answering.documents.document(asked)
        except NotPrepared:
            return None
        return self.tags.tag(built.catalogue, asked, document, manner.media_type or JSON)

    async def _batch(
        self, scope: Scope, manner: Manner, members: Sequence[GraphqlRequest], client: str | None
    ) -> Reply:
        """Answer the requests of a batch one after the other, over one catalogue."""
        catalogue = self.current.catalogue()
        answers: list[Answer] = []
        seconds = 0.0
        for asked in members:
            try:
                outcome = await self.answering.outcome(asked, catalogue, client)
            except WrongKind as refused:
                outcome = Outcome(refused.answer)
            answers.append(outcome.answer)
            seconds += outcome.seconds
        body = b"[" + b",".join(answer.body for answer in answers) + b"]"
        codes = [code for answer in answers for code in answer.codes]
        self.observer.observe(scope, None, codes, compiled=None, cpu_seconds=seconds, size=len(body))
        reply = Reply(HTTPStatus.OK, typed(_for_errors(manner)), body)
        if len(body) >= LEAST_BYTES:
            await self._make_smaller(reply, manner.coding)
        return reply

    async def _make_smaller(self, reply: Reply, coding: str | None) -> None:
        if coding is None or not self.manner.compression:
            return
        if len(reply.body) <= BESIDE_THE_LOOP_BYTES:
            body = smaller(reply.body, coding)
        elif self.answering.threads.full:
            return  # the answer is there, and better sent as it is than not at all
        else:
            body = await self.answering.threads.run(lambda: smaller(reply.body, coding))
        reply.compress(coding, body)


def not_allowed(message: str, allow: str) -> RequestRefused:
    """Return the refusal of a method; `allow` names those that are answered."""
    return RequestRefused(HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message, {"Allow": allow})


def _for_errors(manner: Manner) -> str:
    """Return the type of an answer that is a list of errors, whatever was wanted."""
    return GRAPHQL_RESPONSE if manner.media_type == GRAPHQL_RESPONSE else JSON


def _etag(tag: str, coding: str | None) -> tuple[bytes, bytes]:
    return (b"etag", encoded_tag(tag, coding).encode())


def _plain(answer: Answer, media_type: str) -> Reply:
    return Reply(_status(answer, media_type), typed(media_type), answer.body, answer.ran and not answer.codes)


def _written(answer: Answer, size: int, meaning: Meaning) -> Written:
    """Return an answer of so many bytes as it is written, made smaller where that is wanted."""
    pieces, coding = answer.pieces, meaning.coding
    if coding is not None:
        made = smaller(answer.body, coding) if size >= LEAST_BYTES else None
        if made is not None and len(made) < size:
            pieces, size = (made,), len(made)
        else:
            coding = None
    status = OK if answer.ran else _status(answer, meaning.media_type)
    return Written(status, typed_lines(meaning.media_type, coding), pieces, size)


def _status(answer: Answer, media_type: str) -> int:
    if answer.ran:
        return OK
    if "INTERNAL" in answer.codes:
        return HTTPStatus.INTERNAL_SERVER_ERROR.value
    return HTTPStatus.BAD_REQUEST.value if media_type == GRAPHQL_RESPONSE else OK

"""A request's way behind its protocol: document found, prepared, priced, charged, run.

HTTP, WebSocket and server-sent events hand their requests in here, so that each limit is kept in one place. Small
operations run where they are; what could hold up the event loop runs beside it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from time import monotonic, thread_time
from typing import Any

import orjson
from graphql import GraphQLError, OperationType

from graph.snapshot import Catalogue
from schema.context import Context
from schema.execution.answer import Answer, request_error
from schema.execution.engine import QUERIES, Engine, NotPrepared, WrongKind
from schema.execution.prepared import Prepared
from schema.limits import Limits
from server.bounds import RequestBounds, check_variables
from server.budget import Budget
from server.changes import Change
from server.graphql_request import GraphqlRequest
from server.offload import Threads
from server.persisted import PersistedDocuments
from server.quick import KnownQuick


@dataclass(slots=True)
class Outcome:
    """An answer, the operation's name and points (None where it was not prepared), and the seconds that it took."""

    answer: Answer
    operation: str | None = None
    points: int | None = None
    seconds: float = 0.0


@dataclass(slots=True)
class Ready:
    """An operation that may run: prepared, within its price, and paid for."""

    prepared: Prepared
    variables: dict[str, Any] | None
    points: int


@dataclass(slots=True)
class Answering:
    """Answers the requests of all protocols with one engine."""

    engine: Engine
    limits: Limits
    bounds: RequestBounds
    threads: Threads
    documents: PersistedDocuments
    budget: Budget | None = None
    quick: KnownQuick = field(init=False)

    def __post_init__(self) -> None:
        """Have what is known to be quick forgotten where the engine has dropped some of what it keeps."""
        kept = self.engine.kept
        self.quick = KnownQuick(lambda: kept.made_room)

    def at_once(
        self,
        asked: GraphqlRequest,
        catalogue: Catalogue,
        client: str | None,
        *,
        most: int | None = None,
        most_bytes: int | None = None,
    ) -> Outcome | None:
        """Answer a query that is prepared already, as most are; None where there is more to do, and nothing done.

        What `outcome` does, without the price of being able to wait: the query is small, of at most `most` points
        where they are given, or known to be quick, with an answer of at most `most_bytes`. Raises as `outcome` does.
        """
        if asked.query is None or asked.extensions is not None or self.documents.trusted is not None:
            return None
        prepared = self.engine.known(asked.query, asked.operation_name)
        if prepared is None or prepared.operation.operation is not OperationType.QUERY:
            return None
        variables = asked.variables
        if variables:
            check_variables(variables, self.bounds)
        points = prepared.price.total(variables)
        if points > self.bounds.max_cost:
            return None
        is_dear = points > self.bounds.inline_cost or (most is not None and points > most)
        if is_dear:
            size = self.quick.size(asked, catalogue)
            if size is None or (most_bytes is not None and size > most_bytes):
                return None
        if self.budget is not None and client is not None:
            self.budget.spend(client, points)
        began = monotonic()
        context = Context(catalogue, self.limits, began + self.bounds.seconds)
        answer = prepared.run_given(asked.given(prepared), context)
        seconds = monotonic() - began
        if is_dear:
            self.quick.took(seconds)
        return Outcome(answer, prepared.name, points, seconds)

    async def outcome(self, asked: GraphqlRequest, catalogue: Catalogue, client: str | None) -> Outcome:
        """Answer a query; `client` is who pays, None where nobody does.

        Raises `RequestRefused` where the client has nothing left, or the server no room, and `WrongKind`.
        """
        ready = await self.ready(asked, client)
        if isinstance(ready, Outcome):
            return ready
        prepared = ready.prepared
        began, seconds = monotonic(), 0.0
        if asked.extensions and asked.extensions.get("dryRun") is True:
            answer = Answer((b'{"data":null}',), True)
        else:
            context = Context(catalogue, self.limits, began + self.bounds.seconds)
            if ready.points <= self.bounds.inline_cost:
                answer = prepared.run(ready.variables, context)
                seconds = monotonic() - began
            else:
                answer, seconds = await self._run_large(ready, asked, context)
        if asked.extensions:
            answer = self._with_cost(answer, asked.extensions, ready.points, client)
        return Outcome(answer, prepared.name, ready.points, seconds)

    async def ready(
        self, asked: GraphqlRequest, client: str | None, *, kinds: Collection[OperationType] = QUERIES
    ) -> Ready | Outcome:
        """Prepare and price an operation and take its price; an outcome says why it does not run.

        Raises as `outcome`; `WrongKind` is raised and not an outcome, for each protocol has its own answer to it.
        """
        try:
            document = self.documents.document(asked)
        except NotPrepared as refused:
            return Outcome(refused.answer)
        prepared = self.engine.known(document, asked.operation_name)
        if prepared is None or prepared.operation.operation not in kinds:
            found = await self._prepared(asked, document, kinds)
            if isinstance(found, Outcome):
                return found
            prepared = found
        if asked.extensions is not None:
            self.documents.keep(asked, document)  # others may have had it prepared: this client names it by its hash
        variables = asked.variables
        if variables:
            check_variables(variables, self.bounds)
        points = prepared.price.total(variables)
        if points > self.bounds.max_cost:
            return Outcome(self._too_dear(points), prepared.name, points)
        if self.budget is not None and client is not None:
            self.budget.spend(client, points)
        return Ready(prepared, variables, points)

    async def _prepared(
        self, asked: GraphqlRequest, document: str, kinds: Collection[OperationType]
    ) -> Prepared | Outcome:
        def prepare() -> Prepared:
            return self.engine.prepare(document, asked.operation_name, kinds=kinds)

        try:
            if len(document) <= self.bounds.inline_characters:
                prepared = prepare()
            else:
                prepared = await self.threads.run(prepare)
        except WrongKind:
            raise
        except NotPrepared as refused:
            return Outcome(refused.answer)
        return prepared

    async def _run_large(self, ready: Ready, asked: GraphqlRequest, context: Context) -> tuple[Answer, float]:
        """Run an operation of a high price: beside the loop, unless this very question is known to be quick.

        The seconds are those of the processor.
        """

        def run() -> tuple[Answer, float]:
            began = thread_time()
            # In one piece: joining a large answer takes longer than the loop may be held up.
            return ready.prepared.run(ready.variables, context).whole, thread_time() - began

        if self.quick.size(asked, context.catalogue) is not None:
            answer, seconds = run()
            self.quick.took(seconds)
            return answer, seconds
        answer, seconds = await self.threads.run(run)
        self.quick.note(asked, context.catalogue, seconds=seconds, size=answer.size)
        return answer, seconds

    def event(self, ready: Ready, catalogue: Catalogue, change: Change) -> Answer:
        """Answer one event of a subscription, over the catalogue of that moment; extensions tell what happened."""
        context = Context(catalogue, self.limits, monotonic() + self.bounds.seconds, change.snapshot)
        answer = ready.prepared.run(ready.variables, context)
        body = answer.body[:-1] + b',"extensions":{"change":"' + change.kind.encode() + b'"}}'
        return answer._replace(pieces=(body,))

    def _too_dear(self, points: int) -> Answer:
        message = (
            f"the operation costs up to {points} points, and {self.bounds.max_cost} are allowed: "
            "ask for smaller pages, or for less of each item"
        )
        extensions = {"code": "COST_EXCEEDED", "cost": points, "maximum": self.bounds.max_cost}
        return request_error(GraphQLError(message, extensions=extensions))

    def _with_cost(self, answer: Answer, extensions: dict[str, Any], points: int, client: str | None) -> Answer:
        if extensions.get("dryRun") is not True and extensions.get("cost") is not True:
            return answer
        cost: dict[str, int] = {"points": points, "maximum": self.bounds.max_cost}
        if self.budget is not None and client is not None:
            cost |= {"budget": self.budget.points, "remaining": self.budget.remaining(client)}
        body = answer.body[:-1] + b',"extensions":{"cost":' + orjson.dumps(cost) + b"}}"
        return answer._replace(pieces=(body,))

"""uvicorn's protocol with a short way for small questions: answered where their last byte is read, in one write.

uvicorn makes a task of every request, which runs at the loop's next turn, and sends head and body by ASGI messages. A
small question that is whole when it is read needs none of that: the application is asked for an answer `at_once`. It
has one or leaves the request as it was, and then the task is made as ever; so does whatever this module does not know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from server.reply import Reply


class Prompt(HttpToolsProtocol):
    """Asks the application first, if it has `at_once`, whether it can answer a request without waiting."""

    _at_once: Callable[[Any, bytes | bytearray], Reply | None] | None = None
    _reading = False
    _held: tuple[RequestResponseCycle, Any] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self._at_once = getattr(self.app, "at_once", None)

    def data_received(self, data: bytes) -> None:
        """Read what has come.

        One request is answered at once in what is read at a time: a client that sends hundreds of them together is
        not to keep the loop from the others.
        """
        self._reading = self._at_once is not None
        super().data_received(data)
        self._reading = False
        if self._held is not None:
            self._start_held()

    def on_message_begin(self) -> None:
        """Begin a request; with one that was answered in the same read, the time of an idle connection had begun."""
        super().on_message_begin()
        self._unset_keepalive_if_required()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Hold a request, while its body may be in what is being read."""
        if self._reading and app is self.app and cycle.scope["method"] == "POST":
            self._reading = False
            self._held = cycle, app
        else:
            super()._start_asgi_task(cycle, app)

    def on_message_complete(self) -> None:
        """Answer a request that is held, or let it go the ordinary way."""
        super().on_message_complete()
        if self._held is not None and not self._answered(self._held[0]):
            self._start_held()

    def _start_held(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            super()._start_asgi_task(*held)

    def _answered(self, cycle: RequestResponseCycle) -> bool:
        if self._at_once is None or not cycle.keep_alive or self.flow.write_paused or self.transport.is_closing():
            return False
        reply = self._at_once(cycle.scope, cycle.body)
        if reply is None:
            return False
        self._held = None
        self.transport.write(STATUS_LINE[reply.status] + reply.written(cycle.default_headers))
        cycle.response_started = cycle.response_complete = True
        cycle.on_response = _done
        self.on_response_complete()
        return True


def _done() -> None:
    """Stand for the protocol in a cycle that has ended, so that neither keeps the other."""

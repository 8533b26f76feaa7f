"""uvicorn's protocol with a short way for small questions: answered where their last byte is read, in one write.

uvicorn makes a task of every request, which runs at the loop's next turn, and sends head and body by ASGI messages. A
small question that is whole when it is read needs none of that: the application is asked for an answer `at_once`. It
has one or leaves the request as it was, and then the task is made as ever; so does whatever this module does not know.

A request whose head came before, byte for byte, is not parsed either (`server.heads` says which, and why one may).
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from server.heads import END, AnswersAtOnce, Head, head_of
from server.reply import Header, Written, lines_of

JOINED_BYTES = 16 * 1024
"""Bodies up to here are copied behind their head; of longer ones the copy costs more than pieces that are sent."""


class Prompt(HttpToolsProtocol):
    """Asks the application first, if it has `at_once`, whether it can answer a request without waiting."""

    repeated = 0
    """Requests of this connection that were answered without a cycle of their own."""

    _prompt: AnswersAtOnce | None = None
    _reading = False
    _held: tuple[RequestResponseCycle, Any] | None = None
    _at_start = False
    _read: bytes | None = None
    _asked_at = 0.0
    _default: tuple[list[Header] | None, bytes] = (None, b"")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        if hasattr(self.app, "at_once"):
            self._prompt = self.app

    def data_received(self, data: bytes) -> None:
        """Read what has come.

        One request is answered at once in what is read at a time: a client that sends hundreds of them together is
        not to keep the loop from the others.
        """
        at_start, prompt = self._at_start, self._prompt
        if at_start and prompt is not None:
            end = data.find(END) + len(END)
            head = prompt.heads.get(data[:end])
            if head is not None and len(data) == end + head.length and self._takes_answers():
                if self._repeat(prompt, head, data[end:]):
                    return
                prompt = None  # it was asked: the ordinary way
        if self.transport.is_closing():
            return  # what a client has sent that was refused is not answered
        self._reading = prompt is not None
        self._read = data if at_start else None
        self._at_start = False
        self.parse(data)
        self._reading = False
        self._read = None
        if self._held is not None:
            self._start_held()

    def parse(self, data: bytes) -> None:
        """Read what has come the ordinary way, by the parser."""
        super().data_received(data)

    def _takes_answers(self) -> bool:
        """Tell whether all requests before are answered, and an answer would be sent."""
        return self.cycle.response_complete and not (self.flow.write_paused or self.transport.is_closing())

    def _repeat(self, prompt: AnswersAtOnce, head: Head, body: bytes) -> bool:
        """Answer a request of a head that came before, if it can be answered at once; else nothing has happened.

        The parser and the cycle stay as the last request has left them, and so does the timer of an idle connection,
        which looks for itself when it is time (`timeout_keep_alive_handler`).
        """
        scope = head.scope.copy()
        scope["client"] = self.client
        written = prompt.at_once(scope, body, head.meaning)
        if written is None:
            return False
        self._write(written)
        self.repeated += 1
        self.server_state.total_requests += 1
        self._asked_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._wait_for_the_next(self.timeout_keep_alive)
        return True

    def _wait_for_the_next(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection if it has been idle for so long, or look again when it will have been."""
        left = self._asked_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._wait_for_the_next(left)
        else:
            super().timeout_keep_alive_handler()

    def on_message_begin(self) -> None:
        """Begin a request; with one that was answered in the same read, the time of an idle connection had begun."""
        super().on_message_begin()
        self._at_start = False
        self._unset_keepalive_if_required()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Hold a request, while its body may be in what is being read."""
        if self._reading and app is self.app and cycle.scope["method"] == "POST":
            self._reading = False
            self._held = cycle, app
        else:
            super()._start_asgi_task(cycle, app)

    def on_message_complete(self) -> None:
        """Answer a request that is held, or let it go the ordinary way.

        After its end the parser is at the start of another. After an upgrade it may be, but nothing is built on that.
        """
        super().on_message_complete()
        self._at_start = not self.parser.should_upgrade()
        if self._held is not None and not self._answered(self._held[0]):
            self._start_held()

    def _start_held(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            super()._start_asgi_task(*held)

    def _answered(self, cycle: RequestResponseCycle) -> bool:
        prompt, scope = self._prompt, cast("dict[str, Any]", cycle.scope)
        if prompt is None or not cycle.keep_alive or self.flow.write_paused or self.transport.is_closing():
            return False
        meaning = prompt.meaning(scope)
        if meaning is None:
            return False
        body = bytes(cycle.body)
        written = prompt.at_once(scope, body, meaning)
        if written is None:
            return False
        self._held = None
        self._write(written)
        cycle.response_started = cycle.response_complete = True
        cycle.on_response = _done
        self.on_response_complete()
        kept = head_of(self._read, scope, body, meaning) if self._read is not None else None
        if kept is not None:
            prompt.heads.keep(*kept)
        return True

    def _write(self, written: Written) -> None:
        """Write an answer in one write: it is one part for the system, or head and pieces as they lie."""
        head = written.head(self._default_lines())
        if written.size <= JOINED_BYTES:
            self.transport.write(head + b"".join(written.pieces))
        else:
            self.transport.writelines((head, *written.pieces))

    def _default_lines(self) -> bytes:
        """Return uvicorn's own headers as lines: it makes them anew once a second, for the date."""
        default = self.server_state.default_headers
        made_of, lines = self._default
        if made_of is not default:
            lines = lines_of(default)
            self._default = default, lines
        return lines


def _done() -> None:
    """Stand for the protocol in a cycle that has ended, so that neither keeps the other."""

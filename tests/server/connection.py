"""A connection to an application in process: uvicorn's protocol, and a transport that keeps what is written."""

import asyncio
from typing import Any

from uvicorn.server import ServerState

from server.listening import config_of

PEER = ("192.0.2.1", 5)

SETTLED_TURNS = 20
"""Turns of the loop after which a small request has gone as far as it can."""


class Transport:
    """Keeps what is written."""

    def __init__(self, peer=PEER):
        self.peer = peer
        self.writes = []
        self.closing = False

    def write(self, data):
        self.writes.append(bytes(data))

    def writelines(self, parts):
        self.writes.append(b"".join(parts))

    def is_closing(self):
        return self.closing

    def close(self):
        self.closing = True

    def get_extra_info(self, name, default=None):
        return {"peername": self.peer, "sockname": ("192.0.2.2", 80)}.get(name, default)

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


def loaded(app, settings, lifecycle):
    """Return uvicorn's configuration for an application."""
    config = config_of(app, settings, lifecycle)
    config.load()
    return config


class Connection:
    """A connection to an application, in process, under a configuration of uvicorn's that is loaded."""

    def __init__(self, config, peer=PEER):
        self.state = ServerState()
        self.transport = Transport(peer)
        make: Any = config.http_protocol_class
        self.protocol = make(config=config, server_state=self.state, app_state={})
        self.protocol.connection_made(self.transport)

    def read(self, data):
        """Have the server read, and return the writes that it makes meanwhile."""
        before = len(self.transport.writes)
        self.protocol.data_received(data)
        return self.transport.writes[before:]

    async def answered(self, *parts):
        """Have the server read parts, and return all that it writes until every request has ended."""
        before = len(self.transport.writes)
        for part in parts:
            self.protocol.data_received(part)
            await asyncio.sleep(0)
        while self.state.tasks:
            await asyncio.gather(*self.state.tasks)
        return b"".join(self.transport.writes[before:])

    async def settled(self, data):
        """Have the server read, and let it go as far as it can without more to read."""
        self.protocol.data_received(data)
        for _ in range(SETTLED_TURNS):
            await asyncio.sleep(0)

    async def ended(self):
        """Hang up, and return all that was written, and whether the server had closed before."""
        closed = self.transport.closing
        self.protocol.connection_lost(None)
        await asyncio.gather(*self.state.tasks)
        return b"".join(self.transport.writes), closed

"""A reader that is slow gets the answer that it asked for, whatever becomes of the memory that it lies in meanwhile."""

import asyncio
import socket
from contextlib import asynccontextmanager

import uvloop
from uvicorn.server import ServerState

from server.app import create_app
from server.current import CurrentCatalogue
from server.lifecycle import Lifecycle
from server.settings import settled
from tests.server.connection import loaded
from tests.server.processes import request_of

PAGE = b'{"query": "{ specs(first: 200) { nodes { hash %s: text dependencies { nodes { hash text } } } } }"}'
WARM = 5
OTHERS = 8
SMALLEST = 4_096


@asynccontextmanager
async def listening(built, **flags):
    """Serve in this loop, with as little room in sockets as there can be; yields the address and the protocols."""
    settings, ends, protocols = settled(flags, {}), Lifecycle(), []
    app = create_app(settings, CurrentCatalogue(lambda: built, built=built), lifecycle=ends)
    config = loaded(app, settings, ends)

    def accepted():
        protocols.append(config.http_protocol_class(config=config, server_state=ServerState(), app_state={}))
        return protocols[-1]

    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALLEST)
    listener.bind(("127.0.0.1", 0))
    server = await asyncio.get_running_loop().create_server(accepted, sock=listener)
    try:
        yield listener.getsockname(), protocols
    finally:
        server.close()


async def connected(address):
    """Return a reader and a writer that take little at a time."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALLEST)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, address)
    return await asyncio.open_connection(sock=client, limit=SMALLEST)


async def answer(reader):
    """Return the body of the next answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next(int(line[16:]) for line in head.split("\r\n") if line.startswith("content-length: "))
    return await reader.readexactly(length)


def test_an_answer_is_whole_though_it_is_read_late_and_is_kept_no_more(built):
    async def steps():
        async with listening(built, rate="0", fragment_cache_size="1000000") as (address, protocols):
            (slow, asks_slowly), (other, asks) = await connected(address), await connected(address)
            for _ in range(WARM):  # known to be quick then, and its head to be read
                asks_slowly.write(request_of(PAGE % b"it"))
                expected = await answer(slow)
            first = protocols[0]
            repeated = first.repeated
            asks_slowly.write(request_of(PAGE % b"it"))
            while not first.transport.get_write_buffer_size():
                await asyncio.sleep(0)
            assert first.repeated == repeated + 1
            for number in range(OTHERS):
                asks.write(request_of(PAGE % b"other%d" % number))
                assert b'"other%d":' % number in await answer(other)
            assert first.transport.get_write_buffer_size() > len(expected) // 2
            assert await answer(slow) == expected
            for writer in (asks, asks_slowly):
                writer.close()
            while not all(protocol.transport.is_closing() for protocol in protocols):
                await asyncio.sleep(0.01)

    asyncio.Runner(loop_factory=uvloop.new_event_loop).run(steps())

"""Whether a request had left when its connection failed: cut with real sockets at each point, on both event loops."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trustme
import uvloop

from botyard.delivery import client as clients
from botyard.delivery.client import HandlerClient
from botyard.delivery.guard import Guard
from botyard.delivery.retries import HandlerResponse

BIG = b"x" * 16_000_000
"""More than the buffers of both ends take."""
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
AUTHORITY = trustme.CA()

Loop = Callable[[], asyncio.AbstractEventLoop]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest) -> Loop:
    factory: Loop = request.param
    return factory


def reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the other side hears of it at once, whatever is under way."""
    writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.transport.abort()


async def request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return head + await reader.readexactly(length)


class Server:
    """A server whose connections each do what their turn says; ``requests`` is what was read in full."""

    def __init__(self, *turns: Serve, tls: ssl.SSLContext | None = None) -> None:
        self.turns = list(turns)
        self.requests: list[bytes] = []
        self._tls = tls

    async def __aenter__(self) -> Server:
        # A small buffer, so that what nobody reads cannot be written either.
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.bind(("127.0.0.1", 0))
        self._server = await asyncio.start_server(self._serve, sock=made, limit=2**20, ssl=self._tls)
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{made.getsockname()[1]}/"
        self._tasks: set[asyncio.Task[Any]] = set()
        return self

    async def __aexit__(self, *_problem: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self.turns.pop(0)(reader, writer)
        except (asyncio.CancelledError, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def read(self, reader: asyncio.StreamReader) -> None:
        self.requests.append(await request(reader))


def run(loop: Loop, work: Awaitable[Any]) -> Any:
    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(work)  # type: ignore[arg-type]


def posted(loop: Loop, server: Server, *bodies: bytes, seconds: float = 5, pause: float = 0) -> list[HandlerResponse]:
    async def work() -> list[HandlerResponse]:
        client = HandlerClient(Guard("dev"), seconds)
        answers = []
        async with server:
            for body in bodies:
                answers.append(await client.post(server.url, body, {"Content-Type": "x"}))
                await asyncio.sleep(pause)
            await client.close()
        return answers

    answers: list[HandlerResponse] = run(loop, work())
    return answers


def then(*steps: Any) -> Serve:
    """One step after another: ``server.read``, bytes to write, or something to do with the writer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for step in steps:
            if isinstance(step, bytes):
                writer.write(step)
                await writer.drain()
            elif isinstance(step, float):
                await asyncio.sleep(step)
            elif step is reset:
                reset(writer)
            else:
                await step(reader)

    return serve


async def beginning(reader: asyncio.StreamReader) -> None:
    await reader.readexactly(1000)


def test_lost_before_the_whole_request_was_written(loop: Loop) -> None:
    (answer,) = posted(loop, Server(then(beginning, reset)), BIG)
    assert answer.status == 0 and not answer.written and not answer.ours
    assert answer.problem.startswith("no answer: ")


def test_a_handler_that_reads_nothing_has_not_got_it(loop: Loop) -> None:
    (answer,) = posted(loop, Server(then(60.0)), BIG, seconds=0.3)
    assert answer == HandlerResponse(0, problem="no connection: not within 0.3 s")


@pytest.mark.parametrize("body", [b"a=1", BIG], ids=["small", "big"])
def test_lost_after_the_whole_request_was_written(loop: Loop, body: bytes) -> None:
    server = Server()
    server.turns.append(then(server.read, reset))
    (answer,) = posted(loop, server, body)
    assert answer.status == 0 and answer.written
    assert len(server.requests) == 1 and server.requests[0].endswith(body)


def test_no_answer_in_time(loop: Loop) -> None:
    server = Server()
    server.turns.append(then(server.read, 60.0))
    assert posted(loop, server, b"a=1", seconds=0.3) == [
        HandlerResponse(0, problem="timeout: no answer within 0.3 s", written=True)
    ]


def test_cut_within_the_head_of_the_answer(loop: Loop) -> None:
    server = Server()
    server.turns.append(then(server.read, b"HTTP/1.1 200 O"))
    (answer,) = posted(loop, server, b"a=1")
    assert (answer.status, answer.written) == (0, True)


def test_a_reused_connection_that_was_closed_is_no_attempt(loop: Loop) -> None:
    server = Server()
    server.turns += [then(server.read, OK, server.read, reset), then(server.read, OK)]
    first, second = posted(loop, server, b"a=1", b"a=2")
    assert first == second == HandlerResponse(200, "ok", written=True)
    assert [body[-3:] for body in server.requests] == [b"a=1", b"a=2", b"a=2"]


def test_a_reused_connection_that_was_closed_while_it_rested(loop: Loop) -> None:
    server = Server()
    server.turns += [then(server.read, OK), then(server.read, OK)]
    assert [response.status for response in posted(loop, server, b"a=1", b"a=2", pause=0.05)] == [200, 200]
    assert len(server.requests) == 2


def test_once_more_is_once(loop: Loop) -> None:
    server = Server()
    server.turns += [then(server.read, OK, server.read, reset), then(server.read, reset)]
    _, second = posted(loop, server, b"a=1", b"a=2")
    assert (second.status, second.written) == (0, True)
    assert len(server.requests) == 3


def test_a_reused_connection_that_has_answered_one_byte(loop: Loop) -> None:
    server = Server()
    server.turns.append(then(server.read, OK, server.read, b"H"))
    _, second = posted(loop, server, b"a=1", b"a=2")
    assert (second.status, second.written) == (0, True)
    assert len(server.requests) == 2


def test_a_reused_connection_that_ends_later(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "RACE_SECONDS", 0.05)
    server = Server()
    server.turns.append(then(server.read, OK, server.read, 0.3, reset))
    _, second = posted(loop, server, b"a=1", b"a=2")
    assert (second.status, second.written) == (0, True)
    assert len(server.requests) == 2


def test_nobody_listens(loop: Loop) -> None:
    async def work() -> HandlerResponse:
        client = HandlerClient(Guard("dev"), 5)
        return await client.post("http://127.0.0.1:9/", b"a=1", {})

    assert run(loop, work()) == HandlerResponse(0, problem="no connection: 127.0.0.1:9 refused the connection")


def test_a_handshake_that_is_cut_short(loop: Loop) -> None:
    server = Server(then(1.0))

    async def work() -> HandlerResponse:
        async with server:
            return await HandlerClient(Guard("dev"), 0.3).post(server.url.replace("http:", "https:"), b"a=1", {})

    answer = run(loop, work())
    assert (answer.status, answer.written) == (0, False)


def test_over_tls(loop: Loop) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    AUTHORITY.configure_trust(trusting)
    server = Server(tls=context)
    server.turns += [then(server.read, OK, server.read, 60.0), then(beginning, reset)]

    async def work() -> list[HandlerResponse]:
        async with server:
            client = HandlerClient(Guard("dev"), 1, trusting)
            responses = [await client.post(server.url, b"a=1", {}) for _ in range(2)]
            responses.append(await client.post(server.url, BIG, {}))
            await client.close()
            return responses

    answered, unanswered, cut = run(loop, work())
    assert answered == HandlerResponse(200, "ok", written=True)
    assert (unanswered.status, unanswered.written) == (0, True)
    assert (cut.status, cut.written) == (0, False)


def test_a_server_that_stops_says_what_it_knows(loop: Loop) -> None:
    server = Server()
    server.turns += [then(server.read, 60.0), then(60.0)]

    async def work() -> list[HandlerResponse]:
        client = HandlerClient(Guard("dev"), 30)
        async with server:
            posts = [asyncio.create_task(client.post(server.url, body, {})) for body in (b"a=1", BIG)]
            await asyncio.sleep(0.2)
            client.cut()
            return await asyncio.gather(*posts)

    assert run(loop, work()) == [
        HandlerResponse(0, problem="stopped: the server stopped", written=True),
        HandlerResponse(0, problem="stopped: the server stopped", ours=True),
    ]


def test_what_the_server_lacks_is_not_the_handlers_fault(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_given: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    async def work() -> HandlerResponse:
        monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", full)
        return await HandlerClient(Guard("dev"), 5).post("http://127.0.0.1:9/", b"a=1", {})

    answer = run(loop, work())
    assert answer.ours and not answer.written and "Too many open files" in answer.problem


ANSWERS = {
    "chunked": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, "ok", True),
    "until the end": (b"HTTP/1.0 200 OK\r\n\r\nok", 200, "ok", False),
    "after words in between": (b"HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n" + OK, 200, "ok", True),
    "without a body": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, "", True),
    "closing": (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", 200, "ok", False),
    "with more than was asked": (OK + b"HTTP/1.1 500 Late\r\n\r\n", 200, "ok", False),
    "Retry-After": (b"HTTP/1.1 503 No\r\nretry-AFTER: 7\r\nContent-Length: 0\r\n\r\n", 503, "", True),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_are_read(loop: Loop, name: str) -> None:
    text, status, body, kept = ANSWERS[name]
    server = Server()
    server.turns += [then(server.read, text, *([server.read, OK] if kept else [])), then(server.read, OK)]
    first, second = posted(loop, server, b"a=1", b"a=2", pause=0.02)
    assert (first.status, first.body, second.status) == (status, body, 200)
    assert first.retry_after == ("7" if name == "Retry-After" else "")
    assert len(server.turns) == int(kept)


def test_a_head_without_end(loop: Loop) -> None:
    server = Server()
    server.turns.append(then(server.read, b"HTTP/1.1 200 OK\r\nA: " + b"x" * 1_000_000))
    (answer,) = posted(loop, server, b"a=1")
    assert answer == HandlerResponse(0, problem="no answer: the head of the answer has no end", written=True)


def test_words_in_between_without_end(loop: Loop) -> None:
    server = Server()
    server.turns.append(then(server.read, b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000))
    (answer,) = posted(loop, server, b"a=1")
    assert answer == HandlerResponse(0, problem="no answer: too many responses of status 1xx", written=True)


def test_a_few_words_in_between_are_heard(loop: Loop) -> None:
    server = Server()
    server.turns.append(then(server.read, b"HTTP/1.1 102 Processing\r\n\r\n" * 10 + OK))
    (answer,) = posted(loop, server, b"a=1")
    assert answer.status == 200


def test_a_switch_of_protocols_is_no_answer(loop: Loop) -> None:
    server = Server()
    server.turns.append(then(server.read, b"HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello", 60.0))
    (answer,) = posted(loop, server, b"a=1", seconds=1)
    assert (answer.status, answer.written) == (0, True)

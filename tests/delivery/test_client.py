"""One POST: where it goes, and what it must not bring along."""

from __future__ import annotations

import asyncio
import ssl

import pytest
import trustme

from botyard.delivery.client import HandlerClient
from botyard.delivery.guard import Guard
from botyard.delivery.retries import HandlerResponse
from tests.delivery.handlers import Handler, answer

AUTHORITY = trustme.CA()


def posted(client: HandlerClient, *addresses: str) -> list[HandlerResponse]:
    async def work() -> list[HandlerResponse]:
        try:
            return [await client.post(address, b"a=1", {"Content-Type": "x"}) for address in addresses]
        finally:
            await client.close()

    return asyncio.run(work())


def tls_for(name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(name).configure_cert(context)
    return context


def asked(handler: Handler, client: HandlerClient, url: str) -> HandlerResponse:
    """One POST to a handler that lives as long as the question."""

    async def work() -> HandlerResponse:
        await handler.start()
        try:
            return await client.post(url.format(port=handler.port), b"a=1", {"Content-Type": "x"})
        finally:
            await client.close()
            await handler.stop()

    return asyncio.run(work())


def test_refused_addresses_are_not_connected_to() -> None:
    responses = posted(HandlerClient(Guard("prod"), 5), "http://127.0.0.1/", "http://[::ffff:127.0.0.1]:80/")
    assert responses[0].problem == "address refused: 127.0.0.1 is this machine"
    assert responses[1].problem.startswith("address refused: ::ffff:")


def test_a_name_that_moves_between_check_and_connection_leads_nowhere_else() -> None:
    """The connection is made to what was checked, however often the name changes."""
    looked: list[str] = []

    async def moving(host: str, port: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"] if len(looked) == 1 else ["169.254.169.254"]

    response = asked(Handler(), HandlerClient(Guard("dev", moving), 5), "http://moving.test:{port}/")
    assert response.status == 200
    assert looked == ["moving.test"]


def test_nothing_but_the_post_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    handler = Handler()
    handler.behaviours["/"] = answer(200, "ok", set_cookie="a=b")

    async def work() -> None:
        await handler.start()
        client = HandlerClient(Guard("dev"), 5)
        for _ in range(2):
            assert (await client.post(handler.url("/"), b"a=1", {"Content-Type": "x"})).status == 200
        await client.close()
        await handler.stop()

    asyncio.run(work())
    assert [set(request.headers) for request in handler.heard] == [{"host", "content-type", "content-length"}] * 2


def test_certificates_are_checked() -> None:
    trusting = ssl.create_default_context()
    AUTHORITY.configure_trust(trusting)
    good = asked(Handler(tls_for("127.0.0.1")), HandlerClient(Guard("dev"), 5, trusting), "https://127.0.0.1:{port}/")
    assert good == HandlerResponse(200, "ok", written=True)
    unknown = asked(Handler(tls_for("127.0.0.1")), HandlerClient(Guard("dev"), 5), "https://127.0.0.1:{port}/")
    assert unknown.problem.startswith("TLS failed: ")
    other = asked(Handler(tls_for("other.test")), HandlerClient(Guard("dev"), 5, trusting), "https://127.0.0.1:{port}/")
    assert other.problem.startswith("TLS failed: ")


def test_plain_http_behind_https() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def work() -> HandlerResponse:
        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = HandlerClient(Guard("dev"), 5)
        response = await client.post(f"https://127.0.0.1:{port}/", b"", {})
        await client.close()
        server.close()
        return response

    assert asyncio.run(work()).problem.startswith("TLS failed: ")


def test_unknown_names() -> None:
    (response,) = posted(HandlerClient(Guard("prod"), 5), "http://no-such-name.invalid/")
    assert response.problem.startswith("unknown name: ")

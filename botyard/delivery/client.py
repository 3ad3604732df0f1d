"""One POST to a handler: to a checked address, within a time, reading only the beginning of the answer."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from botyard.delivery.guard import AddressRefused, Guard, NameUnknown
from botyard.delivery.retries import Answer

KEPT = 4096
"""Bytes of an answer that are kept."""
READ_MAX = 64 * 1024
# The answer is known with its head; the rest is read only so that the connection can be used again.
BODY_SECONDS = 2.0
# Shorter than what servers commonly keep a connection for (Node: 5 s), so that they seldom close it under us.
IDLE_SECONDS = 4.0


class Client:
    """Sends posts. Must be opened and closed on the event loop that uses it."""

    def __init__(self, guard: Guard, seconds: float, tls: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        self._seconds = seconds
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(self, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a form. What goes wrong is an answer too: status 0 and the problem."""
        try:
            async with asyncio.timeout(self._seconds):
                place = await self._guard.place(address)
                asked = self._opened().post(place.url, data=body, headers=headers, allow_redirects=False)
                response = await asked
            async with response:
                return await _answer(response)
        except AddressRefused as problem:
            return Answer(0, problem=f"address refused: {problem}")
        except NameUnknown as problem:
            return Answer(0, problem=f"unknown name: {problem}")
        except TimeoutError:
            return Answer(0, problem=f"timeout: no answer within {self._seconds:g} s")
        except (aiohttp.ClientSSLError, ssl.SSLError) as problem:
            return Answer(0, problem=f"TLS failed: {_short(problem)}")
        except aiohttp.ClientConnectorError as problem:
            return Answer(0, problem=f"no connection: {_short(problem.os_error)}")
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            return Answer(0, problem=f"no answer: {_short(problem)}")

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=_Checked(self._guard),
                use_dns_cache=False,
                limit=0,
                keepalive_timeout=IDLE_SECONDS,
                ssl=self._tls or True,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                # The engine's own clock ends an attempt.
                timeout=aiohttp.ClientTimeout(total=None),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                skip_auto_headers=("Accept", "Accept-Encoding"),
            )
        return self._session


class _Checked(AbstractResolver):
    """Hands out checked addresses only: the last word before a connection is made."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [_result(host, port, address) for address in await self._guard.addresses(host, port)]

    async def close(self) -> None:
        pass


def _result(host: str, port: int, address: str) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST,
    )


async def _answer(response: aiohttp.ClientResponse) -> Answer:
    problem = "redirect: handlers are called where they say they are" if 300 <= response.status < 400 else ""
    return Answer(response.status, await _beginning(response), response.headers.get("Retry-After", ""), problem)


async def _beginning(response: aiohttp.ClientResponse) -> str:
    """How an answer begins. One that is too long, too slow or cut off ends the connection, not the attempt."""
    read = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while len(read) <= READ_MAX:
                part = await response.content.readany()
                if not part:
                    break
                read += part
            else:
                response.close()
    except (TimeoutError, aiohttp.ClientError):
        response.close()
    return bytes(read[:KEPT]).decode(errors="replace").replace("\0", "�")


def _short(problem: BaseException) -> str:
    text = str(problem) or type(problem).__name__
    return text[:300]

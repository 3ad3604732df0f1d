"""`/picture/…`: the portal fetches pictures of other sites, and nothing else, from nowhere that is closed."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
from PIL import Image

from botyard.delivery import pictures
from botyard.delivery.guard import Guard
from botyard.delivery.pictures import NoPicture, Picture, PictureFetcher
from botyard.portal.auth import picture_links
from tests.world import Answer, World

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter, str], Awaitable[None]]


def drawn(kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(out, kind)
    return out.getvalue()


def huge() -> bytes:
    """A PNG that says it has 10,000,000,000 pixels."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    pixels = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + pixels


def response(body: bytes, *headers: str, status: str = "200 OK", length: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, *([f"content-length: {len(body)}"] if length else [])]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Site:
    """A site on this machine, and what was asked of it."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.answers: dict[str, bytes | Serve] = {}
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(head)
            answer = self.answers[head.split()[1]]
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(reader, writer, head)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def fetched(site: Site, *paths: str, profile: str = "dev", rounds: int = 1) -> list[Picture | str]:
    """What is at paths of a site: pictures, or why there is none."""

    async def work() -> list[Picture | str]:
        server = await asyncio.start_server(site.serve, "127.0.0.1", site.port)
        site.port = server.sockets[0].getsockname()[1]
        fetcher = PictureFetcher(Guard(profile))

        async def each(path: str) -> Picture | str:
            try:
                return await fetcher.get(path if "//" in path else site.url(path))
            except NoPicture as reason:
                return str(reason)

        async with server:
            results = [result for _ in range(rounds) for result in await asyncio.gather(*map(each, paths))]
        return results

    return asyncio.run(work())


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize(
    ("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")]
)
def test_a_picture_is_what_its_bytes_say(site: Site, kind: str, media_type: str) -> None:
    site.answers["/a?b=c"] = response(drawn(kind), "content-type: text/html")
    assert fetched(site, "/a?b=c") == [Picture(drawn(kind), media_type)]
    head = site.requests[0].lower()
    assert not any(name in head for name in ("cookie", "referer", "authorization", "origin", "x-forwarded"))


def test_bodies_end_as_http_has_them_end(site: Site) -> None:
    picture = drawn()
    half = len(picture) // 2
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (picture[:half], picture[half:], b""))
    site.answers["/chunks"] = response(chunks, "transfer-encoding: chunked", length=False)
    site.answers["/closed"] = response(picture, length=False)
    site.answers["/early"] = b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + response(picture)
    site.answers["/cut"] = response(picture)[:-5]
    site.answers["/nothing"] = b""
    whole = Picture(picture, "image/png")
    results = fetched(site, "/chunks", "/closed", "/early", "/cut", "/nothing")
    assert results == [whole, whole, whole, "the connection ended in the middle", "the connection ended in the middle"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (response(b"<script>alert(1)</script>", "content-type: image/png"), "no PNG"),
        (response(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "content-type: image/svg+xml"), "no PNG"),
        (response(b""), "no PNG"),
        (response(huge()), "too many pixels"),
        (response(drawn(), status="404 Not Found"), "404"),
        (response(drawn(), status="206 Partial Content"), "206"),
        (response(drawn(), "content-encoding: gzip"), "compressed"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n", "too large"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 40_000, "head"),
        (b"SSH-2.0-OpenSSH\r\n", ""),
        (b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", "another protocol"),
        (response(b"", "location: http://[::1", status="302 Found"), "no address"),
        (response(b"", "location: //[", status="302 Found"), "no address"),
        (response(b"1\r\nx\r\n0\r\n" + b"x: y\r\n" * 200_000, "transfer-encoding: chunked", length=False), "beside"),
        (response(b"1\r\nx\r\n0\r\nx: " + b"y" * 900_000, "transfer-encoding: chunked", length=False), "beside"),
    ],
)
def test_nothing_else_is_taken(site: Site, answer: bytes, reason: str) -> None:
    site.answers["/a"] = answer
    (result,) = fetched(site, "/a")
    assert isinstance(result, str)
    assert reason in result


def test_a_body_without_end_is_left(site: Site) -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"\0" * 65_536)
            sent += 65_536
            await writer.drain()

    site.answers["/a"] = endless
    assert fetched(site, "/a") == ["it is too large"]
    assert sent < 4 * pictures.BYTES_MAX


def test_a_slow_site_is_left(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "SECONDS", 0.3)

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b"\0")
            await writer.drain()
            await asyncio.sleep(0.05)

    site.answers["/a"] = slow
    assert fetched(site, "/a") == ["TimeoutError"]


def test_redirects_are_followed_to_open_places_only(site: Site) -> None:
    site.answers["/a"] = response(b"", "location: /b?c", status="302 Found")
    site.answers["/b?c"] = response(drawn())
    site.answers["/loop"] = response(b"", "location: /loop", status="301 Moved Permanently")
    site.answers["/metadata"] = response(b"", "location: http://169.254.169.254/latest", status="302 Found")
    site.answers["/file"] = response(b"", "location: file:///etc/passwd", status="307 Temporary Redirect")
    site.answers["/nowhere"] = response(b"", status="302 Found")
    first, loop, metadata, file, nowhere = fetched(site, "/a", "/loop", "/metadata", "/file", "/nowhere")
    assert first == Picture(drawn(), "image/png")
    assert (loop, nowhere) == ("it is redirected too often", "it is redirected too often")
    assert "link-local" in str(metadata)
    assert "only http and https" in str(file)


def test_where_strangers_can_write_private_places_are_closed(site: Site) -> None:
    site.answers["/a"] = response(drawn())
    assert fetched(site, "http://127.0.0.1/a", "http://10.0.0.1/a", profile="prod") == [
        "127.0.0.1 is this machine",
        "10.0.0.1 is a private network",
    ]
    assert site.requests == []


def test_what_many_look_at_is_fetched_once(site: Site) -> None:
    site.answers["/a"] = response(drawn())
    site.answers["/b"] = response(b"nothing")
    results = fetched(site, "/a", "/a", "/b", "/b", rounds=2)
    assert [isinstance(result, Picture) for result in results] == [True, True, False, False] * 2
    assert len(site.requests) == 2


def test_what_is_kept_has_a_bound(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "KEPT_BYTES", 2_500)
    for path in ("/a", "/b", "/c"):
        site.answers[path] = response(drawn())
    fetched(site, "/a", "/b", "/c")
    assert len(site.requests) == 3
    site.requests.clear()
    fetched(site, "/a", rounds=2)
    assert len(site.requests) == 1


@contextmanager
def site_of(world: World, site: Site) -> Iterator[None]:
    """The site, on the loop of a portal."""

    async def begin() -> asyncio.Server:
        return await asyncio.start_server(site.serve, "127.0.0.1", 0)

    server = world.run(begin())
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        server.close()


def shown_at(world: World, *urls: str) -> list[str]:
    answer = world.call("botyard.picture.get", URLS=list(urls)).result
    assert [each["URL"] for each in answer] == list(urls)
    return [each["SHOWN_AT"] for each in answer]


def get(world: World, path: str, **headers: str) -> Answer:
    return world.request("GET", path, b"", {name.replace("_", "-"): value for name, value in headers.items()})


def test_a_picture_is_shown_by_the_portal(world: World, site: Site) -> None:
    site.answers["/ä?x=1"] = b""
    site.answers["/%C3%A4?x=1"] = response(drawn())
    with site_of(world, site):
        (path,) = shown_at(world, site.url("/ä?x=1"))
        answer = get(world, path, cookie="a=b", referer="http://botyard.test/online/")
        assert (answer.status, answer.body, answer.headers["content-type"]) == (200, drawn(), "image/png")
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"].startswith("private, max-age=")
        assert get(world, path, if_none_match=answer.headers["etag"]).status == 304
        # The same picture has the same address for a while.
        assert shown_at(world, site.url("/ä?x=1")) == [path]
        missing = get(world, shown_at(world, site.url("/other"))[0])
        assert missing.status == 404
    assert len(site.requests) <= 2


def test_nobody_but_the_portal_makes_addresses(world: World, site: Site) -> None:
    (path,) = shown_at(world, "https://example.com/a.png")
    _, _, signature, name = path.split("/")
    (other,) = shown_at(world, "https://example.com/b.png")
    forged = [
        f"/picture/{signature}/{other.split('/')[-1]}",
        f"/picture/{signature[:-1]}{'a' if signature[-1] != 'a' else 'b'}/{name}",
        f"/picture/9{signature}/{name}",
        f"/picture/{signature}/{name}A",
        f"/picture/x/{name}",
        "/picture/x/%00",
    ]
    assert {get(world, each).body["error"] for each in forged} == {get(world, forged[0]).body["error"]}
    assert {get(world, each).status for each in forged} == {403}
    world.wait(2 * picture_links.SECONDS)
    assert get(world, path).status == 403


def test_only_pictures_of_the_web_have_addresses(world: World) -> None:
    urls = ["http://a.test/1", "HTTPS://a.test/2", "http://a.test/1", "data:image/png;base64,AA", "file:///a", "x", ""]
    answer = world.call("botyard.picture.get", URLS=[*urls, "https://a.test/" + "a" * 2000]).result
    assert [each["URL"] for each in answer] == urls[:2]
    assert world.call("botyard.picture.get", URLS="http://a.test/1").result[0]["URL"] == "http://a.test/1"
    assert world.call("botyard.picture.get").result == []
    many = [f"http://a.test/{number}" for number in range(201)]
    assert world.call("botyard.picture.get", URLS=many).error == "ERROR_ARGUMENT"

"""The server of an application: pages that a browser loads by a form, and what was posted to them."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

PAGES = Path(__file__).with_name("pages")


class Request(NamedTuple):
    """What came to a page: what stood in its address, and the fields of the form."""

    path: str
    query: dict[str, str]
    form: dict[str, str]


class Site:
    """Pages by their paths, and the requests for them, the last one at the end."""

    def __init__(self, origin: str, files: Mapping[str, bytes]) -> None:
        self.origin = origin
        self.files = dict(files)
        self.requests: list[Request] = []

    def last(self, path: str) -> Request:
        return [request for request in self.requests if request.path == path][-1]


def page(name: str, library: str = "") -> bytes:
    """A page of the folder, with the address of the library in its one tag."""
    return (PAGES / name).read_text().replace("LIBRARY", library).encode()


@contextmanager
def serving(files: Mapping[str, bytes], certificate: tuple[Path, Path] | None = None) -> Iterator[Site]:
    """Serve files on a port of their own, over https where there is a certificate and its key."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    site = Site(f"{scheme}://localhost:{server.server_address[1]}", files)
    server.site = site  # type: ignore[attr-defined]  # The handler finds it there.
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        self._answer(dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True)))

    def _answer(self, form: dict[str, str]) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        site.requests.append(Request(parts.path, dict(parse_qsl(parts.query)), form))
        content = site.files.get(parts.path)
        self.send_response(404 if content is None else 200)
        kind = "text/javascript" if parts.path.endswith(".js") else "text/html"
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""

"""Binds the sockets before the portal is opened: a taken port is reported first, and the real port is known."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.config import Settings
from botyard.rpc.call import Context
from botyard.server import Application, Listener, application
from botyard.web.certificates import Certificate, CertificateFiles, from_files, reason
from botyard.web.crowd import Crowd, room
from botyard.web.http import Receive, Scope, Send

BACKLOG = 2048
ANYWHERE = ("127.0.0.1", "0.0.0.0", "::", "::1", "localhost")  # noqa: S104  # Names to be told apart, not bound.


class Listeners:
    """The listeners of a portal. Those who come before ``open`` wait in the queue of the socket."""

    def __init__(self, settings: Settings, name: str = "localhost") -> None:
        """Listen as the settings say; ``name`` stands in addresses for this very machine. Raises Failure."""
        self._app: Application | None = None
        self._answer = self._answering()
        self.crowd = Crowd(room())
        self.listeners = [_listening(self._answer, settings.host, settings.port, crowd=self.crowd)]
        self.settings = _at(settings, self.listeners[0].port, name)
        self.https_url = ""
        self.ca_file = ""
        if settings.tls:
            try:
                self._add_tls(name)
            except BaseException:
                self.close()
                raise

    def open(self, context: Context) -> None:
        """Serve this portal from now on."""
        self._app = application(context)

    def _answering(self) -> Application:
        # A plain function: of a bound method uvicorn believes that it speaks the old ASGI 2.
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if self._app is None:
                raise RuntimeError("the portal is not open yet")
            await self._app(scope, receive, send)

        return answer

    def _add_tls(self, name: str) -> None:
        settings = self.settings
        certificate = self._given_certificate() if settings.tls_cert else self._own_certificate()
        hsts = settings.profile == "prod"
        listener = _listening(self._answer, settings.host, settings.tls_port, certificate, crowd=self.crowd, hsts=hsts)
        self.listeners.append(listener)
        self.https_url = f"https://{_shown(settings.host, name)}:{listener.port}"
        # A public address of https leads here by a way of its own, such as a proxy.
        url = "" if settings.public_url.startswith("https:") else self.https_url
        self.settings = msgspec.structs.replace(settings, tls_port=listener.port, https_url=url)

    def _given_certificate(self) -> Certificate:
        pair = CertificateFiles(Path(self.settings.tls_cert), Path(self.settings.tls_key))
        try:
            return Certificate(from_files(*pair))
        except (ValueError, OSError) as problem:
            sentence = f"The certificate {pair.cert} cannot be served: {reason(problem)}."
            raise CommandError(sentence, ExitCode.USAGE) from problem

    def _own_certificate(self) -> Certificate:
        # Certificates take a moment to import, and few servers make any.
        from botyard import tls

        folder, host = self.settings.data / "tls", urlsplit(self.settings.public_url).hostname or ""

        def find() -> CertificateFiles:
            made = tls.ensure(folder, host)
            self.ca_file = str(made.ca_file.absolute()) if made.own else ""
            return CertificateFiles(made.cert_file, made.key_file)

        try:
            return Certificate(find)
        except ValueError as problem:
            raise CommandError(str(problem), ExitCode.USAGE) from problem

    def close(self) -> None:
        """Let go of the addresses without having served."""
        for listener in self.listeners:
            listener.socket.close()


def _listening(
    app: Application, host: str, port: int, certificate: Certificate | None = None, *, crowd: Crowd, hsts: bool = False
) -> Listener:
    option = "--tls-port" if certificate else "--port"
    try:
        listener = Listener(app, host, port, certificate, crowd=crowd, hsts=hsts)
    except OSError as problem:
        raise _taken(problem, host, port, option) from problem
    try:
        listener.socket.listen(BACKLOG)
    except OSError as problem:
        listener.socket.close()
        raise _taken(problem, host, port, option) from problem
    return listener


def _taken(problem: OSError, host: str, port: int, option: str) -> CommandError:
    if problem.errno == errno.EADDRINUSE:
        sentence = f"Port {port} of {host} is taken; choose another one with {option}, or 0 for any that is free."
    elif problem.errno == errno.EACCES:
        sentence = f"Port {port} of {host} may not be used by this account; choose one above 1023 with {option}."
    else:
        sentence = f"{host}, port {port}, cannot be listened on: {problem.strerror}."
    return CommandError(sentence, ExitCode.ADDRESS)


def _at(settings: Settings, port: int, name: str) -> Settings:
    url = settings.public_url or f"http://{_shown(settings.host, name)}:{port}"
    return msgspec.structs.replace(settings, port=port, public_url=url)


def _shown(host: str, name: str) -> str:
    if host in ANYWHERE:
        return name
    return f"[{host}]" if ":" in host else host


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The fast event loop where there is one."""
    try:
        import uvloop  # Not made for Windows.
    except ImportError:
        return None
    return uvloop.new_event_loop


@contextlib.contextmanager
def signal_handlers(numbers: tuple[signal.Signals, ...], hear: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Call ``hear`` on the event loop for each of these signals."""
    loop = asyncio.get_running_loop()
    for number in numbers:
        loop.add_signal_handler(number, hear, number)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)

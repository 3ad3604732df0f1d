"""Mail through a server of the operator's: what is sent, and what is said when it cannot be."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket

import msgspec
import pytest

from botyard.config import Settings
from botyard.errors import ApiError, Reason
from botyard.portal import mail
from botyard.server import application
from tests.conftest import MakeWorld
from tests.web.browser import PASSWORD, resident
from tests.world import World

ADDRESS = "botyard@chat.example.com"


class MailServer:
    """A mail server on this machine that keeps what it gets; ``refuse`` is a command that it does not take."""

    def __init__(self, refuse: str = "") -> None:
        self.refuse = refuse
        self.mails: list[str] = []
        self.heard: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def open(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test\r\n")
        while line := (await reader.readline()).decode().strip():
            word = line.split()[0].upper()
            self.heard.append(line)
            if word == self.refuse:
                writer.write(b"550 the secret words of a mail server\r\n")
            elif word == "DATA":
                writer.write(b"354 go on\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(content.decode().removesuffix("\r\n.\r\n"))
                writer.write(b"250 kept\r\n")
            elif word == "EHLO":
                writer.write(b"250-mail.test\r\n250 AUTH PLAIN\r\n")
            elif word == "AUTH":
                writer.write(b"235 welcome\r\n")
            else:
                writer.write(b"221 bye\r\n" if word == "QUIT" else b"250 fine\r\n")
        writer.close()


def sent(server: MailServer, to: str = "ann@a.test", *, user: str = "", **more: str) -> None:
    async def work() -> None:
        async with await server.open():
            url = server.url.replace("//", f"//{user}@") if user else server.url
            settings = Settings(smtp_url=url, smtp_from=ADDRESS)
            await mail.send(settings, to, subject=more.get("subject", "Hello"), text="Grüße\n.\nhttps://a.test/x")

    asyncio.run(work())


def test_a_mail_is_plain_text_with_a_whole_head() -> None:
    server = MailServer()
    sent(server)
    [raw] = server.mails
    message = email.message_from_string(raw, policy=email.policy.default)
    assert (message["From"], message["To"], message["Subject"]) == (ADDRESS, "ann@a.test", "Hello")
    assert message["Date"]
    assert message["Message-ID"].endswith("@chat.example.com>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"


def test_an_account_at_the_mail_server_is_used() -> None:
    server = MailServer()
    sent(server, user="us%40er:p%3Aw")
    # AUTH PLAIN of NUL us@er NUL p:w.
    assert any(line.startswith("AUTH PLAIN AHVzQGVyAHA6dw==") for line in server.heard)


@pytest.mark.parametrize("to", ["ann@a.test\r\nBcc: all@a.test", "ann@a.test\nX: y", ""])
def test_no_address_adds_lines_to_a_mail(to: str) -> None:
    server = MailServer()
    with pytest.raises(ApiError) as refused:
        sent(server, to)
    assert refused.value.problem is Reason.MAIL_FAILED
    assert server.mails == []


@pytest.mark.parametrize("refuse", ["RCPT", "MAIL", "DATA"])
def test_what_the_server_says_is_not_repeated(refuse: str) -> None:
    with pytest.raises(ApiError) as refused:
        sent(MailServer(refuse))
    assert refused.value.problem is Reason.MAIL_FAILED
    assert "secret words" not in refused.value.text


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings = Settings(smtp_url=f"smtp://127.0.0.1:{taken.getsockname()[1]}", smtp_from=ADDRESS)
        with pytest.raises(ApiError, match="MAIL_FAILED") as refused:
            asyncio.run(mail.send(settings, "ann@a.test", subject="Hello", text="x"))
    assert "cannot be reached" in refused.value.text


@pytest.mark.parametrize("to", ["a@[", "a@", '"', "a\nb@a.test", ":/=;\t@,>", "\t.//\\)?\t."])
def test_what_is_no_address(to: str) -> None:
    server = MailServer()
    with pytest.raises(ApiError, match="MAIL_FAILED") as refused:
        sent(server, to)
    assert "is no address of e-mail" in refused.value.text
    assert server.heard == []


def test_an_invitation_to_what_is_no_address(make_world: MakeWorld) -> None:
    world = make_world(smtp_url="smtp://127.0.0.1:1", smtp_from=ADDRESS)
    department = world.call("department.add", NAME="Company", PARENT=0).result
    answer = world.call("user.add", EMAIL="a@[", UF_DEPARTMENT=[department])
    assert answer.result
    assert "could not be sent" in answer.headers["botyard-hint"]


def test_elsewhere_nothing_is_sent_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is not on this machine has to offer STARTTLS, before any password is told."""
    server = MailServer()
    real = socket.create_connection

    def connected(address: tuple[str, int], *args: object, **kwargs: object) -> socket.socket:
        return real(("127.0.0.1", server.port), 5)

    monkeypatch.setattr(socket, "create_connection", connected)

    async def work() -> None:
        async with await server.open():
            settings = Settings(smtp_url="smtp://user:password@mail.test", smtp_from=ADDRESS)
            await mail.send(settings, "ann@a.test", subject="Hello", text="x")

    with pytest.raises(ApiError, match="MAIL_FAILED"):
        asyncio.run(work())
    assert "AUTH" not in str(server.heard)
    assert server.mails == []


def test_a_link_goes_by_mail_and_nowhere_else(make_world: MakeWorld) -> None:
    server = MailServer()
    world = make_world(smtp_url="smtp://127.0.0.1:1", smtp_from=ADDRESS)
    made = world.call("botyard.user.add", LOGIN="ann", EMAIL="ann@a.test").result
    nobody = world.call("botyard.user.add", LOGIN="ben").result
    assert world.call("botyard.user.password.link", ID=nobody["ID"], MAIL=True).error == "MAIL_NO_ADDRESS"
    assert world.call("botyard.user.password.link", ID=made["ID"], MAIL=True).error == "MAIL_FAILED"
    listening = world.run(server.open())
    moved(world, server)
    answer = world.call("botyard.user.password.link", ID=made["ID"], MAIL=True).result
    assert (answer["LINK"], answer["MAILED_TO"]) == (None, "ann@a.test")
    text = email.message_from_string(server.mails[0], policy=email.policy.default).get_content()
    assert "http://botyard.test/account/reset?key=" in text
    listening.close()


def moved(world: World, server: MailServer) -> None:
    """Let the portal know where the mail server is."""
    settings = msgspec.structs.replace(world.context.settings, smtp_url=server.url)
    world.context = msgspec.structs.replace(world.context, settings=settings)
    world.app = application(world.context)


def test_the_former_address_is_told_of_another_one(make_world: MakeWorld) -> None:
    server = MailServer()
    world = make_world(smtp_url="smtp://127.0.0.1:1", smtp_from=ADDRESS)
    ann = world.add_webhook(resident(world, "ann"), "botyard.self")

    def move(to: str) -> object:
        return world.call("botyard.profile.update", ann, params={"EMAIL": to, "PASSWORD": PASSWORD}).result["EMAIL"]

    assert move("ann@a.test") == "ann@a.test"
    # A mail that cannot be sent is no reason to refuse.
    assert move("ann@b.test") == "ann@b.test"
    listening = world.run(server.open())
    moved(world, server)
    assert move("ann@c.test") == "ann@c.test"
    [message] = [email.message_from_string(text, policy=email.policy.default) for text in server.mails]
    assert message["To"] == "ann@b.test"
    assert "ann@c.test" not in message.get_content()
    listening.close()

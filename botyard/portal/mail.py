"""Mail that the portal sends, through a server of the operator's."""

from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import cache
from urllib.parse import unquote, urlsplit

from botyard.config import Settings
from botyard.errors import ApiError, Reason, raises

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 20.0
_PORTS = {"smtp": 587, "smtps": 465}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_AT_ONCE = 2
"""Mails that are sent side by side, by threads of their own: a server may take its time."""


def is_set_up(settings: Settings) -> bool:
    """Whether mail can be sent."""
    return bool(settings.smtp_url and settings.smtp_from)


@raises(Reason.MAIL_OFF)
def require(settings: Settings) -> None:
    """Check that mail can be sent. Raises MAIL_OFF."""
    if not is_set_up(settings):
        raise ApiError(Reason.MAIL_OFF)


@raises(require, Reason.MAIL_FAILED)
async def send(settings: Settings, to: str, *, subject: str, text: str) -> None:
    """Send a mail in plain text; a server that is slow holds nobody else up. Raises MAIL_OFF and MAIL_FAILED."""
    require(settings)
    try:
        message = _message(settings, to, subject=subject, text=text)
        await asyncio.get_running_loop().run_in_executor(_threads(), _send, settings.smtp_url, message)
    except (OSError, ValueError, smtplib.SMTPException) as problem:
        # What a server says may repeat the text of the mail, so only its number is told, and kept.
        reason = _reason(problem)
        log.warning("A mail could not be sent: %s", reason)
        raise ApiError(Reason.MAIL_FAILED, reason=reason) from None


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, "mail")


def _message(settings: Settings, to: str, *, subject: str, text: str) -> EmailMessage:
    """Raises ValueError for an address that is none, or breaks the lines of a head."""
    message = EmailMessage()
    try:
        message["To"] = to
    except Exception as problem:
        # The library reads it, and trips over what is no address in many ways: `a@[` is an AttributeError.
        raise ValueError("it is no address") from problem
    message["From"], message["Subject"] = settings.smtp_from, subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=settings.smtp_from.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _send(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    tls = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=tls)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    with server:
        if parts.scheme == "smtp" and (host not in _LOOPBACK or _offers_tls(server)):
            server.starttls(context=tls)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _offers_tls(server: smtplib.SMTP) -> bool:
    server.ehlo_or_helo_if_needed()
    return server.has_extn("starttls")


def _reason(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return "the mail server does not take mail for this address"
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"the mail server refused with code {problem.smtp_code}"
    if isinstance(problem, smtplib.SMTPException):
        return "the mail server does not offer what is needed, or closed the connection"
    if isinstance(problem, TimeoutError):
        return f"the mail server did not respond within {TIMEOUT_SECONDS:.0f} seconds"
    if isinstance(problem, ssl.SSLError):
        return "the certificate of the mail server cannot be verified"
    if isinstance(problem, OSError):
        return f"the mail server cannot be reached: {problem.strerror or 'no such host'}"
    return "the address is no address of e-mail"

"""What `botyard serve` prints when it is ready."""

from __future__ import annotations

from botyard import __version__
from botyard.commands.listening import Front
from botyard.commands.table import moment, table
from botyard.demo.credentials import FILE, Credentials

HELLO = "chat1"
"""The demo chat that the printed call asks for."""


def ready(front: Front) -> list[str]:
    """Where the portal answers."""
    lines = [f"Botyard {__version__} answers at {front.settings.public_url}"]
    if front.https_url:
        lines.append(f"and at {front.https_url}")
    return lines


def demo(front: Front, shown: Credentials) -> list[str]:
    """Everything that is needed to play with a demo portal, with a call that works when pasted."""
    url = front.settings.public_url
    head = f"Demo portal. These keys are for playing; they are kept in {front.settings.data / FILE}."
    people = [
        (person.id, person.login, person.password, _standing(person.admin, person.extranet), person.name)
        for person in shown.people
    ]
    return [
        head,
        "",
        table(("ID", "LOGIN", "PASSWORD", "", "NAME"), people),
        "",
        "Webhooks with every permission:",
        *(f"  {_webhook(url, person.id, person.webhook)}   {person.name}" for person in shown.people),
        "",
        *_application(shown),
        "",
        *_bots(shown),
        "",
        "Try it:",
        f"  curl '{_webhook(url, shown.admin.id, shown.admin.webhook)}imbot.dialog.get?DIALOG_ID={HELLO}'",
    ]


def _standing(admin: bool, extranet: bool) -> str:
    return "administrator" if admin else "extranet" if extranet else ""


def _webhook(url: str, user_id: int, secret: str) -> str:
    return f"{url}/rest/{user_id}/{secret}/"


def _application(shown: Credentials) -> list[str]:
    app = shown.application
    words = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "access_token": f"{app.access_token}   (until {moment(app.expires)} UTC)",
        "refresh_token": app.refresh_token,
        "application_token": app.application_token,
        "member_id": shown.member_id,
    }
    return [
        f"OAuth application, let in by {shown.admin.name}:",
        *(f"  {name:<18}{value}" for name, value in words.items()),
    ]


def _bots(shown: Credentials) -> list[str]:
    return [
        "Bots:",
        *(
            f"  {bot.id}  {bot.name} ({bot.code}), "
            + (f"of webhooks that say CLIENT_ID={bot.client_id}" if bot.client_id else "of the application")
            for bot in shown.bots
        ),
    ]


def tls(ca_file: str, lines: list[str]) -> list[str]:
    """How clients are told to trust the portal's own authority."""
    return [f"Clients trust https once they know {ca_file}:", *(f"  {line}" for line in lines)]

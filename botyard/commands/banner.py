"""What `botyard serve` prints when it is ready."""

from __future__ import annotations

import textwrap

from botyard import __version__
from botyard.commands.listeners import ANYWHERE, Listeners
from botyard.commands.table import moment, table
from botyard.demo.credentials import FILE, DemoCredentials, DemoPerson
from botyard.web.loopback_only import VENDOR_NAMES, is_loopback

WIDTH = 110
"""Columns that sentences are wrapped to."""
HELLO = "chat2001"
"""The demo chat that the printed call asks for."""


def ready(front: Listeners) -> list[str]:
    """Where the portal is."""
    lines = [f"Botyard {__version__} runs at {front.settings.public_url}"]
    if front.https_url and not front.ca_file:
        # With a certificate of the portal's own, `tls` has more to say.
        lines.append(f"and at {front.https_url}")
    return lines


def warnings(front: Listeners, *, named: bool) -> list[str]:
    """What others could read on the way, or cannot do; ``named`` says whether a public address was given."""
    settings, lines = front.settings, []
    if front.https_url or settings.public_url.startswith("https:"):
        return []
    if settings.profile == "prod":
        lines.append(
            "With --profile prod people sign in over https only, and this portal has no https address, so nobody can: "
            "give it one with --public-url https://… behind a proxy, or with --tls."
        )
    if not is_loopback(settings.host) and not settings.trusted_proxies:
        lines.append(
            f"Others reach {settings.host} over plain http, where passwords and keys can be read on the way: put a "
            "proxy with https before it (--public-url, --trusted-proxies), or serve https with --tls."
        )
    if not named and settings.host in ANYWHERE and not is_loopback(settings.host):
        lines.append(
            f"New webhooks and events name {settings.public_url}, which leads to this machine only on this machine: "
            "--public-url says what others call it."
        )
    return [part for line in lines for part in (*textwrap.wrap(line, WIDTH), "")]


def demo(front: Listeners, shown: DemoCredentials) -> list[str]:
    """Everything that is needed to play with a demo portal: lines that work when pasted, then every key."""
    url = front.settings.public_url
    people = [
        (
            person.id,
            person.login,
            person.password or "(changed)",
            _standing(person.admin, person.extranet),
            person.name,
        )
        for person in shown.people
    ]
    hooks = [(_webhook(url, person), person.name) for person in shown.people if person.webhook]
    return [
        *_exports(url, shown),
        *_curl(url, shown),
        *([""] if hooks else []),
        f"Demo portal. These keys are for playing; they are kept in {front.settings.data / FILE}.",
        "",
        table(("ID", "LOGIN", "PASSWORD", "", "NAME"), people),
        "",
        *(["Webhooks with every permission:", *(f"  {hook}   {name}" for hook, name in hooks), ""] if hooks else []),
        *([*_application(shown), ""] if shown.application.client_id else []),
        *_bots(shown),
    ]


def _exports(url: str, shown: DemoCredentials) -> list[str]:
    """The administrator's webhook and another person's, as the variables that the documentation uses."""
    admin = next((person for person in shown.people if person.admin and person.webhook), None)
    other = next((person for person in shown.people if not person.admin and person.webhook), None)
    named = (("WEBHOOK", admin), ("PERSON", other))
    return [f"  export {name}={_webhook(url, person)}" for name, person in named if person]


def _curl(url: str, shown: DemoCredentials) -> list[str]:
    admin = next((person for person in shown.people if person.admin and person.webhook), None)
    return [f"  curl '{_webhook(url, admin)}imbot.dialog.get?DIALOG_ID={HELLO}'"] if admin else []


def _standing(admin: bool, extranet: bool) -> str:
    return "administrator" if admin else "extranet" if extranet else ""


def _webhook(url: str, person: DemoPerson) -> str:
    return f"{url}/rest/{person.id}/{person.webhook}/"


def _application(shown: DemoCredentials) -> list[str]:
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
        "OAuth application, installed by the administrator:",
        *(f"  {name:<18}{value}" for name, value in words.items()),
    ]


def _bots(shown: DemoCredentials) -> list[str]:
    return [
        "Bots:",
        *(
            f"  {bot.id}  {bot.name} ({bot.code}), "
            + (f"of webhooks that say CLIENT_ID={bot.client_id}" if bot.client_id else "of the application")
            for bot in shown.bots
        ),
    ]


def tls(front: Listeners, trust: list[str], shown: DemoCredentials | None) -> list[str]:
    """How clients reach the portal over https, and trust its own authority."""
    exports = _exports(front.https_url, shown) if shown else []
    return [
        f"Over https, for clients that accept nothing else: {front.https_url}",
        *(f"  {line}" for line in trust),
        *exports,
        "Some clients and pages of applications use the vendor's names. They reach this portal with https on port 443",
        "(--tls-port 443) and this line in the hosts file:",
        f"  127.0.0.1 {' '.join(VENDOR_NAMES)}",
    ]

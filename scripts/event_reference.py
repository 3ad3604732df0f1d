"""The page of events: each with a whole body, made by what sends it, on a portal that lives for this page only."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

import msgspec

from botyard.api.payloads.render_batch import RenderBatch
from botyard.clock import Clock
from botyard.config import Settings
from botyard.delivery.encoding import body
from botyard.delivery.rendering import SignedPayload
from botyard.demo.known_keys import KnownKeys
from botyard.demo.provisioning import DemoPortal, provision
from botyard.rpc.call import Context
from botyard.rpc.dispatch import run
from botyard.rpc.identity import Credentials, Identity, identify
from botyard.server import PAYLOAD_BUILDERS, open_context
from botyard.store import deliveries, events
from botyard.store.engines.db import Tx
from scripts.samples import KEY

Json = dict[str, Any]

NOW = 1_771_930_800
"""The moment at which everything on the page happens."""
OFFICIAL = "https://apidocs.bitrix24.com/"
HANDLER = "http://localhost:9000/"
WATCHER = 1002
"""The demo's bot of a webhook, whose key is ``KEY``."""

# What is made up anew for each portal, as it stands on the page.
_SHOWN = {
    "access_token": "3f9a1c7be2d04856a1b2c3d4e5f60718",
    "refresh_token": "81706f5e4d3c2b1a65840d2eb7c1a9f3",
    "application_token": "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d",
    "member_id": "0123456789abcdef0123456789abcdef",
}
_SIGNED = re.compile(r"(token|sign)=[^&\s]+")


class Told(NamedTuple):
    """An event as one recipient is told of it."""

    name: str
    data: Json
    form: str = ""
    """The body of the call as it is sent, a field a line; empty for what is fetched."""


def gathered() -> list[Told]:
    """Each event once for each way in which it is told, in the order of their names."""
    return asyncio.run(_gathered())


async def _gathered() -> list[Told]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), demo=True)
        context = await open_context(settings, Clock(now=lambda: float(NOW)))
        try:
            place = DemoPortal(context.database, context.keys, settings, ["botyard", "disk", "im", "imbot", "user"])
            token = (await provision(place, keyset=KnownKeys())).credentials.application.access_token
            return await _Story(context).told(token)
        finally:
            await context.database.close()


class _Story:
    """What is done on the portal so that each event happens."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._found: dict[tuple[str, bool], Told] = {}
        self._seen = 0

    async def told(self, token: str) -> list[Told]:
        admin = await self._known(Credentials(1, KnownKeys().webhook("alice"), "", False))
        app = await self._known(Credentials(0, "", token, False))
        await self._call(app, "event.bind", event="ONUSERADD", handler=HANDLER)
        for name in ("ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL", "ONOFFLINEEVENT"):
            await self._call(app, "event.bind", event=name, handler=HANDLER)
        await self._call(app, "event.bind", event="ONUSERADD", event_type="offline")
        await self._call(admin, "im.v2.event.subscribe")
        old = await self._call(
            app, "imbot.register", code="echo", type="S", event_handler=HANDLER, properties={"NAME": "Echo"}
        )
        new = {mode: await self._bot(app, mode) for mode in ("webhook", "fetch")}
        language = [{"LANGUAGE_ID": "en", "TITLE": "Repeat", "PARAMS": "text"}]
        await self._call(
            app, "imbot.command.register", bot_id=old, command="echo", event_command_add=HANDLER, lang=language
        )
        chat = await self._call(admin, "im.chat.add", title="Release", users=[2, WATCHER, old, *new.values()])
        await self._messages(admin, app, f"chat{chat}", old, new)
        for bot_id in new.values():
            context = {"order": 815}
            await self._call(admin, "im.v2.chat.bot.sendcontext", dialogid=str(bot_id), context=context)
        await self._call(admin, "botyard.user.add", login="frank", name="Frank", last_name="Fox")
        await self._fetch(admin, "im.v2.event.get")
        await self._call(app, "imbot.unregister", bot_id=old)
        await self._fetch(app, "imbot.v2.event.get", botid=new["fetch"])
        for bot_id in new.values():
            await self._call(app, "imbot.v2.bot.unregister", botid=bot_id)
        await self._fetch(app, "imbot.v2.event.get", botid=new["fetch"])
        await self._application(admin, str(app.client_id))
        return [self._found[key] for key in sorted(self._found)]

    async def _bot(self, app: Identity, mode: str) -> int:
        """A bot of the second generation that is told everything in its chats, with a command."""
        fields: Json = {"code": mode, "properties": {"name": "Helper"}, "eventMode": mode, "type": "supervisor"}
        if mode == "webhook":
            fields["webhookUrl"] = HANDLER
        bot_id = int((await self._call(app, "imbot.v2.bot.register", fields=fields))["bot"]["id"])
        command = {"command": f"help{mode}", "title": {"en": "Show what can be done"}}
        await self._call(app, "imbot.v2.command.register", botid=bot_id, fields=command)
        return bot_id

    async def _messages(self, admin: Identity, app: Identity, dialog: str, old: int, new: dict[str, int]) -> None:
        first = await self._call(admin, "im.message.add", dialog_id=dialog, message="Shall we publish today?")
        mention = f"[USER={old}]Echo[/USER] [USER=2]Ben[/USER], what do you think?"
        await self._call(admin, "im.message.add", dialog_id=dialog, message=mention, reply_id=first)
        for bot_id in new.values():
            fields = {"message": "All tests have passed."}
            sent = await self._call(app, "imbot.v2.chat.message.send", botid=bot_id, dialogid=dialog, fields=fields)
            await self._watcher(admin, "like", message_id=sent["id"], action="plus")
        sent = await self._watcher(admin, "add", dialog_id=dialog, message="Version 1.0 is due.")
        await self._watcher(admin, "update", message_id=sent, message="Version 1.1 is due.")
        await self._watcher(admin, "delete", message_id=sent, complete="N")
        for command in ("/echo hello", "/helpwebhook", "/helpfetch"):
            await self._call(admin, "im.message.add", dialog_id=dialog, message=command)

    async def _watcher(self, admin: Identity, verb: str, **params: Any) -> Any:
        """What a bot of somebody else does."""
        return await self._call(admin, f"imbot.message.{verb}", bot_id=WATCHER, client_id=KEY, **params)

    async def _application(self, admin: Identity, client_id: str) -> None:
        await self._call(admin, "botyard.app.update", client_id=client_id, version=2)
        await self._call(admin, "botyard.app.uninstall", client_id=client_id)
        await self._call(admin, "botyard.app.add", title="Clock", scope="im", install_url=HANDLER)

    async def _fetch(self, who: Identity, method: str, /, **params: Any) -> None:
        for event in (await self._call(who, method, **params))["events"]:
            self._add(Told(event["type"], _shown(event["data"])))

    async def _known(self, given: Credentials) -> Identity:
        return await self._context.database.read(lambda tx: identify(tx, self._context.keys, given, NOW))

    async def _call(self, who: Identity, method: str, /, **params: Any) -> Any:
        result = (await run(self._context, who, method, params, NOW)).result
        await self._context.database.write(self._render)
        return msgspec.to_builtins(result)

    async def _render(self, tx: Tx) -> None:
        """Render what has become due since the last time."""
        rows = await tx.all("SELECT id, event_id FROM deliveries WHERE id > :seen ORDER BY id", seen=self._seen)
        for number, event_id in rows:
            self._seen = number
            what = await events.find(tx, event_id)
            assert what is not None
            for delivery in await deliveries.of_event(tx, event_id):
                build = PAYLOAD_BUILDERS.get(delivery.recipient.partition(":")[0])
                if delivery.id != number or build is None:
                    continue
                payload = await build(RenderBatch(tx, self._context), what, delivery)
                if isinstance(payload, SignedPayload):
                    shown = msgspec.structs.replace(
                        payload.post, data=_shown(payload.post.data), auth=_shown(payload.post.auth)
                    )
                    form = body(shown, NOW).decode().split("&")
                    self._add(Told(shown.event, shown.data, "\n".join(map(unquote_plus, form))))

    def _add(self, told: Told) -> None:
        """Keep the one that says most."""
        key = told.name, not told.form
        before = self._found.get(key)
        if before is None or len(str(told.data)) > len(str(before.data)):
            self._found[key] = told


def _shown(value: Any, name: object = "") -> Any:
    """Data as the page shows them: without what is made up anew each time."""
    if isinstance(value, dict):
        return {key: _shown(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [_shown(part) for part in value]
    if isinstance(value, str):
        return _SHOWN.get(str(name)) or _SIGNED.sub(r"\1=…", value)
    return value


# The pages.


class About(NamedTuple):
    """When an event happens, who is told, and where the vendor documents it."""

    when: str
    whom: str
    page: str


_BOT = "bots of the first generation, at the handler they were registered with"
_BOT_V2 = "bots of the second generation, at their webhookUrl or by `imbot.v2.Event.get`"
_PERSON = "people who are subscribed by `im.v2.Event.subscribe`, by `im.v2.Event.get`"
_BOUND = "handlers that an application has bound by `event.bind`"
_OUTDATED = "api-reference/chat-bots/outdated/"
_V2 = "api-reference/chat-bots/chat-bots-v2/imbot.v2/events/events.md"
_IM_V2 = "api-reference/chat-bots/chat-bots-v2/im.v2/events/events.md"
_COMMON = "api-reference/common/events/"

ABOUT: dict[str, About] = {
    "ONAPPINSTALL": About(
        "An application has been installed", f"{_BOUND}, and its install address", f"{_COMMON}on-app-install.md"
    ),
    "ONAPPUPDATE": About("An application has a new version", _BOUND, f"{_COMMON}on-app-update.md"),
    "ONAPPUNINSTALL": About("An application has been uninstalled", _BOUND, f"{_COMMON}on-app-uninstall.md"),
    "ONUSERADD": About("A person has been added", _BOUND, f"{_COMMON}on-user-add.md"),
    "ONOFFLINEEVENT": About(
        "Something new is in the application's queue of offline events",
        _BOUND,
        "api-reference/events/on-offline-event.md",
    ),
    "ONIMBOTMESSAGEADD": About(
        "A message for the bot was sent", _BOT, f"{_OUTDATED}messages/events/on-imbot-message-add.md"
    ),
    "ONIMBOTMESSAGEUPDATE": About(
        "A message was edited", _BOT, f"{_OUTDATED}messages/events/on-imbot-message-update.md"
    ),
    "ONIMBOTMESSAGEDELETE": About(
        "A message was deleted", _BOT, f"{_OUTDATED}messages/events/on-imbot-message-delete.md"
    ),
    "ONIMBOTJOINCHAT": About("The bot was added to a chat", _BOT, f"{_OUTDATED}chats/events/on-imbot-join-chat.md"),
    "ONIMBOTDELETE": About("The bot was removed", _BOT, f"{_OUTDATED}events/on-imbot-delete.md"),
    "ONIMCOMMANDADD": About(
        "Somebody used a command of the bot",
        "the handler of the command",
        f"{_OUTDATED}commands/events/on-im-command-add.md",
    ),
    "ONIMBOTV2MESSAGEADD": About("A message for the bot was sent", _BOT_V2, _V2),
    "ONIMBOTV2MESSAGEUPDATE": About("A message was edited", _BOT_V2, _V2),
    "ONIMBOTV2MESSAGEDELETE": About("A message was deleted", _BOT_V2, _V2),
    "ONIMBOTV2REACTIONCHANGE": About("A reaction was set or taken back", _BOT_V2, _V2),
    "ONIMBOTV2JOINCHAT": About("The bot was added to a chat", _BOT_V2, _V2),
    "ONIMBOTV2COMMANDADD": About("Somebody used a command of the bot", _BOT_V2, _V2),
    "ONIMBOTV2CONTEXTGET": About(
        "Somebody opened the dialog with the bot and brought data along, by `im.v2.Chat.Bot.sendContext`", _BOT_V2, _V2
    ),
    "ONIMBOTV2DELETE": About("The bot was removed", _BOT_V2, _V2),
    "ONIMV2MESSAGEADD": About("A message was sent in one of the person's chats", _PERSON, _IM_V2),
    "ONIMV2MESSAGEUPDATE": About("A message was edited in one of the person's chats", _PERSON, _IM_V2),
    "ONIMV2MESSAGEDELETE": About("A message was deleted in one of the person's chats", _PERSON, _IM_V2),
    "ONIMV2REACTIONCHANGE": About(
        "A reaction to a message in one of the person's chats was set or taken back", _PERSON, _IM_V2
    ),
    "ONIMV2JOINCHAT": About("Somebody came into one of the person's chats", _PERSON, _IM_V2),
}


def event_pages() -> Iterator[tuple[str, str, list[str]]]:
    """Each page of the reference of events: its path, title and parts."""
    by_name: dict[str, list[Told]] = {}
    for told in gathered():
        by_name.setdefault(told.name, []).append(told)
    if missing := ABOUT.keys() ^ by_name.keys():
        raise SystemExit(f"scripts/event_reference.py: no sample or no line for {', '.join(sorted(missing))}")
    rows = "\n".join(f"| [{name}]({name}.md) | {about.when}. | {about.whom} |" for name, about in ABOUT.items())
    yield (
        "events/index.md",
        "Events",
        [
            "Every event with a whole body, as it is sent to a handler (a form) and as it is fetched (JSON).",
            "How events are delivered: [delivery](../../explanation/delivery.md). Keys, tokens and signatures in the "
            "bodies are made up.",
            f"| Event | When | Who is told |\n| --- | --- | --- |\n{rows}",
        ],
    )
    for name, about in ABOUT.items():
        parts = [
            f"{about.when}. Told: {about.whom}.",
            f"Official documentation: [{about.page}]({OFFICIAL}{about.page.removesuffix('.md')}.html).",
        ]
        for told in by_name[name]:
            parts += _called(told) if told.form else _fetched(told)
        yield f"events/{name}.md", name, parts


def _called(told: Told) -> Iterator[str]:
    yield "## As it is sent"
    yield "A form; one field a line here, and not encoded, so that it can be read."
    yield f"```text\n{told.form}\n```"
    yield "The same `data` as JSON:"
    yield f"```json\n{_json(told.data)}\n```"


def _fetched(told: Told) -> Iterator[str]:
    yield "## As it is fetched"
    yield f"```json\n{_json({'type': told.name, 'data': told.data})}\n```"


def _json(data: Json) -> str:
    return json.dumps(json.loads(msgspec.json.encode(data)), ensure_ascii=False, indent=2)

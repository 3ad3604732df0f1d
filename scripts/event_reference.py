"""The page of events: each with a whole body, made by what sends it, on a portal that lives for this page only."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

import msgspec

from botyard.api.payloads import push_payloads
from botyard.api.payloads.render_batch import RenderBatch
from botyard.chat.conversation import typing
from botyard.clock import Clock
from botyard.config import Settings
from botyard.delivery.encoding import body
from botyard.delivery.rendering import SignedPayload
from botyard.demo.known_keys import KnownKeys
from botyard.demo.provisioning import DemoPortal, provision
from botyard.events import outbox, signals
from botyard.model import recipients
from botyard.model.bots import Bot
from botyard.model.event import Audience, EventSpec, Sample
from botyard.model.events import EVENTS
from botyard.model.push import PushMessage
from botyard.rpc.call import Context
from botyard.rpc.dispatch import run
from botyard.rpc.identity import Credentials, Identity, identify
from botyard.server import PAYLOAD_BUILDERS, open_context
from botyard.store import bots, chats, deliveries, events
from botyard.store.engines.db import Tx

Json = dict[str, Any]

NOW = 1_771_930_800
"""The moment at which everything on the page happens."""
OFFICIAL = "https://apidocs.bitrix24.com/"
HANDLER = "http://localhost:9000/"

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
    """The samples of all events, published on the portal for bots of each kind, and what is told of them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._found: dict[tuple[str, bool], Told] = {}
        self._seen = 0

    async def told(self, token: str) -> list[Told]:
        admin = await self._known(Credentials(1, KnownKeys().webhook("alice"), "", False))
        app = await self._known(Credentials(0, "", token, False))
        for spec in EVENTS.values():
            if spec.handlers:
                await self._call(app, "event.bind", event=spec.handlers.name, handler=HANDLER)
        await self._call(admin, "im.v2.event.subscribe")
        bots = [await self._first_bot(app), *[await self._bot(app, mode) for mode in ("webhook", "fetch")]]
        chat = await self._call(admin, "im.chat.add", title="Release", users=[2, *[bot_id for bot_id, _ in bots]])
        message = await self._call(admin, "im.message.add", dialog_id=f"chat{chat}", message="Shall we publish today?")
        fields = {"message": "All tests have passed."}
        more = await self._beside(admin, app, bots[0][0], chat)
        for bot_id, command_id in bots:
            # The first of these bots is of the first generation, and has another method for the same.
            reply = await self._call(app, "imbot.message.add", bot_id=bot_id, dialog_id=f"chat{chat}", **fields)
            beside = {"chat": chat, "message": message, "reply": reply, "command": command_id, **more}
            await self._publish(bot_id, lambda bot, beside=beside: Sample(1, 2, bot, **beside))  # type: ignore[misc]
        signals.listen(self._context.database, lambda message: self._add(_pushed(message)))
        await self._call(admin, "im.dialog.writing", dialog_id=2)
        await self._fetch(admin, "im.v2.event.get")
        await self._fetch(app, "imbot.v2.event.get", botid=bots[-1][0])
        return [self._found[key] for key in sorted(self._found)]

    async def _first_bot(self, app: Identity) -> tuple[int, int]:
        """A bot of the first generation that is told everything in its chats, and its command."""
        properties = {"NAME": "Echo"}
        bot_id = await self._call(
            app, "imbot.register", code="echo", type="S", event_handler=HANDLER, properties=properties
        )
        language = [{"LANGUAGE_ID": "en", "TITLE": "Repeat", "PARAMS": "text"}]
        command_id = await self._call(
            app, "imbot.command.register", bot_id=bot_id, command="echo", event_command_add=HANDLER, lang=language
        )
        return int(bot_id), int(command_id)

    async def _bot(self, app: Identity, mode: str) -> tuple[int, int]:
        """The same of the second generation."""
        fields: Json = {"code": mode, "properties": {"name": "Helper"}, "eventMode": mode, "type": "supervisor"}
        if mode == "webhook":
            fields["webhookUrl"] = HANDLER
        bot_id = int((await self._call(app, "imbot.v2.bot.register", fields=fields))["bot"]["id"])
        command = {"command": f"help{mode}", "title": {"en": "Show what can be done"}}
        registered = await self._call(app, "imbot.v2.command.register", botid=bot_id, fields=command)
        return bot_id, int(registered["command"]["id"])

    async def _beside(self, admin: Identity, app: Identity, bot_id: int, chat: int) -> dict[str, int]:
        """What only commands of live connections are about; see ``Sample``."""
        erased = await self._call(admin, "im.message.add", dialog_id=f"chat{chat}", message="Never mind.")
        await self._call(admin, "im.message.delete", message_id=erased)
        private = await self._call(admin, "im.message.add", dialog_id=2, message="Have you seen it?")
        dialog = await self._call(admin, "im.dialog.get", dialog_id=2)
        notification = await self._call(app, "im.notify.system.add", user_id=1, message="The build is ready.")
        icon = {"js_method": "SEND", "js_param": "/echo", "lang": [{"LANGUAGE_ID": "en", "TITLE": "Echo"}]}
        chat_app = await self._call(app, "imbot.app.register", bot_id=bot_id, code="echo", **icon)
        return {
            "erased": erased,
            "private": private,
            "dialog": dialog["id"],
            "notification": notification,
            "chat_app": chat_app,
        }

    async def _publish(self, bot_id: int, sample: Callable[[Bot], Sample]) -> None:
        """Publish the sample of each event."""

        async def work(tx: Tx, spec: EventSpec) -> None:
            bot = await bots.find(tx, bot_id)
            assert bot is not None
            on = sample(bot)
            event = spec.sample(on)
            event_id = await outbox.publish(tx, event, await chats.reload(tx, event.chat_id) if event.chat_id else None)
            await self._render(tx)
            record = await events.find(tx, event_id)
            assert record is not None
            for change in [{}, *[variant(on) for variant in spec.push.variants]] if spec.push else []:
                variant = msgspec.structs.replace(record, event=msgspec.structs.replace(event, **change))
                for message in await push_payloads.render(RenderBatch(tx, self._context), variant):
                    self._add(_pushed(message))

        for spec in EVENTS.values():
            await self._context.database.write(lambda tx, spec=spec: work(tx, spec))  # type: ignore[misc]

    async def _fetch(self, who: Identity, method: str, /, **params: Any) -> None:
        for event in (await self._call(who, method, **params))["events"]:
            self._add(Told(event["type"], _shown(event["data"])))

    async def _known(self, credentials: Credentials) -> Identity:
        return await self._context.database.read(lambda tx: identify(tx, self._context.keys, credentials, NOW))

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
                build = PAYLOAD_BUILDERS.get(recipients.parse(delivery.recipient).kind)
                if delivery.id != number or build is None:
                    continue
                payload = await build(RenderBatch(tx, self._context), what, delivery)
                if isinstance(payload, SignedPayload):
                    shown = msgspec.structs.replace(
                        payload.post, data=_shown(payload.post.data), auth=_shown(payload.post.auth)
                    )
                    form = body(shown, NOW).decode().split("&")
                    self._add(Told(shown.event, shown.data, "\n".join(map(unquote_plus, form))))

    def _add(self, sample: Told) -> None:
        """Keep the one that says most."""
        key = sample.name, not sample.form
        before = self._found.get(key)
        if before is None or len(str(sample.data)) > len(str(before.data)):
            self._found[key] = sample


def _pushed(message: PushMessage) -> Told:
    """A command as it reaches the person of the samples, or whoever is told instead."""
    viewer_id = 1 if 1 in (message.user_ids or ()) else (message.user_ids or (0,))[0]
    params = {**message.params, **message.user_params.get(viewer_id, {})}
    return Told(message.command, {"module_id": message.module_id, "command": message.command, "params": params})


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


_DIALECTS = {
    "binding": (
        "handlers that an application has bound by `event.bind`",
        "api-reference/",
    ),
    "v1": (
        "bots of the first generation, at the handler that was registered for it",
        "api-reference/chat-bots/outdated/",
    ),
    "v2": (
        "bots of the second generation, at their webhookUrl or by `imbot.v2.Event.get`",
        "api-reference/chat-bots/chat-bots-v2/imbot.v2/events/events.md",
    ),
    "user": (
        "people who are subscribed by `im.v2.Event.subscribe`, of their chats, by `im.v2.Event.get`",
        "api-reference/chat-bots/chat-bots-v2/im.v2/events/events.md",
    ),
}
"""Dialect → who is told in it, and where the vendor documents that: a page, or the folder of each event's own."""


class About(NamedTuple):
    """When an event happens, who is told, and where the vendor documents it, if it does."""

    when: str
    whom: str
    page: str


def about() -> dict[str, About]:
    """Every name by which something is told, in the order of the index."""
    listed = {}
    for dialect, (whom, page) in _DIALECTS.items():
        for spec in EVENTS.values():
            tells = {"binding": spec.handlers, "v1": spec.v1, "v2": spec.v2, "user": spec.people}[dialect]
            if tells:
                listed[tells.name] = About(spec.when, whom, page + getattr(tells, "page", ""))
    for spec in EVENTS.values():
        if spec.push:
            whom = f"live connections: {spec.push.audience.value}"
            listed |= {command: About(spec.when, whom, "") for command in spec.push.commands}
    listed[typing.COMMAND] = About("Somebody is typing", f"live connections: {Audience.MEMBERS.value}", "")
    return listed


def event_pages() -> Iterator[tuple[str, str, list[str]]]:
    """Each page of the reference of events: its path, title and parts."""
    by_name: dict[str, list[Told]] = {}
    for sample in gathered():
        by_name.setdefault(sample.name, []).append(sample)
    names = about()
    if missing := names.keys() ^ by_name.keys():
        raise SystemExit(f"scripts/event_reference.py: nobody was told of the sample of {', '.join(sorted(missing))}")
    rows = "\n".join(f"| [{name}]({name}.md) | {row.when}. | {row.whom} |" for name, row in names.items())
    yield (
        "events/index.md",
        "Events",
        [
            "Every event with a whole body, as it is sent to a handler (a form), fetched, and pushed to live "
            "connections (JSON).",
            "How events are delivered: [delivery](../../explanation/delivery.md). Keys, tokens and signatures in the "
            "bodies are made up.",
            f"| Event | When | Who is told |\n| --- | --- | --- |\n{rows}",
        ],
    )
    for name, row in names.items():
        parts = [
            f"{row.when}. Who is told: {row.whom}.",
            f"Official documentation: [{row.page}]({OFFICIAL}{row.page.removesuffix('.md')}.html)."
            if row.page
            else "How commands are applied: [live connections](../../explanation/live-commands.md).",
        ]
        for sample in by_name[name]:
            parts += _command(sample) if not row.page else _called(sample) if sample.form else _fetched(sample)
        yield f"events/{name}.md", name, parts


def _called(sample: Told) -> Iterator[str]:
    yield "## As it is sent"
    yield "A form; one field a line here, and not encoded, so that it can be read."
    yield f"```text\n{sample.form}\n```"
    yield "The same `data` as JSON:"
    yield f"```json\n{_json(sample.data)}\n```"


def _fetched(sample: Told) -> Iterator[str]:
    yield "## As it is fetched"
    yield f"```json\n{_json({'type': sample.name, 'data': sample.data})}\n```"


def _command(sample: Told) -> Iterator[str]:
    yield "## As it is pushed"
    yield "`params` as one person has them: what differs by person is merged into what is the same for all."
    yield f"```json\n{_json(sample.data)}\n```"


def _json(data: Json) -> str:
    return json.dumps(json.loads(msgspec.json.encode(data)), ensure_ascii=False, indent=2)

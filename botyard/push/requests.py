"""What clients say: that a message arrived, that they are there, and requests as JSON-RPC or protocol buffers.

Docs: the methods are those of `@bitrix24/b24jssdk`, `pullClient/client.ts`; JSON-RPC 2.0 says what errors look like.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec

from botyard.chat.conversation import typing
from botyard.errors import ApiError
from botyard.model.events import EVENTS
from botyard.model.push import MODULE
from botyard.portal import channels
from botyard.portal.channels import ChannelKind
from botyard.push import protobuf, signals
from botyard.push.hub import Hub
from botyard.push.listener import Listener
from botyard.push.outgoing import CLIENT
from botyard.push.protobuf import Malformed
from botyard.push.request_errors import BUSY, INTERNAL, INVALID, PARAMS, PARSE, UNKNOWN, Refused
from botyard.push.signals import Signal, TooLong
from botyard.store import reach, users
from botyard.store.engines.db import Tx, Unavailable
from botyard.wire.body import check_structure

MOST_AT_ONCE = 16
"""Requests of one client that are carried out at the same time, and in one batch."""
MOST_PEOPLE = 100
"""People that one request may name."""
MOST_WATCHED = 1000
"""People whose coming and going one client is told of."""
RESERVED = frozenset({"pull", "online"})
"""Modules that only the server speaks for."""
_TOLD = {(spec.push.module, command) for spec in EVENTS.values() if spec.push for command in spec.push.commands}
OWN = frozenset((module, command.lower()) for module, command in {*_TOLD, (MODULE, typing.COMMAND)})
"""Commands of other modules that only the server says, in small letters: by any other a message could be made up that
nobody has written."""
NEAR_SECONDS = 90
"""How long ago somebody was last noted to be connected to another server who may be so still."""

_encode = msgspec.json.Encoder().encode


class Client:
    """One client that speaks. ``answer`` sends a text to it."""

    def __init__(self, hub: Hub, listener: Listener, answer: Callable[[bytes], None]) -> None:
        self.hub = hub
        self.listener = listener
        self._answer = answer
        self._tasks: set[asyncio.Task[None]] | None = None

    def receive(self, message: bytes | str) -> None:
        """Take what a client says. That a message arrived, and that it is there, needs no answer."""
        if isinstance(message, str) and (message == "pong" or message.startswith("mack:")):
            return
        if self._tasks is not None and len(self._tasks) >= MOST_AT_ONCE:
            self._answer(_encode(failure(None, Refused(BUSY))))
            return
        task = asyncio.get_running_loop().create_task(self._carry_out(message))
        if self._tasks is None:
            self._tasks = set()
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, message: bytes | str) -> None:
        try:
            answer = await self.answer(message)
        except Unavailable:
            # Of a message that has no answer; who asks something is told that it cannot be had.
            return
        if answer is not None and not self.listener.gone:
            self._answer(answer)

    async def answer(self, message: bytes | str) -> bytes | None:
        """The answer to a request, or to a batch of them; none where there is nothing to say."""
        if isinstance(message, bytes):
            await self._publish_binary(message)
            return None
        try:
            asked = _decoded(message)
        except Refused as refused:
            return _encode(failure(None, refused))
        if isinstance(asked, list):
            if not 0 < len(asked) <= MOST_AT_ONCE:
                return _encode(failure(None, Refused(INVALID, f"a batch has 1 to {MOST_AT_ONCE} requests")))
            answers = [await self._one(each) for each in asked]
            answers = [each for each in answers if each is not None]
            return _encode(answers) if answers else None
        answer = await self._one(asked)
        return _encode(answer) if answer is not None else None

    async def _one(self, asked: Any) -> dict[str, Any] | None:
        if not isinstance(asked, dict):
            return failure(None, Refused(INVALID))
        number, name, params = asked.get("id"), asked.get("method"), asked.get("params") or {}
        if name is None and ("result" in asked or "error" in asked):
            # The answer to what was no question.
            return None
        if isinstance(number, bool) or not isinstance(number, int | float | str | None):
            return failure(None, Refused(INVALID))
        try:
            if not isinstance(name, str) or not isinstance(params, dict):
                raise Refused(INVALID)
            method = METHODS.get(name)
            if method is None:
                raise Refused(UNKNOWN)
            self.hub.rates.spend(self.listener.key)
            result = await method(self, params)
        except Refused as refused:
            return failure(number, refused)
        except Unavailable:
            return failure(number, Refused(INTERNAL))
        return None if number is None else {"jsonrpc": "2.0", "id": number, "result": result}

    async def known(self, ids: Iterable[int]) -> list[int]:
        """Those of people of whom the client may know."""
        wanted = list(dict.fromkeys(ids))
        viewer = self.listener.user_id
        known = await self.hub.context.database.read(lambda tx: reach.known(tx, viewer, wanted))
        return [user.id for user in known]

    # Publishing.

    async def publish(self, people: list[int], body: Any) -> None:
        """Pass on what a client says to others. Raises Refused."""
        if not isinstance(body, dict):
            raise Refused(PARAMS, "body")
        module, command = body.get("module_id"), body.get("command")
        params = body.get("params") or {}
        if not isinstance(module, str) or not isinstance(command, str) or not isinstance(params, dict):
            raise Refused(PARAMS, "module_id, command and params")
        if not module or module.lower() in RESERVED:
            raise Refused(PARAMS, "module_id")
        if (module.lower(), command.lower()) in OWN:
            raise Refused(PARAMS, "command")
        signal = Signal(
            module_id=module,
            command=command,
            params=params,
            user_ids=tuple(people),
            sender=CLIENT,
            sender_id=f"{self.listener.user_id:08x}",
            app_id=self.listener.app_id,
        )
        try:
            await signals.send(self.hub.context.database, signal)
        except TooLong as problem:
            raise Refused(PARAMS, str(problem)) from problem

    def of_channels(self, ids: Iterable[str]) -> list[int]:
        """The people of public channels. Raises Refused for one that was not signed, or has ended."""
        keys, now = self.hub.context.keys, self.hub.context.clock.now()
        people: list[int] = []
        for channel_id in ids:
            channel = channels.find(keys, channel_id, now=now)
            if channel is None or channel.kind is not ChannelKind.PUBLIC:
                raise Refused(PARAMS, "a channel is wrong, or has ended")
            people.append(channel.user_id)
        return people

    async def _publish_binary(self, data: bytes) -> None:
        """Messages of version 4, which are not answered."""
        try:
            for message in protobuf.incoming(data)[:MOST_AT_ONCE]:
                self.hub.rates.spend(self.listener.key)
                people = self.of_channels(each.channel_id for each in message.receivers[:MOST_PEOPLE])
                await self.publish(people, _decoded(message.body))
        except (Malformed, Refused):
            return


def _decoded(text: str) -> Any:
    """JSON as deep and as wide as that of a call: what hardly can be read cannot be told others. Raises Refused."""
    raw = text.encode()
    try:
        check_structure(raw)
        return msgspec.json.decode(raw)
    except (ApiError, msgspec.DecodeError) as problem:
        raise Refused(PARSE) from problem


def failure(number: float | str | None, refused: Refused) -> dict[str, Any]:
    """An error as JSON-RPC has it."""
    return {"jsonrpc": "2.0", "id": number, "error": {"code": refused.code, "message": refused.text}}


async def _publish(client: Client, params: dict[str, Any]) -> Any:
    people: list[int] = []
    if (named := params.get("userList")) is not None:
        people += await client.known(_ids(named))
    if (listed := params.get("channelList")) is not None:
        people += client.of_channels(_channels(listed))
    if not people and named is None and listed is None:
        raise Refused(PARAMS, "userList or channelList")
    await client.publish(list(dict.fromkeys(people)), params.get("body"))
    return {}


async def _last_seen(client: Client, params: dict[str, Any]) -> Any:
    known = await client.known(_ids(params.get("userList")))
    hub = client.hub
    now = int(hub.context.clock.now())

    async def work(tx: Tx) -> dict[int, int | None]:
        return await users.last_activities(tx, known)

    seen = await hub.context.database.read(work)
    near = NEAR_SECONDS if hub.context.database.name == "postgresql" else 0
    # Of who has just come it may not be noted yet.
    moments = {user_id: now if hub.is_connected(user_id) else at for user_id, at in seen.items()}
    ago = {user_id: max(0, now - at) for user_id, at in moments.items() if at}
    return {str(user_id): 0 if seconds < near else seconds for user_id, seconds in ago.items()}


async def _ping(client: Client, params: dict[str, Any]) -> Any:
    return {}


async def _list_channels(client: Client, params: dict[str, Any]) -> Any:
    return client.listener.channel.split("/")


async def _subscribe(client: Client, params: dict[str, Any]) -> Any:
    user_id = _id(params.get("userId"))
    if not await client.known([user_id]):
        raise Refused(PARAMS, "userId")
    if not client.hub.presence.watch(client.listener, user_id, most=MOST_WATCHED):
        raise Refused(BUSY)
    return {}


async def _unsubscribe(client: Client, params: dict[str, Any]) -> Any:
    client.hub.presence.unwatch(client.listener, _id(params.get("userId")))
    return {}


METHODS: dict[str, Callable[[Client, dict[str, Any]], Awaitable[Any]]] = {
    "publish": _publish,
    "getUsersLastSeen": _last_seen,
    "ping": _ping,
    "listChannels": _list_channels,
    "subscribeStatusChange": _subscribe,
    "unsubscribeStatusChange": _unsubscribe,
}
"""Requests of clients, by name."""


def _id(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**62:
        raise Refused(PARAMS, "an id is no number")
    return value


def _ids(value: Any) -> list[int]:
    if not isinstance(value, list) or len(value) > MOST_PEOPLE:
        raise Refused(PARAMS, "userList")
    return [_id(each) for each in value]


def _channels(value: Any) -> list[str]:
    """Public channels as clients write them: whole, or in two parts."""
    if not isinstance(value, list) or len(value) > MOST_PEOPLE:
        raise Refused(PARAMS, "channelList")
    ids: list[str] = []
    for each in value:
        if isinstance(each, dict):
            each = f"{each.get('publicId')}.{each.get('signature')}"
        if not isinstance(each, str):
            raise Refused(PARAMS, "channelList")
        ids.append(each)
    return ids

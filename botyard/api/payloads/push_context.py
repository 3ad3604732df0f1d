"""What the commands of live connections are made from, and what a renderer returns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from botyard.api.im import shapes
from botyard.api.im.shapes import UserShape
from botyard.api.payloads.render_batch import RenderBatch
from botyard.model.chats import Chat, Kind
from botyard.model.event import Event
from botyard.model.events import EventRecord
from botyard.rpc.call import Context
from botyard.store.viewers import Viewer


class Command(NamedTuple):
    """A command for the audience of an event, or for those of it who are ``only`` to be told.

    ``place``: each of them is told how the chat stands in the own list. ``by_viewer`` is what differs besides.
    """

    name: str
    params: msgspec.Struct
    place: bool = False
    only: Sequence[Viewer] | None = None
    by_viewer: Mapping[int, dict[str, Any]] = {}


class PushContext(NamedTuple):
    """The event, those of the people who are connected that it is for, and where it happened."""

    batch: RenderBatch
    record: EventRecord
    audience: list[Viewer]
    place: Chat | None

    @property
    def context(self) -> Context:
        return self.batch.context

    @property
    def chat(self) -> Chat:
        """The chat of an event that happened in one."""
        assert self.place is not None
        return self.place

    def atom(self, moment: int) -> str:
        """A moment as the wire writes it."""
        return self.batch.context.clock.atom(moment)

    async def people(self, ids: Iterable[int]) -> dict[str, UserShape]:
        """People and bots as clients keep them, by id; 0 and who is gone are left out."""
        listed: dict[str, UserShape] = {}
        for user_id in dict.fromkeys(ids):
            user = await self.batch.user(user_id)
            if user is not None:
                departments = await self.batch.departments(user_id)
                listed[str(user_id)] = shapes.user(self.context, user, departments)
        return listed

    def split(self, user_id: int) -> tuple[list[Viewer], list[Viewer]]:
        """The audience as one person, and the others."""
        return (
            [viewer for viewer in self.audience if viewer.user_id == user_id],
            [viewer for viewer in self.audience if viewer.user_id != user_id],
        )


async def place_of(batch: RenderBatch, event: Event) -> Chat | None:
    """The chat of an event; none where it is gone, nor where it is one of notifications."""
    if not event.chat_id:
        return None
    chat = await batch.chat(event.chat_id)
    return chat if chat and chat.kind != Kind.SYSTEM else None


Renderer = Callable[[PushContext, Any], Awaitable[list[Command]]]

"""im.user.*: people and bots, and the status of the calling person."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from botyard.api.im.family import method
from botyard.api.im.shapes import UserShape, staff
from botyard.errors import ApiError, Reason, error
from botyard.portal import presence
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params
from botyard.store import reach, users
from botyard.wire.coerce import Id, Ids

AvatarHr = Annotated[str, Meta(description="Accepted and ignored: the large picture is always returned.")]


class Get(Params, frozen=True, rename="upper"):
    id: Annotated[Id | None, Meta(description="The person's or bot's id; left out, the caller's own.")] = None
    avatar_hr: AvatarHr = "N"


class ListGet(Params, frozen=True, rename="upper"):
    id: Annotated[Ids, Meta(description="Ids of people and bots, a list or its JSON text.")] = []
    avatar_hr: AvatarHr = "N"
    result_type: Annotated[
        str, Meta(description="`array` for a list; otherwise the result is an object with ids as keys.")
    ] = ""


class SetStatus(Params, frozen=True, rename="upper"):
    status: Annotated[str, Meta(description="The new status, in small letters.")] = ""


class Ago(Params, frozen=True, rename="upper"):
    ago: Annotated[int, Meta(description="For how many minutes the person has been away, 1 at least.")] = 10


@method(
    "im.user.get",
    errors={
        Reason.USER_EMPTY: error("ID_EMPTY: User ID can't be empty"),
        Reason.USER_MISSING: error("USER_NOT_EXISTS: User does not exist"),
        Reason.USER_CLOSED: error("ACCESS_DENIED: You can request only users who are part of your extranet group"),
    },
    raises=(Reason.USER_EMPTY, Reason.USER_MISSING, Reason.USER_CLOSED),
)
async def get(call: Call, p: Get) -> UserShape:
    """Tell what is known of a person or a bot, or of the caller.

    Docs: api-reference/chats/users/im-user-get.md
    """
    user_id = call.user_id if p.id is None else p.id
    if user_id <= 0:
        raise ApiError(Reason.USER_EMPTY)
    if not await reach.known(call.tx, call.user_id, [user_id]):
        # Outsiders are not told who exists.
        outside = await reach.outside(call.tx, call.user_id)
        raise ApiError(Reason.USER_CLOSED if outside else Reason.USER_MISSING)
    return (await staff(call, [user_id]))[user_id]


@method(
    "im.user.list.get",
    errors={Reason.USERS_FORMAT: error("INVALID_FORMAT: A wrong format for the ID field is passed")},
    raises=(Reason.USERS_FORMAT,),
)
async def list_get(call: Call, p: ListGet) -> dict[str, UserShape] | list[UserShape]:
    """Tell what is known of several people and bots, in the order of their ids.

    Those who do not exist are left out, and for outsiders those with whom they share no chat.

    Docs: api-reference/chats/users/im-user-list-get.md
    """
    if not p.id:
        raise ApiError(Reason.USERS_FORMAT)
    people = await staff(call, [user.id for user in await reach.known(call.tx, call.user_id, p.id)])
    if p.result_type == "array":
        return list(people.values())
    return {str(user_id): person for user_id, person in people.items()}


@method("im.user.status.get")
async def status_get(call: Call, p: NoParams) -> str | bool:
    """The status that the calling person has chosen; `false` where none was ever chosen.

    Docs: api-reference/chats/users/im-user-status-get.md
    """
    person = await users.find(call.tx, call.user_id)
    return person.status if person is not None and person.status else False


@method("im.user.status.set", mode=Mode.WRITE, raises=(presence.set_status,))
async def status_set(call: Call, p: SetStatus) -> bool:
    """Choose the status of the calling person, which others see beside the name.

    Docs: api-reference/chats/users/im-user-status-set.md
    """
    await presence.set_status(call.tx, call.user_id, p.status)
    return True


@method("im.user.status.idle.start", mode=Mode.WRITE)
async def status_idle_start(call: Call, p: Ago) -> bool:
    """Note that the calling person is away from the desk, and for how long by now.

    Docs: api-reference/chats/users/im-user-status-idle-start.md
    """
    await presence.leave(call.tx, call.user_id, minutes=p.ago)
    return True


@method("im.user.status.idle.end", mode=Mode.WRITE)
async def status_idle_end(call: Call, p: NoParams) -> bool:
    """Note that the calling person is back.

    Docs: api-reference/chats/users/im-user-status-idle-end.md
    """
    await presence.come_back(call.tx, call.user_id)
    return True

"""pull.application.*: live events of an application, for its own clients."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from botyard.api.pull import shapes
from botyard.api.pull.config import ConfigParams
from botyard.api.pull.family import method
from botyard.api.pull.shapes import Config
from botyard.errors import ApiError, Reason, error
from botyard.events import outbox
from botyard.model.apps import App
from botyard.model.lengths import DESCRIPTION_MAX, WORDS_MAX
from botyard.model.portal_events import LiveEventAdded, LivePushAdded
from botyard.rpc.call import Call
from botyard.rpc.identity import Auth
from botyard.rpc.method import Mode, Params
from botyard.store import apps
from botyard.wire.coerce import from_json_text
from botyard.wire.param_types import RawParams, SomeIds

PARAMS_MAX = 65_536
"""Bytes of JSON that the parameters of one event may have."""
PEOPLE_MAX = 1000
"""People that one event may name."""

_COMMAND = re.compile(r"[A-Za-z0-9_:|.\-]{1,255}")
_MODULE = re.compile(r"[a-z0-9._]{1,255}")


class EventAdd(Params, frozen=True, rename="upper"):
    command: Annotated[str, Meta(description="What clients tell events apart by.", examples=["test_event"])] = ""
    params: Annotated[RawParams, Meta(description="What goes with the event: an object, or a list.")] = UNSET
    module_id: Annotated[
        str | UnsetType, Meta(description="The module whose events clients subscribe to.", examples=["application"])
    ] = UNSET
    user_id: Annotated[
        SomeIds | UnsetType, Meta(description="The people for whom it is; left out, all who use the application.")
    ] = UNSET


class PushAdd(Params, frozen=True, rename="upper"):
    user_id: Annotated[SomeIds, Meta(description="The people for whom it is.", examples=[[1]])] = None
    text: Annotated[str, Meta(description="What they should see.", examples=["Hello, world!"])] = ""
    avatar: Annotated[str, Meta(description="The address of a picture beside it.")] = ""


@method("pull.application.config.get", raises=(Reason.PULL_NO_APP,))
async def config_get(call: Call, p: ConfigParams) -> Config:
    """Tell where the push server is, and the channels by which the application's events come.

    Docs: settings/interactivity/push-and-pull/pull-application-config-get.md
    """
    await _app(call)
    return await shapes.config(call, of_app=True)


@method(
    "pull.application.event.add",
    mode=Mode.WRITE,
    raises=(
        Reason.PULL_NO_APP,
        Reason.PULL_USER_DENIED,
        Reason.PULL_MODULE,
        Reason.PULL_COMMAND,
        Reason.PULL_PARAMS,
    ),
)
async def event_add(call: Call, p: EventAdd) -> bool:
    """Send an event to the application's clients, of all its people or of some.

    Docs: settings/interactivity/push-and-pull/pull-application-event-add.md
    """
    app = await _app(call)
    people = None if isinstance(p.user_id, UnsetType) or p.user_id is None else _people(p.user_id)
    if people is not None and not call.identity.admin and people != (call.user_id,):
        raise ApiError(Reason.PULL_USER_DENIED)
    module = "application" if isinstance(p.module_id, UnsetType) or not p.module_id else p.module_id
    if not _MODULE.fullmatch(module):
        raise ApiError(Reason.PULL_MODULE)
    if not _COMMAND.fullmatch(p.command):
        raise ApiError(Reason.PULL_COMMAND)
    event = LiveEventAdded(
        actor_id=call.user_id,
        app_id=app.id,
        module=module,
        command=p.command,
        params=_params(p.params),
        user_ids=people,
    )
    await outbox.publish(call.tx, event)
    return True


@method(
    "pull.application.push.add",
    mode=Mode.WRITE,
    raises=(
        Reason.PULL_NO_APP,
        Reason.PULL_DENIED,
        Reason.PULL_PEOPLE,
        Reason.PULL_TEXT,
        Reason.PULL_APP_NAME,
    ),
    errors={
        Reason.PULL_NO_APP: error(
            "WRONG_AUTH_TYPE: Send push notifications available only for application authorization.", 403
        )
    },
)
async def push_add(call: Call, p: PushAdd) -> bool:
    """Have people see a text at once, in the clients that they have open.

    There is no mobile application here: the text comes to people's own clients as the command `push` of the module
    `pull`.

    Docs: settings/interactivity/push-and-pull/pull-application-push-add.md
    """
    app = await _app(call)
    if not call.identity.admin:
        raise ApiError(Reason.PULL_DENIED)
    people = _people(p.user_id or [])
    if not people:
        raise ApiError(Reason.PULL_PEOPLE)
    if not p.text.strip():
        raise ApiError(Reason.PULL_TEXT)
    if not app.title.strip():
        raise ApiError(Reason.PULL_APP_NAME)
    event = LivePushAdded(
        actor_id=call.user_id,
        app_id=app.id,
        title=app.title,
        text=p.text[:DESCRIPTION_MAX],
        avatar=p.avatar[:WORDS_MAX],
        user_ids=people,
    )
    await outbox.publish(call.tx, event)
    return True


async def _app(call: Call) -> App:
    """The application that calls. Raises PULL_NO_APP."""
    app = await apps.find(call.tx, call.identity.app_id or 0) if call.identity.auth is Auth.OAUTH else None
    if app is None:
        raise ApiError(Reason.PULL_NO_APP)
    return app


def _people(ids: list[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(user_id for user_id in ids if user_id > 0))[:PEOPLE_MAX]


def _params(sent: object) -> dict[str, Any] | list[Any]:
    """The parameters of an event: an object, or a list, which the official SDK for Python sends."""
    params = {} if sent is UNSET or sent is None or sent == "" else from_json_text(sent)
    if not isinstance(params, dict | list) or len(msgspec.json.encode(params)) > PARAMS_MAX:
        raise ApiError(Reason.PULL_PARAMS)
    return params

"""What happens to the portal itself: to its applications and people. A row of ``PORTAL_EVENTS`` says who is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botyard.model.event import USER_SCOPES, Audience, Event, EventSpec, TellsConnected, TellsHandlers
from botyard.model.owners import Owner
from botyard.model.push import ONLINE


class AppInstalled(Event, frozen=True, kw_only=True):
    """An application was installed. ``owner`` names it as the owner of bots and handlers."""

    owner: Owner
    version: str
    language: str = "en"


class AppUpdated(Event, frozen=True, kw_only=True):
    """A new version of an application took the place of ``previous``."""

    owner: Owner
    version: str
    previous: str
    language: str = "en"


class AppRemoved(Event, frozen=True, kw_only=True):
    """An application was uninstalled; ``clean`` when what it had kept was to go with it."""

    owner: Owner
    clean: bool
    language: str = "en"


class UserAdded(Event, frozen=True, kw_only=True):
    """A person was added."""

    user_id: int


class UserChanged(Event, frozen=True, kw_only=True):
    """What others see of a person changed: the profile, the departments, or whether the account is active."""

    user_id: int


class StatusChanged(Event, frozen=True, kw_only=True):
    """A person chose a status, went away from the desk or came back."""

    user_id: int


class OfflineQueued(Event, frozen=True, kw_only=True):
    """There is something new in an owner's queue of offline events."""

    owner: Owner


class LiveEventAdded(Event, frozen=True, kw_only=True):
    """An application told its own clients something: all of them, or those of some people (``user_ids``)."""

    app_id: int
    module: str
    command: str
    params: dict[str, Any] | list[Any] = {}
    user_ids: tuple[int, ...] | None = None


class LivePushAdded(Event, frozen=True, kw_only=True):
    """An application wants some people to see a text at once, whichever clients they have open."""

    app_id: int
    title: str
    text: str
    avatar: str = ""
    user_ids: tuple[int, ...] = ()


# In the order of the official page.
PORTAL_EVENTS: Mapping[type[Event], EventSpec] = {
    AppRemoved: EventSpec(
        "An application has been uninstalled",
        lambda on: AppRemoved(actor_id=on.person, owner=on.bot.owner, clean=False),
        handlers=TellsHandlers("ONAPPUNINSTALL", "common/events/on-app-uninstall.md", own=True, farewell=True),
    ),
    AppInstalled: EventSpec(
        "An application has been installed; its install address is called, too",
        lambda on: AppInstalled(actor_id=on.person, owner=on.bot.owner, version="1"),
        handlers=TellsHandlers("ONAPPINSTALL", "common/events/on-app-install.md", own=True),
    ),
    AppUpdated: EventSpec(
        "An application has a new version",
        lambda on: AppUpdated(actor_id=on.person, owner=on.bot.owner, version="2", previous="1"),
        handlers=TellsHandlers("ONAPPUPDATE", "common/events/on-app-update.md", own=True),
    ),
    OfflineQueued: EventSpec(
        "Something new is in the application's queue of offline events",
        lambda on: OfflineQueued(actor_id=on.person, owner=on.bot.owner),
        handlers=TellsHandlers("ONOFFLINEEVENT", "events/on-offline-event.md", own=True),
    ),
    UserAdded: EventSpec(
        "A person has been added",
        lambda on: UserAdded(actor_id=on.other, user_id=on.other),
        handlers=TellsHandlers("ONUSERADD", "common/events/on-user-add.md", USER_SCOPES, subject="user_id"),
        push=TellsConnected(("userAdd",), Audience.KNOWN),
    ),
    UserChanged: EventSpec(
        "What others see of a person changed",
        lambda on: UserChanged(actor_id=on.other, user_id=on.other),
        push=TellsConnected(("userUpdate",), Audience.KNOWN),
    ),
    StatusChanged: EventSpec(
        "A person chose a status, went away from the desk or came back",
        lambda on: StatusChanged(actor_id=on.other, user_id=on.other),
        push=TellsConnected(("userStatus",), Audience.KNOWN, ONLINE),
    ),
}

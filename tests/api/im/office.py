"""People who notify one another."""

from __future__ import annotations

from typing import Any, NamedTuple

from botyard.model.notifications import NotificationButton, NotificationDraft, NotificationKind
from botyard.store import notifications
from tests.world import Answer, AppKey, Person, World


class Office(NamedTuple):
    """Ann notifies Bob; Cid is one of the others."""

    world: World
    ann: Person
    bob: Person
    cid: Person

    def send(self, text: str, by: Person | AppKey | None = None, to: Person | None = None, **params: Any) -> Any:
        """The id of a notification."""
        named = {"USER_ID": (to or self.bob).id, "MESSAGE": text, **params}
        return self.world.call("im.notify", by or self.ann, named).result

    def call(self, method: str, by: Person | AppKey | str | None = None, /, **params: Any) -> Answer:
        return self.world.call(f"im.notify.{method}", by or self.bob, params)

    def box(self, of: Person | None = None, **params: Any) -> dict[str, Any]:
        shown: dict[str, Any] = self.call("get", of or self.bob, **params).result
        return shown

    def texts(self, of: Person | None = None, **params: Any) -> list[str]:
        return [shown["text"] for shown in self.box(of, **params)["notifications"]]

    def search(self, **params: Any) -> list[str]:
        return [shown["text"] for shown in self.call("history.search", **params).result["notifications"]]

    def unread(self) -> list[int]:
        return [shown["id"] for shown in self.box()["notifications"] if shown["notify_read"] == "N"]

    def ask(self, text: str, *buttons: NotificationButton, to: Person | None = None) -> int:
        """Add what asks for a confirmation, as no method does."""
        listed = list(buttons) or [NotificationButton("Y", "Accept", "Accepted"), NotificationButton("N", "No", "")]
        draft = NotificationDraft((to or self.bob).id, text, kind=NotificationKind.CONFIRM, buttons=listed)

        return self.world.write(lambda tx: notifications.add(tx, draft))

"""Who takes part: people who write, press and upload, bots, and chats."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_botyard import calls
from pytest_botyard.calls import CallFailed
from pytest_botyard.inbox import Inbox
from pytest_botyard.messages import Button, Message, message

if TYPE_CHECKING:
    from pytest_botyard.portal import Portal

HISTORY = 50
"""How many of the latest messages are looked through for a button."""

Label = str | re.Pattern[str]


class Bot:
    """A bot of the portal."""

    def __init__(self, portal: Portal, id: int, code: str, name: str) -> None:
        self.portal = portal
        self.id = id
        self.code = code
        self.name = name

    @property
    def dialog(self) -> str:
        """How people name the private dialog with it."""
        return str(self.id)

    def __repr__(self) -> str:
        return f"bot {self.name} ({self.id})"


class Chat:
    """A group chat."""

    def __init__(self, portal: Portal, id: int, title: str) -> None:
        self.portal = portal
        self.id = id
        self.title = title

    @property
    def dialog(self) -> str:
        return f"chat{self.id}"

    def __repr__(self) -> str:
        return f"chat {self.title!r} ({self.id})"


class Person:
    """Somebody of the portal. What they do is done by their own webhook, as on a portal by their hands."""

    def __init__(self, portal: Portal, id: int, name: str, webhook: str) -> None:
        self.portal = portal
        self.id = id
        self.name = name
        self.webhook = webhook
        self.inbox = Inbox(self)
        self.last_dialog = ""

    @property
    def dialog(self) -> str:
        """How others name the private dialog with them."""
        return str(self.id)

    def call(self, method: str, **params: Any) -> Any:
        """Call any REST method in their name. Raises CallFailed."""
        return calls.call(self.webhook, method, params)

    def writes(self, to: Bot | Chat | Person | str, text: str) -> Message:
        """Send a message."""
        dialog = self._turns_to(to)
        message_id = self.call("im.message.add", DIALOG_ID=dialog, MESSAGE=text)
        return Message(int(message_id), self.id, text)

    def uploads(
        self, file: str | Path | tuple[str, bytes], to: Bot | Chat | Person | str | None = None, text: str = ""
    ) -> Message:
        """Send a file: a path, or a name with bytes. Without ``to`` it goes where they wrote last."""
        name, content = file if isinstance(file, tuple) else (Path(file).name, Path(file).read_bytes())
        dialog = self._turns_to(to if to is not None else self._dialog())
        fields = {"name": name, "content": base64.b64encode(content).decode(), "message": text}
        sent = self.call("im.v2.File.upload", dialogId=dialog, fields=fields)
        return Message(int(sent["messageId"]), self.id, text, {"FILE_ID": [int(sent["file"]["id"])]})

    def presses(self, label: Label, to: Bot | Chat | Person | str | None = None) -> Message:
        """Press the latest button with this label; the message that it stands under."""
        dialog = self._turns_to(to if to is not None else self._dialog())
        listed = self.messages(dialog)
        for entry in listed:
            for button in entry.buttons:
                if _matches(label, str(button["TEXT"])):
                    self._press(entry, button, dialog)
                    return entry
        labels = [text for entry in listed for text in entry.labels]
        raise AssertionError(f"{self.name} sees no button {_shown(label)}; there are {labels or 'no buttons'}.")

    def messages(self, with_: Bot | Chat | Person | str, limit: int = HISTORY) -> list[Message]:
        """The latest messages of a dialog as they see it, the newest first."""
        dialog = _dialog(with_)
        try:
            listed = self.call("im.dialog.messages.get", DIALOG_ID=dialog, LIMIT=limit)["messages"]
        except CallFailed as refused:
            # A private dialog in which nobody has written yet.
            if refused.code != "ACCESS_ERROR" or not dialog.isdigit():
                raise
            listed = []
        return sorted((message(entry) for entry in listed), key=lambda entry: -entry.id)

    def _press(self, under: Message, button: Button, dialog: str) -> None:
        if button.get("COMMAND"):
            self.call(
                "im.message.command",
                MESSAGE_ID=under.id,
                BOT_ID=button["BOT_ID"],
                COMMAND=button["COMMAND"],
                COMMAND_PARAMS=button.get("COMMAND_PARAMS", ""),
            )
        elif button.get("ACTION") == "SEND":
            self.call("im.message.add", DIALOG_ID=dialog, MESSAGE=button.get("ACTION_VALUE", ""))
        else:
            what = button.get("ACTION") or ("a link" if button.get("LINK") else "nothing")
            raise AssertionError(f"The button {button['TEXT']!r} tells the bot nothing: it is {what}.")

    def _turns_to(self, to: Bot | Chat | Person | str) -> str:
        """From here on the replies to what they do next are waited for."""
        self.last_dialog = _dialog(to)
        self.portal.noticed(self, self.last_dialog)
        self.inbox.open()
        return self.last_dialog

    def _dialog(self) -> str:
        if not self.last_dialog:
            raise AssertionError(f"{self.name} has not written to anybody yet; say to whom.")
        return self.last_dialog

    def __repr__(self) -> str:
        return self.name


def _dialog(to: Bot | Chat | Person | str) -> str:
    return to if isinstance(to, str) else to.dialog


def _matches(label: Label, text: str) -> bool:
    return text == label if isinstance(label, str) else label.search(text) is not None


def _shown(expected: str | re.Pattern[str] | Callable[..., Any] | None) -> str:
    if isinstance(expected, re.Pattern):
        return f"like /{expected.pattern}/"
    return repr(expected) if isinstance(expected, str) else getattr(expected, "__name__", "anything")

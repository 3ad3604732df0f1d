"""Messages as people see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Button = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """A message: ``text``, the ``buttons`` of its keyboard, and all ``params`` by upper-case name."""

    id: int
    author_id: int
    text: str
    params: dict[str, Any] = field(default_factory=dict)
    edited: bool = False

    @property
    def buttons(self) -> list[Button]:
        """Those that can be pressed or show something: no line breaks."""
        keyboard = self.params.get("KEYBOARD") or []
        listed = keyboard.get("BUTTONS", []) if isinstance(keyboard, dict) else keyboard
        return [button for button in listed if isinstance(button, dict) and button.get("TEXT")]

    @property
    def labels(self) -> list[str]:
        """What stands on the buttons."""
        return [str(button["TEXT"]) for button in self.buttons]

    @property
    def files(self) -> list[int]:
        """The numbers of its files."""
        return [int(file_id) for file_id in self.params.get("FILE_ID") or []]

    def __str__(self) -> str:
        parts = [self.text, *(f"[{label}]" for label in self.labels)]
        parts += ["(a card)"] * bool(self.params.get("ATTACH")) + ["(a file)"] * bool(self.files)
        return " ".join(part for part in parts if part)


def message(raw: dict[str, Any], *, edited: bool = False) -> Message:
    """A message as methods and events of either generation write it."""
    author = raw.get("authorId", raw.get("author_id", 0))
    params = raw.get("params")
    params = {str(name).upper(): value for name, value in params.items()} if isinstance(params, dict) else {}
    if "FILEID" in params:
        params["FILE_ID"] = params.pop("FILEID")
    return Message(int(raw["id"]), int(author), str(raw.get("text") or ""), params, edited)

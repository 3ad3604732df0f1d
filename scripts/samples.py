"""The example calls of the reference: parameters with which each method works on a fresh demo portal."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from botyard.rpc.access import Access
from botyard.rpc.method import Method

Json = dict[str, Any]

APPLICATION = "local.0123456789abcd.12345678"
"""The demo's application."""
KEY = "local.fedcba98765432.87654321"
"""The key of the demo's bot Watcher, and of every bot that the samples register."""

_V1: Json = {"CLIENT_ID": KEY, "BOT_ID": 1002}
_V2: Json = {"botToken": KEY, "botId": 1002}
_V2_CHAT: Json = {**_V2, "dialogId": "chat2001"}
_PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_UUID = "5f3c0f5e-6a53-4a54-9a39-0d2f7a3a1c11"
_HELLO = "SGVsbG8h"
_HANDLER = "http://localhost:9000/"
_PAGE = "http://localhost:9000/frame"

_BOT, _MESSAGE, _CHAT, _COMMAND, _APP, _FILE, _FOLDER = 1003, 34, 2009, 1006, 1, 3001, 1
"""What is made next on a fresh demo portal."""

SAMPLES: dict[str, Json | list[Json]] = {
    "access.name": {"ACCESS": ["U1", "U2"]},
    "app.option.set": {"options": {"color": "red"}},
    "batch": {"cmd": {"me": "profile", "time": "server.time"}},
    "api/batch": [{"method": "rest.scope.list", "as": "scopes"}],
    "botyard.app.add": {"TITLE": "Echo", "SCOPE": "im,imbot"},
    **{
        f"botyard.app.{method}": {"CLIENT_ID": APPLICATION}
        for method in ("block", "delete", "finish", "get", "install", "manifest", "unblock", "uninstall")
    },
    "botyard.app.secret.rotate": {"CLIENT_ID": APPLICATION},
    "botyard.app.restrict": {"CLIENT_ID": APPLICATION, "USERS": [2]},
    "botyard.app.update": {"CLIENT_ID": APPLICATION, "TITLE": "Echo"},
    "botyard.audit.list": {"LIMIT": 20},
    "botyard.chat.command.list": {"DIALOG_ID": "chat2001", "FIND": "/"},
    "botyard.chat.file.list": {"DIALOG_ID": "chat2001"},
    "botyard.chat.invitation.add": {"CHAT_ID": 2001, "DAYS": 30},
    "botyard.chat.invitation.get": {"CODE": "Q2hhdCBpbnZpdGF0aW9uIGNvZGU"},
    "botyard.chat.invitation.join": {"CODE": "Q2hhdCBpbnZpdGF0aW9uIGNvZGU"},
    "botyard.chat.invitation.list": {"CHAT_ID": 2001},
    "botyard.chat.invitation.revoke": {"CHAT_ID": 2001, "ID": 1},
    "botyard.chat.link.list": {"DIALOG_ID": "chat2001"},
    "botyard.chat.pin.add": {"MESSAGE_ID": 24},
    "botyard.chat.pin.delete": {"MESSAGE_ID": 24},
    "botyard.chat.pin.list": {"DIALOG_ID": "chat2001"},
    "botyard.chat.description.set": {"CHAT_ID": _CHAT, "DESCRIPTION": "What to publish, and when"},
    "botyard.chat.manager.add": {"CHAT_ID": _CHAT, "USERS": [2]},
    "botyard.chat.manager.delete": {"CHAT_ID": _CHAT, "USERS": [2]},
    "botyard.chat.member.list": {"DIALOG_ID": "chat2001", "FIND": "be"},
    "botyard.chat.permissions.set": {"CHAT_ID": _CHAT, "CAN_POST": "manager"},
    "botyard.consent.revoke": {"CLIENT_ID": APPLICATION},
    "botyard.delivery.explain": {"MESSAGE_ID": 24, "BOT_ID": 1002},
    "botyard.delivery.get": {"ID": 1},
    "botyard.delivery.list": {"BOT_ID": 1002},
    "botyard.delivery.resend": {"BOT_ID": 1002},
    "botyard.message.context": {"MESSAGE_ID": 24, "RANGE": 5},
    "botyard.message.file.send": {
        "DIALOG_ID": "chat2001",
        "TEMPLATE_ID": _UUID,
        "NAME": "hello.txt",
        "CONTENT": _HELLO,
    },
    "botyard.message.forward": {"DIALOG_ID": "chat2001", "FORWARD_IDS": {_UUID: 24}},
    "botyard.message.mention.counts": {},
    "botyard.message.mention.list": {"UNREAD": "Y"},
    "botyard.message.react": {"MESSAGE_ID": 24, "REACTION": "fire"},
    "botyard.message.reaction.counts": {"MESSAGE_IDS": [24]},
    "botyard.message.reaction.list": {"MESSAGE_ID": 24, "REACTION": "fire"},
    "botyard.message.readers": {"MESSAGE_ID": 24},
    "botyard.message.send": {"DIALOG_ID": "chat2001", "MESSAGE": "Hello", "TEMPLATE_ID": _UUID},
    "botyard.option.get": {"OPTION": "theme"},
    "botyard.picture.get": {"URLS": ["https://example.com/picture.png"]},
    "botyard.option.set": {"OPTIONS": {"theme": "dark"}},
    "botyard.placement.begin": {"CLIENT_ID": APPLICATION},
    "botyard.placement.list": {"PLACEMENT": "IM_SIDEBAR"},
    "botyard.placement.open": {
        "CLIENT_ID": APPLICATION,
        "PLACEMENT": "IM_SIDEBAR",
        "OPTIONS": {"dialogId": "chat2001"},
    },
    "botyard.placement.renew": {"CLIENT_ID": APPLICATION},
    "botyard.portal.restore": {"NAME": "before"},
    "botyard.portal.snapshot": {"NAME": "before"},
    "botyard.portal.switch": {"NAME": "https", "ON": False},
    "botyard.signing.get": {"CLIENT_ID": APPLICATION},
    "botyard.signing.own": {"CLIENT_ID": KEY},
    "botyard.bot.reassign": {"BOT_ID": 1001, "USER_ID": 2},
    "botyard.token.revoke": {"ID": 1},
    "botyard.token.issue": {"USER_ID": 1, "CLIENT_ID": APPLICATION},
    "botyard.profile.password.set": {"PASSWORD": "alice-demo", "NEW_PASSWORD": "correct horse battery"},
    "botyard.profile.update": {"WORK_POSITION": "Head of support"},
    "botyard.session.end": {"ID": 1},
    "botyard.user.activate": {"ID": 2},
    "botyard.user.add": {"LOGIN": "frank", "NAME": "Frank"},
    "botyard.user.deactivate": {"ID": 2},
    "botyard.user.delete": {"ID": 2},
    "botyard.user.get": {"ID": 2},
    "botyard.user.password": {"ID": 2},
    "botyard.user.password.link": {"ID": 2},
    "botyard.user.second.factor.reset": {"ID": 2},
    "botyard.user.signout": {"ID": 2},
    "botyard.user.update": {"ID": 2, "WORK_POSITION": "Head of support"},
    "botyard.webhook.add": {"USER_ID": 2, "TITLE": "Echo", "SCOPE": "im,imbot"},
    "botyard.webhook.revoke": {"ID": 2},
    "disk.file.get": {"id": _FILE},
    "disk.folder.get": {"id": _FOLDER},
    "disk.folder.getChildren": {"id": _FOLDER, "order": {"ID": "DESC"}},
    "disk.folder.uploadFile": {
        "id": _FOLDER,
        "data": {"NAME": "hello.txt"},
        "fileContent": ["hello.txt", _HELLO],
        "generateUniqueName": True,
    },
    "disk.storage.get": {"id": 2},
    "disk.storage.getChildren": {"id": 2},
    "disk.storage.uploadFile": {"id": 2, "data": {"NAME": "hello.txt"}, "fileContent": ["hello.txt", _HELLO]},
    "event.bind": {"event": "ONAPPINSTALL", "handler": _HANDLER},
    "event.offline.clear": {"process_id": "f2d1a0b9c8e7"},
    "event.offline.error": {"process_id": "f2d1a0b9c8e7"},
    "event.unbind": {"event": "ONAPPINSTALL", "handler": _HANDLER},
    "placement.bind": {
        "PLACEMENT": "IM_SIDEBAR",
        "HANDLER": _PAGE,
        "TITLE": "Notes",
        "OPTIONS": {"iconName": "fa-bell"},
    },
    "placement.list": {"SCOPE": "im"},
    "placement.unbind": {"PLACEMENT": "IM_SIDEBAR", "HANDLER": _PAGE},
    "pull.application.event.add": {"COMMAND": "test_event", "PARAMS": {"param1": "value1"}},
    "pull.application.push.add": {"USER_ID": [1], "TEXT": "The report is ready."},
    "pull.channel.public.list": {"users": [1, 2]},
    "pull.watch.extend": {"tags": ["IM_PUBLIC_2001"]},
    "feature.get": {"CODE": "rest_offline_extended"},
    "department.add": {"NAME": "Legal", "PARENT": 1, "UF_HEAD": 1},
    "department.delete": {"ID": 2},
    "department.get": {"sort": "NAME", "order": "DESC", "PARENT": 1},
    "department.update": {"ID": 2, "NAME": "Helpdesk", "SORT": 450},
    "im.chat.add": {"TYPE": "CHAT", "TITLE": "Room", "USERS": [2]},
    "im.chat.user.add": {"CHAT_ID": 2001, "USERS": [5]},
    "im.dialog.writing": {"DIALOG_ID": "chat2001"},
    "im.message.delete": {"MESSAGE_ID": _MESSAGE},
    "im.message.like": {"MESSAGE_ID": 24, "ACTION": "plus"},
    "im.message.share": {"MESSAGE_ID": 24, "DIALOG_ID": "chat2001", "TYPE": "CHAT"},
    "im.message.update": {"MESSAGE_ID": _MESSAGE, "MESSAGE": "Hello again"},
    "im.notify": {"USER_ID": 2, "MESSAGE": "The report is ready", "TAG": "REPORT_7", "CLIENT_ID": KEY},
    "im.notify.answer": {"NOTIFY_ID": 1, "ANSWER_TEXT": "Thank you"},
    "im.notify.confirm": {"NOTIFY_ID": 1, "NOTIFY_VALUE": "Y"},
    "im.notify.delete": {"TAG": "REPORT_7", "CLIENT_ID": KEY},
    "im.notify.get": {"LIMIT": 20},
    "im.notify.history.search": {"SEARCH_TEXT": "report"},
    "im.notify.personal.add": {"USER_ID": 2, "MESSAGE": "Can you have a look at the report?"},
    "im.notify.read": {"ID": 1, "ONLY_CURRENT": "Y"},
    "im.notify.read.list": {"IDS": [1]},
    "im.notify.system.add": {"USER_ID": 1, "MESSAGE": "The nightly report has been made"},
    "im.chat.get": {"ENTITY_TYPE": "CRM", "ENTITY_ID": "DEAL|5"},
    "im.chat.leave": {"CHAT_ID": 2001},
    "im.chat.mute": {"CHAT_ID": 2001, "MUTE": "Y"},
    "im.chat.setOwner": {"CHAT_ID": _CHAT, "USER_ID": 2},
    "im.chat.updateAvatar": {"CHAT_ID": 2001, "AVATAR": _PICTURE},
    "im.chat.updateColor": {"CHAT_ID": 2001, "COLOR": "LIME"},
    "im.chat.updateTitle": {"CHAT_ID": 2001, "TITLE": "Release 2"},
    "im.chat.user.delete": {"CHAT_ID": _CHAT, "USER_ID": 2},
    "im.chat.user.list": {"CHAT_ID": 2001},
    "im.department.colleagues.list": {"USER_DATA": "Y", "LIMIT": 2},
    "im.department.employees.get": {"ID": [2]},
    "im.department.get": {"ID": [1, 2]},
    "im.department.managers.get": {"ID": [1]},
    "im.dialog.get": {"DIALOG_ID": "chat2001"},
    "im.disk.file.commit": {"CHAT_ID": 2001, "UPLOAD_ID": _FILE, "MESSAGE": "The minutes"},
    "im.disk.file.delete": {"CHAT_ID": 2001, "FILE_ID": _FILE},
    "im.disk.file.save": {"FILE_ID": _FILE},
    "im.disk.folder.get": {"CHAT_ID": 2001},
    "im.dialog.messages.get": {"DIALOG_ID": "chat2001"},
    "im.dialog.messages.search": {"CHAT_ID": 2001, "SEARCH_MESSAGE": "release"},
    "im.dialog.read": {"DIALOG_ID": "chat2001"},
    "im.message.add": {"DIALOG_ID": "chat2001", "MESSAGE": "Hello"},
    "im.message.command": {"MESSAGE_ID": 24, "BOT_ID": 1001, "COMMAND": "ship", "COMMAND_PARAMS": "128"},
    "im.dialog.unread": {"DIALOG_ID": "chat2001", "MESSAGE_ID": 24},
    "im.dialog.users.list": {"DIALOG_ID": "chat2001", "LIMIT": 2},
    "im.recent.hide": {"DIALOG_ID": "chat2001"},
    "im.recent.list": {"LIMIT": 2},
    "im.recent.pin": {"DIALOG_ID": "chat2001", "PIN": "Y"},
    "im.recent.unread": {"DIALOG_ID": "chat2001", "ACTION": "Y"},
    "im.search.chat.list": {"FIND": "sup"},
    "im.search.department.list": {"FIND": "sup"},
    "im.search.user.list": {"FIND": "ann"},
    "im.search.last.add": {"DIALOG_ID": "chat2001"},
    "im.search.last.delete": {"DIALOG_ID": "chat2001"},
    "im.search.last.get": {"SKIP_OPENLINES": "Y"},
    "im.user.get": {"ID": 2},
    "im.user.list.get": {"ID": [1, 2], "RESULT_TYPE": "array"},
    "im.user.status.idle.start": {"AGO": 15},
    "im.user.status.set": {"STATUS": "dnd"},
    "im.v2.Chat.Bot.sendContext": {"dialogId": "chat2001", "context": {"page": "/deals/1663"}},
    "im.v2.File.download": {"dialogId": "chat2001", "fileId": _FILE},
    "im.v2.File.upload": {"dialogId": "chat2001", "fields": {"name": "hello.txt", "content": _HELLO}},
    "imbot.app.register": {
        **_V1,
        "CODE": "greet",
        "JS_METHOD": "SEND",
        "JS_PARAM": "Hello",
        "CONTEXT": "ALL",
        "ICON_FILE": _PICTURE,
        "LANG": [{"LANGUAGE_ID": "en", "TITLE": "Greet"}],
    },
    "imbot.app.unregister": {"APP_ID": _APP, "CLIENT_ID": KEY},
    "imbot.app.update": {"APP_ID": _APP, "CLIENT_ID": KEY, "FIELDS": {"JS_PARAM": "Good morning"}},
    "imbot.chat.add": {**_V1, "TYPE": "CHAT", "TITLE": "Room", "USERS": [1, 2]},
    "imbot.chat.get": {"ENTITY_TYPE": "CRM", "ENTITY_ID": "DEAL|1663"},
    "imbot.chat.leave": {**_V1, "CHAT_ID": 2001},
    "imbot.chat.sendTyping": {**_V1, "DIALOG_ID": "chat2001"},
    "imbot.chat.setManager": {**_V1, "CHAT_ID": _CHAT, "USER_ID": 2},
    "imbot.chat.setOwner": {**_V1, "CHAT_ID": _CHAT, "USER_ID": 2},
    "imbot.chat.updateAvatar": {**_V1, "CHAT_ID": 2001, "AVATAR": _PICTURE},
    "imbot.chat.updateColor": {**_V1, "CHAT_ID": 2001, "COLOR": "AQUA"},
    "imbot.chat.updateTitle": {**_V1, "CHAT_ID": 2001, "TITLE": "Release 1.1"},
    "imbot.chat.user.add": {**_V1, "CHAT_ID": 2001, "USERS": [5]},
    "imbot.chat.user.delete": {**_V1, "CHAT_ID": _CHAT, "USER_ID": 2},
    "imbot.chat.user.list": {**_V1, "CHAT_ID": 2001},
    "imbot.command.answer": {"CLIENT_ID": KEY, "COMMAND_ID": _COMMAND, "MESSAGE_ID": 24, "MESSAGE": "Hello"},
    "imbot.command.register": {
        **_V1,
        "COMMAND": "greet",
        "EVENT_COMMAND_ADD": _HANDLER,
        "LANG": [{"LANGUAGE_ID": "en", "TITLE": "Greet somebody", "PARAMS": "name"}],
    },
    "imbot.command.unregister": {"COMMAND_ID": _COMMAND, "CLIENT_ID": KEY},
    "imbot.command.update": {"COMMAND_ID": _COMMAND, "CLIENT_ID": KEY, "FIELDS": {"HIDDEN": "Y"}},
    "imbot.dialog.get": {"DIALOG_ID": "chat2001"},
    "imbot.message.add": {**_V1, "DIALOG_ID": "chat2001", "MESSAGE": "Hello"},
    "imbot.message.delete": {**_V1, "MESSAGE_ID": _MESSAGE},
    "imbot.message.like": {**_V1, "MESSAGE_ID": 24, "ACTION": "plus"},
    "imbot.message.update": {**_V1, "MESSAGE_ID": _MESSAGE, "MESSAGE": "Good morning"},
    "imbot.register": {
        "CODE": "echo",
        "CLIENT_ID": KEY,
        "EVENT_HANDLER": _HANDLER,
        "PROPERTIES": {"NAME": "Echo"},
    },
    "imbot.unregister": {**_V1},
    "imbot.update": {**_V1, "FIELDS": {"PROPERTIES": {"WORK_POSITION": "Repeats what it hears"}}},
    "imbot.v2.Bot.get": _V2,
    "imbot.v2.Bot.list": {"botToken": KEY},
    "imbot.v2.Bot.register": {
        "botToken": KEY,
        "fields": {"code": "echo", "properties": {"name": "Echo"}, "eventMode": "fetch"},
    },
    "imbot.v2.Bot.unregister": _V2,
    "imbot.v2.Bot.update": {**_V2, "fields": {"properties": {"workPosition": "Repeats what it hears"}}},
    "imbot.v2.Chat.add": {**_V2, "fields": {"title": "Room", "userIds": [1, 2]}},
    "imbot.v2.Chat.get": _V2_CHAT,
    "imbot.v2.Chat.InputAction.notify": _V2_CHAT,
    "imbot.v2.Chat.leave": _V2_CHAT,
    "imbot.v2.Chat.Manager.add": {**_V2, "dialogId": f"chat{_CHAT}", "userIds": [2]},
    "imbot.v2.Chat.Manager.delete": {**_V2, "dialogId": f"chat{_CHAT}", "userIds": [2]},
    "imbot.v2.Chat.Message.delete": {**_V2, "messageId": _MESSAGE},
    "imbot.v2.Chat.Message.get": {**_V2, "messageId": 24},
    "imbot.v2.Chat.Message.getContext": {**_V2, "messageId": 24, "range": 5},
    "imbot.v2.Chat.Message.Reaction.add": {**_V2, "messageId": 24, "reaction": "like"},
    "imbot.v2.Chat.Message.Reaction.delete": {**_V2, "messageId": 24, "reaction": "like"},
    "imbot.v2.Chat.Message.read": _V2_CHAT,
    "imbot.v2.Chat.Message.send": {**_V2_CHAT, "fields": {"message": "Hello"}},
    "imbot.v2.Chat.Message.update": {**_V2, "messageId": _MESSAGE, "fields": {"message": "Good morning"}},
    "imbot.v2.Chat.setOwner": {**_V2, "dialogId": f"chat{_CHAT}", "userId": 2},
    "imbot.v2.Chat.TextField.enabled": {**_V2, "dialogId": f"chat{_CHAT}", "enabled": False},
    "imbot.v2.Chat.update": {**_V2_CHAT, "fields": {"title": "Release 1.1"}},
    "imbot.v2.Chat.User.add": {**_V2_CHAT, "userIds": [5]},
    "imbot.v2.Chat.User.delete": {**_V2, "dialogId": f"chat{_CHAT}", "userId": 2},
    "imbot.v2.Chat.User.list": _V2_CHAT,
    "imbot.v2.Command.answer": {
        **_V2_CHAT,
        "commandId": _COMMAND,
        "messageId": 24,
        "fields": {"message": "Hello"},
    },
    "imbot.v2.Command.list": _V2,
    "imbot.v2.Command.register": {**_V2, "fields": {"command": "greet", "title": {"en": "Greet somebody"}}},
    "imbot.v2.Command.unregister": {**_V2, "commandId": _COMMAND},
    "imbot.v2.Command.update": {**_V2, "commandId": _COMMAND, "fields": {"hidden": True}},
    "imbot.v2.Event.get": {**_V2, "botId": _BOT},
    "imbot.v2.File.download": {**_V2, "fileId": _FILE},
    "imbot.v2.File.upload": {**_V2_CHAT, "fields": {"name": "hello.txt", "content": _HELLO}},
    "method.get": {"name": "imbot.register"},
    "user.access": {"ACCESS": ["U1", "AU"]},
    "user.add": {"EMAIL": "kim@example.com", "NAME": "Kim", "UF_DEPARTMENT": [1]},
    "user.get": {"ID": 2},
    "user.option.set": {"options": {"color": "red"}},
    "user.search": {"FIND": "Ben"},
    "user.userfield.add": {"fields": {"FIELD_NAME": "CONTRACT", "USER_TYPE_ID": "file", "LABEL": "Contract"}},
    "user.userfield.delete": {"id": 1},
    "user.userfield.file.get": {"id": 2, "field": "UF_USR_CONTRACT", "value": 1},
    "user.userfield.list": {"order": {"ID": "ASC"}},
    "user.userfield.update": {"id": 1, "fields": {"SORT": 50}},
    "user.update": {
        "ID": 2,
        "WORK_POSITION": "Engineer",
        "PERSONAL_STATE": "Bavaria",
        "UF_USR_CONTRACT": ["contract.txt", _HELLO],
    },
}

BEFORE: dict[str, tuple[str, ...]] = {
    "botyard.portal.restore": ("botyard.portal.snapshot",),
    **{
        f"botyard.chat.{verb}": ("im.chat.add",)
        for verb in ("description.set", "manager.add", "manager.delete", "permissions.set")
    },
    "botyard.app.unblock": ("botyard.app.block",),
    "botyard.delivery.get": ("im.message.add",),
    "disk.file.get": ("im.v2.File.upload",),
    **{f"disk.folder.{verb}": ("im.disk.folder.get",) for verb in ("get", "getChildren", "uploadFile")},
    "disk.storage.getChildren": ("disk.storage.uploadFile",),
    "im.disk.file.commit": ("disk.folder.uploadFile",),
    "im.disk.file.delete": ("im.v2.File.upload",),
    "im.disk.file.save": ("im.v2.File.upload",),
    "event.unbind": ("event.bind",),
    "im.v2.Event.get": ("im.v2.Event.subscribe",),
    "im.v2.File.download": ("im.v2.File.upload",),
    "imbot.app.unregister": ("imbot.app.register",),
    "imbot.app.update": ("imbot.app.register",),
    **{
        f"im.notify.{verb}": ("im.notify.system.add",)
        for verb in ("answer", "confirm", "get", "history.search", "read", "read.all", "read.list")
    },
    "im.notify.delete": ("im.notify",),
    **dict.fromkeys(("im.message.update", "im.message.delete"), ("im.message.add",)),
    **dict.fromkeys(("im.chat.setOwner", "im.chat.user.delete"), ("im.chat.add",)),
    **dict.fromkeys(("imbot.chat.setManager", "imbot.chat.setOwner", "imbot.chat.user.delete"), ("imbot.chat.add",)),
    "imbot.command.answer": ("imbot.command.register",),
    "imbot.command.unregister": ("imbot.command.register",),
    "imbot.command.update": ("imbot.command.register",),
    "imbot.message.delete": ("imbot.message.add",),
    "imbot.message.update": ("imbot.message.add",),
    **{
        f"imbot.v2.Chat.{method}": ("imbot.v2.Chat.add",)
        for method in ("Manager.add", "Manager.delete", "setOwner", "TextField.enabled", "User.delete")
    },
    "imbot.v2.Chat.Message.delete": ("imbot.v2.Chat.Message.send",),
    "imbot.v2.Chat.Message.Reaction.delete": ("imbot.v2.Chat.Message.Reaction.add",),
    "imbot.v2.Chat.Message.update": ("imbot.v2.Chat.Message.send",),
    "imbot.v2.Command.answer": ("imbot.v2.Command.register",),
    "imbot.v2.Command.unregister": ("imbot.v2.Command.register",),
    "imbot.v2.Command.update": ("imbot.v2.Command.register",),
    "imbot.v2.Event.get": ("imbot.v2.Bot.register",),
    "imbot.v2.File.download": ("imbot.v2.File.upload",),
    **dict.fromkeys(("placement.get", "placement.unbind", "botyard.placement.open"), ("placement.bind",)),
    **dict.fromkeys(("user.userfield.delete", "user.userfield.update"), ("user.userfield.add",)),
    "user.userfield.file.get": ("user.userfield.add", "user.update"),
}
"""Whose samples come first; the ids in a sample are those that they make on a fresh demo portal."""


_APPLICATION = ("app.option.", "user.option.", "pull.application.")


def of(method: Method) -> Json | list[Json]:
    """The parameters of the example call: those listed above, or else the examples in the parameters' types."""
    if method.name in SAMPLES:
        return SAMPLES[method.name]
    fields = msgspec.structs.fields(method.params)
    return {field.encode_name: example for field in fields for example in _examples(field)}


def _examples(field: msgspec.structs.FieldInfo) -> list[Any]:
    metas = [extra for extra in get_args(field.type)[1:] if isinstance(extra, msgspec.Meta)]
    return [(meta.examples or [])[0] for meta in metas if meta.examples][:1]


def needs_token(method: Method) -> bool:
    """Whether a webhook is not let in: an application calls, by a token."""
    return method.access in (Access.APP, Access.WIDGETS) or method.name.startswith(_APPLICATION)


def needs_own_token(method: Method) -> bool:
    """Whether neither a webhook nor an application is let in: a person calls, by a token of their own."""
    return method.access is Access.OWN_CLIENT

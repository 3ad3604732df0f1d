"""The methods: one module per noun, named by the address rule, listed here."""

from __future__ import annotations

from types import ModuleType

from botyard.api import app, event, general, user, v3
from botyard.api.botyard import app as botyard_app
from botyard.api.botyard import delivery as botyard_delivery
from botyard.api.botyard import portal as botyard_portal
from botyard.api.botyard import signing as botyard_signing
from botyard.api.botyard import token as botyard_token
from botyard.api.botyard import user as botyard_user
from botyard.api.botyard import webhook as botyard_webhook
from botyard.api.disk import file as disk_file
from botyard.api.im import chat as im_chat
from botyard.api.im import dialog as im_dialog
from botyard.api.im import message as im_message
from botyard.api.im_v2 import chat_bot as im_v2_chat_bot
from botyard.api.im_v2 import event as im_v2_event
from botyard.api.im_v2 import file as im_v2_file
from botyard.api.imbot import app as imbot_app
from botyard.api.imbot import bot as imbot_bot
from botyard.api.imbot import chat as imbot_chat
from botyard.api.imbot import command as imbot_command
from botyard.api.imbot import dialog as imbot_dialog
from botyard.api.imbot import message as imbot_message
from botyard.api.imbot import root as imbot_root
from botyard.api.imbot_v2 import bot as imbot_v2_bot
from botyard.api.imbot_v2 import chat as imbot_v2_chat
from botyard.api.imbot_v2 import chat_message as imbot_v2_chat_message
from botyard.api.imbot_v2 import command as imbot_v2_command
from botyard.api.imbot_v2 import event as imbot_v2_event
from botyard.api.imbot_v2 import file as imbot_v2_file
from botyard.api.imbot_v2 import revision as imbot_v2_revision

MODULES: tuple[ModuleType, ...] = (
    general,
    app,
    user,
    event,
    v3,
    imbot_root,
    imbot_bot,
    imbot_app,
    imbot_chat,
    imbot_command,
    imbot_dialog,
    imbot_message,
    imbot_v2_bot,
    imbot_v2_chat,
    imbot_v2_command,
    imbot_v2_revision,
    im_chat,
    im_dialog,
    im_message,
    botyard_app,
    botyard_delivery,
    botyard_portal,
    botyard_signing,
    botyard_token,
    botyard_user,
    botyard_webhook,
    imbot_v2_chat_message,
    imbot_v2_event,
    imbot_v2_file,
    im_v2_chat_bot,
    im_v2_event,
    im_v2_file,
    disk_file,
)

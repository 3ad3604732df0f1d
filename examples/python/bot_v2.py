"""A bot of the second generation on b24pysdk: it fetches its events. See ../README.md."""

import base64
import os
import time
from urllib.parse import urlsplit

from b24pysdk.credentials import BitrixWebhook
from b24pysdk.errors import BitrixRequestError

WEBHOOK = urlsplit(os.environ["WEBHOOK"])
# The key that makes the bot ours: whoever knows it can speak as the bot.
TOKEN = os.environ.get("CLIENT_ID", "example-key-python-2")
CHOICES = ("Tea", "Coffee")
# Seconds that the portal may wait for an event before it answers that there is none. Botyard's own parameter.
WAIT = 5

portal = BitrixWebhook(domain=WEBHOOK.netloc, webhook_token="/".join(WEBHOOK.path.split("/")[2:4]))
votes: dict[int, dict[int, str]] = {}


def call(method, **params):
    return portal.call_method(f"imbot.v2.{method}", {"botToken": TOKEN, **params})["result"]


def register():
    """Registering again finds the same bot."""
    fields = {"code": "example-python-2", "properties": {"name": "Fetching in Python"}, "eventMode": "fetch"}
    bot = call("Bot.register", fields=fields)["bot"]["id"]
    for command in ("poll", "vote", "file"):
        title = {"en": command.title()}
        call("Command.register", botId=bot, fields={"command": command, "title": title, "hidden": command == "vote"})
    return bot


def ballot(message_id=0):
    """The question and its buttons, with the votes so far."""
    cast = list(votes.get(message_id, {}).values())
    buttons = [
        {"TEXT": f"{choice}: {cast.count(choice)}", "COMMAND": "vote", "COMMAND_PARAMS": choice, "DISPLAY": "LINE"}
        for choice in CHOICES
    ]
    return {"message": f"Tea or coffee? Votes: {len(cast)}", "keyboard": {"BUTTONS": buttons}}


def says(dialog, fields):
    call("Chat.Message.send", botId=bot_id, dialogId=dialog, fields=fields)


def heard(event, data):
    """Answer an event."""
    if event == "ONIMBOTV2JOINCHAT":
        says(data["dialogId"], {"message": "Hello! I repeat what I hear. Try /poll and /file."})
    elif event == "ONIMBOTV2MESSAGEADD" and not data["message"]["text"].startswith("/"):
        says(data["chat"]["dialogId"], {"message": f"You said: {data['message']['text']}"})
    elif event == "ONIMBOTV2COMMANDADD":
        ordered(data["command"], data["message"]["id"], data["chat"]["dialogId"], data["user"]["id"])


def ordered(command, message_id, dialog, user_id):
    """Do what a command asks for."""
    if command["command"] == "/poll":
        says(dialog, ballot())
    elif command["command"] == "/vote":
        votes.setdefault(message_id, {})[user_id] = command["params"]
        call("Chat.Message.update", botId=bot_id, messageId=message_id, fields=ballot(message_id))
    elif command["command"] == "/file":
        content = base64.b64encode(b"Notes of the bot\n").decode()
        fields = {"name": "notes.txt", "content": content, "message": "Here it is."}
        call("File.upload", botId=bot_id, dialogId=dialog, fields=fields)


bot_id = register()
print(f"Bot {bot_id} fetches its events.", flush=True)
offset = 0
while True:
    try:
        page = call("Event.get", botId=bot_id, offset=offset, wait=WAIT)
        for event in page["events"]:
            heard(event["type"], event["data"])
    except BitrixRequestError:
        # The portal is away for a moment; what was not confirmed comes again.
        time.sleep(1)
        continue
    # The next call confirms these events by its offset.
    offset = page["nextOffset"]
    if not page["events"]:
        # A portal that knows no `wait` answers at once.
        time.sleep(0.2)

"""A bot of the first generation on b24pysdk: it is called at its handler. See ../README.md."""

import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from b24pysdk.credentials import BitrixWebhook

WEBHOOK = urlsplit(os.environ["WEBHOOK"])
PORT = int(os.environ.get("PORT", "9001"))
# The key that makes the bot ours: whoever knows it can speak as the bot.
KEY = {"CLIENT_ID": os.environ.get("CLIENT_ID", "example-key-python-1")}
CHOICES = ("Tea", "Coffee")

portal = BitrixWebhook(domain=WEBHOOK.netloc, webhook_token="/".join(WEBHOOK.path.split("/")[2:4]))
votes: dict[int, dict[str, str]] = {}


def call(method, **params):
    return portal.call_method(method, {**KEY, **params})["result"]


def register():
    """Registering again finds the same bot; its handler is renewed."""
    handler = f"http://127.0.0.1:{PORT}/"
    bot = call(
        "imbot.register",
        CODE="example-python-1",
        TYPE="B",
        EVENT_HANDLER=handler,
        PROPERTIES={"NAME": "Echo in Python", "COLOR": "AQUA"},
    )
    for command, hidden in (("poll", "N"), ("vote", "Y")):
        phrases = [{"LANGUAGE_ID": "en", "TITLE": command.title(), "PARAMS": ""}]
        call(
            "imbot.command.register",
            BOT_ID=bot,
            COMMAND=command,
            HIDDEN=hidden,
            LANG=phrases,
            EVENT_COMMAND_ADD=handler,
        )
    return bot


def ballot(message_id=0):
    """The question and its buttons, with the votes so far."""
    cast = list(votes.get(message_id, {}).values())
    buttons = [
        {"TEXT": f"{choice}: {cast.count(choice)}", "COMMAND": "vote", "COMMAND_PARAMS": choice, "DISPLAY": "LINE"}
        for choice in CHOICES
    ]
    return {"MESSAGE": f"Tea or coffee? Votes: {len(cast)}", "KEYBOARD": {"BUTTONS": buttons}}


def heard(event, param):
    """Answer an event. ``param`` finds a value of the form by the words of its name."""
    dialog = param("PARAMS", "DIALOG_ID")
    if event == "ONIMBOTJOINCHAT":
        call("imbot.message.add", BOT_ID=bot_id, DIALOG_ID=dialog, MESSAGE="Hello! I repeat what I hear. Try /poll.")
    elif event == "ONIMBOTMESSAGEADD" and not param("PARAMS", "MESSAGE").startswith("/"):
        text = f"You said: {param('PARAMS', 'MESSAGE')}"
        call("imbot.message.add", BOT_ID=bot_id, DIALOG_ID=dialog, MESSAGE=text)
    elif event == "ONIMCOMMANDADD":
        message_id = int(param("COMMAND", r"\d+", "MESSAGE_ID"))
        if param("COMMAND", r"\d+", "COMMAND") == "poll":
            call("imbot.message.add", BOT_ID=bot_id, DIALOG_ID=dialog, **ballot())
        elif param("COMMAND", r"\d+", "COMMAND") == "vote":
            voter = param("PARAMS", "FROM_USER_ID")
            votes.setdefault(message_id, {})[voter] = param("COMMAND", r"\d+", "COMMAND_PARAMS")
            call("imbot.message.update", BOT_ID=bot_id, MESSAGE_ID=message_id, **ballot(message_id))


class Handler(BaseHTTPRequestHandler):
    """Reads the form of an event; status 200 says that it need not be sent again."""

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)

        def param(*words):
            name = re.compile(r"data" + "".join(rf"\[{word}\]" for word in words))
            return next((values[0] for key, values in form.items() if name.fullmatch(key)), "")

        heard(form["event"][0], param)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Say nothing of each request."""


# The server listens before the bot is registered, so that it misses nothing.
server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
bot_id = register()
print(f"Bot {bot_id} listens on port {PORT}.", flush=True)
server.serve_forever()

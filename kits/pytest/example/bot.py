"""A bot that answers a command, asks back with buttons, and takes files: fetching its events, or called with them.

WEBHOOK=http://localhost:8024/rest/1/…/ python bot.py polling
WEBHOOK=http://localhost:8024/rest/1/…/ python bot.py webhook
"""

import http.server
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

TOKEN = "example-token"
MODE = sys.argv[1]
CODE = f"example_{MODE}"


def call(method, **params):
    request = urllib.request.Request(
        f"{os.environ['WEBHOOK']}imbot.v2.{method}",
        json.dumps({"botToken": TOKEN, **params}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["result"]


def register(webhook_url=""):
    mode = {"eventMode": "webhook", "webhookUrl": webhook_url} if webhook_url else {"eventMode": "fetch"}
    bot = call("Bot.register", fields={"code": CODE, "properties": {"name": f"Example ({MODE})"}, **mode})["bot"]["id"]
    for command in ("help", "order"):
        call("Command.register", botId=bot, fields={"command": command, "title": {"en": command}})
    print("ready", flush=True)
    return bot


def hears(bot, event, data):
    """Answer one event."""

    def says(message, **more):
        call("Chat.Message.send", botId=bot, dialogId=data["chat"]["dialogId"], fields={"message": message, **more})

    if event == "ONIMBOTV2COMMANDADD":
        command = data["command"]
        if command["command"].strip("/") == "help":
            buttons = [
                {"TEXT": text, "COMMAND": "order", "COMMAND_PARAMS": text.lower(), "DISPLAY": "LINE"}
                for text in ("Yes", "No")
            ]
            says("Do you want a coffee?", keyboard={"BUTTONS": buttons})
        elif command["params"] == "yes":
            says("Coffee is on its way.")
        else:
            says("No coffee, then.")
    elif event == "ONIMBOTV2MESSAGEADD" and not data["message"]["text"].startswith("/"):
        params = data["message"].get("params") or {}
        files = params.get("FILE_ID") or params.get("fileId")
        says("Thank you for the file." if files else f"You said: {data['message']['text']}")


def poll():
    bot, offset = register(), 0
    while True:
        try:
            page = call("Event.get", botId=bot, offset=offset, wait=20)
        except (urllib.error.HTTPError, OSError):
            time.sleep(0.2)
            continue
        for event in page["events"]:
            hears(bot, event["type"], event["data"])
        offset = page["nextOffset"]


def serve():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            form = nested(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            hears(bot, form["event"], form["data"])

        def log_message(self, *about):
            print(*about, flush=True)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bot = register(f"http://127.0.0.1:{server.server_port}/")
    server.serve_forever()


def nested(body):
    """`data[message][text]=…` as dictionaries in dictionaries."""
    nested_fields = {}
    for name, value in urllib.parse.parse_qsl(body, keep_blank_values=True):
        first, *rest = name.replace("]", "").split("[")
        place = nested_fields
        for step in [first, *rest][:-1]:
            place = place.setdefault(step, {})
        place[[first, *rest][-1]] = value
    return nested_fields


{"polling": poll, "webhook": serve}[MODE]()

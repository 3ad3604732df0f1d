"""The documented uses of pybitrix24. Prints what each of them gave."""

import json
import os

from pybitrix24 import Bitrix24

env = os.environ
asked = {"DIALOG_ID": env["CHAT"]}
calls = {"me": ("user.current", {}), "again": ("user.get", {"ID": "$result[me][ID]"}), "bare": "profile"}

hook = Bitrix24(env["HOST"], user_id=1)
app = Bitrix24(env["HOST"], env["CLIENT_ID"], env["CLIENT_SECRET"])
app._access_token, app._refresh_token = env["EXPIRED"], env["REFRESH"]
results = {
    "hook": hook.call_webhook(env["SECRET"], "imbot.dialog.get", asked),
    "get": hook.call_webhook(env["SECRET"], "profile"),
    "batch": hook.call_batch_webhook(env["SECRET"], calls),
    "refused": hook.call_webhook(env["SECRET"], "imbot.dialog.get", {"DIALOG_ID": "chat999999"}),
    "expired": app.call("imbot.dialog.get", asked),
    "renewed": app.refresh_tokens(),
    "app": app.call("imbot.dialog.get", asked),
}
print(json.dumps(results))

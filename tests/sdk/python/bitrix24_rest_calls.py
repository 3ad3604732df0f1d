"""The documented uses of bitrix24-rest. Prints what each of them gave."""

import asyncio
import json
import os

from bitrix24 import Bitrix24, BitrixError

CHAT = os.environ["CHAT"]


async def main() -> None:
    """Call by http and by https, which trusts what SSL_CERT_FILE names."""
    http, https = Bitrix24(os.environ["WEBHOOK"]), Bitrix24(os.environ["HTTPS_WEBHOOK"])
    results = {
        "http": await http.callMethod("imbot.dialog.get", {"DIALOG_ID": CHAT}),
        "https": await https.callMethod("imbot.dialog.get", {"DIALOG_ID": CHAT}),
        "people": [person["ID"] for person in await http.callMethod("user.get", {"filter": {"ACTIVE": True}})],
        "some": [person["ID"] for person in await http.callMethod("user.get", {"filter": {"ID": [1, 2]}})],
    }
    try:
        await http.callMethod("imbot.dialog.get", {"DIALOG_ID": "chat999999"})
    except BitrixError as error:
        results["refused"] = error.message
    print(json.dumps(results))


asyncio.run(main())

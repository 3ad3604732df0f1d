"""The web client as somebody uses it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page

from botyard.demo import credentials
from tests.browser.site import Site
from tests.sdk.live import Live


class BrowserPortal:
    """A portal over https in a page of a browser."""

    def __init__(self, live: Live, page: Page) -> None:
        self.live = live
        self.page = page
        self.url = live.https_url
        self.errors: list[str] = []
        page.on("pageerror", lambda fault: self.errors.append(str(fault)))
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)

    def sign_in(self, login: str) -> None:
        """Open the client, and sign in on the page to which it leads."""
        folder = Path(self.live.ca_file).parent.parent
        people = json.loads((folder / credentials.FILE).read_text())["people"]
        [password] = [person["password"] for person in people if person["login"] == login]
        self.page.goto(f"{self.url}/online/")
        self.page.get_by_label("Login").fill(login)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.url}/online/**")

    def add_app(self, site: Site, page: str = "", **params: Any) -> str:
        """Register an application with pages of a site; its client id."""
        plan = {"TITLE": "An application", "SCOPE": "im,imbot,placement,user", **params}
        if page:
            plan["HANDLER_URL"] = f"{site.origin}/{page}"
        client_id: str = self.live.asked("botyard.app.add", plan)["result"]["CLIENT_ID"]
        return client_id

    def open_app(self, client_id: str) -> Frame:
        """The frame of an application's own page, in the client as it was loaded anew."""
        # The policy of the page names the origins of applications that are installed when it is loaded.
        self.page.goto(f"{self.url}/online/apps/{client_id}")
        return self.frame()

    def frame(self) -> Frame:
        """The frame that is shown, once its page is ready."""
        element = self.page.wait_for_selector("iframe")
        frame = element.content_frame() if element else None
        assert frame is not None
        # An empty page is there, and ready, before the form is posted.
        frame.wait_for_url(re.compile("^https?:"))
        frame.wait_for_load_state()
        return frame


def asked(frame: Frame, call: str) -> Any:
    """What a function of a page tells its callback: ``CALL`` stands for it in ``BX24.selectUser(CALL)``."""
    expression = call.replace("CALL", "((...values) => resolve(JSON.stringify(values)))")
    text = frame.evaluate(f"() => new Promise((resolve) => {{ {expression} }})")
    values = json.loads(text)
    return values[0] if len(values) == 1 else values


RESULT = """(result) => resolve(JSON.stringify({
    data: result.data(),
    error: result.error() && result.error().ex.error,
    status: result.error() && result.error().status,
    more: result.more(), total: result.total(), time: typeof result.time(),
}))"""


def called(frame: Frame, method: str, params: str = "{}") -> Any:
    """What `BX24.callMethod` gives its callback; the parameters are an expression of JavaScript."""
    script = f"() => new Promise((resolve) => BX24.callMethod({json.dumps(method)}, {params}, {RESULT}))"
    return json.loads(frame.evaluate(script))

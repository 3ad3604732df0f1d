"""The web client as somebody uses it who has applications."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Frame, expect

from botyard.demo import credentials
from tests.browser.site import Site
from tests.sdk.live import Live
from tests.ui.browser import Person


class BrowserPortal(Person):
    """Somebody before a portal over https, whose client shows pages of applications."""

    def __init__(self, browser: Browser, live: Live, login: str) -> None:
        folder = Path(live.ca_file).parent.parent
        people = json.loads((folder / credentials.FILE).read_text())["people"]
        [password] = [person["password"] for person in people if person["login"] == login]
        super().__init__(browser, live.https_url, login, password=password)
        self.live = live

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

    def open_ready(self, client_id: str) -> Frame:
        """The same, once the page says that its library is ready."""
        frame = self.open_app(client_id)
        expect(frame.locator("#state")).to_have_text("ready")
        return frame

    def frame(self) -> Frame:
        """The frame that is shown, once its page is loaded."""
        element = self.page.wait_for_selector("iframe")
        frame = element.content_frame() if element else None
        assert frame is not None
        # An empty page is there, and loaded, before the form is posted.
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

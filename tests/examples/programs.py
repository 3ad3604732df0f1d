"""The example bots as programs: starting one beside a portal, and the person who talks with it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.sdk.live import Live
from tests.sdk.programs import beside

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
PATIENCE = 30.0


class Ann:
    """Somebody of the demo portal who is no administrator."""

    def __init__(self, hook: str, bot: int) -> None:
        self._hook = hook
        self.bot = bot

    def call(self, method: str, **params: Any) -> Any:
        body = json.dumps(params).encode()
        request = urllib.request.Request(self._hook + method, body, {"Content-Type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.load(answer)["result"]

    def says(self, text: str) -> None:
        self.call("im.message.add", DIALOG_ID=str(self.bot), MESSAGE=text)

    def presses(self, message: Mapping[str, Any], label: str) -> None:
        """Press the button whose label begins like this."""
        button = next(candidate for candidate in message["params"]["KEYBOARD"] if candidate["TEXT"].startswith(label))
        pressed = self.call(
            "im.message.command",
            MESSAGE_ID=message["id"],
            BOT_ID=button["BOT_ID"],
            COMMAND=button["COMMAND"],
            COMMAND_PARAMS=button["COMMAND_PARAMS"],
        )
        assert pressed is True

    def history(self) -> Any:
        return self.call("im.dialog.messages.get", DIALOG_ID=str(self.bot))

    def sees(self, text: str) -> dict[str, Any]:
        """Wait for a message of the bot with this text."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for message in self.history()["messages"]:
                if message["author_id"] == self.bot and message["text"] == text:
                    return dict(message)
            time.sleep(0.05)
        raise AssertionError(f"the bot never said {text!r}: {[entry['text'] for entry in self.history()['messages']]}")


class Address(NamedTuple):
    """What a bot and a person have to know of a portal."""

    webhook: str
    person: str
    ca_file: str


def address(live: Live) -> Address:
    hooks = json.loads(live.told["BOTYARD_WEBHOOKS"])
    person = next(hook for number, hook in hooks.items() if number != live.told["BOTYARD_USER_ID"])
    return Address(live.https_webhook, person, live.ca_file)


@contextmanager
def talking(portal: Address, command: list[str], handler: list[str], **variables: str) -> Iterator[Ann]:
    """Run a bot: first its handler, if that is a program of its own, then the bot, which prints its id."""
    environment = {**os.environ, "WEBHOOK": portal.webhook, "REQUESTS_CA_BUNDLE": portal.ca_file, "NO_PROXY": "*"}
    environment |= {"NODE_EXTRA_CA_CERTS": portal.ca_file, "CA_FILE": portal.ca_file, **variables}
    with ExitStack() as stack:
        if handler:
            stack.enter_context(_running(handler, environment))
            _listens(int(variables["PORT"]))
        process = stack.enter_context(_running(command, environment))
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("Bot "), line or (process.stderr.read() if process.stderr else "")
        yield Ann(portal.person, int(line.split()[1]))


@contextmanager
def _running(command: list[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _listens(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens on port {port}")


def free_port() -> int:
    """A port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def python(name: str) -> list[str]:
    return [sys.executable, str(EXAMPLES / "python" / name)]


def node(name: str, modules: Path, folder: Path) -> list[str]:
    """Node looks for libraries beside the script, so that it is run from a folder that has them."""
    beside(modules, folder)
    (folder / name).write_bytes((EXAMPLES / "javascript" / name).read_bytes())
    return ["node", "--no-deprecation", str(folder / name)]


def php(name: str) -> list[str]:
    return ["php", "-d", "display_errors=stderr", str(EXAMPLES / "php" / name)]


def php_server(name: str, port: int) -> list[str]:
    return ["php", "-S", f"127.0.0.1:{port}", str(EXAMPLES / "php" / name)]

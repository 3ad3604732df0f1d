"""A whole portal in a process of its own, on real sockets, http and https: `botyard exec` with a crowd of people.

Clients are pointed at it as their own documentation says; nothing of theirs is changed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

CROWD = 60
"""People besides the demo's five: more than a page of `user.get` holds."""

CHAT = "chat2001"
"""The demo chat that every client asks for."""

_TELL = """
import json, os, sys
print(json.dumps({name: value for name, value in os.environ.items() if name.startswith("BOTYARD_")}), flush=True)
sys.stdin.read()
"""


class Live(NamedTuple):
    """A portal that listens."""

    told: dict[str, str]
    """The variables of `botyard exec`."""

    @property
    def url(self) -> str:
        return self.told["BOTYARD_URL"]

    @property
    def https_url(self) -> str:
        return self.told["BOTYARD_HTTPS_URL"]

    @property
    def address(self) -> str:
        """Host and port of https."""
        return self.https_url.partition("://")[2]

    @property
    def webhook(self) -> str:
        """The administrator's webhook by http, with a slash at its end."""
        return self.told["BOTYARD_WEBHOOK_URL"]

    @property
    def secret(self) -> str:
        return self.webhook.rstrip("/").rpartition("/")[2]

    @property
    def https_webhook(self) -> str:
        return self.webhook.replace(self.url, self.https_url)

    @property
    def ca_file(self) -> str:
        return self.told["BOTYARD_CA_FILE"]

    @property
    def token(self) -> str:
        """An access token of the demo application in the administrator's name."""
        return self.told["BOTYARD_ACCESS_TOKEN"]

    @property
    def client_id(self) -> str:
        return self.told["BOTYARD_CLIENT_ID"]

    @property
    def client_secret(self) -> str:
        return self.told["BOTYARD_CLIENT_SECRET"]

    def pair(self) -> tuple[str, str]:
        """A fresh access token of the demo application and its refresh token."""
        words = self._issued("--app", self.client_id)
        return words["access_token"], words["refresh_token"]

    def dying_token(self) -> str:
        """An access token that is good for one more second."""
        return self._issued("--seconds", "1")["access_token"]

    def narrow_token(self, scopes: str) -> str:
        """An access token with these permissions only."""
        return self._issued("--scope", scopes)["access_token"]

    def _issued(self, *options: str) -> dict[str, str]:
        # The certificate is told so that clients find it; beside it is the folder of the portal's data.
        data = str(Path(self.ca_file).parent.parent)
        command = [sys.executable, "-m", "botyard", "token", "issue", "alice", "--data", data, *options]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return dict(re.findall(r"(?m)^(\w+): (\w+)", output))

    def curl(self, *arguments: str) -> Any:
        """What cURL is answered."""
        command = ["curl", "--silent", "--show-error", *arguments]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    def asked(self, method: str, params: Mapping[str, Any]) -> Any:
        """The answer to a call by cURL, which every client's answer is compared with."""
        return self.curl("-H", "Content-Type: application/json", "-d", json.dumps(params), self.webhook + method)


@contextmanager
def live() -> Iterator[Live]:
    """Start a portal and stop it. What it complains about meanwhile fails the run."""
    with tempfile.TemporaryDirectory() as folder:
        seed, complaints = Path(folder) / "seed.json", Path(folder) / "stderr"
        seed.write_text(json.dumps({"people": [_guest(number) for number in range(1, CROWD + 1)]}))
        command = [sys.executable, "-m", "botyard", "exec", "--tls", "--seed", str(seed), "--", sys.executable]
        with complaints.open("w") as errors:
            process = subprocess.Popen(
                [*command, "-c", _TELL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )
        assert process.stdin and process.stdout
        try:
            line = process.stdout.readline()
            assert line, complaints.read_text()
            yield Live(json.loads(line))
        finally:
            # The command ends with its input, and the portal with the command.
            process.stdin.close()
            process.stdout.close()
            _ended(process)
        text = complaints.read_text()
        assert text == "", text


def _ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait(10)


def _guest(number: int) -> dict[str, str]:
    return {"login": f"guest{number:02}", "name": "Guest", "last_name": f"Number {number:02}"}

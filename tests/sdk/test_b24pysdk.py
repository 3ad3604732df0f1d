"""b24pysdk, the vendor's Python client: https to a port, its paging, batches, exceptions and renewal of tokens."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from b24pysdk import Client, errors
from b24pysdk.credentials import BitrixApp, BitrixToken, BitrixWebhook
from b24pysdk.errors import oauth

from tests.sdk.answers import commands, held, refused, same_dialog
from tests.sdk.live import CHAT, CROWD, Live

pytestmark = [pytest.mark.sdk, pytest.mark.live]

OAUTH_HOST = "oauth.bitrix24.tech"
"""Where the client renews tokens, whatever the portal."""


@pytest.fixture
def hook(trusted: Live) -> BitrixWebhook:
    return BitrixWebhook(domain=trusted.address, webhook_token=f"1/{trusted.secret}")


@pytest.fixture
def client(hook: BitrixWebhook) -> Any:
    return Client(hook)


@pytest.fixture
def oauth_host(trusted: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an entry in the hosts file does, and a port besides: only the resolver is changed."""
    real, port = socket.getaddrinfo, int(trusted.address.rpartition(":")[2])

    def resolved(host: Any, wanted: Any, *more: Any, **named: Any) -> Any:
        place = ("127.0.0.1", port) if host == OAUTH_HOST else (host, wanted)
        return real(*place, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)


def _app(live: Live, secret: str = "") -> BitrixApp:
    return BitrixApp(client_id=live.client_id, client_secret=secret or live.client_secret)


def _token(live: Live, access: str, refresh: str | None = None, app: BitrixApp | None = None) -> BitrixToken:
    return BitrixToken(domain=live.address, auth_token=access, refresh_token=refresh, bitrix_app=app or _app(live))


def test_dialog_get_by_webhook(live: Live, hook: BitrixWebhook) -> None:
    answer = hook.call_method("imbot.dialog.get", {"DIALOG_ID": CHAT})
    held("imbot.dialog.get", answer)
    same_dialog(live, answer["result"])


def test_dialog_get_by_token(trusted: Live) -> None:
    answer = _token(trusted, trusted.token).call_method("imbot.dialog.get", {"DIALOG_ID": CHAT})
    held("imbot.dialog.get", answer)
    same_dialog(trusted, answer["result"])


def test_its_own_methods(live: Live, client: Any) -> None:
    chat = client.im.chat.add(title="By b24pysdk", users=[2])
    assert held("im.chat.add", chat.response.to_dict()) == chat.result
    dialog = f"chat{chat.result}"
    sent = client.im.message.add(dialog, message="Hello")
    held("im.message.add", sent.response.to_dict())
    assert client.im.chat.user.add(chat.result, [3]).result is True
    history = client.im.dialog.messages.get(dialog, limit=5)
    held("im.dialog.messages.get", history.response.to_dict())
    assert sent.result in [message["id"] for message in history.result["messages"]]
    held("im.dialog.read", client.im.dialog.read(dialog, sent.result).response.to_dict())
    dialog_response = client.im.dialog.get(dialog)
    held("im.dialog.get", dialog_response.response.to_dict())
    assert dialog_response.result == live.asked("im.dialog.get", {"DIALOG_ID": dialog})["result"]


def test_people_and_the_caller(client: Any) -> None:
    page = client.user.get(filter={"ID": [1, 2]})
    held("user.get", page.response.to_dict())
    assert [person["NAME"] for person in page.result] == ["Alice", "Ben"]
    assert page.time.processing >= 0
    profile = client.profile()
    held("profile", profile.response.to_dict())
    assert profile.result["ADMIN"] is True
    held("server.time", client.server.time().response.to_dict())
    assert "imbot" in client.scope().result


@pytest.mark.parametrize("way", ["call_list", "call_list_fast"])
def test_lists_longer_than_a_page(hook: BitrixWebhook, way: str) -> None:
    listed = list(getattr(hook, way)("user.get")["result"])
    ids = [int(person["ID"]) for person in listed]
    assert len(ids) == len(set(ids)) >= CROWD
    assert ids == sorted(ids)


def test_the_fast_list_backwards_and_limited(hook: BitrixWebhook) -> None:
    ids = [int(person["ID"]) for person in hook.call_list_fast("user.get", descending=True, limit=55)["result"]]
    assert len(ids) == 55
    assert ids == sorted(ids, reverse=True)


def test_batches(live: Live, client: Any, hook: BitrixWebhook) -> None:
    batch = client.call_batch({"me": client.user.current(), "all": client.user.get(), "hello": client.server.time()})
    body = batch.response.to_dict()
    results = {name: result for name, result, _ in commands(body)}
    assert list(results) == ["me", "all", "hello"]
    assert body["result"]["result_total"]["all"] >= CROWD
    assert body["result"]["result_next"] == {"all": 50}
    many = hook.call_batches([("imbot.dialog.get", {"DIALOG_ID": CHAT})] * 51)
    assert len(many["result"]["result"]) == 51
    same_dialog(live, many["result"]["result"]["50"])


def test_a_batch_tells_which_command_failed(hook: BitrixWebhook) -> None:
    body = hook.call_batch({"bad": ("imbot.dialog.get", {}), "good": ("profile", {})})
    assert refused("imbot.dialog.get", body["result"]["result_error"]["bad"]) == "DIALOG_ID_EMPTY"
    assert held("profile", whole_of(body, "good"))["ID"] == "1"


def whole_of(body: Any, name: str) -> dict[str, Any]:
    """One command of a batch as an answer of its own."""
    return {"result": body["result"]["result"][name], "time": body["result"]["result_time"][name]}


@pytest.mark.parametrize(
    ("method", "params", "kind", "code"),
    [
        ("imbot.dialog.get", {}, errors.BitrixAPIBadRequest, "DIALOG_ID_EMPTY"),
        ("imbot.dialog.get", {"DIALOG_ID": "chat999999"}, errors.BitrixAPIAccessError, "ACCESS_ERROR"),
        ("imbot.no.such", {}, errors.BitrixAPINotFound, "ERROR_METHOD_NOT_FOUND"),
    ],
)
def test_errors_of_methods(
    hook: BitrixWebhook, method: str, params: dict[str, str], kind: type[Any], code: str
) -> None:
    with pytest.raises(errors.BitrixAPIError) as caught:
        hook.call_method(method, params)
    failed: Any = caught.value
    assert type(failed) is kind
    assert refused(method, failed.response.json(), failed.response.status_code) == code


def test_errors_of_credentials(trusted: Live) -> None:
    with pytest.raises(errors.BitrixAPIInvalidCredentials):
        BitrixWebhook(domain=trusted.address, webhook_token="1/wrong").call_method("profile")
    with pytest.raises(errors.BitrixAPIInvalidToken):
        _token(trusted, "nobodys").call_method("profile")
    with pytest.raises(errors.BitrixAPIInsufficientScope):
        _token(trusted, trusted.narrow_token("im")).call_method("imbot.dialog.get", {"DIALOG_ID": CHAT})


def test_an_expired_token_that_cannot_be_renewed(trusted: Live, expired: str) -> None:
    with pytest.raises(errors.BitrixAPIExpiredToken):
        _token(trusted, expired).call_method("profile")


@pytest.mark.usefixtures("oauth_host")
def test_an_expired_token_is_renewed(trusted: Live, expired: str) -> None:
    _, refresh = trusted.pair()
    token = _token(trusted, expired, refresh)
    answer = token.call_method("imbot.dialog.get", {"DIALOG_ID": CHAT})
    held("imbot.dialog.get", answer)
    same_dialog(trusted, answer["result"])
    assert token.auth_token != expired
    assert token.refresh_token != refresh
    assert token.has_expired is False


@pytest.mark.usefixtures("oauth_host")
def test_what_the_authorization_server_says_of_a_token(trusted: Live) -> None:
    token = _token(trusted, *trusted.pair())
    renewed = token.refresh_oauth_token()
    assert renewed.domain == trusted.url.partition("://")[2]
    token.oauth_token = renewed.oauth_token
    info = token.get_app_info().result
    assert (info.client_id, info.user_id) == (trusted.client_id, 1)
    assert info.install.installed
    # Its own validation compares the portal's name without a port, so it holds for portals on port 443 only.
    assert info.install.client_endpoint == renewed.client_endpoint
    assert info.install.member_id == renewed.member_id


@pytest.mark.usefixtures("oauth_host")
@pytest.mark.parametrize(
    ("app", "refresh", "kind"),
    [
        (lambda live: BitrixApp(client_id="local.0.0", client_secret="x"), "x", oauth.BitrixOauthWrongClient),
        (lambda live: _app(live, "wrong"), "x", oauth.BitrixOAuthInvalidClient),
        (_app, "wrong", oauth.BitrixOAuthInvalidGrant),
    ],
)
def test_errors_of_renewal(trusted: Live, app: Callable[[Live], BitrixApp], refresh: str, kind: type[Any]) -> None:
    with pytest.raises(errors.BitrixSDKException) as caught:
        _token(trusted, "any", refresh, app(trusted)).refresh_oauth_token()
    assert type(caught.value) is kind

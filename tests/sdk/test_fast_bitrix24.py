"""fast_bitrix24: lower-case methods, JSON bodies, batches that it builds itself, tokens from the caller's function."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from aiohttp import ClientResponseError
from fast_bitrix24 import BitrixAsync

from tests.sdk.answers import held, same_dialog
from tests.sdk.live import CHAT, CROWD, Live

pytestmark = [pytest.mark.sdk, pytest.mark.live]
T = TypeVar("T")


def _asked(live: Live, work: Callable[[BitrixAsync], Awaitable[T]]) -> T:
    async def whole() -> T:
        return await work(BitrixAsync(live.webhook, verbose=False))

    return asyncio.run(whole())


def _only(answers: dict[str, Any]) -> Any:
    """The client sends a batch of one, and leaves an object that is no list under the command's name."""
    (answer,) = answers.values()
    return answer


def test_call(live: Live) -> None:
    answers = _asked(live, lambda client: client.call("imbot.dialog.get", {"DIALOG_ID": CHAT}))
    same_dialog(live, _only(answers))


def test_call_raw(live: Live) -> None:
    answer = _asked(live, lambda client: client.call("imbot.dialog.get", {"DIALOG_ID": CHAT}, raw=True))
    held("imbot.dialog.get", answer)
    same_dialog(live, answer["result"])


def test_call_of_many(live: Live) -> None:
    dialogs = _asked(live, lambda client: client.call("imbot.dialog.get", [{"DIALOG_ID": CHAT}, {"DIALOG_ID": "2"}]))
    assert [dialog["dialog_id"] for dialog in dialogs] == [CHAT, "2"]


def test_get_all(live: Live) -> None:
    people = _asked(live, lambda client: client.get_all("user.get"))
    assert len({person["ID"] for person in people}) == len(people) >= CROWD


def test_get_by_id(live: Live) -> None:
    people = _asked(live, lambda client: client.get_by_ID("user.get", [1, 2, 3]))
    assert [person["ID"] for (person,) in people.values()] == ["1", "2", "3"]


def test_call_batch(live: Live) -> None:
    asked = {
        "halt": 0,
        "cmd": {
            "me": "user.current",
            "again": "user.get?ID=$result[me][ID]",
            "d": f"imbot.dialog.get?DIALOG_ID={CHAT}",
        },
    }
    results: dict[str, Any] = _asked(live, lambda client: client.call_batch(asked))
    assert results["again"][0]["ID"] == results["me"]["ID"] == "1"
    same_dialog(live, results["d"])


def test_a_new_token_is_asked_for_when_the_old_one_has_expired(live: Live, expired: str) -> None:
    tokens = [expired, live.token]

    async def next_token() -> str:
        return tokens.pop(0)

    async def work() -> Any:
        client = BitrixAsync(f"{live.url}/rest/", token_func=next_token, verbose=False)
        return await client.call("imbot.dialog.get", {"DIALOG_ID": CHAT})

    same_dialog(live, _only(asyncio.run(work())))
    assert tokens == []


def test_a_refusal_is_raised_at_once(live: Live) -> None:
    with pytest.raises(ClientResponseError) as caught:
        _asked(live, lambda client: client.call("imbot.dialog.get", {"DIALOG_ID": "chat999999"}, raw=True))
    assert caught.value.status == 403


def test_it_needs_its_velocity_policy(live: Live) -> None:
    """Its own mistake, which docs/reference/clients.md tells of; without it here, the page is out of date."""

    async def work() -> Any:
        client = BitrixAsync(live.webhook, verbose=False, respect_velocity_policy=False)
        return await client.call("profile", raw=True)

    with pytest.raises(KeyError, match="profile"):
        asyncio.run(work())

"""Making a demo portal, and greeting one that was made before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from botyard.config import Settings
from botyard.demo import content, credentials
from botyard.demo.credentials import Credentials, DemoApplication, DemoBot, DemoPerson
from botyard.demo.seed import NOTHING, Person, Seed
from botyard.demo.sow import Ground, Sower, Sown
from botyard.portal import apps, passwords, setup, tokens, webhooks
from botyard.portal.apps import Registered
from botyard.portal.keys import Keys, new_client_id
from botyard.portal.tokens import Keyring, Pair
from botyard.store import apps as stored_apps
from botyard.store import portal
from botyard.store.db import Database, Tx
from botyard.store.users import full_name

FRESH = 300
"""Seconds for which the tokens that are shown should still be good."""


class Place(NamedTuple):
    """The open, empty or demo portal, and the permissions that its keys are to have."""

    database: Database
    keys: Keys
    settings: Settings
    scopes: list[str]

    @property
    def ring(self) -> Keyring:
        return Keyring(self.keys, self.settings)


class Filled(NamedTuple):
    """A new demo portal: its secrets, and what became of the seed that was added."""

    credentials: Credentials
    sown: Sown


class _Secrets(NamedTuple):
    """What is made up before the transaction: passwords with their hashes, and a CLIENT_ID for the webhook's bots."""

    passwords: Mapping[str, str]
    hashes: Mapping[str, str]
    hook_client: str


async def fill(place: Place, now: int, extra: Seed = NOTHING) -> Filled:
    """Make a demo portal in an empty database, all in one transaction, and keep its secrets.

    ``extra`` is added to the demo people and chats. Raises SeedWrong; then nothing was made.
    """
    texts = {person.login: passwords.new_password() for person in (*content.DEMO.people, *extra.people)}
    hashes = {login: passwords.hashed_quickly(text) for login, text in texts.items()}
    made_up = _Secrets(texts, hashes, new_client_id())

    async def work(tx: Tx) -> Filled:
        return await _filled(tx, place, extra, made_up, now)

    filled = await place.database.write(work)
    credentials.save(place.settings.data, filled.credentials)
    return filled


async def _filled(tx: Tx, place: Place, extra: Seed, made_up: _Secrets, now: int) -> Filled:
    member_id = await setup.found(tx, now, content.TITLE)
    registered = await apps.register(tx, place.keys, title=content.APPLICATION, scopes=place.scopes, now=now)
    owner = f"app:{registered.app.client_id}"
    hook_owner = place.keys.hook_owner(made_up.hook_client)
    sower = Sower(tx, Ground(made_up.hashes, {"application": owner, "webhook": hook_owner}, now))
    ids = (await sower.sow(content.DEMO)).people
    sown = await sower.sow(extra)
    pair = await tokens.issue(tx, place.ring, app=registered.app, user_id=ids[content.ADMIN], now=now)
    ids |= sown.people
    shown = Credentials(
        member_id=member_id,
        people=tuple(
            [
                await _person(tx, place, person, ids[person.login], made_up.passwords[person.login], now)
                for person in (*content.DEMO.people, *extra.people)
            ]
        ),
        bots=tuple(
            DemoBot(ids[bot.code], bot.code, bot.name or bot.code, made_up.hook_client * (bot.owner == "webhook"))
            for bot in (*content.DEMO.bots, *extra.bots)
        ),
        application=_application(place, registered, owner, pair),
    )
    return Filled(shown, sown)


async def _person(tx: Tx, place: Place, person: Person, user_id: int, password: str, now: int) -> DemoPerson:
    hook = await webhooks.issue(tx, place.keys, user_id=user_id, title=content.WEBHOOK, scopes=place.scopes, now=now)
    name = full_name(person.name or person.login, person.last_name)
    return DemoPerson(user_id, person.login, name, password, hook.secret, person.admin, person.extranet)


def _application(place: Place, registered: Registered, owner: str, pair: Pair) -> DemoApplication:
    return DemoApplication(
        client_id=registered.app.client_id,
        client_secret=registered.secret,
        application_token=place.keys.application_token(owner),
        user_id=pair.user_id,
        access_token=pair.access,
        refresh_token=pair.refresh,
        expires=pair.expires,
    )


async def greet(place: Place, now: int) -> Credentials | None:
    """The secrets of a demo portal made before, good for now; ``None`` where they are not known."""
    found = await place.database.read(portal.get)
    kept = credentials.load(place.settings.data, found.member_id) if found else None
    if kept is None:
        return None
    client_id = kept.application.client_id
    app = await place.database.read(lambda tx: apps.find(tx, client_id))
    every = ",".join(place.scopes)
    if app is None or not app.installed:
        return kept
    unspent = await place.database.read(lambda tx: _unspent(tx, place.keys, kept.application))
    if unspent and app.scopes == every and kept.application.expires > now + FRESH:
        return kept

    async def work(tx: Tx) -> Pair:
        await _widen(tx, app.id, every)
        widened = await apps.get(tx, app.id)
        return await tokens.issue(tx, place.ring, app=widened, user_id=kept.application.user_id, now=now)

    pair = await place.database.write(work)
    application = msgspec.structs.replace(
        kept.application, access_token=pair.access, refresh_token=pair.refresh, expires=pair.expires
    )
    renewed = msgspec.structs.replace(kept, application=application)
    credentials.save(place.settings.data, renewed)
    return renewed


async def _unspent(tx: Tx, keys: Keys, shown: DemoApplication) -> bool:
    """Whether the pair is as it was shown: a client that has renewed it keeps the new one to itself."""
    access = await stored_apps.find_access(tx, keys.hash(shown.access_token))
    refresh = await stored_apps.find_refresh(tx, keys.hash(shown.refresh_token))
    return not (access is None or access.revoked or refresh is None or refresh.replaced or refresh.revoked)


async def _widen(tx: Tx, app_id: int, scopes: str) -> None:
    """Give the demo's keys the permissions that a newer version has added."""
    await stored_apps.set_scopes(tx, app_id, scopes)
    for hook in await webhooks.listed(tx):
        if hook.title == content.WEBHOOK and hook.revoked is None and hook.scopes != scopes:
            await stored_apps.set_webhook_scopes(tx, hook.id, scopes)

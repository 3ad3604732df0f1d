"""Creates a demo portal, and opens one that exists."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from botyard.config import Settings
from botyard.demo import content, credentials
from botyard.demo.credentials import DemoApplication, DemoBot, DemoCredentials, DemoPerson
from botyard.demo.known_keys import Keyset, RandomKeys
from botyard.demo.seed import NOTHING, Person, Seed
from botyard.demo.seed_loader import SeedLoader, SeedResult, SeedSettings
from botyard.model.owners import Owner
from botyard.portal import apps, creation, webhooks
from botyard.portal.apps import Registered
from botyard.portal.auth import passwords, tokens
from botyard.portal.auth.keys import Keys
from botyard.portal.auth.tokens import Keyring, TokenPair
from botyard.store import access, app_tokens, incoming_webhooks, portal, sessions, users
from botyard.store import apps as stored_apps
from botyard.store.engines.db import Database, Tx

FRESH = 300
"""Seconds for which the tokens that are shown should still be good."""


class DemoPortal(NamedTuple):
    """The open, empty or demo portal, and the permissions that its keys are to have."""

    database: Database
    keys: Keys
    settings: Settings
    scopes: list[str]

    @property
    def ring(self) -> Keyring:
        return Keyring(self.keys, self.settings)


class ProvisionedDemo(NamedTuple):
    """A new demo portal: its secrets, and what became of the seed that was added."""

    credentials: DemoCredentials
    seeded: SeedResult


class _Plan(NamedTuple):
    """What is to be made. Passwords are made up and hashed before the transaction."""

    extra: Seed
    keyset: Keyset
    passwords: dict[str, str]
    hashes: dict[str, str]
    bot_client: str


async def provision(place: DemoPortal, extra: Seed = NOTHING, keyset: Keyset | None = None) -> ProvisionedDemo:
    """Make a demo portal in an empty database, all in one transaction, and keep its secrets.

    ``extra`` is added to the demo people and chats; the keys are random ones unless a ``keyset`` is given.
    Raises InvalidSeed; then nothing was made.
    """
    keyset = keyset or RandomKeys()
    texts = {person.login: keyset.password(person.login) for person in (*content.DEMO.people, *extra.people)}
    hashes = {login: passwords.hashed_quickly(text) for login, text in texts.items()}
    plan = _Plan(extra, keyset, texts, hashes, keyset.bot_client())
    credentials.reserve(place.settings.data)
    try:
        filled = await place.database.write(lambda tx: _filled(tx, place, plan))
    except BaseException:
        credentials.release(place.settings.data)
        raise
    credentials.save(place.settings.data, filled.credentials)
    return filled


async def _filled(tx: Tx, place: DemoPortal, plan: _Plan) -> ProvisionedDemo:
    extra = plan.extra
    member_id = await creation.create_portal(tx, content.TITLE)
    if plan.keyset.published:
        await portal.mark_known_keys(tx)
    registered = await apps.register(
        tx, place.keys, title=content.APPLICATION, scopes=place.scopes, pair=plan.keyset.application()
    )
    owner = registered.app.owner
    hook_owner = place.keys.hook_owner(plan.bot_client)
    loader = SeedLoader(tx, SeedSettings(plan.hashes, {"application": owner, "webhook": hook_owner}))
    ids = (await loader.load(content.DEMO)).people
    seeded = await loader.load(extra)
    pair = await tokens.issue(tx, place.ring, app=registered.app, user_id=ids[content.ADMIN])
    ids |= seeded.people
    shown = DemoCredentials(
        member_id=member_id,
        people=tuple(
            [
                await _person(tx, place, plan, person, ids[person.login])
                for person in (*content.DEMO.people, *extra.people)
            ]
        ),
        bots=tuple(
            DemoBot(ids[bot.code], bot.code, bot.name or bot.code, plan.bot_client * (bot.owner == "webhook"))
            for bot in (*content.DEMO.bots, *extra.bots)
        ),
        application=_application(place, registered, owner, pair),
    )
    return ProvisionedDemo(shown, seeded)


async def _person(tx: Tx, place: DemoPortal, plan: _Plan, person: Person, user_id: int) -> DemoPerson:
    login = person.login
    hook = await webhooks.issue(
        tx,
        place.keys,
        user_id=user_id,
        title=content.WEBHOOK,
        scopes=place.scopes,
        secret=plan.keyset.webhook(login),
    )
    name = users.full_name(person.name or login, person.last_name)
    return DemoPerson(user_id, login, name, plan.passwords[login], hook.secret, person.admin, person.extranet)


def _application(place: DemoPortal, registered: Registered, owner: Owner, pair: TokenPair) -> DemoApplication:
    return DemoApplication(
        client_id=registered.app.client_id,
        client_secret=registered.secret,
        application_token=place.keys.application_token(owner),
        user_id=pair.user_id,
        access_token=pair.access,
        refresh_token=pair.refresh,
        expires=pair.expires,
    )


async def load_demo(place: DemoPortal) -> DemoCredentials | None:
    """The secrets of a demo portal made before, good for now; ``None`` where they are not known.

    What opens nothing any more is left out: an ended webhook, a changed password, an application that has gone.
    """
    row = await place.database.read(portal.get)
    kept = credentials.load(place.settings.data, row.member_id) if row else None
    if kept is None:
        return None
    renewed = await _renewed(place, kept)
    people = await place.database.read(lambda tx: _living(tx, place.keys, renewed))
    return msgspec.structs.replace(renewed, people=people)


async def _living(tx: Tx, keys: Keys, kept: DemoCredentials) -> tuple[DemoPerson, ...]:
    """The people who are still there, each with what still opens something."""
    living: list[DemoPerson] = []
    for person in kept.people:
        credentials = await sessions.password_of(tx, person.login)
        if credentials is None or not credentials.user.active:
            continue
        opens = await _opens(tx, keys, person)
        password = person.password if passwords.verify(credentials.password, person.password) else ""
        living.append(msgspec.structs.replace(person, password=password, webhook=person.webhook if opens else ""))
    return tuple(living)


async def _opens(tx: Tx, keys: Keys, person: DemoPerson) -> bool:
    """Whether a person's webhook works, by the key of the portal or one before it."""
    for each in keys.each():
        if await access.by_webhook(tx, person.id, each.hash(person.webhook)):
            return True
    return False


async def _renewed(place: DemoPortal, kept: DemoCredentials) -> DemoCredentials:
    """With tokens of the application that are good for some minutes; without an application that has gone."""
    client_id = kept.application.client_id
    app = await place.database.read(lambda tx: apps.find(tx, client_id))
    every = ",".join(place.scopes)
    if app is None or not app.installed:
        return msgspec.structs.replace(kept, application=msgspec.structs.replace(kept.application, client_id=""))
    fresh = await place.database.read(lambda tx: _fresh(tx, place.keys, kept.application))
    if fresh and app.scopes == every:
        return kept

    async def work(tx: Tx) -> TokenPair:
        await _widen(tx, app.id, every)
        widened = await apps.get(tx, app.id)
        return await tokens.issue(tx, place.ring, app=widened, user_id=kept.application.user_id)

    pair = await place.database.write(work)
    application = msgspec.structs.replace(
        kept.application, access_token=pair.access, refresh_token=pair.refresh, expires=pair.expires
    )
    renewed = msgspec.structs.replace(kept, application=application)
    credentials.save(place.settings.data, renewed)
    return renewed


async def _fresh(tx: Tx, keys: Keys, shown: DemoApplication) -> bool:
    """Whether the pair is good for some minutes, and as it was shown.

    A client that has renewed it keeps the new one to itself.
    """
    access = await app_tokens.find_access(tx, keys.hash(shown.access_token))
    refresh = await app_tokens.find_refresh(tx, keys.hash(shown.refresh_token))
    unspent = not (access is None or access.revoked or refresh is None or refresh.replaced or refresh.revoked)
    return unspent and shown.expires > tx.now + FRESH


async def _widen(tx: Tx, app_id: int, scopes: str) -> None:
    """Give the demo's keys the permissions that a newer version has added."""
    await stored_apps.set_scopes(tx, app_id, scopes)
    for hook in await webhooks.listed(tx):
        if hook.title == content.WEBHOOK and hook.revoked is None and hook.scopes != scopes:
            await incoming_webhooks.set_scopes(tx, hook.id, scopes)

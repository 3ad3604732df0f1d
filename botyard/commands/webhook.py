"""`botyard webhook`: keys by which scripts call in somebody's name."""

from __future__ import annotations

import argparse
import asyncio

from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.open_portal import open_portal, person
from botyard.commands.permissions import scopes
from botyard.commands.table import brief, moment, table
from botyard.portal import users, webhooks
from botyard.portal.webhooks import Issued
from botyard.store import portal
from botyard.store.engines.db import Tx

ABOUT = "Issue, list and revoke incoming webhooks: addresses by which scripts call in somebody's name."
EXAMPLES = """
botyard webhook add admin --title Backup --scope im,user
botyard webhook list
botyard webhook revoke 3
"""


def parser() -> options.Parser:
    """The command's options."""
    made = options.parser("webhook", ABOUT, EXAMPLES)
    verbs = made.add_subparsers(dest="verb", required=True, metavar="add|list|revoke")
    add = verbs.add_parser("add", help="issue a webhook and print its address, once", allow_abbrev=False)
    add.add_argument("who", metavar="LOGIN", help="login or id of the person it calls for")
    add.add_argument("--title", default="Webhook", metavar="TEXT", help="what it is for")
    add.add_argument(
        "--scope",
        default="",
        metavar="im,imbot,…",
        help="its permissions (default: all that official clients know)",
    )
    options.add_public_url(add, "the one it was last served at")
    listed = verbs.add_parser("list", help="list webhooks", allow_abbrev=False)
    revoke = verbs.add_parser("revoke", help="end a webhook at once", allow_abbrev=False)
    revoke.add_argument("id", type=options.number, help="its number in the list")
    for verb in (add, listed, revoke):
        options.add_place(verb)
    return made


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    verbs = {"add": _add, "list": _list, "revoke": _revoke}
    return asyncio.run(verbs[args.verb](args))


async def _add(args: argparse.Namespace) -> int:
    settings, wanted = options.place(args), scopes(args.scope)
    async with open_portal(settings) as open_:

        async def work(tx: Tx) -> Issued:
            user = await person(tx, args.who)
            return await webhooks.issue(tx, open_.keys, user_id=user.id, title=args.title, scopes=wanted, now=open_.now)

        made = await open_.database.write(work)
        known = await open_.database.read(portal.get)
    url = args.public_url or (known.url if known else "") or settings.public_url
    print(f"id: {made.id}")
    print(f"address: {url}{made.path()}   (it is not shown again)")
    if known and known.https_required and not url.startswith("https:"):
        print("The portal takes https only (botyard portal switch https), and this address is not: see --public-url.")
    return ExitCode.OK


async def _list(args: argparse.Namespace) -> int:
    async with open_portal(options.place(args)) as open_:
        listed = await open_.database.read(webhooks.listed)
        names = {user.id: users.display_name(user) for user in await open_.database.read(users.people)}
    rows = [
        (
            hook.id,
            f"{hook.prefix}…",
            names.get(hook.user_id, hook.user_id),
            moment(hook.created),
            moment(hook.revoked),
            hook.title,
            brief(hook.scopes),
        )
        for hook in listed
    ]
    print(table(("ID", "SECRET", "PERSON", "CREATED (UTC)", "REVOKED", "TITLE", "PERMISSIONS"), rows))
    return ExitCode.OK


async def _revoke(args: argparse.Namespace) -> int:
    async with open_portal(options.place(args)) as open_:

        async def work(tx: Tx) -> bool:
            return await webhooks.revoke(tx, args.id, open_.now)

        revoked = await open_.database.write(work)
    if not revoked:
        raise CommandError(f"There is no webhook {args.id} that could be revoked; 'botyard webhook list' shows them.")
    print(f"Webhook {args.id} is revoked.")
    return ExitCode.OK

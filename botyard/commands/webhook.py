"""`botyard webhook`: keys by which scripts call in somebody's name."""

from __future__ import annotations

from types import SimpleNamespace

import click

from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.open_portal import open_portal, person
from botyard.commands.permissions import for_person, scopes
from botyard.commands.table import brief, moment, table
from botyard.portal import users, webhooks
from botyard.portal.webhooks import Issued
from botyard.setting_values import number
from botyard.store import portal
from botyard.store.engines.db import Tx

ABOUT = "Issue, list and revoke incoming webhooks: addresses by which scripts call in somebody's name."
EXAMPLES = """
botyard webhook add admin --title Backup --scope im,user
botyard webhook list
botyard webhook revoke 3
"""


def command() -> click.Command:
    """The command with its verbs."""
    return options.group(
        "webhook",
        ABOUT,
        EXAMPLES,
        options.verb(
            "add",
            "Issue a webhook that calls for LOGIN, a login or id, and print its address, once.",
            _add,
            options.argument("who", metavar="LOGIN"),
            options.option("title", "what it is for", default="Webhook"),
            options.option(
                "scope",
                "its permissions (default: all that official clients know)",
                default="",
                metavar="im,imbot,…",
            ),
            # Without it the address is the one at which the portal was last served.
            options.setting("public_url", default=None),
            *options.place(),
        ),
        options.verb("list", "List webhooks.", _list, *options.place()),
        options.verb(
            "revoke",
            "End the webhook with this number in the list at once.",
            _revoke,
            options.argument("id", read=number),
            *options.place(),
        ),
    )


async def _add(args: SimpleNamespace) -> int:
    settings, wanted = options.chosen(args), scopes(args.scope)
    async with open_portal(settings) as open_:

        async def work(tx: Tx) -> Issued:
            user = await person(tx, args.who)
            own = for_person(user, wanted, named=bool(args.scope))
            return await webhooks.issue(tx, open_.keys, user_id=user.id, title=args.title, scopes=own)

        made = await open_.write(work)
        known = await open_.database.read(portal.get)
    url = args.public_url or (known.url if known else "") or settings.public_url
    print(f"id: {made.id}")
    print(f"address: {url}{made.path()}   (it is not shown again)")
    if known and known.https_required and not url.startswith("https:"):
        print("The portal takes https only (botyard portal switch https), and this address is not: see --public-url.")
    return ExitCode.OK


async def _list(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:
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


async def _revoke(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> bool:
            return await webhooks.revoke(tx, args.id)

        revoked = await open_.write(work)
    if not revoked:
        raise CommandError(f"There is no webhook {args.id} that could be revoked; 'botyard webhook list' shows them.")
    print(f"Webhook {args.id} is revoked.")
    return ExitCode.OK

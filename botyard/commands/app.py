"""`botyard app`: applications that call by OAuth."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from types import SimpleNamespace

import click

from botyard.chat.bots import installations
from botyard.chat.bots.installations import NewApp
from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.open_portal import actor, no_app, open_portal, person
from botyard.commands.permissions import for_app, scopes
from botyard.commands.table import brief, moment, table, yes
from botyard.model.apps import App
from botyard.portal import apps
from botyard.portal.apps import Registered
from botyard.setting_values import number
from botyard.store import apps as stored_apps
from botyard.store.engines.db import Tx

ABOUT = "Register, install, block and restrict applications that call by OAuth."
EXAMPLES = """
botyard app add 'Support bot' --scope im,imbot
botyard app add Helper --scope im --install https://app.example.com/install --redirect https://app.example.com/back
botyard app list
botyard app update local.0123456789abcd.12345678 --version 2
botyard app uninstall local.0123456789abcd.12345678
botyard app secret-rotate local.0123456789abcd.12345678
botyard app block local.0123456789abcd.12345678
botyard app restrict local.0123456789abcd.12345678 ann ben
botyard app restrict local.0123456789abcd.12345678 --everybody
"""

_ADDRESSES = {
    "handler": "its own page",
    "install": "called when it is installed, with tokens; with --wizard a page that is opened instead",
    "redirect": "where people are sent back to with a code (default: its own page)",
}


def command() -> click.Command:
    """The command with its verbs."""
    app = options.argument("client_id")
    version = options.option("version", "its new version", read=number, metavar="NUMBER")
    clean = options.switch("clean", "forget what it has kept, too")
    return options.group(
        "app",
        ABOUT,
        EXAMPLES,
        _verb(
            "add",
            "Register an application, install it, and print its secret, once.",
            _add,
            options.argument("title"),
            *_described(" (default: all that official clients know)"),
        ),
        _verb("list", "List applications.", _list),
        _verb(
            "update",
            "Change an application; it is told of a new version.",
            _update,
            app,
            options.option("title", "what people call it"),
            version,
            *_described(),
        ),
        _verb("install", "Install an application that was uninstalled.", _install, app),
        _verb("finish", "Say that an application with a wizard is installed.", _finish, app),
        _verb("uninstall", "End an application's tokens, remove its bots and handlers.", _uninstall, app, clean),
        _verb("delete", "Uninstall an application and forget it.", _delete, app),
        _verb(
            "secret-rotate",
            "Give an application another secret, and print it, once; the one before ends.",
            _rotate_secret,
            app,
        ),
        _verb("block", "Refuse an application's calls with OVERLOAD_LIMIT.", _block, app),
        _verb("unblock", "Take an application's calls again.", _unblock, app),
        _verb(
            "restrict",
            "Open an application to some people only, by their logins or ids.",
            _restrict,
            app,
            options.argument("people", metavar="LOGIN…", required=False, many=True),
            options.switch("everybody", "open it to everybody again"),
        ),
    )


def _verb(name: str, about: str, run: options.Run, *params: click.Parameter) -> click.Command:
    return options.verb(name, about, run, *params, *options.place())


def _described(default: str = "") -> list[click.Option]:
    """What can be said of an application when it is added and when it is updated."""
    return [
        options.option("scope", f"its permissions{default}", metavar="im,imbot,…"),
        options.switch("wizard", "it says itself when its installation is finished", default=None),
        *(options.option(name, meaning, metavar="URL") for name, meaning in _ADDRESSES.items()),
    ]


def _plan(args: SimpleNamespace, wanted: list[str] | None) -> NewApp:
    return NewApp(
        title=args.title,
        scopes=wanted,
        handler_url=args.handler,
        install_url=args.install,
        redirect_uri=args.redirect,
        wizard=args.wizard,
        version=getattr(args, "version", None),
    )


async def _add(args: SimpleNamespace) -> int:
    plan = _plan(args, for_app(args.scope or ""))
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> Registered:
            return await installations.add(tx, await actor(tx), plan, keys=open_.keys)

        made = await open_.write(work)
    print(f"client_id: {made.app.client_id}")
    print(f"client_secret: {made.secret}   (it is not shown again)")
    print(f"application_token: {open_.keys.application_token(made.app.owner)}")
    return ExitCode.OK


Change = Callable[[Tx, int, App], Awaitable[App]]
"""Changes an application in somebody's name, now."""


async def _changed(args: SimpleNamespace, change: Change) -> App:
    """The application of a command, changed."""
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> App:
            app = await apps.find(tx, args.client_id)
            if app is None:
                raise await no_app(tx, args.client_id)
            return await change(tx, await actor(tx), app)

        return await open_.write(work)


def _told(app: App) -> int:
    print(f"{app.client_id} is {'' if app.installed else 'not '}installed, version {app.version}.")
    return ExitCode.OK


async def _update(args: SimpleNamespace) -> int:
    plan = _plan(args, scopes(args.scope) if args.scope else None)
    return _told(await _changed(args, lambda tx, who, app: installations.update(tx, who, app, plan=plan)))


async def _install(args: SimpleNamespace) -> int:
    app = await _changed(args, installations.install)
    if app.installed:
        return _told(app)
    print(f"{app.client_id} has a wizard, which says when it is installed; or say 'botyard app finish'.")
    return ExitCode.OK


async def _finish(args: SimpleNamespace) -> int:
    return _told(await _changed(args, installations.finish))


async def _uninstall(args: SimpleNamespace) -> int:
    return _told(await _changed(args, partial(installations.uninstall, clean=args.clean)))


async def _delete(args: SimpleNamespace) -> int:
    async def change(tx: Tx, who: int, app: App) -> App:
        await installations.delete(tx, who, app)
        return app

    app = await _changed(args, change)
    print(f"{app.client_id} is deleted.")
    return ExitCode.OK


async def _rotate_secret(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> str:
            app = await apps.find(tx, args.client_id)
            if app is None:
                raise await no_app(tx, args.client_id)
            return await installations.rotate_secret(tx, app, keys=open_.keys)

        secret = await open_.write(work)
    print(f"client_secret: {secret}   (it is not shown again)")
    return ExitCode.OK


async def _list(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:
        listed = await open_.database.read(stored_apps.all_apps)
    rows = [
        (
            app.client_id,
            moment(app.created),
            yes(app.installed),
            yes(app.blocked),
            yes(app.restricted),
            app.title,
            brief(app.scopes),
        )
        for app in listed
    ]
    print(table(("CLIENT_ID", "CREATED (UTC)", "INSTALLED", "BLOCKED", "RESTRICTED", "TITLE", "PERMISSIONS"), rows))
    return ExitCode.OK


async def _block(args: SimpleNamespace) -> int:
    return await _set_blocked(args, blocked=True)


async def _unblock(args: SimpleNamespace) -> int:
    return await _set_blocked(args, blocked=False)


async def _set_blocked(args: SimpleNamespace, *, blocked: bool) -> int:
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> None:
            if not await apps.block(tx, args.client_id, blocked):
                raise await no_app(tx, args.client_id)

        await open_.write(work)
    print(f"{args.client_id} is {'blocked' if blocked else 'not blocked'} now.")
    return ExitCode.OK


async def _restrict(args: SimpleNamespace) -> int:
    if bool(args.people) == args.everybody:
        raise CommandError("Name the people that the application is open to, or use --everybody.", ExitCode.USAGE)
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> None:
            ids = [(await person(tx, who)).id for who in args.people]
            if not await apps.restrict(tx, args.client_id, None if args.everybody else ids):
                raise await no_app(tx, args.client_id)

        await open_.write(work)
    print(f"{args.client_id} is open to {'everybody' if args.everybody else ', '.join(args.people)} now.")
    return ExitCode.OK

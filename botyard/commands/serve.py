"""`botyard serve`: run a portal until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple
from urllib.parse import urlsplit

import click
import msgspec

from botyard.call_log import Lines
from botyard.commands import banner, options
from botyard.commands.exit_codes import CommandError, ExitCode, storage_errors
from botyard.commands.listeners import Listeners, loop_factory
from botyard.commands.logs import logging_to, says_calls
from botyard.commands.permissions import usual_scopes
from botyard.commands.seeding import seeded
from botyard.config import Settings
from botyard.delivery.backpressure import raise_open_files
from botyard.demo import helper_bot
from botyard.demo.credentials import FILE, DemoCredentials
from botyard.demo.known_keys import KnownKeys, RandomKeys
from botyard.demo.provisioning import DemoPortal, load_demo, provision
from botyard.demo.seed import NOTHING, Seed
from botyard.errors import ApiError
from botyard.portal import creation, file_modes, first_password
from botyard.portal.audit_settings import record_settings
from botyard.portal.auth import passwords
from botyard.portal.data_folder import created_folder
from botyard.portal.database_note import SQLITE_FILE
from botyard.rpc.call import Context
from botyard.server import open_context, serve
from botyard.store import portal
from botyard.store.engines.db import Duplicate, Tx
from botyard.store.engines.server_lock import only_server
from botyard.web.loopback_only import is_loopback

ABOUT = """Run a portal. Without --demo an empty one is made with an administrator, whose password is printed once; with
--profile prod it is written into a file of the data folder instead."""
EXAMPLES = """
botyard serve --demo
botyard serve --demo --tls
botyard serve --data /var/lib/botyard --host 0.0.0.0 --public-url https://chat.example.com --profile prod
botyard serve --port 0 --limits cloud
botyard serve --demo --seed people.yaml
"""


def command() -> click.Command:
    """The command with an option for each setting."""
    return options.command("serve", ABOUT, EXAMPLES, run, *options.settings(public_url=None), options.seed())


def run(args: SimpleNamespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    if args.seed and not args.demo:
        raise CommandError("A seed needs a demo portal: add --demo.", ExitCode.USAGE)
    raise_open_files()
    # An address that is not given follows from the port, when that is known.
    wanted = msgspec.structs.replace(options.chosen(args), public_url=args.public_url or "")
    with (
        seeded(args.seed) as extra,
        logging_to(wanted) as lines,
        asyncio.Runner(loop_factory=loop_factory()) as runner,
    ):
        runner.run(_serve(wanted, extra, lines if says_calls(wanted) else None))
    return ExitCode.OK


def _require_no_demo(wanted: Settings) -> None:
    """Raises Failure for a demo portal, new or made before."""
    if wanted.demo:
        raise CommandError(
            "A demo portal is not for --profile prod: its keys are printed. Leave out one of the two.",
            ExitCode.USAGE,
        )
    kept = wanted.data / FILE
    if kept.exists():
        raise CommandError(
            f"A portal that was made with --demo is not for --profile prod, for its keys in {kept} were printed; "
            "make another one with --data.",
            ExitCode.USAGE,
        )


async def _serve(wanted: Settings, extra: Seed, calls: Lines | None) -> None:
    """Serve as the only server of a data folder; many may share a PostgreSQL database."""
    with contextlib.ExitStack() as held:
        with storage_errors(wanted):
            if wanted.profile == "prod":
                _require_no_demo(wanted)
            held.enter_context(created_folder(wanted.data))
            if not wanted.database:
                held.enter_context(only_server(wanted.data / SQLITE_FILE))
        await _serve_alone(wanted, extra, calls)


async def _serve_alone(wanted: Settings, extra: Seed, calls: Lines | None) -> None:
    safety = _safety(wanted)
    with storage_errors(wanted):
        front = Listeners(wanted)
        try:
            opened, lines = await _opened(front, extra)
        except BaseException:
            front.close()
            raise
    lines += banner.warnings(front, named=bool(wanted.public_url)) + safety
    context = msgspec.structs.replace(opened, calls=calls)
    front.open(context)

    def ready(warnings: list[str]) -> None:
        wrapped = [part for warning in warnings for part in (*textwrap.wrap(warning, banner.WIDTH), "")]
        print("\n".join([*banner.ready(front), "", *lines, *wrapped, "Press Ctrl-C to stop."]), flush=True)

    helper = await helper_bot.find(context) if wanted.demo else None
    await serve(context, front.listeners, ready, [helper.run] if helper else [])


def _safety(wanted: Settings) -> list[str]:
    """What of the data folder others could read, in `prod`."""
    if wanted.profile != "prod":
        return []
    warnings = [*file_modes.warnings(wanted.data), first_password.reminder(wanted.data)]
    # Not in the middle of a name: lines are copied.
    wrapped = [textwrap.wrap(each, banner.WIDTH, break_on_hyphens=False, break_long_words=False) for each in warnings]
    return [part for lines in wrapped if lines for part in (*lines, "")]


async def _opened(front: Listeners, extra: Seed) -> tuple[Context, list[str]]:
    """The open portal, made where there was none, and what there is to say about it."""
    context = await open_context(front.settings)
    try:
        lines = await _settle(context, front, extra)
        context = await _as_known(context)
        await record_settings(context.database, context.settings)
        await _keep_start(context)
        return context, lines
    except BaseException:
        await context.database.close()
        raise


async def _keep_start(context: Context) -> None:
    """Keep the portal as it starts, with the commands of its Helper, for botyard.portal.reset."""
    helper = await helper_bot.find(context) if context.settings.demo else None
    if helper:
        # Where it is refused, the Helper says so when it runs.
        with contextlib.suppress(ApiError):
            await helper.register()
    await context.snapshots.begin(context)


class _Greeting(NamedTuple):
    """What there is to show after a start: demo keys, or the password of a new administrator."""

    shown: DemoCredentials | None = None
    password: str = ""
    unplanted: bool = False
    """Whether there was a seed, and a portal before it."""


async def _settle(context: Context, front: Listeners, extra: Seed) -> list[str]:
    """Make what is missing and say what there is."""
    greeting = await (_settle_demo(context, extra) if context.settings.demo else _settle_plain(context))
    lines: list[str] = []
    if greeting.shown:
        lines += [*banner.demo(front, greeting.shown), ""]
    elif context.settings.demo:
        lines += ["This portal was not made with --demo, so there are no demo keys to show.", ""]
    if greeting.unplanted:
        lines += ["This portal was made before, so nothing of the seed was planted; name a new folder with --data.", ""]
    if greeting.password:
        lines += [
            _told_password(context.settings, greeting.password),
            f"Sign in with it at {front.https_url or front.settings.public_url}/login; 'botyard webhook add "
            f"{creation.ADMIN}' prints an address by which scripts call the API.",
            "",
        ]
    if front.ca_file:
        # Imported already, for the certificate.
        from botyard.tls import client_lines

        lines += [*banner.tls(front, client_lines(Path(front.ca_file)), greeting.shown), ""]
    return lines


def _told_password(settings: Settings, password: str) -> str:
    """In `prod` what is printed goes into the log of the service, and stays there."""
    if settings.profile == "prod":
        return f"A portal was made. Login and password are in {first_password.write(settings.data, password)}."
    return f"A portal was made. Login: {creation.ADMIN}, password: {password} (it is not shown again)."


async def _as_known(context: Context) -> Context:
    """The context of the portal as it stands in the database; its address is noted there. Raises Failure."""
    settings = context.settings
    row = await context.database.read(portal.get)
    if row is None:
        return context
    if row.known_keys:
        _require_loopback(settings)
    urls = settings.public_url, settings.https_url
    if (row.public_url, row.https_url) != urls:
        await context.database.write(lambda tx: portal.remember_urls(tx, *urls))
    return msgspec.structs.replace(context, loopback_only=row.known_keys)


def _require_loopback(settings: Settings) -> None:
    """Raises Failure where a portal with published keys would be served to others."""
    if settings.random_keys:
        raise CommandError(
            f"The demo portal in {settings.data} was made with the published keys; "
            "--random-keys makes another one: name a new folder with --data.",
            ExitCode.USAGE,
        )
    for option, host in (("--host", settings.host), ("--public-url", urlsplit(settings.public_url).hostname or "")):
        if not is_loopback(host):
            raise CommandError(
                f"Everybody knows the keys of this demo, so it is for this machine only, which {host} is not: "
                f"leave out {option}, or make a demo with --random-keys and a new --data.",
                ExitCode.USAGE,
            )


async def _settle_demo(context: Context, extra: Seed) -> _Greeting:
    place = DemoPortal(context.database, context.keys, context.settings, usual_scopes())
    if not await context.database.read(creation.exists):
        if not context.settings.random_keys:
            _require_loopback(context.settings)
        try:
            keyset = RandomKeys() if context.settings.random_keys else KnownKeys()
            return _Greeting((await provision(place, extra, keyset)).credentials)
        except Duplicate:
            # Another server on the same database was faster.
            pass
    return _Greeting(await load_demo(place), unplanted=extra is not NOTHING)


async def _settle_plain(context: Context) -> _Greeting:
    if await context.database.read(creation.exists):
        return _Greeting()
    password = passwords.new_password()
    stored = passwords.hashed(password)

    async def work(tx: Tx) -> int | None:
        return await creation.create_portal_with_admin(tx, stored)

    made = await context.database.write(work)
    return _Greeting(password=password if made else "")

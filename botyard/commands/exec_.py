"""`botyard exec`: runs one command with a temporary demo portal, for test suites in any language."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import click
import msgspec

from botyard.call_log import Lines
from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode, storage_errors
from botyard.commands.listeners import Listeners, loop_factory, signal_handlers
from botyard.commands.logs import logging_to, says_calls
from botyard.commands.permissions import usual_scopes
from botyard.commands.seeding import seeded
from botyard.config import OPTIONS, Settings
from botyard.delivery.backpressure import raise_open_files
from botyard.delivery.service import DeliveryService
from botyard.demo.provisioning import DemoPortal, ProvisionedDemo, provision
from botyard.demo.seed import Seed
from botyard.rpc.call import Context
from botyard.server import PAYLOAD_BUILDERS, open_context

ABOUT = """Start a fresh throwaway demo portal on a free loopback port, run COMMAND with variables that lead to it,
stop the portal, and exit with COMMAND's status."""
EXAMPLES = """
botyard exec -- pytest tests/
botyard exec --tls -- npm test
botyard exec --limits cloud --delivery compat -- go test ./...
botyard exec --seed people.yaml -- php vendor/bin/phpunit
botyard exec -- sh -c 'curl -s "${BOTYARD_WEBHOOK_URL}imbot.dialog.get?DIALOG_ID=chat2001"'
"""
VARIABLES = {
    "BOTYARD_URL": "address of the portal, http",
    "BOTYARD_HTTPS_URL": "the same, https (with --tls)",
    "BOTYARD_CA_FILE": "certificate to trust for that (with --tls)",
    "BOTYARD_WEBHOOK_URL": "the administrator's webhook, every permission, ends in /",
    "BOTYARD_WEBHOOKS": "JSON: user id to webhook address, for each person",
    "BOTYARD_USER_ID": "the administrator's id",
    "BOTYARD_CLIENT_ID": "the OAuth application",
    "BOTYARD_CLIENT_SECRET": "its secret",
    "BOTYARD_ACCESS_TOKEN": "its token in the administrator's name",
    "BOTYARD_REFRESH_TOKEN": "its refresh token",
    "BOTYARD_APPLICATION_TOKEN": "what its events are signed with",
    "BOTYARD_MEMBER_ID": "the portal's id",
    "BOTYARD_SEEDED": "JSON: ids of what --seed added: people by login, chats and dialogs in order",
}

_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_FROM_TERMINAL = (signal.SIGINT, signal.SIGQUIT)


SERVE_ONLY = {
    "data": "its folder is made for the run and removed",
    "demo": "it is a demo portal in any case",
    "host": "the portal is for one command on this machine",
    "random_keys": "its keys are made up in any case",
    "public_url": "the command is told the address",
    "metrics": "a portal that lives for one command is not watched",
    "trusted_proxies": "there is no proxy before it",
}
"""Settings of `serve` that make no sense here, and why."""
# Ports are free ones; what the command says is what people want to read, so the portal speaks where it is asked to.
_OTHERS = {"port": 0, "tls_port": 0, "log_level": None, "log_format": None}


def command() -> click.Command:
    """The command with its options. The environment does not count: it may be that of another portal."""
    width = max(map(len, VARIABLES))
    return options.command(
        "exec",
        ABOUT,
        EXAMPLES,
        run,
        *(
            options.setting(name, environment=False, **({"default": _OTHERS[name]} if name in _OTHERS else {}))
            for name in OPTIONS
            if name not in SERVE_ONLY
        ),
        options.seed(),
        options.argument("command", metavar="COMMAND…", required=False, many=True),
        lists={"variables": [f"{name:<{width}}  {meaning}" for name, meaning in VARIABLES.items()]},
        takes_command=True,
    )


def run(args: SimpleNamespace) -> int:
    """Run the command; its status is the exit code."""
    if not args.command:
        raise options.usage("say which command to run, after --")
    raise_open_files()
    with seeded(args.seed) as extra, asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(_exec(args, list(args.command), extra))


async def _exec(args: SimpleNamespace, command: list[str], extra: Seed) -> int:
    child = _Child(command)
    with (
        signal_handlers(_FORWARDED, child.hear),
        tempfile.TemporaryDirectory(prefix="botyard-", ignore_cleanup_errors=True) as folder,
    ):
        quiet = args.quiet or not (args.log_level or args.log_format)
        wanted = msgspec.structs.replace(
            options.chosen(args), data=Path(folder), database="", public_url="", demo=True, quiet=quiet
        )
        async with _database(wanted, args.database) as settings:
            front = Listeners(settings, "127.0.0.1")
            try:
                with logging_to(settings) as lines:
                    return await _in_portal(front, child, extra, lines if says_calls(settings) else None)
            finally:
                front.close()


@asynccontextmanager
async def _database(wanted: Settings, address: str) -> AsyncIterator[Settings]:
    """The settings with the database that the portal is to live in for as long as it runs."""
    with storage_errors(wanted):
        if not address:
            yield wanted
            return
        # The driver takes most of a second to import, and few suites need it.
        from botyard.store.engines.temporary_schema import schema

        async with schema(address) as own:
            yield msgspec.structs.replace(wanted, database=own)


async def _in_portal(front: Listeners, child: _Child, extra: Seed, calls: Lines | None) -> int:
    """Open and fill the portal, and run the child beside it."""
    context = msgspec.structs.replace(await open_context(front.settings), calls=calls)
    try:
        place = DemoPortal(context.database, context.keys, context.settings, usual_scopes())
        filled = await provision(place, extra)
        await context.snapshots.begin(context)
        front.open(context)
        return await _beside(front, child, variables(front, filled), context)
    finally:
        await context.database.close()


async def _beside(front: Listeners, child: _Child, environment: Mapping[str, str], context: Context) -> int:
    """Serve for as long as the child runs."""
    tasks = [asyncio.create_task(listener.serve()) for listener in front.listeners]
    # Only this machine's loopback is listened on, so there is nothing to be warned of.
    service = DeliveryService(context, PAYLOAD_BUILDERS)
    await service.start()
    try:
        # Variables of a portal around this one would be mistaken for this one's.
        inherited = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        return await child.run({**inherited, **environment})
    finally:
        context.long_poll.close()
        for listener in front.listeners:
            listener.stop()
        await asyncio.gather(*tasks)
        await service.stop()


def variables(front: Listeners, filled: ProvisionedDemo) -> dict[str, str]:
    """What the command finds in its environment."""
    url, shown = front.settings.public_url, filled.credentials
    hooks = {str(person.id): f"{url}/rest/{person.id}/{person.webhook}/" for person in shown.people}
    app = shown.application
    environment = {
        "BOTYARD_URL": url,
        "BOTYARD_WEBHOOK_URL": hooks[str(app.user_id)],
        "BOTYARD_WEBHOOKS": json.dumps(hooks),
        "BOTYARD_USER_ID": str(app.user_id),
        "BOTYARD_CLIENT_ID": app.client_id,
        "BOTYARD_CLIENT_SECRET": app.client_secret,
        "BOTYARD_ACCESS_TOKEN": app.access_token,
        "BOTYARD_REFRESH_TOKEN": app.refresh_token,
        "BOTYARD_APPLICATION_TOKEN": app.application_token,
        "BOTYARD_MEMBER_ID": shown.member_id,
        "BOTYARD_SEEDED": json.dumps(filled.seeded._asdict()),
    }
    if front.https_url:
        environment |= {"BOTYARD_HTTPS_URL": front.https_url, "BOTYARD_CA_FILE": front.ca_file}
    return environment


class _Child:
    """The command. Signals that come before it runs keep it from running; later ones are passed on to it."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._early: signal.Signals | None = None

    def hear(self, number: signal.Signals) -> None:
        """Pass a signal on, unless the terminal has sent it to the command as well."""
        if self._process is None:
            self._early = number
        elif self._process.returncode is None and not (number in _FROM_TERMINAL and _in_foreground()):
            self._process.send_signal(number)

    async def run(self, environment: Mapping[str, str]) -> int:
        """Run to the end; the status as a shell would put it."""
        if self._early is not None:
            return ExitCode.SIGNAL + self._early
        self._process = await self._started(environment)
        if self._early is not None:
            # It came while the command was being started.
            self.hear(self._early)
        status = await self._process.wait()
        return status if status >= 0 else ExitCode.SIGNAL - status

    async def _started(self, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(*self._command, env=environment)
        except FileNotFoundError as problem:
            raise CommandError(f"There is no command {self._command[0]!r}.", ExitCode.NOT_FOUND) from problem
        except (OSError, ValueError) as problem:
            reason = getattr(problem, "strerror", None) or str(problem)
            raise CommandError(f"{self._command[0]!r} cannot be run: {reason}.", ExitCode.NOT_EXECUTABLE) from problem


def _in_foreground() -> bool:
    """Whether Ctrl-C of a terminal goes to this process and, being of its group, to the command."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)

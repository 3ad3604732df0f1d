"""Permissions on the command line. A module of its own, because listing them imports every method."""

from __future__ import annotations

from botyard.api import MODULES
from botyard.commands.exit_codes import CommandError, ExitCode, did_you_mean
from botyard.rpc.registry import Registry
from botyard.rpc.scopes import SCOPES, in_order, usual


def every_scope() -> list[str]:
    """All permissions there are."""
    return in_order([*SCOPES, *Registry(MODULES).scopes()])


def usual_scopes() -> list[str]:
    """The permissions of a key for which none are named: all that every official client can read."""
    return usual(every_scope())


def scopes(text: str) -> list[str]:
    """Permissions out of `im,imbot`; the usual ones for nothing. Raises Failure for one that does not exist."""
    every = every_scope()
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [scope for scope in wanted if scope not in every]
    if unknown:
        suggestion = did_you_mean(unknown[0], every)
        there_are = f" There are {', '.join(every)}." if suggestion else f"; there are {', '.join(every)}."
        raise CommandError(f"There is no permission {unknown[0]!r}{suggestion}{there_are}", ExitCode.USAGE)
    return wanted or usual(every)

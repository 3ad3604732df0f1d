"""Permissions on the command line."""

from __future__ import annotations

from botyard.commands.exit_codes import CommandError, ExitCode, did_you_mean
from botyard.model.people import User
from botyard.model.permissions import ADMINISTRATION
from botyard.rpc.scopes import every, usual


def usual_scopes() -> list[str]:
    """The permissions of a key for which none are named: all that every official client can read."""
    return usual(every())


def for_person(user: User, wanted: list[str], *, named: bool) -> list[str]:
    """The permissions of somebody's key; that to administer is for administrators. Raises Failure where it is named."""
    if user.admin or ADMINISTRATION not in wanted:
        return wanted
    if named:
        raise CommandError(f"Only the keys of administrators have the permission {ADMINISTRATION!r}.", ExitCode.USAGE)
    return [scope for scope in wanted if scope != ADMINISTRATION]


def for_app(text: str) -> list[str]:
    """The permissions of an application: the one to administer only where it is named."""
    return scopes(text) if text else [scope for scope in usual_scopes() if scope != ADMINISTRATION]


def scopes(text: str) -> list[str]:
    """Permissions out of `im,imbot`; the usual ones for nothing. Raises Failure for one that does not exist."""
    known = every()
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [scope for scope in wanted if scope not in known]
    if unknown:
        suggestion = did_you_mean(unknown[0], known)
        there_are = f" There are {', '.join(known)}." if suggestion else f"; there are {', '.join(known)}."
        raise CommandError(f"There is no permission {unknown[0]!r}{suggestion}{there_are}", ExitCode.USAGE)
    return wanted or usual(known)

"""Who may call a method: the few kinds that the documentation uses, as one table."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from botyard.errors import Problem, Refused
from botyard.rpc.identity import Auth, Identity


class Rule(NamedTuple):
    """A predicate over the caller, the problem it raises, and the sentence for the reference."""

    admits: Callable[[Identity], bool]
    problem: Problem
    sentence: str


class Access(Enum):
    """Kinds of callers. What depends on a bot or a chat is checked by the method itself (`own_bot`, `rules`)."""

    ANYONE = Rule(lambda who: True, Problem.NO_AUTH, "Any user")
    # Guests hold a session for one conversation; methods that look things up are not for them.
    PERSON = Rule(lambda who: not who.guest, Problem.GUEST, "Any user who is not a guest")
    # Bots belong to an application or a webhook; a person's own session has neither.
    BOT_OWNER = Rule(
        lambda who: who.auth is not Auth.SESSION,
        Problem.AUTH_TYPE,
        "The application or webhook that registered the bot",
    )
    APP = Rule(lambda who: who.auth is Auth.OAUTH, Problem.APP_CONTEXT, "An application")
    # A person's token may lie in a browser, and who knows what signs events can forge them in anybody's name.
    SIGNED_TO = Rule(
        lambda who: who.auth is Auth.WEBHOOK or (who.auth is Auth.OAUTH and who.admin),
        Problem.SIGNING_CLOSED,
        "A webhook, or an application in an administrator's name",
    )
    ADMIN = Rule(lambda who: who.admin, Problem.ADMIN_ONLY, "An administrator")


_SIGNED = {
    Auth.WEBHOOK: "a webhook",
    Auth.OAUTH: "the token of an application",
    Auth.SESSION: "a person's own session",
}


def require(access: Access, who: Identity) -> None:
    """Raise the row's problem when the caller is not of this kind."""
    rule = access.value
    if not rule.admits(who):
        if access is Access.ADMIN:
            raise Refused(rule.problem, hint=f"{rule.sentence} may call it; the caller is no administrator")
        raise Refused(rule.problem, hint=f"{rule.sentence} may call it; this call came with {_SIGNED[who.auth]}")

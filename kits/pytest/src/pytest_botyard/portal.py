"""The portal of a test run."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from pytest_botyard import calls
from pytest_botyard.people import Bot, Chat, Person
from pytest_botyard.process import START_SECONDS, NotStarted, Program

KEPT = "pytest-botyard"
APPEAR_SECONDS = 20.0
LOOK_SECONDS = 0.05
PAGE = 50
"""How many people one call tells of."""


class Portal:
    """A portal with the people of the demo, and those of the seed. ``variables`` lead to it, as `botyard exec` says."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = dict(variables)
        self.url = self.variables["BOTYARD_URL"]
        self.webhook = self.variables["BOTYARD_WEBHOOK_URL"]
        self.last_actor: Person | None = None
        self.programs: list[Program] = []
        self.ended: list[Program] = []
        """Programs that ran within the test, and were ended there before it could be reported."""
        self.dialogs: dict[tuple[int, str], Person] = {}
        """Where somebody has written since the portal was set back, and with whose eyes it is seen."""
        self._webhooks: dict[str, str] = json.loads(self.variables["BOTYARD_WEBHOOKS"])
        self._people: dict[int, Person] = {}
        self._kept = False

    def call(self, method: str, **params: Any) -> Any:
        """Call any REST method in the administrator's name. Raises CallFailed."""
        return calls.call(self.webhook, method, params)

    # Who takes part.

    def person(self, who: str | int) -> Person:
        """Somebody by first name, full name or id."""
        for id_, name, first in self._everybody:
            if who in (id_, str(id_), name, first):
                person = self._people.get(id_)
                if person is None:
                    person = self._people[id_] = Person(self, id_, first or name, self._webhooks[str(id_)])
                return person
        names = ", ".join(name for _, name, _ in self._everybody)
        raise AssertionError(f"There is nobody called {who!r} in the portal; there are {names}.")

    def bot(self, who: str | int, within: float = APPEAR_SECONDS) -> Bot:
        """A bot by code, name or id. One that is just being registered is waited for."""
        end = time.monotonic() + within
        while True:
            known = self._bots()
            for bot in known:
                if who in (bot.id, bot.code, bot.name):
                    return bot
            self._require_running()
            if time.monotonic() >= end:
                names = ", ".join(bot.code for bot in known) or "none"
                raise AssertionError(f"There is no bot {who!r} in the portal; there are {names}.")
            time.sleep(LOOK_SECONDS)

    def chat(self, title: str = "Test", *members: Person | Bot, owner: Person | None = None) -> Chat:
        """Make a group chat; its owner is the first person among the members, or the administrator."""
        people = [member for member in members if isinstance(member, Person)]
        by = owner or (people[0] if people else None)
        users = [member.id for member in members if member is not by]
        made = (by or self).call("im.chat.add", TITLE=title, USERS=users)
        return Chat(self, int(made), title)

    @contextmanager
    def running(
        self,
        command: Sequence[str | os.PathLike[str]],
        ready: str = "",
        within: float = START_SECONDS,
        env: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Iterator[Program]:
        """Run a bot beside the tests. It gets WEBHOOK (the administrator's) and all BOTYARD_ variables.

        With ``ready`` it is waited for until it has printed that, for ``within`` seconds at most: it has registered
        its commands then.
        """
        # What Python keeps back would be lost when it is ended.
        environment = {"PYTHONUNBUFFERED": "1", **os.environ, **self.variables, "WEBHOOK": self.webhook, **(env or {})}
        made = Program(command, environment, **more)
        self.programs.append(made)
        try:
            if ready:
                made.wait_for(ready, within)
            yield made
        finally:
            self.programs.remove(made)
            made.end()
            self.ended.append(made)

    # The way back.

    def keep(self) -> None:
        """From now on ``reset`` goes back to this state."""
        self.call("botyard.portal.snapshot", NAME=KEPT)
        self._kept = True

    def reset(self) -> None:
        """Make the portal what it was when ``keep`` was said last, or at its start."""
        if self._kept:
            self.call("botyard.portal.restore", NAME=KEPT)
        else:
            self.call("botyard.portal.reset")
        self.last_actor = None
        self.dialogs.clear()
        for person in self._people.values():
            person.inbox.forget()
            person.last_dialog = ""

    # What happened, for reports.

    def noticed(self, person: Person, dialog: str) -> None:
        """Somebody is about to do something in a dialog."""
        self.last_actor = person
        self.dialogs.setdefault((person.id, dialog), person)

    @cached_property
    def _everybody(self) -> list[tuple[int, str, str]]:
        """Id, full and first name of all who can be played: those whose webhooks are known from the start."""
        everybody = []
        for start in range(0, len(self._webhooks), PAGE):
            ids = [int(id_) for id_ in list(self._webhooks)[start : start + PAGE]]
            for row in self.call("user.get", FILTER={"ID": ids}):
                first, last = str(row.get("NAME") or ""), str(row.get("LAST_NAME") or "")
                everybody.append((int(row["ID"]), f"{first} {last}".strip(), first))
        return everybody

    def _bots(self) -> list[Bot]:
        listed = self.call("imbot.bot.list")
        rows = listed.values() if isinstance(listed, dict) else listed
        return [Bot(self, int(row["ID"]), str(row["CODE"]), str(row["NAME"])) for row in rows]

    def _require_running(self) -> None:
        for program in self.programs:
            if program.ended is not None:
                raise NotStarted(f"{program.name} has ended with status {program.ended}:\n{program.said()}")

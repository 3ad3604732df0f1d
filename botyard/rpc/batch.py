"""Many commands in one request: references between them, halt, and the five sections of the result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from botyard.errors import ApiError, ErrorCode
from botyard.rpc import hints
from botyard.rpc.call import Context, Outcome, Run
from botyard.rpc.error_handling import to_api_error, unexpected_answer
from botyard.rpc.method import Hinted
from botyard.rpc.references import References
from botyard.slow_work import run_slow
from botyard.store.engines.budget import Budget
from botyard.wire import body, envelope, forms
from botyard.wire.limits import MAX_KEYS
from botyard.wire.names import php_list

MAX_COMMANDS = 50
MAX_HINTS = 5
"""Commands whose hints are told; one header has no room for more."""
MAX_KEY = 40
REST_STATEMENTS = 100
REST_ROWS = 500
REST_BYTES = 64 * 1024
REST_FILLED = 512 * 1024
"""What commands may cost one after another before the event loop is left to others."""


class Answers(msgspec.Struct, frozen=True):
    """The five sections that clients index without asking."""

    result: Any
    result_error: Any
    result_total: Any
    result_next: Any
    result_time: Any


Stamp = Callable[[Outcome], envelope.Time]


class Batch:
    """One batch under way."""

    def __init__(self, run: Run, stamp: Stamp, budget: Budget) -> None:
        """``budget`` is what all commands together may cost."""
        self._run = run
        self._stamp = stamp
        self._budget = budget
        self._result: dict[str, msgspec.Raw] = {}
        self._references = References(self._result)
        self._errors: dict[str, object] = {}
        self._totals: dict[str, object] = {}
        self._nexts: dict[str, object] = {}
        self._times: dict[str, object] = {}
        self._hints: list[str] = []
        self._rested = Budget()
        self._rested_filled = 0
        self.rests = 0
        """How often the event loop was left to others."""

    async def answer(self, commands: Mapping[str, Any], halt: bool) -> Hinted[Answers]:
        """Run the commands in the order sent; with ``halt`` stop at the first that fails."""
        for place, (key, command) in enumerate(commands.items()):
            name: str = ""
            params: dict[str, Any] = {}
            try:
                if place >= MAX_COMMANDS:
                    hint = f"{len(commands)} commands came, {MAX_COMMANDS} are carried out"
                    raise ApiError(ErrorCode.BATCH_LENGTH, hint=hint)
                long = isinstance(command, str) and len(command) > forms.PIECE
                name, params = await run_slow(parsed, command) if long else parsed(command)
                self._budget.require()
                await self._one(key, name, params)
            except Exception as fault:
                refused = to_api_error(fault, name)
                hints.respell(refused, params.keys)
                self._failed(key, name, refused)
                if halt:
                    break
            await self._rest()
        answers = Answers(
            php_list(self._result),
            php_list(self._errors),
            php_list(self._totals),
            php_list(self._nexts),
            php_list(self._times),
        )
        return Hinted(answers, hint=" | ".join(self._hints))

    async def _one(self, key: str, name: str, params: dict[str, Any]) -> None:
        if name.lower() == "batch":
            raise ApiError(ErrorCode.BATCH_METHOD)
        if "/" in name:
            # Methods of REST 3.0 are registered with a slash, and are not for this batch.
            raise ApiError(ErrorCode.METHOD_NOT_FOUND, hint=f"no method {name[:100]!r}")
        outcome = await self._run(name, self._references.fill(params), self._budget)
        try:
            # Encoded here, so that one response that cannot be written costs its own command only.
            encoded = envelope.written(outcome.result, outcome.most)
        except (TypeError, ValueError, OverflowError) as fault:
            raise unexpected_answer(fault, name) from fault
        self._result[key] = encoded
        self._budget.response_bytes += len(encoded)
        self._times[key] = self._stamp(outcome)
        self._hinted(key, outcome.hint)
        if outcome.total is not None:
            self._totals[key] = outcome.total
        if outcome.next is not None:
            self._nexts[key] = outcome.next

    async def _rest(self) -> None:
        """Let others have the event loop, once the commands since the last time have cost something."""
        spent, before, filled = self._budget, self._rested, self._references.filled
        costly = spent.statements - before.statements > REST_STATEMENTS or spent.rows - before.rows > REST_ROWS
        costly = costly or spent.response_bytes - before.response_bytes > REST_BYTES
        if costly or filled - self._rested_filled >= REST_FILLED:
            before.statements, before.rows, before.response_bytes = spent.statements, spent.rows, spent.response_bytes
            self._rested_filled = filled
            self.rests += 1
            await asyncio.sleep(0)

    def _failed(self, key: str, name: str, refused: ApiError) -> None:
        self._errors[key] = envelope.Failure(refused.code, refused.text, str(refused.words.get("argument", "")))
        self._hinted(key, hints.hint_text(refused))

    def _hinted(self, key: str, hint: str) -> None:
        if hint and len(self._hints) < MAX_HINTS:
            self._hints.append(f"{key[:MAX_KEY]}: {hint}")


def parsed(command: Any) -> tuple[str, dict[str, Any]]:
    """A command in any of its forms as method and parameters.

    Forms: ``"method?a=1&b[c]=2"``, ``"method"``, ``{"method": …, "params": {…}}``, ``["method", {…}]``.
    """
    if isinstance(command, str):
        end = command.find("?")
        name = command if end < 0 else command[:end]
        # The parameters have no name of their own here, for of a long command there would be one copy more.
        params = {} if end < 0 else forms.parse(command[end + 1 :].encode("utf-8", "surrogatepass"))
        return name.strip(body.BLANKS), params
    if isinstance(command, dict):
        words = {str(word).lower(): value for word, value in command.items()}
        values = words.get("params", words.get("query"))
        return str(words.get("method", "")), forms.unmarked(values) if isinstance(values, dict) else {}
    if isinstance(command, list) and command:
        values = command[1] if len(command) > 1 else {}
        return str(command[0]), forms.unmarked(values) if isinstance(values, dict) else {}
    return "", {}


def commands_of(cmd: object) -> dict[str, Any]:
    """The `cmd` parameter as a map: an object, a list (keys 0, 1, …) or either as JSON text."""
    if isinstance(cmd, str):
        # The limits of requests hold for JSON inside of a form as well.
        text = cmd.lstrip(body.BLANKS)
        cmd = body.json(text.encode("utf-8", "surrogatepass")) if text[:1] in ("{", "[") else None
    if isinstance(cmd, list):
        cmd = {str(place): item for place, item in enumerate(cmd)}
    if not isinstance(cmd, dict):
        return {}
    # Together they have as many parameters as a body: each of them may be a form of its own.
    counts = [command.count("&") for command in cmd.values() if isinstance(command, str)]
    # One that has too many of its own costs only itself.
    named = sum(count for count in counts if count <= MAX_KEYS)
    if named > MAX_KEYS:
        raise ApiError(ErrorCode.BODY_TOO_MANY, hint=f"{named} came in the commands", limit=MAX_KEYS)
    return cmd


def stamp(context: Context) -> Stamp:
    """The time block of an outcome, in this portal's zone."""

    def stamped(outcome: Outcome) -> envelope.Time:
        return time_block(context, outcome)

    return stamped


def time_block(context: Context, outcome: Outcome) -> envelope.Time:
    """When a call ran, as every client needs it."""
    atom = context.clock.atom
    return envelope.Time(
        outcome.started,
        outcome.finished,
        outcome.finished - outcome.started,
        outcome.processing,
        atom(int(outcome.started)),
        atom(int(outcome.finished)),
        outcome.operating.reset_at,
        outcome.operating.operating,
    )

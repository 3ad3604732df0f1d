"""Many commands in one request: references between them, halt, and the five sections of the result."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from botyard.errors import ApiError, ErrorCode
from botyard.rpc import hints
from botyard.rpc.call import Context, Outcome, Run
from botyard.rpc.error_handling import to_api_error, unexpected_answer
from botyard.rpc.method import Hinted
from botyard.wire import body, envelope, forms
from botyard.wire.limits import MAX_BODY, MAX_DEPTH
from botyard.wire.names import php_list

MAX_COMMANDS = 50
MAX_HINTS = 5
"""Commands whose hints are told; one header has no room for more."""
MAX_KEY = 40

# No result is nested deeper than what can be sent; a longer path stays text.
_REFERENCE = re.compile(rf"\$result((?:\[[^\[\]]*\]){{1,{MAX_DEPTH}}})")
_STEP = re.compile(r"\[([^\[\]]*)\]")


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

    def __init__(self, run: Run, stamp: Stamp) -> None:
        self._run = run
        self._stamp = stamp
        self._result: dict[str, Any] = {}
        self._plain: dict[str, Any] = {}
        self._errors: dict[str, object] = {}
        self._totals: dict[str, object] = {}
        self._nexts: dict[str, object] = {}
        self._times: dict[str, object] = {}
        self._hints: list[str] = []
        self._grown = 0

    async def answer(self, commands: Mapping[str, Any], halt: bool) -> Hinted[Answers]:
        """Run the commands in the order sent; with ``halt`` stop at the first that fails."""
        for place, (key, command) in enumerate(commands.items()):
            name: str = ""
            params: dict[str, Any] = {}
            try:
                if place >= MAX_COMMANDS:
                    hint = f"{len(commands)} commands came, {MAX_COMMANDS} are carried out"
                    raise ApiError(ErrorCode.BATCH_LENGTH, hint=hint)
                name, params = parsed(command)
                await self._one(key, name, params)
            except ApiError as refused:
                hints.respell(refused, params.keys)
                self._failed(key, name, refused)
                if halt:
                    break
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
        try:
            outcome = await self._run(name, {word.lower(): self._filled(value) for word, value in params.items()})
        except Exception as fault:
            raise to_api_error(fault, name) from fault
        try:
            # Encoded here, so that one response that cannot be written costs its own command only.
            self._result[key] = envelope.written(outcome.result)
        except (TypeError, ValueError, OverflowError) as fault:
            raise unexpected_answer(fault, name) from fault
        self._times[key] = self._stamp(outcome)
        self._hinted(key, outcome.hint)
        if outcome.total is not None:
            self._totals[key] = outcome.total
        if outcome.next is not None:
            self._nexts[key] = outcome.next

    def _failed(self, key: str, name: str, refused: ApiError) -> None:
        self._errors[key] = envelope.Failure(refused.code, refused.text)
        self._hinted(key, hints.hint_text(refused))

    def _hinted(self, key: str, hint: str) -> None:
        if hint and len(self._hints) < MAX_HINTS:
            self._hints.append(f"{key[:MAX_KEY]}: {hint}")

    def _filled(self, value: Any) -> Any:
        """A parameter with its references replaced; what cannot be resolved stays as text."""
        if isinstance(value, str):
            return self._filled_text(value) if "$result" in value else value
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if isinstance(value, dict):
            return {word: self._filled(item) for word, item in value.items()}
        return value

    def _filled_text(self, text: str) -> Any:
        whole = _REFERENCE.fullmatch(text)
        if whole:
            value = self._look_up(whole.group(1))
            return text if value is None else value
        return _REFERENCE.sub(self._in_text, text)

    def _in_text(self, match: re.Match[str]) -> str:
        value = self._look_up(match.group(1))
        if isinstance(value, bool):
            return "1" if value else ""
        if not isinstance(value, str | int | float):
            return match.group(0)
        written = str(value)
        # One long result, named often enough, would fill the memory.
        self._grown += len(written)
        if self._grown > MAX_BODY:
            hint = f"the results that are filled in come to {self._grown} characters or more"
            raise ApiError(ErrorCode.BODY_TOO_BIG, hint=hint, limit=MAX_BODY)
        return written

    def _look_up(self, path: str) -> Any:
        """The value at ``[key][step]…`` of earlier results, or ``None``."""
        key, *steps = _STEP.findall(path)
        if key not in self._result:
            return None
        if key not in self._plain:
            self._plain[key] = msgspec.json.decode(self._result[key])
        value = self._plain[key]
        for step in steps:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 10:
                value = value[int(step)] if int(step) < len(value) else None
            else:
                return None
        return value


def parsed(command: Any) -> tuple[str, dict[str, Any]]:
    """A command in any of its forms as method and parameters.

    Forms: ``"method?a=1&b[c]=2"``, ``"method"``, ``{"method": …, "params": {…}}``, ``["method", {…}]``.
    """
    if isinstance(command, str):
        name, _, query = command.partition("?")
        return name.strip(body.BLANKS), forms.parse(query.encode("utf-8", "surrogatepass")) if query else {}
    if isinstance(command, dict):
        words = {str(word).lower(): value for word, value in command.items()}
        params = words.get("params", words.get("query"))
        return str(words.get("method", "")), forms.unmarked(params) if isinstance(params, dict) else {}
    if isinstance(command, list) and command:
        params = command[1] if len(command) > 1 else {}
        return str(command[0]), forms.unmarked(params) if isinstance(params, dict) else {}
    return "", {}


def commands_of(cmd: object) -> dict[str, Any]:
    """The `cmd` parameter as a map: an object, a list (keys 0, 1, …) or either as JSON text."""
    if isinstance(cmd, str):
        # The limits of requests hold for JSON inside of a form as well.
        text = cmd.lstrip(body.BLANKS)
        cmd = body.json(text.encode("utf-8", "surrogatepass")) if text[:1] in ("{", "[") else None
    if isinstance(cmd, list):
        return {str(place): item for place, item in enumerate(cmd)}
    return cmd if isinstance(cmd, dict) else {}


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

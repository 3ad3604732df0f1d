"""REST 3.0 (`/rest/api/…`): its own batch, and the few methods that exist only there.

Chats, bots and people have no method of that generation: names of the old API
are unknown under this address, as they are on a portal of the vendor.
"""

from __future__ import annotations

import msgspec

from botyard.errors import ApiError, ErrorCode
from botyard.rpc.batch import MAX_COMMANDS, commands_of
from botyard.rpc.call import Call
from botyard.rpc.family import Dialect, Family
from botyard.rpc.method import V3, AnyParams, Mode, NoParams
from botyard.rpc.scopes import shown
from botyard.store.engines.budget import Budget
from botyard.wire.envelope import written

method = Family(Dialect.V3, {}).method


@method(
    "api/batch",
    mode=Mode.NONE,
    scopes=(),
    raises=(ErrorCode.BATCH_METHOD, ErrorCode.BATCH_LENGTH, ErrorCode.METHOD_V3),
)
async def batch(call: Call, p: AnyParams) -> list[msgspec.Raw]:
    """Run several methods of REST 3.0, given as `{"0": {"method": …, "query": {…}}, …}`; the results are a list.

    The first command that fails ends the batch with its error.

    Docs: api-reference/rest-v3.md
    """
    commands = [value for value in commands_of(p.values).values() if isinstance(value, dict)]
    if len(commands) > MAX_COMMANDS:
        raise ApiError(ErrorCode.BATCH_LENGTH, hint=f"{len(commands)} commands came, {MAX_COMMANDS} are carried out")
    budget = Budget(call.context.limits.costs.batch)
    answers: list[msgspec.Raw] = []
    for command in commands:
        name = str(command.get("method", ""))
        if name.lower() == "batch":
            raise ApiError(ErrorCode.BATCH_METHOD)
        query = command.get("query")
        params = {str(key).lower(): value for key, value in query.items()} if isinstance(query, dict) else {}
        budget.require()
        outcome = await call.run(V3 + name, params, budget)
        answers.append(written(outcome.result, outcome.most))
        budget.response_bytes += len(answers[-1])
    return answers


@method("api/rest.scope.list", scopes=())
async def scope_list(call: Call, p: NoParams) -> list[str]:
    """List the permissions of the caller.

    Docs: api-reference/rest-v3.md
    """
    return sorted(shown(call.identity.scopes))

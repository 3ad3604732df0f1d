"""`botyard.option.*`: what the clients of a person keep on the server for the person, whichever of them it is."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from botyard.api.botyard.family import method
from botyard.errors import ErrorCode
from botyard.model.owners import PERSON
from botyard.portal import options
from botyard.rpc.access import Access, require
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.wire.param_types import NamedValues


class Get(Params, frozen=True, rename="upper"):
    option: str = ""


class Set(Params, frozen=True, rename="upper"):
    options: Annotated[NamedValues, Meta(description="Names and values, which may be any JSON.")] = {}


@method("botyard.option.get", access=Access.MESSENGER, raises=(ErrorCode.GUEST,))
async def get(call: Call, p: Get) -> Any:
    """Show what clients keep for the calling person: one option, `null` where it is not set, or all.

    Other than `user.option.get`, which is for what one application keeps, it is for people's own tokens and webhooks.
    """
    require(Access.PERSON, call.identity)
    if p.option:
        return await options.get(call.tx, PERSON, call.user_id, name=p.option)
    return await options.all_of(call.tx, PERSON, call.user_id)


@method(
    "botyard.option.set",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(ErrorCode.GUEST, options.put),
)
async def set_(call: Call, p: Set) -> bool:
    """Keep options for the calling person beside those that are there: names of up to 255 characters.

    A value has at most 65,536 characters of JSON, and there are at most 1,000 options of 1 MiB together.
    """
    require(Access.PERSON, call.identity)
    await options.put(call.tx, PERSON, call.user_id, new_values=p.options)
    return True

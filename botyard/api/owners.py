"""Under which name a caller owns bots: the same in both generations, so that they share them."""

from __future__ import annotations

from botyard.rpc.call import Call


def owner(call: Call, token: str) -> str:
    """The caller's application, else what its webhook chose: CLIENT_ID in v1, botToken in v2.

    That works like a password for its bots, so only its keyed hash is kept. ``""`` for a webhook that gave none.
    """
    if call.identity.client_id:
        return f"app:{call.identity.client_id}"
    return call.context.keys.hook_owner(token) if token else ""

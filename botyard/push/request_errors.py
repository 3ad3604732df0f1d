"""How requests of clients fail, in the codes of JSON-RPC 2.0."""

from __future__ import annotations

PARSE = -32700, "Parse error"
INVALID = -32600, "Invalid Request"
UNKNOWN = -32601, "Method not found"
PARAMS = -32602, "Invalid params"
INTERNAL = -32603, "Internal error"
BUSY = -32000, "Too many requests"


class Refused(Exception):
    """A request that ends with an error."""

    def __init__(self, error: tuple[int, str], reason: str = "") -> None:
        super().__init__(error[1])
        self.code = error[0]
        self.text = f"{error[1]}: {reason}" if reason else error[1]

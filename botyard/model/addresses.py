"""Paths that clients are told of, and that the server has to listen at."""

from __future__ import annotations

SOCKETS = "/bitrix/subws/"
LONG_POLL = "/bitrix/sub/"
PUBLISH = "/bitrix/rest/"

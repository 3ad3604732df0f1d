"""The methods: one module per noun, named by the address rule, listed here."""

from __future__ import annotations

from types import ModuleType

from botyard.api import app, general, user

MODULES: tuple[ModuleType, ...] = (
    general,
    app,
    user,
)

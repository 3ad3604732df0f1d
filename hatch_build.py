"""Builds the web client into the package when that is built or installed: see ui/build.py.

Where it cannot be built, the package is made without it, and the portal says so at `/online/`.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebClientHook(BuildHookInterface[Any]):
    """Runs before a wheel, an editable install or an sdist is made."""

    def dependencies(self) -> list[str]:
        """Node, where there is something to build."""
        client = self._client()
        return [client.PACKAGE] if client is not None and not client.is_current() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the client, unless it is there as its sources are."""
        client = self._client()
        if client is not None:
            client.main([])

    def _client(self) -> ModuleType | None:
        """What builds it; nothing where the sources are not there."""
        file = Path(self.root) / "ui" / "build.py"
        spec = importlib.util.spec_from_file_location("botyard_ui_build", file) if file.exists() else None
        if spec is None or spec.loader is None:
            return None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

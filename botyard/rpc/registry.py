"""The registry of methods, collected once from a list of modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import ModuleType

from botyard.rpc.method import Method


class Registry:
    """Every method that the portal has, by its lower-cased name."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        self._methods: dict[str, Method] = {}
        for module in modules:
            for thing in vars(module).values():
                declared = getattr(thing, "__method__", None)
                if isinstance(declared, Method) and thing.__module__ == module.__name__:
                    self._add(declared)

    def _add(self, declared: Method) -> None:
        key = declared.name.lower()
        if key in self._methods:
            raise ValueError(f"two functions declare {declared.name}")
        self._methods[key] = declared

    def find(self, name: str) -> Method | None:
        """A method by its name in any case."""
        return self._methods.get(name.lower())

    def __iter__(self) -> Iterator[Method]:
        return iter(self._methods.values())

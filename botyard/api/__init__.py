"""The methods, by family: a package for each, in which every module is looked through for methods."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

FAMILIES = ("", "imbot", "imbot_v2", "im", "im_v2", "disk", "pull", "botyard")
"""The packages, in the order in which `methods` lists them; ``""`` is this one, which holds the system's methods."""


def _modules() -> Iterator[ModuleType]:
    for family in FAMILIES:
        package = import_module(f"{__name__}.{family}") if family else import_module(__name__)
        for module in pkgutil.iter_modules(package.__path__):
            if not module.ispkg:
                yield import_module(f"{package.__name__}.{module.name}")


MODULES: tuple[ModuleType, ...] = tuple(_modules())
"""Every module of every family; the registry collects the methods that are declared in them."""

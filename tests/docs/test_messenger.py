"""What the page on messengers names is there, and open to messengers."""

from __future__ import annotations

import re
from pathlib import Path

from botyard.api import MODULES
from botyard.model.permissions import OWN_ACCOUNT
from botyard.rpc.access import Access
from botyard.rpc.registry import Registry

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "messenger.md").read_text()
METHODS = {method.name: method for method in Registry(MODULES)}


def test_each_method_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`((?:im|im\.v2|botyard|user|pull|disk)\.[A-Za-z.0-9]+)`", PAGE))
    assert len(named) > 30
    assert sorted(named - METHODS.keys() - {OWN_ACCOUNT}) == []


def test_each_method_for_messengers_is_on_the_page() -> None:
    ours = {name for name, method in METHODS.items() if method.access is Access.MESSENGER}
    assert ours
    assert sorted(name for name in ours if f"`{name}`" not in PAGE) == []

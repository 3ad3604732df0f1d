import sys
from pathlib import Path

import pytest

BOT = Path(__file__).parent / "bot.py"


@pytest.fixture(scope="session", params=["polling", "webhook"])
def bot(portal, request):
    """The bot beside the tests, once in each of its two ways to hear of events."""
    with portal.running([sys.executable, BOT, request.param], ready="ready"):
        yield portal.bot(f"example_{request.param}")

"""A migration that has landed is never edited: databases that were made by it would be refused."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

RECORDED = Path(__file__).with_name("migrations.sha256")

ADVICE = """
{name} differs from what landed. Put it back as it was and write the change into the next migration.
A new one is added to {file} by a line of its own: cd botyard/store/migrations && sha256sum {name}
"""


def test_migrations_are_as_they_landed() -> None:
    recorded = {line.split()[1]: line.split()[0] for line in RECORDED.read_text().splitlines()}
    present = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (resources.files("botyard.store") / "migrations").iterdir()
        if file.name.endswith(".sql")
    }
    for name in sorted(recorded.keys() | present.keys()):
        assert present.get(name) == recorded.get(name), ADVICE.format(name=name, file=RECORDED.name)


def test_numbers_are_used_once() -> None:
    recorded = [line.split()[1] for line in RECORDED.read_text().splitlines()]
    assert [int(name[:4]) for name in recorded] == list(range(1, len(recorded) + 1))

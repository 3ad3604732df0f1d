"""`botyard audit`: what commands did is listed and exported, and stands in the log of a running server."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import subprocess
from typing import TextIO

import pytest

from botyard.commands.exit_codes import ExitCode
from botyard.commands.logs import logging_to
from botyard.config import Settings
from botyard.portal import audit_settings, audit_writer
from tests.commands.shell import Shell, word
from tests.commands.test_output import FULL, PROGRAM
from tests.world import World


def test_what_commands_do_is_listed(portal_shell: Shell) -> None:
    made = portal_shell.done("webhook", "add", "ann", "--title", "Backup")
    portal_shell.done("portal", "switch", "https", "on")
    listed = portal_shell.done("audit", "list", "--event", "webhook.added")
    assert f"webhook:{word(made, 'id')}" in listed
    assert "Backup" in listed
    assert "command" in listed
    assert word(made, "address").split("/")[-2] not in listed
    assert "flag.set" in portal_shell.done("audit", "list", "--limit", "1")
    assert "There may be more: --before" in portal_shell.out
    assert "flag.set" not in portal_shell.done("audit", "list", "--subject", "user:1")
    assert portal_shell.bare("audit", "events") == ExitCode.OK
    assert "flag.set" in portal_shell.out
    assert portal_shell.run("audit", "list", "--person", "nobody") == ExitCode.FAILURE


def test_an_export_is_whole_and_on_record(portal_shell: Shell) -> None:
    portal_shell.done("webhook", "add", "ann", "--title", "=HYPERLINK(1)")
    lines = [json.loads(line) for line in portal_shell.done("audit", "export").splitlines()]
    assert lines[0]["event"] == "audit.exported"
    assert lines[1]["details"]["title"] == "=HYPERLINK(1)"
    assert [line["id"] for line in lines] == sorted((line["id"] for line in lines), reverse=True)
    table = list(csv.DictReader(portal_shell.done("audit", "export", "--format", "csv").splitlines()))
    assert [row["event"] for row in table] == ["audit.exported", *(line["event"] for line in lines)]


@pytest.mark.skipif(not FULL.exists(), reason="/dev/full: this system has no file that is always full")
def test_an_export_that_finds_no_room_does_not_accuse_the_portal(portal_shell: Shell) -> None:
    longer_than_a_buffer(portal_shell)
    with FULL.open("w") as full:
        done = export_into(full, portal_shell)
    assert (done.returncode, done.stderr) == (1, "botyard: The output cannot be written: No space left on device.\n")


def test_a_reader_who_has_seen_enough_of_an_export_is_no_failure(portal_shell: Shell) -> None:
    longer_than_a_buffer(portal_shell)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = export_into(closed, portal_shell)
    assert (done.returncode, done.stderr) == (0, "")


def longer_than_a_buffer(portal_shell: Shell) -> None:
    """Let an export be so long that a part of it is written before its end."""
    for _ in range(30):
        portal_shell.done("webhook", "add", "ann")
    assert len(portal_shell.done("audit", "export")) > io.DEFAULT_BUFFER_SIZE


def export_into(output: TextIO, portal_shell: Shell) -> subprocess.CompletedProcess[str]:
    """Export in a process of its own, which writes as programs do."""
    words = ["audit", "export", "--data", str(portal_shell.data)]
    return subprocess.run([*PROGRAM, *words], stdout=output, stderr=subprocess.PIPE, text=True, timeout=60)


def test_what_would_change_the_terminal_is_escaped(portal_shell: Shell) -> None:
    title = "a\x9b31m\x85\u202eb\u2066c"
    portal_shell.done("webhook", "add", "ann", "--title", title)
    listed = portal_shell.done("audit", "list", "--event", "webhook.added")
    lines = portal_shell.done("audit", "export", "--event", "webhook.added")
    table = portal_shell.done("audit", "export", "--event", "webhook.added", "--format", "csv")
    for shown in (listed, lines, table):
        assert r"a\u009b31m\u0085\u202eb\u2066c" in shown
        assert not set(shown) & set("\x9b\x85\u202e\u2066")
    # Programs read the text as it was.
    assert json.loads(lines.splitlines()[0])["details"]["title"] == title


def test_times_that_are_none_are_refused_in_words(portal_shell: Shell) -> None:
    portal_shell.refused("audit", "list", "--from", "tomorrow")


def test_the_log_has_each_entry_once(world: World) -> None:
    written: list[str] = []

    def server() -> None:
        world.run(audit_writer.write(world.context.database, world.context.audit_notes))

    with logging_to(Settings(log_format="json"), written.append) as lines:
        logging.getLogger("botyard.audit").setLevel(logging.INFO)
        server()
        lines.flush()
        written.clear()
        world.call("botyard.portal.switch", NAME="https", ON=False)
        server()
        server()
        lines.flush()
    [line] = [json.loads(text) for text in "".join(written).splitlines() if "flag.set" in text]
    assert line["logger"] == "botyard.audit"
    assert (line["event"], line["via"], line["details"]) == ("flag.set", "rest", {"on": 0})


def test_settings_are_on_record_when_they_change(world: World) -> None:
    database = world.context.database
    secret = "postgresql://botyard:secret@db.test/botyard?password=secret"
    first = Settings(database=secret, profile="prod")
    for settings in (first, first, Settings(profile="prod")):
        world.run(audit_settings.record_settings(database, settings))
    made = world.call("botyard.audit.list", EVENT="settings.changed").result["ENTRIES"]
    assert [entry["DETAILS"] for entry in made] == [
        {"profile": "prod"},
        {"database": "postgresql://db.test/botyard", "profile": "prod"},
    ]

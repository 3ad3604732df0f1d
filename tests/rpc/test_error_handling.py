"""What nobody foresaw: a number for the caller, the rest for the log."""

from __future__ import annotations

import errno

import msgspec
import pytest

from botyard.rpc import error_handling
from botyard.rpc.error_handling import to_api_error
from botyard.server import application
from tests.world import World


class TestFaults:
    """What nobody foresaw is told by a number only; the log has the rest under the same number."""

    @pytest.mark.parametrize(
        ("method", "code", "message", "logged"),
        [
            ("lab.fail", "INTERNAL_SERVER_ERROR", "Internal server error", "the cat sat on the keyboard"),
            ("lab.rename?FAIL=1", "INTERNAL_SERVER_ERROR", "Internal server error", "after the change"),
            ("lab.odd", "ERROR_UNEXPECTED_ANSWER", "Server returned an unexpected response", "TypeError"),
        ],
    )
    @pytest.mark.parametrize("ending", ["", ".xml"])
    def test_an_id_that_is_in_the_log(
        self,
        lab: World,
        caplog: pytest.LogCaptureFixture,
        method: str,
        code: str,
        message: str,
        logged: str,
        ending: str,
    ) -> None:
        name, _, query = method.partition("?")
        answer = lab.get(f"{lab.admin.path}/{name}{ending}?{query}")
        text = answer.body.decode() if ending else f"{answer.error} {answer.text}"
        assert answer.status == 500
        assert code in text
        assert message in text
        mark = text.partition("(")[2].partition(")")[0]
        assert len(mark) == 8
        assert f"{mark} {name}" in caplog.text
        assert logged in caplog.text
        assert "Traceback" not in text
        assert logged not in text
        assert lab.call("profile").status == 200

    def test_a_failed_change_is_undone(self, lab: World) -> None:
        assert lab.call("lab.rename", TITLE="x", FAIL=True).error == "INTERNAL_SERVER_ERROR"
        assert lab.call("lab.title").result == "Test"

    def test_a_fault_outside_of_rest(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        class Broken:
            async def read(self, work: object) -> None:
                raise RuntimeError("the cat again")

        world.app = application(msgspec.structs.replace(world.context, database=Broken()))
        for path in (
            "/avatar/x",
            "/rest/profile",
            "/oauth/token/?grant_type=refresh_token&client_id=a&client_secret=b",
        ):
            answer = world.get(f"{path}&refresh_token=c" if "?" in path else path)
            assert (answer.status, answer.error) == (500, "INTERNAL_SERVER_ERROR")
            assert "cat" not in answer.text

    def test_names_that_callers_choose_do_not_break_the_log(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Broken:
            async def read(self, work: object) -> None:
                raise RuntimeError

        world.app = application(msgspec.structs.replace(world.context, database=Broken()))
        world.get("/rest/a\nFORGED LINE " + "x" * 1000)
        first = caplog.records[0].getMessage()
        assert "\n" not in first
        assert len(first) < 150

    @pytest.mark.parametrize(
        ("fault", "message"),
        [
            (OSError(errno.ENOSPC, "No space left on device"), "The disk is full."),
            (OSError(errno.EMFILE, "Too many open files"), "Too many files and connections are open."),
            (ImportError("cannot import name 'cat'"), "Internal server error"),
        ],
    )
    def test_what_the_machine_lacks_is_one_line(
        self, caplog: pytest.LogCaptureFixture, fault: Exception, message: str
    ) -> None:
        refused = to_api_error(fault, "profile")
        code, text = refused.code, refused.text
        mark = text.rpartition("(")[2].rstrip(")")
        assert (refused.status, code, text) == (500, "INTERNAL_SERVER_ERROR", f"{message} ({mark})")
        (record,) = caplog.records
        assert record.exc_info is None
        assert record.message.startswith(f"{mark} profile")


def test_what_lasts_is_one_line_a_minute_whoever_meets_it(caplog: pytest.LogCaptureFixture) -> None:
    now = 100.0
    lasting = error_handling.RepeatedFaults(lambda: now)
    marks = {lasting.mark("The disk is full.", f"im.method{number}") for number in range(60)}
    other = lasting.mark("Too many files and connections are open.", "im.other")
    now += error_handling.RepeatedFaults.SECONDS
    later = lasting.mark("The disk is full.", "im.method")
    assert len(marks) == 1
    assert len({*marks, other, later}) == 3
    assert [record.getMessage().partition(" ")[0] for record in caplog.records] == [*marks, other, later]

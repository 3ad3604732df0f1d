"""`scripts/peer-suites`: reports are read, failures are explained, and the hosts file is left as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.peers import debian_php, hosts, known_failures, portal, suites
from scripts.peers.results import Case, Outcome, read, table

REPORT = """<testsuites><testsuite name="pytest">
<testcase classname="tests.integration.scopes.im.test_im_chat" name="test_add[oauth]"/>
<testcase classname="tests.integration.scopes.test_server" name="test_server_time[oauth]">
<failure message="AssertionError: not between&#10;more">trace</failure></testcase>
<testcase classname="tests.unit.test_a" name="test_b"><skipped message="no token"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.xml"
    path.write_text(REPORT)
    return path


def test_a_report_is_read(report: Path) -> None:
    assert list(read(report, "b24pysdk")) == [
        ("tests.integration.scopes.im.test_im_chat", "test_add[oauth]", Outcome.PASSED, ""),
        (
            "tests.integration.scopes.test_server",
            "test_server_time[oauth]",
            Outcome.FAILED,
            "AssertionError: not between",
        ),
        ("tests.unit.test_a", "test_b", Outcome.SKIPPED, "no token"),
    ]


def test_a_pass_by_any_error_is_none(report: Path) -> None:
    report.write_text(
        """<testsuite>
<testcase classname="tests.integration.scopes.im.test_im_disk" name="test_disk_file_save[oauth]"/>
<testcase classname="tests.integration.scopes.im.test_im_disk" name="test_disk_folder_get[oauth]"/>
</testsuite>"""
    )
    assert [outcome for _, _, outcome, _ in read(report, "b24pysdk")] == [Outcome.ERROR_ONLY, Outcome.PASSED]


def test_a_failure_of_phpunit_is_told_without_its_case(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        """<testsuites><testcase name="testGet" classname="A.UserTest"><error type="E">A\\UserTest::testGet
No connection</error></testcase></testsuites>"""
    )
    assert [message for *_, message in read(report, "b24phpsdk")] == ["No connection"]


def test_a_copy_of_the_php_sdk_loads_the_libraries_of_debian(tmp_path: Path) -> None:
    (tmp_path / "money" / "src").mkdir(parents=True)
    (tmp_path / "sdk").mkdir()
    debian_php.write(tmp_path / "sdk", tmp_path)
    loaded = (tmp_path / "sdk" / "vendor" / "autoload.php").read_text()
    assert f"'{tmp_path}/sdk/src/' . strtr(substr($class, strlen('Bitrix24\\\\SDK\\\\')), '\\\\', '/')" in loaded
    assert f"'{tmp_path}/money/src/'" in loaded
    assert f"{tmp_path}/uid" not in loaded
    assert "require_once '/usr/share/php/Monolog/autoload.php';" in loaded


def test_packages_that_are_missing_are_named(tmp_path: Path) -> None:
    assert debian_php.missing(tmp_path, tmp_path / "phpunit") == ["phpunit", *debian_php.AUTOLOADERS]
    place = tmp_path / debian_php.AUTOLOADERS["php-monolog"]
    place.mkdir(parents=True)
    (place / "autoload.php").touch()
    assert debian_php.missing(tmp_path, tmp_path) == [name for name in debian_php.AUTOLOADERS if name != "php-monolog"]


def test_folders_are_counted_and_failures_listed() -> None:
    cases = [
        Case("b24pysdk", "unit", "a", Outcome.PASSED),
        Case("b24pysdk", "unit", "b", Outcome.SKIPPED),
        Case("b24pysdk", "unit", "e", Outcome.ERROR_ONLY),
        Case("b24pysdk", "im", "c", Outcome.FAILED, "boom"),
        Case("b24pysdk", "im", "d", Outcome.FAILED, "boom", "no telephony"),
    ]
    assert table(cases).splitlines() == [
        "| Suite | Folder | Passed | Failed | Skipped | Proves only an error |",
        "|---|---|---|---|---|---|",
        "| b24pysdk | unit | 1 | 0 | 1 | 1 |",
        "| b24pysdk | im | 0 | 2 | 0 | 0 |",
        "",
        "b24pysdk im c: boom",
        "b24pysdk im d: no telephony",
    ]


@pytest.mark.parametrize(
    ("suite", "place", "name", "known"),
    [
        ("b24pysdk", "tests.integration.scopes.test_server", "test_server_time[oauth]", True),
        ("b24pysdk", "tests.integration.scopes.test_server", "test_server_time_zone[oauth]", False),
        ("b24pysdk", "tests.integration.errors.test_errors", "test_error_bitrix_api_wrong_auth_type[webhook]", False),
        ("b24pysdk", "tests.integration.errors.test_errors", "test_error_bitrix_api_expired_token[oauth]", False),
        ("b24pysdk", "tests.integration.scopes.im.test_im_chat", "test_add[oauth]", False),
        ("b24jssdk", "test/integration/js-docs/actions-v2.spec.ts", "js-docs.actions @apiV2 > CallV2", True),
        ("b24jssdk", "test/integration/core/tools.spec.ts", "core.tools ping", False),
        ("b24phpsdk", "Bitrix24.SDK.Tests.Integration.Services.User.Service.UserTest", "testGet", False),
        ("b24phpsdk", "Bitrix24.SDK.Tests.Integration.Services.User.Service.UserTest", "testAdd", True),
        ("b24phpsdk", "Bitrix24.SDK.Tests.Integration.Services.User.Service.BatchTest", "testAdd", False),
    ],
)
def test_failures_that_are_known(suite: str, place: str, name: str, known: bool) -> None:
    assert bool(known_failures.reason(suite, place, name)) == known


@pytest.mark.parametrize("name", sorted(suites.SUITES))
def test_a_suite_without_a_checkout_is_skipped(tmp_path: Path, name: str) -> None:
    why = suites.SUITES[name].obstacle(tmp_path / name, portal.OWN_PORTS, [])
    assert (
        why == f"there is no checkout of {name}{' with its tests' if name == 'b24pysdk' else ''} in {tmp_path / name}"
    )


def test_names_that_lead_elsewhere_are_an_obstacle(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "env_config.py").touch()
    obstacle = suites.SUITES["b24pysdk"].obstacle
    assert "b24.test" in obstacle(tmp_path, portal.OWN_PORTS, ["b24.test"])
    assert "443" in obstacle(tmp_path, portal.Ports(80, 8443), [])
    assert obstacle(tmp_path, portal.OWN_PORTS, []) == ""


def test_the_hosts_file_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "hosts"
    file.write_text("127.0.0.1 localhost\n")
    monkeypatch.setattr(hosts, "HOSTS", file)
    monkeypatch.setattr(hosts, "leads_here", lambda name: f" {name} " in file.read_text())
    with hosts.names(["b24.test", "oauth.example"]) as missing:
        assert missing == []
        assert "127.0.0.1 b24.test oauth.example" in file.read_text()
    assert file.read_text() == "127.0.0.1 localhost\n"

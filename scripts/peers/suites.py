"""The suites: what each needs, how it is pointed at the portal, and which of its folders are run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from scripts.peers import debian_php, known_failures
from scripts.peers.portal import HOST, OWN_PORTS, Portal, Ports
from scripts.peers.results import Case, Outcome, read

PATIENCE = 1800
"""Seconds that a suite may take, or the installation of what it needs."""


class Suite(NamedTuple):
    """A suite: ``obstacle`` says why it cannot be run, "" where it can."""

    obstacle: Callable[[Path, Ports, list[str]], str]
    run: Callable[[Path, Path, Portal], list[Case]]


PYTHON_FOLDERS = (
    "tests/unit",
    "tests/integration/credentials",
    "tests/integration/errors",
    *(
        f"tests/integration/scopes/{place}"
        for place in (
            "app",
            "disk",
            "event",
            "im",
            "pull",
            "user",
            "test_access.py",
            "test_department.py",
            "test_events.py",
            "test_feature.py",
            "test_method.py",
            "test_placement.py",
            "test_profile.py",
            "test_scope.py",
            "test_server.py",
        )
    ),
)


def _python_obstacle(checkout: Path, ports: Ports, missing: list[str]) -> str:
    if not (checkout / "tests" / "env_config.py").exists():
        return f"there is no checkout of b24pysdk with its tests in {checkout}"
    if missing:
        return f"{' and '.join(missing)} would have to lead to 127.0.0.1, in /etc/hosts for example"
    if ports.https != OWN_PORTS.https:
        return "its settings have no port, and port 443 cannot be taken"
    return ""


def _python(checkout: Path, work: Path, portal: Portal) -> list[Case]:
    copy, python = _copied(checkout, work), work / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(work / "venv")], check=True, timeout=PATIENCE)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, f"{copy}[test]"], check=True, timeout=PATIENCE)
    settings = {
        "B24_DOMAIN": HOST,
        "B24_WEBHOOK": portal.webhook,
        "B24_CLIENT_ID": portal.client_id,
        "B24_CLIENT_SECRET": portal.client_secret,
        "B24_ACCESS_TOKEN": portal.access_token,
        "B24_REFRESH_TOKEN": portal.refresh_token,
        "B24_EXPIRES": "2038-01-01T00:00:00+00:00",
        "B24_EXPIRES_IN": "3600",
    }
    (copy / ".env.local").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    constants = {"HEAD_DEPARTMENT_ID": portal.department, "PROFILE_ONLY_WEBHOOK_TOKEN": portal.narrow_webhook}
    (copy / "tests" / "constants_local.py").write_text("".join(f"{n} = {v!r}\n" for n, v in constants.items()))
    report = work / "report.xml"
    folders = [folder for folder in PYTHON_FOLDERS if (copy / folder).exists()]
    _run(
        [str(python), "-m", "pytest", f"--junitxml={report}", *folders],
        copy,
        {"REQUESTS_CA_BUNDLE": str(portal.ca_file), "NO_PROXY": "*"},
    )
    return _cases("b24pysdk", report, _python_folder)


def _python_folder(place: str) -> str:
    """``tests.integration.scopes.im.test_im_chat`` is of ``integration/scopes/im``, and all unit tests are of one."""
    folders = place.split(".")[1:-1]
    return "/".join(folders[:1] if folders[:1] == ["unit"] else folders)


PHP_FOLDERS = ("Main", "User", "IM", "Department")


def _php_obstacle(checkout: Path, ports: Ports, missing: list[str]) -> str:
    if not (checkout / "phpunit.xml.dist").exists():
        return f"there is no checkout of b24phpsdk in {checkout}"
    if shutil.which("php") is None:
        return "there is no php on this machine"
    return f"{HOST} would have to lead to 127.0.0.1" if HOST in missing else ""


def _php(checkout: Path, work: Path, portal: Portal) -> list[Case]:
    copy = _copied(checkout, work)
    if not _php_libraries(copy, checkout.parent):
        return []
    url = f"http://{HOST}:{portal.ports.http}/rest/{portal.webhook}/"
    (copy / "tests" / ".env.local").write_text(f"BITRIX24_WEBHOOK={url}\n")
    cases: list[Case] = []
    for name in PHP_FOLDERS:
        report = work / f"{name}.xml"
        _run(["php", "vendor/bin/phpunit", "--log-junit", str(report), f"tests/Integration/Services/{name}"], copy, {})
        cases += _cases("b24phpsdk", report, _php_folder)
    return cases


def _php_libraries(copy: Path, beside: Path) -> bool:
    """Give a copy of the SDK its libraries: by Composer, or where that reaches no registry from Debian's packages."""
    autoload = copy / "vendor" / "autoload.php"
    if not autoload.exists() and shutil.which("composer"):
        command = ["composer", "install", "--no-interaction", "--quiet"]
        subprocess.run(command, cwd=copy, capture_output=True, check=False, timeout=PATIENCE)
    if autoload.exists():
        return True
    if lacking := debian_php.missing():
        print(f"b24phpsdk: skipped: Composer cannot install its libraries; apt install {' '.join(lacking)}", flush=True)
        return False
    shutil.rmtree(copy / "vendor", ignore_errors=True)
    debian_php.write(copy, beside)
    return True


def _php_folder(place: str) -> str:
    """``…Tests.Integration.Services.User.Service.UserTest`` is of ``User``."""
    return place.partition(".Services.")[2].partition(".")[0]


JS_LIBRARIES = ("axios@^1", "luxon@^3", "qs-esm@^8", "vitest@^4", "dotenv@^17")
"""What the SDK and its tests import; its workspace has much more, for its documentation."""


def _js_obstacle(checkout: Path, ports: Ports, missing: list[str]) -> str:
    if not (checkout / "vitest.config.ts").exists():
        return f"there is no checkout of b24jssdk in {checkout}"
    if shutil.which("npm") is None:
        return "there is no npm on this machine"
    return f"{HOST} would have to lead to 127.0.0.1" if HOST in missing else ""


def _js(checkout: Path, work: Path, portal: Portal) -> list[Case]:
    copy, report = _copied(checkout, work), work / "report.xml"
    if not (work / "node_modules" / ".bin" / "vitest").exists():
        (work / "package.json").write_text(json.dumps({"private": True}))
        command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *JS_LIBRARIES]
        subprocess.run(command, cwd=work, check=True, timeout=PATIENCE)
    (copy / ".env.test").write_text(f"B24_HOOK=https://{portal.address}/rest/{portal.webhook}/\n")
    vitest = str(work / "node_modules" / ".bin" / "vitest")
    command = [vitest, "run", "--project", "jsSdk:integration", "--reporter=junit", f"--outputFile={report}"]
    _run(command, copy, {"NODE_EXTRA_CA_CERTS": str(portal.ca_file), "NO_PROXY": "*"})
    return _cases("b24jssdk", report, lambda place: place.removeprefix("test/").rpartition("/")[0])


SUITES: dict[str, Suite] = {
    "b24pysdk": Suite(_python_obstacle, _python),
    "b24phpsdk": Suite(_php_obstacle, _php),
    "b24jssdk": Suite(_js_obstacle, _js),
}


def _copied(checkout: Path, work: Path) -> Path:
    """A copy of a checkout, as it is now, with the libraries that an earlier run installed and nothing else of it."""
    work.mkdir(parents=True, exist_ok=True)
    copy = work / "checkout"
    kept = copy / "vendor"
    if kept.exists():
        shutil.move(kept, work / "vendor")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(".git", "node_modules", ".venv"))
    if (work / "vendor").exists():
        shutil.rmtree(copy / "vendor", ignore_errors=True)
        shutil.move(work / "vendor", copy / "vendor")
    return copy


def _run(command: list[str], folder: Path, variables: Mapping[str, str]) -> None:
    """Run a suite; what failed is in its report."""
    with (folder.parent / "output").open("a") as output:
        subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **variables},
            stdout=output,
            stderr=output,
            check=False,
            timeout=PATIENCE,
        )


def _cases(suite: str, report: Path, folder: Callable[[str], str]) -> list[Case]:
    if not report.exists():
        return [Case(suite, "", "the suite", Outcome.FAILED, f"there is no report: see {report.parent / 'output'}")]
    return [
        Case(suite, folder(place), name, outcome, message, known_failures.reason(suite, place, name))
        for place, name, outcome, message in read(report, suite)
    ]

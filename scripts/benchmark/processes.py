"""Servers as processes of their own, pinned to a core, and what the system says of them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def child(*arguments: str, core: int = 0) -> Iterator[tuple[int, int]]:
    """A server on one core: ``(pid, port)``."""
    command = [sys.executable, "-m", "scripts.benchmark.servers", *arguments]
    made = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        pin(made.pid, core)
        assert made.stdout is not None
        yield made.pid, int(made.stdout.readline())
    finally:
        if made.stdout is not None:
            made.stdout.close()
        made.send_signal(signal.SIGTERM)
        try:
            made.wait(15)
        except subprocess.TimeoutExpired:
            made.kill()
            made.wait()


def pin(pid: int, core: int) -> None:
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(pid, {core})


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def database_seconds(name: str) -> float:
    """User and system time of the server processes of a PostgreSQL database on this machine."""
    spent = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        # Others end meanwhile.
        with suppress(OSError):
            if re.match(rf"postgres: .* {re.escape(name)} ", (folder / "cmdline").read_text().replace("\0", " ")):
                spent += cpu_seconds(int(folder.name))
    return spent


def resident_mib(pid: int) -> float:
    match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(match.group(1)) / 1024 if match else 0.0


def reset_peak(pid: int) -> float:
    """Begin to measure the most memory that a process takes; returns what it takes now, in MiB."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return resident_mib(pid)


def peak_mib(pid: int) -> float:
    """The most memory that a process took since ``reset_peak``."""
    match = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(match.group(1)) / 1024 if match else 0.0

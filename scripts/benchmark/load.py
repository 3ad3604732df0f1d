"""Load on a server, and what it measured."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from typing import NamedTuple

from scripts.benchmark.processes import cpu_seconds

PACE = 100
"""Calls per second of a sender who writes steadily."""


class Load(NamedTuple):
    """One kind of request; ``CHAT`` in its body stands for each of the chats in turn, where some are named."""

    name: str
    path: str
    body: str
    verb: str = "POST"
    clients: int = 16
    chats: tuple[int, ...] = ()

    def bodies(self) -> list[str]:
        """What is sent, one after the other and again from the beginning."""
        return [self.body.replace("CHAT", f"chat{chat_id}") for chat_id in self.chats] or [self.body]


class Figure(NamedTuple):
    """What one round measured."""

    per_second: float
    micros: float
    p50_ms: float
    p99_ms: float
    failed: int


def line(name: str, figure: Figure, ratio: float) -> None:
    """Print what a load has cost, and how many echoes that is."""
    numbers = f"{figure.per_second:>9,.0f}{figure.micros:>9.0f}{ratio:>8.2f}"
    print(f"{name:34}{numbers}{figure.p50_ms:>8.2f}{figure.p99_ms:>8.2f}{figure.failed:>8}", flush=True)


def measure(pid: int, port: int, load: Load, seconds: float) -> Figure:
    """One round of a load, with the server's CPU time around it."""
    run = run_wrk if shutil.which("wrk") else run_here
    run(port, load, min(1.0, seconds / 4))
    before = cpu_seconds(pid)
    count, took, p50, p99, failed = run(port, load, seconds)
    spent = cpu_seconds(pid) - before
    return Figure(count / took, spent / max(1, count) * 1e6, p50, p99, failed)


def run_wrk(port: int, load: Load, seconds: float) -> tuple[int, float, float, float, int]:
    bodies = load.bodies()
    script = (
        f"wrk.method={json.dumps(load.verb)}\n"
        f"wrk.body={json.dumps(bodies[0])}\n"
        'wrk.headers["Content-Type"]="application/json"\n'
        "done=function(s,l,r) io.write(string.format("
        '"RESULT %d %f %f %f %d\\n",s.requests,s.duration/1e6,l:percentile(50)/1e3,l:percentile(99)/1e3,'
        "s.errors.status+s.errors.connect+s.errors.read+s.errors.timeout)) end\n"
    )
    if len(bodies) > 1:
        script += (
            f"local bodies={{{','.join(map(json.dumps, bodies))}}}\nlocal n=0\n"
            "request=function() n=n+1 return wrk.format(nil,nil,nil,bodies[n%#bodies+1]) end\n"
        )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{load.clients}", f"-d{max(1, round(seconds))}s", "-s", file.name]
        pinned = ["taskset", "-c", "1", *command] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else command
        out = subprocess.run(
            [*pinned, f"http://127.0.0.1:{port}{load.path}"], capture_output=True, text=True, check=True
        ).stdout
    match = re.search(r"RESULT (\d+) ([\d.]+) ([\d.]+) ([\d.]+) (\d+)", out)
    if match is None:
        raise SystemExit(f"wrk said something else:\n{out}")
    return int(match[1]), float(match[2]), float(match[3]), float(match[4]), int(match[5])


def run_here(port: int, load: Load, seconds: float) -> tuple[int, float, float, float, int]:
    return asyncio.run(_clients(port, load, seconds))


async def _clients(port: int, load: Load, seconds: float) -> tuple[int, float, float, float, int]:
    requests = itertools.cycle(
        f"{load.verb} {load.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()
        for body in load.bodies()
    )
    times: list[float] = []
    failed = 0
    until = time.perf_counter() + seconds

    async def client() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            begun = time.perf_counter()
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            size = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            await reader.readexactly(int(size[1]) if size else 0)
            times.append(time.perf_counter() - begun)
            failed += b" 200 " not in head[:20]
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(load.clients)))
    took = time.perf_counter() - begun
    times.sort()
    return len(times), took, times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3, failed


def paced(port: int, load: Load, seconds: float) -> tuple[float, float]:
    """A sender who writes at a steady pace: p50 and p95 of what a call takes, in ms."""
    times: list[float] = []
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as made:
        begun = time.perf_counter()
        for number in range(int(seconds * PACE)):
            time.sleep(max(0.0, begun + number / PACE - time.perf_counter()))
            asked = time.perf_counter()
            made.request("POST", load.path, load.body, {"Content-Type": "application/json"})
            answer = made.getresponse()
            answer.read()
            times.append((time.perf_counter() - asked) * 1e3)
            assert answer.status == 200
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.95)]


def median(figures: list[Figure]) -> Figure:
    """Each column's median over the rounds; failures are added up."""
    per_second, micros, p50, p99, failed = zip(*figures, strict=True)
    middle = statistics.median
    return Figure(middle(per_second), middle(micros), middle(p50), middle(p99), sum(failed))

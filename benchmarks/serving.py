"""The web server as `bin/up` starts it, and a bounded load on it; loopback only."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WAIT_SECONDS, _STOP_SECONDS = 30, 10


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a load.

    rate    answers a second, all of them 200
    p99_ms  the time that 99 % of answers took at most
    by      the load generator
    """

    rate: float
    p99_ms: float
    by: str


@contextmanager
def web_server(folder: Path, *, port: int, core: int | None = 0) -> Iterator[int]:
    """Serve the data of a folder on one core (None: on all); give the process's id."""
    from config.up import children, environment, is_taken, parse

    choices = parse(["--port", str(port)])
    os.environ["PERENNE_DATA"] = str(folder)
    settings = environment(choices) | {"PERENNE_WEB_WORKERS": "1"}
    if is_taken("127.0.0.1", port):
        raise SystemExit(f"Port {port} is taken; name another one with --port.")
    server = subprocess.Popen(
        children(choices, settings)[0].command, env=settings, start_new_session=True
    )
    try:
        if core is not None:
            os.sched_setaffinity(server.pid, {core})  # its own children follow
        wait_for(f"http://127.0.0.1:{port}/health/")
        yield server.pid
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def wait_for(address: str) -> None:
    """Wait until an address answers."""
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def load(
    address: str, *, connections: int = 32, seconds: int = 10, cookie: str = ""
) -> Load:
    """Ask for a page over some connections for some seconds: by wrk, else by ourselves.

    Raises SystemExit when an answer is not 200.
    """
    if urlsplit(address).hostname != "127.0.0.1":
        raise SystemExit("Only this machine may be loaded.")
    load_with = _wrk if shutil.which("wrk") else _ourselves
    wanted = {"connections": connections, "cookie": cookie}
    load_with(address, seconds=1, **wanted)  # warm
    return load_with(address, seconds=seconds, **wanted)


def _wrk(address: str, *, connections: int, seconds: int, cookie: str) -> Load:
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s"]
    headers = ["-H", f"Cookie: {cookie}"] if cookie else []
    told = subprocess.run(
        [*command, "--latency", *headers, address],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise SystemExit(f"{address}:\n{told}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", told)
    if not (rate and slow):
        raise SystemExit(told)
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0}[slow[2]]
    return Load(float(rate[1]), float(slow[1]) * scale, "wrk")


def _ourselves(address: str, *, connections: int, seconds: int, cookie: str) -> Load:
    parts = urlsplit(address)
    asked = f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
    asked += f"Cookie: {cookie}\r\n\r\n" if cookie else "\r\n"
    taken: list[float] = []

    async def all_of_them() -> None:
        until = time.perf_counter() + seconds
        asking = (
            _ask(parts.port or 80, asked.encode(), until=until, taken=taken)
            for _connection in range(connections)
        )
        await asyncio.gather(*asking)

    asyncio.run(all_of_them())
    taken.sort()
    return Load(len(taken) / seconds, taken[len(taken) * 99 // 100] * 1000, "asyncio")


async def _ask(port: int, asked: bytes, *, until: float, taken: list[float]) -> None:
    """Ask again and again over one connection, and keep how long each answer took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (start := time.perf_counter()) < until:
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if b" 200 " not in head[:16] or not length:
            raise SystemExit(head.decode("latin-1"))
        await reader.readexactly(int(length[1]))
        taken.append(time.perf_counter() - start)
    writer.close()

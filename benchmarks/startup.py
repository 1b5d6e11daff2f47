"""Measure how soon `bin/up` serves and how much memory its processes hold.

    python benchmarks/startup.py [--demo] [--port 8111] [--clean]

Starts bin/up on an empty data folder (packages are there already), stops it, starts it
again, and asks for pages: first idle, then 2,000 times over 32 connections. --demo: the
sample business in place of an empty one. --clean: in a fresh clone of this repository,
packages installed too (needs the network, and git). Memory is what the processes hold
resident; pages they share with each other count for each of them.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from serving import load
from trial import ROOT, figure

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_BOOT, _FIRST_DEMO, _LATER, _FIRST_PAGE = 15, 240, 5, 2.5
_IDLE, _LOADED, _ALL = 160, 220, 400
_LONGEST_SECONDS = 600
_PAGES = ("/", "/blog/", "/login/", "/legal/notice/", "/subscribe/", "/health/")


def main() -> int:
    """Print times and memory beside their budgets; fail when one is missed."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        root, environment = _house(Path(folder), clean=options.clean)
        started = _Start(root, environment, options)
        kept = _first_start(started, options) + _later_start(started)
    return 0 if all(kept) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8111)
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--clean", action="store_true")
    return parser.parse_args()


def _house(folder: Path, *, clean: bool) -> tuple[Path, dict[str, str]]:
    """Return where bin/ is and an environment that names no setting but the data folder."""
    ours = ("PERENNE_", "PYTHON", "DJANGO_", "VIRTUAL_ENV")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    if clean:
        clone = folder / "perenne"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        return clone, environment
    environment["PERENNE_DATA"] = str(folder / "data")
    environment["PERENNE_VENV"] = sys.prefix
    return ROOT, environment


class _Start:
    """bin/up, begun and ended again."""

    def __init__(self, root: Path, environment: dict[str, str], options) -> None:
        self._root, self._environment = root, environment
        self._arguments = ["--port", str(options.port)]
        self._arguments += ["--demo"] if options.demo else []
        self.address = f"http://127.0.0.1:{options.port}"

    @contextmanager
    def running(self) -> Iterator[tuple[int, float, float]]:
        """Give the process, the seconds to the first page, and to the printed address."""
        begun = time.perf_counter()
        process = subprocess.Popen(
            [self._root / "bin" / "up", *self._arguments],
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            page = self._first_page(process) - begun
            for line in process.stdout or ():
                if line.startswith("Ctrl-C"):
                    break
            yield process.pid, page, time.perf_counter() - begun
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()

    def _first_page(self, process) -> float:
        """Wait for an answer at the site's address; return when it came."""
        until = time.monotonic() + _LONGEST_SECONDS
        while time.monotonic() < until and process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}/", timeout=5).close()
            except urllib.error.HTTPError:  # 404: there is no business yet
                return time.perf_counter()
            except OSError:
                time.sleep(0.02)
            else:
                return time.perf_counter()
        raise SystemExit("bin/up does not serve.")


def _first_start(start: _Start, options) -> list[bool]:
    with start.running() as (_process, _page, ready):
        most = _FIRST_DEMO if options.demo or options.clean else _FIRST_BOOT
        what = "first start" + (", installation included" if options.clean else "")
        return [figure(what, ready, "s", most=most)]


def _later_start(start: _Start) -> list[bool]:
    with start.running() as (process, page, ready):
        kept = [
            figure("a later start", ready, "s", most=_LATER),
            figure("of it to the first page", page, "s", most=_FIRST_PAGE),
        ]
        for path in _PAGES:
            _ask(start.address + path)
        time.sleep(5)
        idle = _memory(process)
        kept.append(figure("web process, idle", idle["web"], "MiB", most=_IDLE))
        kept.append(figure("all processes, idle", sum(idle.values()), "MiB", most=_ALL))
        load(f"{start.address}/login/", connections=32, seconds=5)
        loaded = _memory(process)
        kept.append(figure("web process, loaded", loaded["web"], "MiB", most=_LOADED))
        for name, mebibytes in sorted(loaded.items()):
            figure(f"  {name}", mebibytes, "MiB")
    return kept


def _ask(address: str) -> None:
    try:
        urllib.request.urlopen(address, timeout=10).close()
    except urllib.error.HTTPError as answer:
        answer.close()


def _memory(process: int) -> dict[str, float]:
    """Return the resident MiB of each process below this one, by what it is."""
    found: dict[str, float] = {}
    for pid in _family(process):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        name = _name(command, first="granian" not in str(list(found)))
        found[name] = found.get(name, 0) + pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return found


def _family(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    return [
        process,
        *(pid for child in children.split() for pid in _family(int(child))),
    ]


def _name(command: list[str], *, first: bool) -> str:
    if any(part.endswith("/granian") for part in command):
        return "granian, which watches the web process" if first else "web"
    known = {"ox_worker": "worker", "config.up": "supervisor"}
    known |= {"demo.catcher": "mail catcher", "simulators.stripe": "payment simulator"}
    return next((known[part] for part in command if part in known), command[0])


if __name__ == "__main__":
    sys.exit(main())

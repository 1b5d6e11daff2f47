"""Run several processes as one: restart what falls, stop all together."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_STEADY_SECONDS = 30
_LONGEST_PAUSE_SECONDS = 30
_STOP_SECONDS = 10


@dataclass
class Child:
    """One process to keep alive.

    name     what its messages are called
    command  argument vector
    """

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    falls: int = 0
    retry_at: float = 0.0

    def start(self) -> None:
        """Start the process in a session of its own, so that one signal stops all of it."""
        self.process = subprocess.Popen(  # noqa: S603 - commands are built by us
            self.command, start_new_session=True
        )
        self.started_at = time.monotonic()

    def signal(self, number: int) -> None:
        """Send a signal to the process and its own children."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def has_fallen(self) -> bool:
        """Tell whether the process ended without being asked."""
        return self.process is not None and self.process.poll() is not None


@dataclass
class Supervisor:
    """Keeps its children running until SIGTERM or SIGINT.

    A child that ends is started again, at once the first time, then after 1, 2, 4 … 30 s.
    """

    children: list[Child] = field(default_factory=list)
    stopping: bool = False

    def run(self) -> int:
        """Start all, watch them, and stop all in the end; return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        try:
            for child in self.children:
                child.start()
            while not self.stopping:
                for child in self.children:
                    self._watch(child)
                time.sleep(0.2)
        finally:
            self._stop_all()
        return 0

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _watch(self, child: Child) -> None:
        now = time.monotonic()
        if child.retry_at:
            if now >= child.retry_at:
                child.retry_at = 0.0
                child.start()
            return
        if not child.has_fallen():
            return
        steady = now - child.started_at > _STEADY_SECONDS
        child.falls = 1 if steady else child.falls + 1
        pause = (
            min(_LONGEST_PAUSE_SECONDS, 2 ** (child.falls - 2))
            if child.falls > 1
            else 0
        )
        code = child.process.returncode if child.process else "?"
        print(f"{child.name} ended (code {code}); starting it again.", flush=True)
        child.retry_at = now + pause

    def _stop_all(self) -> None:
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.signal(signal.SIGKILL)
                child.process.wait()

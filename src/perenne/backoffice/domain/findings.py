"""What a look at the house found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands: nothing to do, worth doing, or something does not work."""

    OK = "ok"
    WARN = "warn"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One look: its name, how it stands, and what was seen or how to mend it."""

    check: str
    state: State
    detail: str


def ok(check: str, detail: str) -> Finding:
    """Return a finding that asks for nothing."""
    return Finding(check, State.OK, detail)


def warn(check: str, detail: str) -> Finding:
    """Return a finding that somebody should read."""
    return Finding(check, State.WARN, detail)


def problem(check: str, detail: str) -> Finding:
    """Return a finding that keeps something from working."""
    return Finding(check, State.PROBLEM, detail)

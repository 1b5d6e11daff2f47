"""How far someone is: in a video, in a lesson, in a course (CC5)."""

from __future__ import annotations

WATCHED_BP = 9_000  # a video counts as seen at 90 %: credits need no watching


def is_watched(position_seconds: int, duration_seconds: int) -> bool:
    """Tell whether that much of a video makes the lesson done; unknown length: no."""
    return (
        duration_seconds > 0
        and position_seconds * 10_000 >= duration_seconds * WATCHED_BP
    )


def percent_done(done: int, total: int) -> int:
    """Return whole percent, rounded down: 100 means that everything is done."""
    return done * 100 // total if total else 0


def minutes_left(minutes: int, position_seconds: int) -> int:
    """Return the minutes a lesson still takes; at least one once it has a length."""
    return max(minutes - position_seconds // 60, 1) if minutes else 0

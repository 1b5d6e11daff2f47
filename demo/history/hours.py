"""Hours on every source of income, days nobody counted, and two holidays."""

from __future__ import annotations

from datetime import date, datetime

from demo.history.practice import is_away
from demo.history.story import DAYS, OWNER, ZONE, Story, Work
from perenne.streams.api import declare_absence, log_work

# first and last day of the story, and what for
HOLIDAYS = ((210, 223, "Vacances d’hiver"), (400, 420, "Été en famille"))
_FORGOTTEN = 0.07


def declare_holidays(story: Story) -> None:
    """Declare the two holidays when they were decided, which is on the first day."""
    story.things["away"] = HOLIDAYS
    for first, last, label in HOLIDAYS:
        declare_absence(
            first_on=story.day(first),
            last_on=story.day(last),
            label=label,
            actor=OWNER,
            now=story.at(0, 12),
        )


def plan_hours(story: Story) -> None:
    """Plan the entries of each working day, some of which were forgotten."""
    dice = story.dice("hours")
    for day in range(1, DAYS):
        on = story.day(day)
        if on.weekday() > 4 or is_away(story, day) or dice.random() < _FORGOTTEN:
            continue
        for stream, activity, minutes, note in _entries(day, on, dice.random()):
            work = _logger(story, stream, activity, minutes=minutes, note=note)
            story.plan(story.at(day, 18, 30), work)


def _entries(day: int, on: date, luck: float) -> list[tuple[str, str, int, str]]:
    """Return (stream slug or "", activity, minutes, note) of one day."""
    slower = int(luck * 4) * 15
    rows = [*_building(day, slower), *_launching(day)]
    if on.weekday() == 1:
        rows.append(("", "audience", 60 + slower, "Lettre"))
    if on.weekday() == 4:
        rows.append(("", "admin", 45 + slower, "Factures et courrier"))
    if day > 300 and on.weekday() in (0, 2):
        rows.append(("membership", "delivery", 60 + slower, "Relectures du Cercle"))
    if day > 300 and on.weekday() == 3:
        rows.append(("membership", "upkeep", 30 + slower, "Questions des membres"))
    if day > 156 and on.weekday() == 2 and luck > 0.5:
        rows.append(("courses", "upkeep", 30, "Questions des élèves"))
    if day > 60 and on.day == 10:
        rows.append(("products", "upkeep", 45, "Mise à jour des plans"))
    if luck > 0.9:
        rows.append(("one-to-one", "sales", 45, "Devis"))
    return rows


def _building(day: int, slower: int) -> list[tuple[str, str, int, str]]:
    if 25 <= day < 55:
        return [("products", "build", 60 + slower, "50 plans de lettres")]
    if 70 <= day < 145:
        return [("courses", "build", 90 + slower, "Leçons")]
    if 240 <= day < 295:
        return [("membership", "build", 60 + slower, "Préparation du Cercle")]
    return []


def _launching(day: int) -> list[tuple[str, str, int, str]]:
    for opens, stream in ((150, "courses"), (300, "membership"), (480, "courses")):
        if opens - 14 <= day <= opens + 7:
            return [(stream, "launch", 120, "Lancement")]
    return []


def _logger(
    story: Story, stream: str, activity: str, *, minutes: int, note: str
) -> Work:
    def log(at: datetime) -> None:
        log_work(
            stream_id=story.things[f"stream:{stream}"] if stream else None,
            activity=activity,
            on=at.astimezone(ZONE).date(),
            minutes=minutes,
            note=note,
            actor=OWNER,
            now=at,
        )

    return log

"""Dated figures and wordings of the law (R0): the value of the operation's date.

Each file of `legal_data/` is one dataset; the owner may lay a file of the same name into
<data>/legal/ to replace it. An entry is

    [[entry]]
    key = "services"
    value = 37500
    valid_from = 2025-01-01
    valid_to = 2026-12-31          # last day, inclusive; absent while in force
    source = "CGI art. 293 B"
    checked_on = 2026-11-22
    unsure = true                  # optional: the source is not official, tell the owner
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from datetime import date

SHIPPED = Path(__file__).resolve().parent / "legal_data"
_STALE_AFTER_DAYS = 365


class NoRuleInForce(LookupError):
    """No entry of the dataset covers that date; nothing may be guessed."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One dated value with its source.

    value       number, string or table, as the dataset's file says
    valid_from  first day it is in force
    valid_to    last day, or None while in force
    checked_on  when the source was last read
    unsure      the source is secondary: show a hint to verify
    """

    dataset: str
    key: str
    value: Any
    valid_from: date
    valid_to: date | None
    source: str
    checked_on: date
    unsure: bool = False

    def covers(self, day: date) -> bool:
        """Tell whether the rule is in force on that day."""
        return self.valid_from <= day and (
            self.valid_to is None or day <= self.valid_to
        )


@cache
def dataset(name: str) -> tuple[Rule, ...]:
    """Return all rules of a dataset; LookupError when there is no such file."""
    for folder in (settings.DATA / "legal", SHIPPED):
        path = folder / f"{name}.toml"
        if path.is_file():
            rows = tomllib.loads(path.read_text("utf-8"))["entry"]
            return tuple(_rule(name, row) for row in rows)
    raise LookupError(f"no legal dataset named {name!r}")


def _rule(name: str, row: dict[str, Any]) -> Rule:
    return Rule(
        dataset=name,
        key=row["key"],
        value=row["value"],
        valid_from=row["valid_from"],
        valid_to=row.get("valid_to"),
        source=row["source"],
        checked_on=row["checked_on"],
        unsure=row.get("unsure", False),
    )


def rule(name: str, key: str, *, on: date) -> Rule:
    """Return the rule in force on the operation's date.

    Raises  NoRuleInForce: no entry covers that day
    """
    for entry in dataset(name):
        if entry.key == key and entry.covers(on):
            return entry
    raise NoRuleInForce(f"{name}.{key} has no value on {on.isoformat()}")


def value(name: str, key: str, *, on: date) -> Any:
    """Return the value in force on the operation's date; NoRuleInForce otherwise."""
    return rule(name, key, on=on).value


def values_on(name: str, day: date) -> dict[str, Any]:
    """Return every value of a dataset that is in force that day, by key."""
    return {row.key: row.value for row in reversed(dataset(name)) if row.covers(day)}


def dataset_names() -> list[str]:
    """Return the names of all datasets, sorted."""
    folders = (SHIPPED, settings.DATA / "legal")
    return sorted({path.stem for folder in folders for path in folder.glob("*.toml")})


def stale_rules(today: date) -> list[Rule]:
    """Return rules in force whose source was not read for a year (R0)."""
    return [
        entry
        for name in dataset_names()
        for entry in dataset(name)
        if entry.covers(today) and (today - entry.checked_on).days > _STALE_AFTER_DAYS
    ]

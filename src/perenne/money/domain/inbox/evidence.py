"""What answers a dispute: titled sections of plain lines. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the file; one string a line."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The whole file, in the order in which a bank reads it.

    made_on  civil date on which it was put together, as written
    """

    title: str
    made_on: str
    language: str
    sections: tuple[Section, ...]


def evidence_text(evidence: Evidence) -> str:
    """Return the file as plain text."""
    parts = [evidence.title, "=" * len(evidence.title), evidence.made_on]
    for section in evidence.sections:
        parts += ["", section.title, "-" * len(section.title), *section.lines]
    return "\n".join(parts) + "\n"

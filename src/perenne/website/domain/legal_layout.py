"""Plain legal texts as headings and paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBERED = re.compile(r"\d+\. ")


@dataclass(frozen=True, slots=True)
class Passage:
    """What stands between two empty lines; `heading` may be empty, `text` too."""

    heading: str
    text: str


def passages(text: str, *, title: str = "") -> list[Passage]:
    """Return the passages of a text, in order.

    A line that begins with "## " is a heading, and so is a numbered first line with more
    below it ("1. The seller"). A first passage that only repeats the title is left out.
    """
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    if title and blocks[0].casefold() == title.casefold():
        del blocks[0]
    return [_passage(block) for block in blocks if block.strip()]


def _passage(block: str) -> Passage:
    first, _newline, rest = block.strip().partition("\n")
    if first.startswith("## "):
        return Passage(first.removeprefix("## ").strip(), rest)
    if rest and _NUMBERED.match(first) and not _NUMBERED.match(rest):
        return Passage(first, rest)
    return Passage("", block.strip())

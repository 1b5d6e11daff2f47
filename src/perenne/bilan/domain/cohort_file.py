"""A cohort from a text file: how many customers are still there after each period."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO

_DIGITS = 9
LAST_PERIOD = 600


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be read in a row of the file.

    row   line of the file, the header being 1
    what  a word for the sentence, see web/retention_words.py
    text  what stands there
    """

    row: int
    what: str
    text: str = ""


class CohortNotReadable(ValueError):
    """The file does not say how a cohort went; `problems` says where."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep all problems, so that they are mended in one go."""
        super().__init__("the cohort cannot be read")
        self.problems = problems


def read_cohort(text: str) -> dict[int, int]:
    """Return customers by period, in order of the periods, from 0 on.

    Columns `period` and `alive`, in any order and with others beside them, separated by
    comma, semicolon or tab. A period that is missing or left empty was not counted.

    Raises  CohortNotReadable: with every row that is wrong
    """
    lines = text.removeprefix("\ufeff").splitlines()
    header = lines[0] if lines else ""
    separator = max(",;\t", key=header.count)
    rows = list(csv.reader(StringIO("\n".join(lines)), delimiter=separator))
    names = [name.strip().lower() for name in rows[0]] if rows else []
    absent = [name for name in ("period", "alive") if name not in names]
    if absent:
        raise CohortNotReadable([Problem(1, "no_column", name) for name in absent])
    places = names.index("period"), names.index("alive")
    found, problems = _cells(rows, places)
    if not problems:
        problems = _contradictions(found)
    if problems:
        raise CohortNotReadable(problems)
    return {period: alive for period, (alive, _row) in sorted(found.items())}


def _cells(
    rows: list[list[str]], places: tuple[int, int]
) -> tuple[dict[int, tuple[int, int]], list[Problem]]:
    """Return (alive, row) by period, and what is no whole number or stands twice."""
    found: dict[int, tuple[int, int]] = {}
    problems = []
    for number, cells in enumerate(rows[1:], start=2):
        texts = [cells[at].strip() if at < len(cells) else "" for at in places]
        if not any(texts) or (_is_count(texts[0]) and not texts[1]):
            continue
        wrong = [each for each in texts if not _is_count(each)]
        if wrong:
            problems.append(Problem(number, "not_whole", wrong[0]))
        elif int(texts[0]) > LAST_PERIOD:
            problems.append(Problem(number, "too_far", texts[0]))
        elif int(texts[0]) in found:
            problems.append(Problem(number, "twice", texts[0]))
        else:
            found[int(texts[0])] = int(texts[1]), number
    return found, problems


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


def _contradictions(found: dict[int, tuple[int, int]]) -> list[Problem]:
    if not found.get(0, (0, 0))[0]:
        return [Problem(found.get(0, (0, 1))[1], "no_start")]
    ordered = [found[period] for period in sorted(found)]
    return [
        Problem(row, "grows", f"{before} → {alive}")
        for (before, _row), (alive, row) in zip(ordered, ordered[1:], strict=False)
        if alive > before
    ]

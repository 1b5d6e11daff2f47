"""Measure the import of contacts from a CSV file, with its proofs of consent.

    python benchmarks/imports.py [--rows 10000 100000] [--postgresql URL]

Writes a members file as Ghost exports it, brings it in by `bin/perenne import contacts`'s
own command in a process of its own, and once more: the second time changes nothing.
Prints rows a second and the most memory the process held; it should not grow with rows.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from trial import business, figure, own_database, utc_now

if TYPE_CHECKING:
    from pathlib import Path

_LEAST_A_SECOND = 5_800
_MOST_MIB, _MOST_GROWTH = 220, 1.2  # ten times the rows, hardly more memory
_COLUMNS = [
    *("id", "email", "name", "note", "subscribed_to_emails", "complimentary_plan"),
    *("stripe_customer_id", "created_at", "deleted_at", "labels", "tiers"),
]


def main() -> int:
    """Print a rate and a memory for each size; fail when one misses its budget."""
    options = _options()
    kept, held = [], []
    with own_database(options.postgresql) as folder:
        business(utc_now())
        _answer, start, _held = _import(_members(folder / "nobody.csv", 0))
        figure("start of the program, not counted", start, "s")
        for rows in options.rows:
            path = _members(folder / f"members{rows}.csv", rows)
            answer, seconds, mebibytes = _import(path)
            _expect(answer, created=rows, unchanged=0)
            rate = rows / (seconds - start)
            what = f"import of {rows:,} contacts"
            kept.append(figure(what, rate, "rows/s", least=_LEAST_A_SECOND))
            kept.append(figure("most memory", mebibytes, "MiB", most=_MOST_MIB))
            answer, seconds, _again = _import(path)
            _expect(answer, created=0, unchanged=rows)
            figure("the same file once more", rows / (seconds - start), "rows/s")
            held.append(mebibytes)
    growth = max(held) / min(held)
    kept.append(figure("memory, largest to smallest", growth, "×", most=_MOST_GROWTH))
    return 0 if all(kept) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--postgresql", default="", help="a server's address")
    return parser.parse_args()


def _members(path: Path, rows: int) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(_COLUMNS)
        for n in range(rows):
            writer.writerow(
                [
                    *(f"{n:024x}", f"m{n}@of{rows}.example", f"Zoé Membre {n}", ""),
                    *(
                        "true",
                        "false",
                        "",
                        f"2025-0{n % 9 + 1}-11T09:{n % 60:02}:00.000Z",
                    ),
                    *("", "reader,early" if n % 3 else "reader", ""),
                ]
            )
    return path


def _import(path: Path) -> tuple[dict[str, object], float, float]:
    """Import the file; return the answer, the seconds, the most memory in MiB."""
    command = [sys.executable, "-m", "config.cli", "import", "contacts", str(path)]
    start = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--basis", "consent", "--json"], stdout=subprocess.PIPE, text=True
    )
    told = process.stdout.read() if process.stdout else ""
    _pid, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(told)
    return json.loads(told), seconds, used.ru_maxrss / 1024


def _expect(answer: dict[str, object], **counts: int) -> None:
    if {name: answer[name] for name in counts} != counts or answer["refused"]:
        raise SystemExit(f"not as expected: {answer}")


if __name__ == "__main__":
    sys.exit(main())

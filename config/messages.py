"""Compile the translation catalogues: gettext's .po files into the .mo files Django reads.

In Python, so that a machine without gettext can run the product.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src", "demo")


def compile_catalogues() -> int:
    """Compile every catalogue that is newer than its compiled form; return how many."""
    done = 0
    for folder in FOLDERS:
        for source in sorted((ROOT / folder).rglob("locale/*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if (
                target.exists()
                and target.stat().st_mtime_ns >= source.stat().st_mtime_ns
            ):
                continue
            with source.open("rb") as stream:
                catalogue = read_po(stream)
            partial = target.with_suffix(".partial")
            with partial.open("wb") as stream:
                write_mo(stream, catalogue)
            partial.replace(target)
            done += 1
    return done


if __name__ == "__main__":
    compile_catalogues()

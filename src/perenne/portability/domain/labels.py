"""Several tags in one cell, as tools write them."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def split_labels(cell: str) -> list[str]:
    """Return the tags of a cell: a list of JSON, or commas with or without quotes.

    Mailchimp writes a line of CSV into a cell of CSV; a semicolon separates where there is
    no comma.
    """
    text = cell.strip()
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            found = [text]
        return _clean(map(str, found if isinstance(found, list) else [text]))
    delimiter = ";" if ";" in text and "," not in text else ","
    try:
        names = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        names = text.split(delimiter)
    return _clean(names)


def _clean(names: Iterable[str]) -> list[str]:
    spaced = (" ".join(name.split()) for name in names)
    return [name for name in spaced if name]

"""The file of somebody's own data: one for machines, one to read, one per table (R33)."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.translation import pgettext

from perenne.core.web.csv_export import safe_cell
from perenne.people.web.data_words import WORDS

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.people.models import Person

    type Held = list[tuple[str, Any, dict[str, Any]]]


def export_zip(person: Person, held: Held, *, now: datetime) -> bytes:
    """Return data.json, data.html and a CSV for each table, packed."""
    by_key = {key: values for key, _title, values in held}
    page = render_to_string(
        "people/portal/export.html",
        {"person": person, "sections": readable(held), "now": now},
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(by_key, ensure_ascii=False, indent=2)
        archive.writestr("data.json", text)
        archive.writestr("data.html", page)
        for key, _title, values in held:
            for name, rows in values.items():
                if isinstance(rows, list) and rows and isinstance(rows[0], dict):
                    archive.writestr(f"{key}.{name}.csv", _csv(rows))
    return packed.getvalue()


def _csv(rows: list[dict[str, Any]]) -> str:
    header = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow([safe_cell(key) for key in header])
    for row in rows:
        writer.writerow([safe_cell(_cell(row.get(key))) for key in header])
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value


def readable(held: Held) -> list[dict[str, Any]]:
    """Return what is held as titles, counts and tables of words, empty things left out."""
    return [
        {
            "title": title,
            "count": _count(values),
            "kept_because": values.get("kept_because", ""),
            "tables": [
                _table(name, rows)
                for name, rows in values.items()
                if rows and name != "kept_because"
            ],
        }
        for _key, title, values in held
    ]


def _count(values: dict[str, Any]) -> int:
    return sum(
        len(rows) if isinstance(rows, list) else 1
        for name, rows in values.items()
        if rows and name != "kept_because"
    )


def _table(name: str, rows: Any) -> dict[str, Any]:
    listed = rows if isinstance(rows, list) else [rows]
    if not isinstance(listed[0], dict):
        return {"name": words_of(name), "header": [], "rows": [[row] for row in listed]}
    header = list(dict.fromkeys(key for row in listed for key in row))
    return {
        "name": words_of(name),
        "header": [words_of(key) for key in header],
        "rows": [[_shown(row.get(key)) for key in header] for row in listed],
    }


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(
            f"{words_of(key)}: {_shown(part)}" for key, part in value.items()
        )
    if isinstance(value, list):
        return "; ".join(_shown(part) for part in value)
    return "" if value is None else str(value)


def words_of(key: str) -> str:
    """Return a field's name in the reader's language: "asked_at" → "asked at"."""
    words = str(key).replace("_", " ")
    return pgettext("personal data", words) if words in WORDS else words

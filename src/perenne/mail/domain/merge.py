"""Merge fields: {{ merge.name }} and {{ merge.name|friend }}."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r"\{\{\s*merge\.([A-Za-z_][A-Za-z0-9_]*)\s*(?:\|([^{}]*))?\}\}")


@dataclass(frozen=True, slots=True)
class Field:
    """A place for a recipient's own value; the fallback when they have none."""

    key: str
    fallback: str = ""

    def value(self, merge: Mapping[str, object]) -> str:
        """Return what stands there for this recipient."""
        found = merge.get(self.key)
        return self.fallback if found is None or found == "" else str(found)


def split_fields(template: str) -> list[str | Field]:
    """Return the template as literal texts and fields, in order."""
    parts: list[str | Field] = []
    end = 0
    for found in _TOKEN.finditer(template):
        if found.start() > end:
            parts.append(template[end : found.start()])
        parts.append(Field(found[1], (found[2] or "").strip()))
        end = found.end()
    if end < len(template):
        parts.append(template[end:])
    return parts


def field_keys(template: str) -> set[str]:
    """Return the keys a template asks for."""
    return {part.key for part in split_fields(template) if isinstance(part, Field)}


def fill(parts: list[str | Field], merge: Mapping[str, object]) -> str:
    """Return the text for one recipient."""
    return "".join(
        part if isinstance(part, str) else part.value(merge) for part in parts
    )

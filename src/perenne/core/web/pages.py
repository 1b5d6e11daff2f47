"""Lists that stay fast at a million rows: keyset pages, no count and no offset."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet


@dataclass(frozen=True, slots=True)
class KeysetPage[M: "Model"]:
    """One page of a list ordered by a unique column, newest first.

    rows       the rows to show
    next_key   pass as ?after= for the older page, or None at the end
    newer_key  pass as ?before= for the newer page, or None at the start
    """

    rows: list[M]
    next_key: int | None
    newer_key: int | None


def keyset_page[M: "Model"](
    rows: QuerySet[M],
    *,
    after: str = "",
    before: str = "",
    size: int = 50,
    key: str = "pk",
) -> KeysetPage[M]:
    """Return one page of `rows` (any filtered queryset), newest first.

    Reads size + 1 rows by the index of the key, whatever page it is.

    key  a whole number, unique among the rows: the primary key, or a column
    """
    query: QuerySet[Any] = rows
    key_of = attrgetter(key)
    if before.isdigit():
        newer = query.filter(**{f"{key}__gt": int(before)}).order_by(key)
        found = list(newer[: size + 1])
        more_newer, page = len(found) > size, found[:size][::-1]
        return KeysetPage(
            page,
            key_of(page[-1]) if page else None,
            key_of(page[0]) if page and more_newer else None,
        )
    if after.isdigit():
        query = query.filter(**{f"{key}__lt": int(after)})
    found = list(query.order_by(f"-{key}")[: size + 1])
    page = found[:size]
    return KeysetPage(
        page,
        key_of(page[-1]) if len(found) > size else None,
        key_of(page[0]) if page and after.isdigit() else None,
    )

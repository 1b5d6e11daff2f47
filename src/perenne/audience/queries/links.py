"""Whose link a visitor holds."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from perenne.audience.domain.links import Link, link_key, read_link, write_link
from perenne.core.errors import NotFound
from perenne.people.api import person_by_id

if TYPE_CHECKING:
    from perenne.people.api import Person


@cache
def _key(secret: str) -> bytes:
    return link_key(secret)


def unsubscribe_token(person_id: int, letter_id: int = 0) -> str:
    """Return the token for /unsubscribe/ and /preferences/ of a person."""
    return write_link(Link(person_id, letter_id), _key(settings.SECRET_KEY))


def link_of(token: str) -> tuple[Person, int]:
    """Return the person of a token and the id of the letter it stood in (0: none).

    Raises  NotFound: the token is not ours, or the person was erased
    """
    link = read_link(token, _key(settings.SECRET_KEY))
    person = person_by_id(link.person_id) if link else None
    if link is None or person is None or person.erased_at is not None:
        raise NotFound
    return person, link.letter_id

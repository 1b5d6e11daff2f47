"""Write the sources of income."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from perenne.core import clock, log
from perenne.core.errors import NotFound, Refusal
from perenne.core.queries import current_business
from perenne.streams.models import Nature, Stream

if TYPE_CHECKING:
    from datetime import datetime

# slug, nature and name of the streams a new business starts with, in order.
DEFAULTS = [
    ("one-to-one", Nature.ONE_TO_ONE, "1:1"),
    ("membership", Nature.RECURRING, gettext_noop("Membership")),
    ("courses", Nature.DIGITAL, gettext_noop("Courses")),
    ("products", Nature.DIGITAL, gettext_noop("Digital products")),
    ("events", Nature.EVENT, gettext_noop("Events")),
    ("affiliate", Nature.AFFILIATE, gettext_noop("Affiliate")),
    ("capital", Nature.CAPITAL, gettext_noop("Capital income")),
]
_OTHER = ("other", Nature.OTHER, gettext_noop("Other"))


class StreamNameTaken(Refusal):
    """Another stream has that name; nothing was changed."""

    sentence = _("You already have a source of income with this name.")
    field = "name"


@transaction.atomic
def ensure_default_streams(*, language: str, now: datetime) -> list[Stream]:
    """Create the usual streams that are missing, named in that language.

    Returns  all streams, in order
    """
    held = set(Stream.objects.values_list("slug", flat=True))
    for slug, nature, name in DEFAULTS:
        if slug not in held:
            _add_default(slug, nature, name, language=language, now=now)
    return list(Stream.objects.all())


def _add_default(
    slug: str, nature: str, name: str, *, language: str, now: datetime
) -> Stream:
    with translation.override(language):
        wanted = gettext(name)
    taken = Stream.objects.filter(name=wanted).exists()
    stream, created = Stream.objects.get_or_create(
        slug=slug,
        defaults={
            "name": f"{wanted} ({slug})" if taken else wanted,
            "nature": nature,
            "position": _next_position(),
        },
    )
    if created:
        log.record("streams.stream_added", actor="system", obj=stream, at=now)
    return stream


@transaction.atomic
def default_stream(nature: str) -> Stream:
    """Return the first stream of that nature, added when there is none yet.

    Money that comes in always finds its stream. Active streams come first.
    """
    found = Stream.objects.filter(nature=nature).order_by("-active", "position", "pk")
    stream = found.first()
    if stream is not None:
        return stream
    slug, _nature, name = next(row for row in [*DEFAULTS, _OTHER] if row[1] == nature)
    business = current_business()
    language = business.language if business else settings.LANGUAGE_CODE
    return _add_default(slug, nature, name, language=language, now=clock.now())


@transaction.atomic
def add_stream(*, name: str, nature: str, actor: str, now: datetime) -> Stream:
    """Add a source of income at the end of the list.

    Raises  StreamNameTaken: nothing was changed
    """
    if Stream.objects.filter(name=name).exists():
        raise StreamNameTaken
    stream = Stream.objects.create(
        name=name,
        slug=_free_slug(name),
        nature=Nature(nature),
        position=_next_position(),
    )
    log.record("streams.stream_added", actor=actor, obj=stream, at=now, nature=nature)
    return stream


@transaction.atomic
def change_stream(
    stream_id: int,
    *,
    name: str,
    nature: str,
    active: bool,
    actor: str,
    now: datetime,
) -> Stream:
    """Rename, reclassify, close or reopen a stream; its rows stay with it.

    Raises  NotFound, StreamNameTaken: nothing was changed
    """
    stream = Stream.objects.filter(pk=stream_id).first()
    if stream is None:
        raise NotFound
    if Stream.objects.filter(name=name).exclude(pk=stream_id).exists():
        raise StreamNameTaken
    stream.name, stream.nature, stream.active = name, Nature(nature), active
    stream.save(update_fields=["name", "nature", "active"])
    log.record("streams.stream_changed", actor=actor, obj=stream, at=now, active=active)
    return stream


@transaction.atomic
def move_stream(stream_id: int, *, up: bool, actor: str, now: datetime) -> None:
    """Move a stream one place up or down; nothing happens at the ends.

    Raises  NotFound: nothing was changed
    """
    order = list(Stream.objects.values_list("pk", flat=True))
    if stream_id not in order:
        raise NotFound
    here = order.index(stream_id)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    for position, pk in enumerate(order, start=1):
        Stream.objects.filter(pk=pk).exclude(position=position).update(
            position=position
        )
    log.record("streams.stream_moved", actor=actor, at=now, stream=stream_id, up=up)


def _next_position() -> int:
    top: int | None = Stream.objects.aggregate(top=Max("position"))["top"]
    return (top or 0) + 1


def _free_slug(name: str) -> str:
    base = slugify(name)[:70] or "stream"
    taken = set(
        Stream.objects.filter(slug__startswith=base).values_list("slug", flat=True)
    )
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug

"""Put a live event up, change it, call it off; whoever has a seat is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.tasks import task
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from perenne.community.actions.mails import mail_cancelled, mail_changed
from perenne.community.domain.events import reminders
from perenne.community.models import Event, Seat
from perenne.community.queries import events_with_news, seats_to_write_to, zone_of
from perenne.core import clock, frontcache, log
from perenne.core.errors import NotFound, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class EventIsOver(Refusal):
    """The event has begun, is over or was called off; nothing was changed."""

    sentence = _("This event is over or was cancelled.")


class EventStartsInThePast(Refusal):
    """The hour is over already; nothing was changed."""

    sentence = _("Choose an hour that is still to come.")
    field = "at"


class EventHasNoPlace(Refusal):
    """Neither a link nor a place is given; nothing was changed."""

    sentence = _("Say where it is: give a link to join, a place, or both.")
    field = "link"


# What people with a seat are told when it changes.
_WORTH_TELLING = ("title", "starts_at", "ends_at", "time_zone", "link", "place")


@transaction.atomic
def save_event(
    event_id: int | None,
    *,
    title: str,
    text: str,
    starts_at: datetime,
    minutes: int,
    time_zone: str,
    link: str,
    place: str,
    seats: int | None,
    tier_ids: Iterable[int],
    actor: str,
    now: datetime,
) -> Event:
    """Add an event, or change it; a new hour or place is mailed to whoever has a seat.

    Fewer seats than are taken send nobody away: only new sign-ups are refused.
    Raises  NotFound, EventIsOver, EventStartsInThePast, EventHasNoPlace: nothing was
            changed
    """
    event = _event_to_change(event_id, now=now)
    if not (link or place):
        raise EventHasNoPlace
    if starts_at <= now:
        raise EventStartsInThePast
    before = _told(event)
    event.title, event.text, event.time_zone = title.strip(), text, time_zone
    event.starts_at, event.ends_at = starts_at, starts_at + timedelta(minutes=minutes)
    event.link, event.place, event.seats = link, place, seats
    has_news = event_id is not None and _told(event) != before
    if event_id is None:
        event.slug, event.created_at = _free_slug(title), now
        event.save(force_insert=True)
    else:
        event.save(update_fields=[*_WORTH_TELLING, "text", "seats"])
    event.tiers.set(list(tier_ids))
    verb = "community.event_changed" if event_id else "community.event_added"
    log.record(verb, actor=actor, obj=event, at=now)
    frontcache.drop()
    if has_news:
        _remind_anew(event, now=now)
        _has_news(event)
    return event


def _event_to_change(event_id: int | None, *, now: datetime) -> Event:
    if event_id is None:
        return Event()
    event = Event.objects.filter(pk=event_id).first()
    if event is None:
        raise NotFound
    if event.cancelled_at is not None or event.starts_at <= now:
        raise EventIsOver
    return event


def _told(event: Event) -> list[object]:
    return [getattr(event, name) for name in _WORTH_TELLING]


def _free_slug(title: str) -> str:
    wanted = slugify(title)[:70] or "event"
    slug, number = wanted, 2
    while Event.objects.filter(slug=slug).exists():
        slug, number = f"{wanted}-{number}", number + 1
    return slug


def _remind_anew(event: Event, *, now: datetime) -> None:
    day, hour = reminders(event.starts_at, zone_of(event), now=now)
    Seat.objects.filter(event=event, released_at=None).update(
        remind_day_at=day, remind_hour_at=hour
    )


def _has_news(event: Event) -> None:
    """Let everybody with a seat be written to after the commit; the schedule sees to it."""
    Event.objects.filter(pk=event.pk).update(sequence=F("sequence") + 1)
    transaction.on_commit(lambda: tell_news_task.enqueue(event.pk))


@transaction.atomic
def cancel_event(event_id: int, *, actor: str, now: datetime) -> None:
    """Call an event off and tell everybody with a seat; a second call changes nothing.

    Raises  NotFound, EventIsOver: nothing was changed
    """
    event = Event.objects.filter(pk=event_id).first()
    if event is None:
        raise NotFound
    if event.cancelled_at is not None:
        return
    if event.ends_at <= now:
        raise EventIsOver
    if not Event.objects.filter(pk=event_id, cancelled_at=None).update(
        cancelled_at=now
    ):
        return
    Seat.objects.filter(event=event).update(remind_day_at=None, remind_hour_at=None)
    log.record("community.event_cancelled", actor=actor, obj=event, at=now)
    _has_news(event)


def tell_news(event_id: int, *, now: datetime) -> bool:
    """Write to everybody with a seat what changed; twice writes once (the mail's ref).

    Returns  False when there is nothing to tell
    """
    news = Event.objects.filter(Q(told_sequence__lt=F("sequence")), pk=event_id)
    event = news.first()
    if event is None:
        return False
    told = 0
    with transaction.atomic():
        for seat in seats_to_write_to(event_id):
            mail = mail_cancelled if event.cancelled_at else mail_changed
            mail(seat, now=now)
            told += 1
        Event.objects.filter(pk=event_id).update(told_sequence=event.sequence)
        log.record("community.news_told", actor="system", obj=event, at=now, seats=told)
    return True


@task
def tell_news_task(event_id: int) -> None:
    """Write what changed about one event; may run twice."""
    tell_news(event_id, now=clock.now())


@task
def tell_all_news() -> None:
    """Write what changed and was not told yet; may run twice."""
    now = clock.now()
    for event_id in events_with_news(now):
        tell_news(event_id, now=now)

"""Plan a launch, freeze its audience, note that it opened and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Value
from django.tasks import task
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from perenne.audience.api import confirmed_contacts, segment_members
from perenne.core import clock, log
from perenne.core.errors import NotFound, Refusal
from perenne.launches.domain.windows import state_at
from perenne.launches.models import Launch, LaunchOffer, Snapshot
from perenne.launches.queries import offer_ids_of, other_launches_of
from perenne.money.api import set_offer_window

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class LaunchClosesBeforeItOpens(Refusal):
    """The window runs backwards; nothing was changed."""

    sentence = _("The launch must close after it opens.")
    field = "closes_at"


class LaunchHasNoOffer(Refusal):
    """Nothing would be sold; nothing was changed."""

    sentence = _("Choose at least one offer to open.")
    field = "offers"


class OfferInAnotherLaunch(Refusal):
    """Another launch opens one of the offers in these days; nothing was changed."""

    sentence = _("One of these offers is already in another launch in these days.")
    field = "offers"


class LaunchHasOpened(Refusal):
    """People were told when it closes, so the window stands (R68); nothing was changed."""

    sentence = _(
        "This launch has opened. People were told when it closes, so its dates and "
        "offers stand."
    )
    field = "closes_at"


class LaunchOpensInThePast(Refusal):
    """The opening is not ahead; nothing was changed."""

    sentence = _("Choose an opening that is still ahead.")
    field = "opens_at"


@transaction.atomic
def plan_launch(
    *,
    name: str,
    offer_ids: Sequence[int],
    opens_at: datetime,
    closes_at: datetime,
    actor: str,
    now: datetime,
    goal_buyers: int | None = None,
    segment_id: int | None = None,
) -> Launch:
    """Plan a launch; its offers get its window, enforced wherever they are sold.

    Raises  LaunchClosesBeforeItOpens, LaunchOpensInThePast, LaunchHasNoOffer,
            OfferInAnotherLaunch: nothing was changed
    """
    _check(offer_ids, opens_at, closes_at, but=None)
    if opens_at < now:
        raise LaunchOpensInThePast
    launch = Launch.objects.create(
        name=name,
        slug=_free_slug(name),
        goal_buyers=goal_buyers,
        segment_id=segment_id,
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=now,
    )
    _set_offers(launch, offer_ids, actor=actor, now=now)
    log.record("launches.launch_planned", actor=actor, obj=launch, at=now)
    return launch


@transaction.atomic
def change_launch(
    launch_id: int,
    *,
    name: str,
    offer_ids: Sequence[int],
    opens_at: datetime,
    closes_at: datetime,
    goal_buyers: int | None,
    segment_id: int | None,
    actor: str,
    now: datetime,
) -> Launch:
    """Change a launch; once it has opened only its name and goal may change (R68).

    Raises  NotFound, LaunchHasOpened and the refusals of plan_launch: nothing changed
    """
    launch = Launch.objects.filter(pk=launch_id).first()
    if launch is None:
        raise NotFound
    window = (opens_at, closes_at, segment_id, sorted(offer_ids))
    held = (
        launch.opens_at,
        launch.closes_at,
        launch.segment_id,
        sorted(offer_ids_of(launch.pk)),
    )
    if window != held:
        if state_at(launch.opens_at, launch.closes_at, now) != "before":
            raise LaunchHasOpened
        _check(offer_ids, opens_at, closes_at, but=launch.pk)
        if opens_at < now:
            raise LaunchOpensInThePast
        launch.opens_at, launch.closes_at = opens_at, closes_at
        launch.segment_id = segment_id
        _set_offers(launch, offer_ids, actor=actor, now=now)
    launch.name, launch.goal_buyers = name, goal_buyers
    launch.save()
    log.record("launches.launch_changed", actor=actor, obj=launch, at=now)
    return launch


@transaction.atomic
def take_snapshot(launch_id: int, *, actor: str, now: datetime) -> int:
    """Freeze the audience, once, in one statement; a second call adds nobody.

    Returns  how many persons are in it
    Raises   NotFound: nothing was changed
    """
    free = Launch.objects.filter(pk=launch_id, snapshot_at=None)
    if not free.update(snapshot_at=now):
        if not Launch.objects.filter(pk=launch_id).exists():
            raise NotFound
        return Snapshot.objects.filter(launch_id=launch_id).count()
    launch = Launch.objects.get(pk=launch_id)
    members = (
        segment_members(launch.segment_id, now=now)
        if launch.segment_id
        else confirmed_contacts()
    )
    rows = members.order_by().values_list(Value(launch_id), "person_id")
    sql, params = rows.query.sql_with_params()
    # Set-based: a million persons are frozen without passing through Python.
    table = connection.ops.quote_name(Snapshot._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (launch_id, person_id) {sql}",
            params,
        )
    taken = Snapshot.objects.filter(launch_id=launch_id).count()
    log.record(
        "launches.snapshot_taken", actor=actor, obj=launch, at=now, persons=taken
    )
    return taken


@transaction.atomic
def note_closing(launch_id: int, *, now: datetime) -> bool:
    """Write once to the log that a launch has closed; the dates closed it themselves."""
    due = Launch.objects.filter(pk=launch_id, close_noted_at=None, closes_at__lte=now)
    if not due.update(close_noted_at=now):
        return False
    launch = Launch.objects.get(pk=launch_id)
    log.record("launches.launch_closed", actor="system", obj=launch, at=now)
    return True


def _check(
    offer_ids: Sequence[int],
    opens_at: datetime,
    closes_at: datetime,
    /,
    *,
    but: int | None,
) -> None:
    if closes_at <= opens_at:
        raise LaunchClosesBeforeItOpens
    if not offer_ids:
        raise LaunchHasNoOffer
    if other_launches_of(
        list(offer_ids), opens_at=opens_at, closes_at=closes_at, but=but
    ).exists():
        raise OfferInAnotherLaunch


def _set_offers(
    launch: Launch, offer_ids: Sequence[int], *, actor: str, now: datetime
) -> None:
    """Give the offers the launch's window; an offer taken out is open-ended again."""
    wanted, held = set(offer_ids), set(offer_ids_of(launch.pk))
    for offer_id in sorted(held - wanted):
        set_offer_window(offer_id, opens_at=None, closes_at=None, actor=actor, now=now)
    LaunchOffer.objects.filter(launch=launch, offer_id__in=held - wanted).delete()
    for offer_id in sorted(wanted - held):
        LaunchOffer.objects.create(launch=launch, offer_id=offer_id)
    for offer_id in sorted(wanted):
        set_offer_window(
            offer_id,
            opens_at=launch.opens_at,
            closes_at=launch.closes_at,
            actor=actor,
            now=now,
        )


def _free_slug(name: str) -> str:
    base = slugify(name)[:110] or "launch"
    taken = set(
        Launch.objects.filter(slug__startswith=base).values_list("slug", flat=True)
    )
    taken.add("new")  # the address of the empty form
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


@task
def keep_launches() -> None:
    """Freeze the audience of launches that have opened; note those that have closed."""
    now = clock.now()
    opened = Launch.objects.filter(snapshot_at=None, opens_at__lte=now)
    for launch_id in opened.values_list("pk", flat=True):
        take_snapshot(launch_id, actor="system", now=now)
    closed = Launch.objects.filter(close_noted_at=None, closes_at__lte=now)
    for launch_id in closed.values_list("pk", flat=True):
        note_closing(launch_id, now=now)

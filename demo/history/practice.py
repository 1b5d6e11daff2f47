"""1:1 work: sessions booked and held, missions billed, late payers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from demo.history import texts
from demo.history.people import invent
from demo.history.story import DAYS, OWNER, ZONE, Contact, Story, Work
from perenne.core.errors import Refusal
from perenne.money.api import record_invoice_paid
from perenne.money.models import Invoice
from perenne.practice.api import (
    NothingToBill,
    Span,
    add_mission,
    add_mission_time,
    bill_client,
    book,
    grant_pack,
    mark_held,
    mark_no_show,
    open_slots,
    save_client,
    save_pack_kind,
    save_service,
)
from perenne.practice.models import Service

_RATE_CENTS = 7_000
# Whose bill of a past month is never paid, and for how long at least.
_SLOW, _SLOW_DAYS = (4, 5), 40


def open_practice(story: Story) -> None:
    """Put up two services and six clients with their missions."""
    at = story.at(1, 10)
    mornings = [(day, Span(time(9), time(12, 30))) for day in (0, 1, 3)]
    afternoons = [(day, Span(time(14), time(17))) for day in (1, 3)]
    for slug, name, minutes, cents in (
        ("appel-decouverte", "Appel découverte", 30, 0),
        ("seance", "Séance en tête-à-tête", 60, 9_000),
    ):
        service = save_service(
            None,
            hours=mornings + afternoons,
            slug=slug,
            name=name,
            minutes=minutes,
            price_cents=cents,
            place="En visioconférence, lien envoyé la veille",
            description="Vous apportez un texte, nous le travaillons ensemble.",
            stream_id=story.things["stream:one-to-one"],
            actor=OWNER,
            now=at,
        )
        story.things[f"service:{slug}"] = service.pk
    kind = save_pack_kind(
        None,
        name="Carnet de cinq séances",
        service_ids=[story.things["service:seance"]],
        sessions=5,
        months=6,
        active=True,
        actor=OWNER,
        now=at,
    )
    story.things["pack_kind"] = kind.pk
    for number, row in enumerate(texts.CLIENTS):
        _open_client(story, number, row, at=at)


def _open_client(
    story: Story, number: int, row: tuple[str, ...], *, at: datetime
) -> None:
    company, name, street, postcode, city, siren, mission = row
    client = save_client(
        email=f"contact{number + 1}@client.example",
        name=name,
        company=company,
        street=street,
        postcode=postcode,
        city=city,
        country="FR",
        siren=siren,
        actor=OWNER,
        now=at,
    )
    work = add_mission(
        client.pk,
        title=mission,
        pricing="hourly",
        rate_cents=_RATE_CENTS,
        stream_id=story.things["stream:one-to-one"],
        actor=OWNER,
        now=at,
    )
    story.things[f"client:{number}"] = (client.pk, work.pk)


def plan_practice(story: Story) -> None:
    """Plan mission hours, their monthly bills, and sessions."""
    _plan_missions(story)
    dice = story.dice("sessions")
    for slug, count in (("appel-decouverte", 60), ("seance", 75)):
        for number in range(max(3, story.scaled(count))):
            day = dice.randint(5, DAYS - 2)
            at = story.at(day, dice.randint(9, 19), dice.randint(0, 59))
            story.plan(at, _booker(story, slug, number))
    ana = Contact(story.things["ana"], "ana@example.org", "Ana Silva")
    story.plan(story.at(DAYS - 30, 18), lambda at: _give_pack(story, ana, at=at))
    story.plan(story.at(DAYS - 1, 18), lambda at: _book(story, "seance", ana, at=at))


def _give_pack(story: Story, contact: Contact, *, at: datetime) -> None:
    """Thank a member of the first hour with five sessions."""
    pack = grant_pack(
        person_id=contact.person_id,
        kind_id=story.things["pack_kind"],
        source="hand:demo",
        ends_at=None,
        reason="Merci d’avoir été là dès le premier jour",
        actor=OWNER,
        now=at,
    )
    story.things[f"pack:{contact.person_id}"] = pack.pk


def _plan_missions(story: Story) -> None:
    dice = story.dice("missions")
    for day in range(5, DAYS):
        on = story.day(day)
        busy = 0.78 - 0.35 * day / DAYS
        if on.weekday() < 5 and dice.random() < busy and not is_away(story, day):
            number = dice.choices(range(6), weights=(5, 4, 4, 3, 3, 2))[0]
            minutes = dice.choice((90, 120, 150, 180, 210, 240))
            story.plan(story.at(day, 18), _worker(story, number, minutes))
        if on == _slow_day(story) - timedelta(days=6):
            for number in _SLOW:
                story.plan(story.at(day, 18, 10), _worker(story, number, 180))
        if on.day == 2:
            for number in range(6):
                story.plan(story.at(day, 9, number), _biller(story, number))


def _slow_day(story: Story) -> date:
    """Return the newest day of billing that is overdue by now."""
    day = story.today - timedelta(days=_SLOW_DAYS)
    return (
        day.replace(day=2) if day.day >= 2 else (day - timedelta(days=2)).replace(day=2)
    )


def is_away(story: Story, day: int) -> bool:
    """Tell whether the owner is on holiday that day."""
    return any(first <= day <= last for first, last, _label in story.things["away"])


def _worker(story: Story, number: int, minutes: int) -> Work:
    def work(at: datetime) -> None:
        _client, mission = story.things[f"client:{number}"]
        on = at.astimezone(ZONE).date()
        add_mission_time(mission, on=on, minutes=minutes, actor=OWNER, now=at)

    return work


def _biller(story: Story, number: int) -> Work:
    def bill(at: datetime) -> None:
        client, _mission = story.things[f"client:{number}"]
        _bill(story, client, at, delay=_delay(story, number, at))

    return bill


def _delay(story: Story, number: int, at: datetime) -> int | None:
    """Return after how many days a bill is paid; None for the two that are not."""
    dice = story.dice(f"delay{number}:{at.date()}")
    age = (story.now - at).days
    if number in _SLOW and at.astimezone(ZONE).date() == _slow_day(story):
        return None
    return (
        dice.randint(45, 65)
        if age > 80 and dice.random() < 0.15
        else dice.randint(5, 28)
    )


def _bill(story: Story, client: int, at: datetime, *, delay: int | None) -> None:
    try:
        numbers = bill_client(client, actor=OWNER, now=at)
    except NothingToBill:
        return
    for invoice in Invoice.objects.filter(number__in=numbers):
        if delay is not None:
            story.plan(at + timedelta(days=delay), _payer(invoice.pk))


def _payer(invoice_id: int) -> Work:
    def pay(at: datetime) -> None:
        on = at.astimezone(ZONE).date()
        record_invoice_paid(invoice_id, on=on, method="transfer", actor=OWNER, now=at)

    return pay


def _booker(story: Story, slug: str, number: int) -> Work:
    def somebody(at: datetime) -> None:
        dice = story.dice(f"{slug}{number}")
        if story.contacts and dice.random() < 0.7:
            contact = dice.choice(list(story.contacts.values()))
        else:
            name, email = invent(dice, 90_000 + number)
            contact = Contact(0, email, name)
        _book(story, slug, contact, at=at)

    return somebody


def _book(story: Story, slug: str, contact: Contact, *, at: datetime) -> None:
    """Book one of the free slots of the coming days, if there is one."""
    service = Service.objects.get(pk=story.things[f"service:{slug}"])
    first = at + timedelta(days=1, hours=2)
    slots = open_slots(service, start=first, end=at + timedelta(days=11), now=at)
    if not slots:
        return
    slot = story.dice(f"slot{slug}{contact.email}{at.isoformat()}").choice(slots)
    booking = book(
        service.pk,
        starts_at=slot.starts_at,
        email=contact.email,
        name=contact.name,
        note="",
        time_zone="Europe/Paris",
        language="fr",
        actor="visitor",
        now=at,
        pack_id=story.things.get(f"pack:{contact.person_id}"),
    )
    over = slot.ends_at + timedelta(hours=1)
    story.plan(over, lambda when: _close(story, booking.pk, contact, at=when))


def _close(story: Story, booking_id: int, contact: Contact, *, at: datetime) -> None:
    """Hold the session and bill it, unless the person did not come."""
    dice = story.dice(f"close{contact.email}{at.isoformat()}")
    if dice.random() < 0.06:
        mark_no_show(booking_id, actor=OWNER, now=at)
        return
    mark_held(booking_id, actor=OWNER, now=at)
    client = save_client(
        email=contact.email, name=contact.name, country="FR", actor=OWNER, now=at
    )
    try:
        _bill(story, client.pk, at, delay=dice.randint(1, 12))
    except Refusal as refusal:
        raise RuntimeError(str(refusal)) from refusal

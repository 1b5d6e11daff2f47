"""Reads of clients, missions and their hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.formats import date_format

from perenne.people.api import persons_matching
from perenne.practice.domain.billing import BillLine, line, rounded_up, time_line
from perenne.practice.models import Booking, Client, Mission, MissionTime

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet


def client_of(person_id: int) -> Client | None:
    """Return the client a person is, or None."""
    return Client.objects.filter(person_id=person_id).first()


def client_by_id(client_id: int) -> Client | None:
    """Return the client with their person, or None."""
    return Client.objects.select_related("person").filter(pk=client_id).first()


def missions_found(*, text: str = "", state: str = "") -> QuerySet[Mission]:
    """Return missions with client, person and `worked`, `unbilled` minutes.

    text   the start of a title, a company, a name or an address; "" for all
    state  one state, or "" for all
    """
    rows = Mission.objects.select_related("client__person").annotate(
        worked=_minutes(Q()), unbilled=_minutes(Q(missiontime__invoice_ref=""))
    )
    if state:
        rows = rows.filter(state=state)
    if text.strip():
        rows = rows.filter(
            Q(title__istartswith=text.strip())
            | Q(client__company__istartswith=text.strip())
            | Q(client__person__in=persons_matching(text))
        )
    return rows


def _minutes(which: Q) -> Coalesce:
    return Coalesce(Sum("missiontime__minutes", filter=which), 0)


def mission_by_id(mission_id: int) -> Mission | None:
    """Return the mission with client, person and its minutes, or None."""
    return missions_found().filter(pk=mission_id).first()


def times_of(mission_id: int) -> list[MissionTime]:
    """Return a mission's hours, the latest first."""
    rows = MissionTime.objects.filter(mission_id=mission_id)
    return list(rows.order_by("-on", "-pk")[:200])


def unbilled_times(client_id: int) -> list[MissionTime]:
    """Return a client's hours that no invoice has, with their mission, by day."""
    return list(
        MissionTime.objects.select_related("mission")
        .filter(mission__client_id=client_id, invoice_ref="")
        .exclude(mission__pricing=Mission.Pricing.FIXED)
        .order_by("mission_id", "on", "pk")
    )


def unbilled_fixed(client_id: int) -> list[Mission]:
    """Return a client's done missions at a fixed price that no invoice has."""
    return list(
        Mission.objects.filter(
            client_id=client_id,
            pricing=Mission.Pricing.FIXED,
            state=Mission.State.DONE,
            invoice_ref="",
        ).order_by("pk")
    )


def unbilled_sessions(person_id: int) -> list[Booking]:
    """Return a person's held, priced sessions that no invoice has, by time."""
    return list(
        Booking.objects.select_related("service")
        .filter(person_id=person_id, state=Booking.State.HELD)
        .filter(invoice_ref="", price_cents__gt=0)
        .order_by("starts_at")
    )


@dataclass(slots=True)
class Bill:
    """What one invoice will hold: its lines, and the rows that they bill.

    cause               "mission" or "session", as the ledger names it
    prices_include_vat  a session's price does, a mission's rate does not
    """

    cause: str
    stream_id: int
    prices_include_vat: bool
    lines: list[BillLine] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    missions: list[int] = field(default_factory=list)
    bookings: list[int] = field(default_factory=list)

    @property
    def total_cents(self) -> int:
        """The sum of the lines, as priced."""
        return sum(row.amount_cents for row in self.lines)


def bills_for(client: Client) -> list[Bill]:
    """Return what the client was not invoiced yet, by kind and stream."""
    bills: dict[tuple[str, int], Bill] = {}
    _bill_times(client, bills)
    for mission in unbilled_fixed(client.pk):
        bill = _bill(bills, "mission", mission.stream_id)
        bill.missions.append(mission.pk)
        bill.lines.append(
            line(mission.title, Decimal(1), "flat", unit_cents=mission.rate_cents)
        )
    for booking in unbilled_sessions(client.person_id):
        bill = _bill(bills, "session", booking.service.stream_id)
        bill.bookings.append(booking.pk)
        day = booking.starts_at.astimezone(ZoneInfo(booking.time_zone)).date()
        label = f"{booking.service.name}, {_days(client, day, day)}"
        bill.lines.append(
            line(label, Decimal(1), "session", unit_cents=booking.price_cents)
        )
    return list(bills.values())


def _bill(bills: dict[tuple[str, int], Bill], cause: str, stream_id: int) -> Bill:
    return bills.setdefault(
        (cause, stream_id),
        Bill(cause, stream_id, prices_include_vat=cause == "session"),
    )


def _bill_times(client: Client, bills: dict[tuple[str, int], Bill]) -> None:
    rows = unbilled_times(client.pk)
    for _key, group in groupby(rows, key=lambda row: row.mission_id):
        entries = list(group)
        mission = entries[0].mission
        bill = _bill(bills, "mission", mission.stream_id)
        bill.times += [entry.pk for entry in entries]
        first, last = entries[0].on, entries[-1].on
        bill.lines.append(
            time_line(
                f"{mission.title}, {_days(client, first, last)}",
                sum(
                    rounded_up(entry.minutes, mission.round_minutes)
                    for entry in entries
                ),
                pricing=mission.pricing,
                rate_cents=mission.rate_cents,
                day_minutes=mission.day_minutes,
            )
        )


def _days(client: Client, first: date, last: date) -> str:
    """Write a day or a period as the client's language does."""
    with translation.override(client.person.language):
        ends = [date_format(day, "SHORT_DATE_FORMAT") for day in (first, last)]
    return ends[0] if first == last else " – ".join(ends)


def missions_of(client_id: int) -> list[Mission]:
    """Return a client's missions with their minutes, the latest first."""
    return list(missions_found().filter(client_id=client_id).order_by("-pk"))

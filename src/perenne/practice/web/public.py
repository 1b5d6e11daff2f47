"""What visitors see: services, free slots, their booking."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from perenne.core import clock
from perenne.core.domain.calendar_file import CANCEL, PUBLISH
from perenne.core.domain.time_zones import choices, known_zone
from perenne.core.errors import NotFound, Refusal
from perenne.core.queries import current_business
from perenne.core.templatetags.perenne import money
from perenne.core.web.ratelimit import client_address, limit
from perenne.people.api import InvalidAddress, person_of_user
from perenne.practice.actions.bookings import (
    SlotTaken,
    book,
    cancel_booking,
    last_cancel_at,
)
from perenne.practice.actions.credits import PackDoesNotPay
from perenne.practice.actions.mails import booking_file
from perenne.practice.domain.month import month_bounds, month_of
from perenne.practice.queries.bookings import (
    booking_by_token,
    business_zone,
    cancel_token,
    open_slots,
    service_on_offer,
    services_on_offer,
)
from perenne.practice.queries.packs import paying_packs
from perenne.practice.web.forms import BookingForm

if TYPE_CHECKING:
    from django.http import HttpRequest

    from perenne.people.api import Person
    from perenne.practice.models import Booking, Service
    from perenne.practice.queries.packs import HeldPack

STAMP = "%Y%m%dT%H%MZ"


def _day_asked(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _visitor_zone(request: HttpRequest) -> ZoneInfo:
    return known_zone(request.GET.get("tz", ""), business_zone().key)


@require_GET
def service_list(request: HttpRequest) -> HttpResponse:
    """Show what can be booked."""
    return render(
        request, "practice/public/services.html", {"services": services_on_offer()}
    )


@require_GET
def service_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a month of free days and the slots of one of them."""
    service = service_on_offer(slug)
    if service is None:
        raise NotFound
    now, zone = clock.now(), _visitor_zone(request)
    today = now.astimezone(zone).date()
    last = (now + timedelta(days=service.horizon_days)).astimezone(zone).date()
    chosen = _day_asked(request.GET.get("day", ""))
    asked = chosen or _day_asked(f"{request.GET.get('month', '')}-01")
    first = min(max(asked or today, today), last).replace(day=1)
    start, end = month_bounds(first, zone)
    slots = open_slots(service, start=start, end=end, now=now)
    if asked is None and not slots:
        every = open_slots(service, start=now, end=now + timedelta(days=366), now=now)
        if every:
            first = every[0].starts_at.astimezone(zone).date().replace(day=1)
            start, end = month_bounds(first, zone)
            slots = [slot for slot in every if start <= slot.starts_at < end]
    month = month_of(
        slots, first=first, zone=zone, today=today, last=last, chosen=chosen
    )
    context = {
        "service": service,
        "month": month,
        "slots": [(slot, slot.starts_at.strftime(STAMP)) for slot in month.slots],
        "zone": zone.key,
        "zones": choices(zone.key),
        "packs": _packs(person_of_user(request.user.pk), service, now=now),
    }
    return render(request, "practice/public/service.html", context)


def _packs(
    person: Person | None,
    service: Service,
    *,
    now: datetime,
    starts_at: datetime | None = None,
) -> list[HeldPack]:
    """Return the packs that may pay for a session; what is free needs none."""
    if person is None or not service.price_cents:
        return []
    return paying_packs(person.pk, service.pk, now=now, starts_at=starts_at)


def _start_asked(text: str) -> datetime:
    try:
        return datetime.strptime(text, STAMP).replace(tzinfo=UTC)
    except ValueError:
        raise NotFound from None


@require_http_methods(["GET", "POST"])
def book_page(request: HttpRequest, slug: str, start: str) -> HttpResponse:
    """Take a booking of one slot."""
    service, starts_at = service_on_offer(slug), _start_asked(start)
    if service is None:
        raise NotFound
    zone = _visitor_zone(request)
    person = person_of_user(request.user.pk)
    initial = {"name": person.name, "email": person.email} if person else {}
    form = BookingForm(
        request.POST or None,
        initial=initial,
        packs=_packs(person, service, now=clock.now(), starts_at=starts_at),
        price=_price_words(service),
    )
    context: dict[str, Any] = {
        "service": service,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=service.minutes),
        "zone": zone.key,
        "form": form,
    }
    status = 200
    if request.method == "POST":
        limit("book", client_address(request), times=20, seconds=3600)
        booking = _booked(request, service, context) if form.is_valid() else None
        if booking is not None:
            return redirect("practice_booked", token=cancel_token(booking))
        status = 409 if "alternatives" in context else 422
    return render(request, "practice/public/book.html", context, status=status)


def _price_words(service: Service) -> str:
    business = current_business()
    currency = business.currency if business else "EUR"
    return _("Pay %(price)s") % {"price": money(service.price_cents, currency)}


def _booked(
    request: HttpRequest, service: Service, context: dict[str, Any]
) -> Booking | None:
    """Book, or leave what went wrong in the form and its context."""
    form = context["form"]
    try:
        return book(
            service.pk,
            starts_at=context["starts_at"],
            email=form.cleaned_data["email"],
            name=form.cleaned_data["name"],
            note=form.cleaned_data["note"],
            pack_id=form.cleaned_data.get("pack_id") or None,
            time_zone=context["zone"],
            language=request.LANGUAGE_CODE,
            actor="visitor",
            now=clock.now(),
        )
    except SlotTaken as refusal:
        form.add_error(None, str(refusal))
        context["alternatives"] = [
            (slot, slot.starts_at.strftime(STAMP)) for slot in refusal.alternatives
        ]
    except PackDoesNotPay as refusal:
        form.add_error("pack_id", str(refusal))
    except InvalidAddress:
        form.add_error("email", _("This address cannot receive mail."))
    return None


def _booking(token: str) -> Booking:
    booking = booking_by_token(token)
    if booking is None:
        raise NotFound
    return booking


@require_GET
def booked_page(request: HttpRequest, token: str) -> HttpResponse:
    """Say what happens now."""
    context = {"booking": _booking(token), "token": token}
    return render(request, "practice/public/booked.html", context)


@require_GET
def session_file(request: HttpRequest, token: str) -> HttpResponse:
    """Hand over the booking as a calendar file."""
    booking = _booking(token)
    method = CANCEL if booking.state == booking.State.CANCELLED else PUBLISH
    content = booking_file(booking, method=method, now=clock.now())
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="session.ics"'},
    )


@require_http_methods(["GET", "POST"])
def cancel_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show a booking (GET) and call it off (POST)."""
    booking, refusal = _booking(token), None
    now = clock.now()
    if request.method == "POST":
        limit("cancel", client_address(request), times=30, seconds=3600)
        try:
            cancel_booking(booking.pk, by_owner=False, actor="visitor", now=now)
        except Refusal as error:
            refusal = error
        else:
            return redirect("practice_cancel", token=token)
    still_open = booking.state == booking.State.BOOKED and booking.starts_at > now
    context = {
        "booking": booking,
        "token": token,
        "refusal": refusal,
        "may_cancel": still_open and now <= last_cancel_at(booking),
        "last_cancel_at": last_cancel_at(booking),
        "is_open": still_open,
    }
    status = refusal.http_status if refusal else 200
    return render(request, "practice/public/cancel.html", context, status=status)

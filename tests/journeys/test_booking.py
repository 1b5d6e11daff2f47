"""A stranger books a session, it is held, its hours are logged, and it is invoiced."""

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from perenne.money.models import Invoice
from perenne.practice.models import Booking
from perenne.streams.api import work_facts

pytestmark = pytest.mark.journey

# Thursday 17 September 2026, 9:00 in Paris, 4:00 in São Paulo.
FIRST = datetime(2026, 9, 17, 7, 0, tzinfo=UTC)


def _open_a_service(owner):
    owner.go("/desk/services/new/")
    owner.fill(
        name="Coaching", slug="coaching", minutes="60", price_cents="90", place="Lyon"
    )
    for weekday in range(5):
        owner.fill(
            **{f"day{weekday}_0_starts": "09:00", f"day{weekday}_0_ends": "12:00"}
        )
    owner.press("Save")
    owner.sees("Saved.")


def _book(visitor):
    visitor.go("/book/")
    visitor.press("Coaching")
    visitor.page.wait_for_url("**tz=America**")
    visitor.page.locator("a[href*='day=2026-09-17']").click()
    visitor.page.get_by_role("link", name="04:00").click()
    visitor.fill(name="Ana Silva", email="ana@example.org", note="First time.")
    visitor.press("Book this time")
    visitor.sees("It is booked")


def test_booking_session_held_hours_invoice(
    owner, visitor, letterbox, drain_tasks, clock
):
    _open_a_service(owner)
    ana = visitor(time_zone="America/Sao_Paulo")
    _book(ana)
    assert ana.fits()

    drain_tasks()
    [mail] = letterbox.to("ana@example.org")
    [file] = mail.iter_attachments()
    event = Calendar.from_ical(file.get_payload(decode=True)).events[0]
    assert (event.start, event["SUMMARY"]) == (
        FIRST,
        "Coaching (Atelier Boréal)",
    )
    assert "04:00" in letterbox.text_to("ana@example.org")
    assert len(letterbox.to("camille@boreal.example")) == 1

    clock.move_to(datetime(2026, 9, 17, 9, 0, tzinfo=UTC))
    owner.go("/desk/bookings/?when=past")
    owner.press("Held")
    owner.sees("Held; its hours are logged.")
    [fact] = work_facts(date(2026, 9, 17), date(2026, 9, 17))
    assert (fact.minutes, fact.activity) == (60, "delivery")
    owner.go("/desk/hours/")
    owner.reads("Coaching")

    owner.go("/desk/bookings/?when=past")
    owner.press("Invoice…")
    owner.fill(
        street="1 rua do Porto", postcode="01310", city="São Paulo", country="BR"
    )
    owner.press("Save")
    owner.press("Make the invoice")
    invoice = Invoice.objects.get()
    owner.reads(invoice.number)
    assert (invoice.gross_cents, invoice.net_cents) == (9000, 9000)
    assert Booking.objects.get().invoice_ref != ""

    owner.go("/desk/invoices/")
    owner.reads(invoice.number)

from perenne.people.api import personal_data
from perenne.practice.models import Booking


def test_a_person_gets_their_sessions(booking):
    found = personal_data.get("practice").export(booking.person_id)

    assert [row["service"] for row in found["sessions"]] == ["Discovery call"]
    assert found["client"] is None


def test_erasing_cancels_what_is_to_come_and_blanks_notes(service, make_booking, now):
    booking = make_booking(service, note="About my divorce")

    personal_data.get("practice").erase(booking.person_id, now=now)

    found = Booking.objects.get()
    assert (found.state, found.note) == ("cancelled", "")

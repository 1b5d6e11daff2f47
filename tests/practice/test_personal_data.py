from perenne.people.api import personal_data
from perenne.practice.actions.packs import adjust_credits
from perenne.practice.models import Booking, PackMovement


def test_a_person_gets_their_sessions(booking):
    found = personal_data.get("practice").export(booking.person_id)

    assert [row["service"] for row in found["sessions"]] == ["Discovery call"]
    assert found["client"] is None


def test_erasing_cancels_what_is_to_come_and_blanks_notes(service, make_booking, now):
    booking = make_booking(service, note="About my divorce")

    personal_data.get("practice").erase(booking.person_id, now=now)

    found = Booking.objects.get()
    assert (found.state, found.note) == ("cancelled", "")


def test_a_person_gets_their_packs_and_loses_them_by_erasing(
    make_pack, make_booking, service, person, now
):
    pack = make_pack()
    adjust_credits(
        pack.pk, change=1, reason="Her divorce", key="a", actor="owner", now=now
    )
    make_booking(service, pack_id=pack.pk)
    handler = personal_data.get("practice")
    [found] = handler.export(person.pk)["packs"]
    assert (found["pack"], found["left"]) == ("Five sessions", 5)
    moves = [(move["why"], move["credits"]) for move in found["movements"]]
    assert moves == [("granted", 5), ("granted", 1), ("used", -1)]

    handler.erase(person.pk, now=now)

    pack.refresh_from_db()
    assert (pack.left, pack.revoked_at) == (0, now)
    assert set(PackMovement.objects.values_list("reason", flat=True)) == {""}

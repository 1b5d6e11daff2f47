"""The same pages and mails in French."""

from perenne.mail.models import Message


def test_pages_speak_french(client, service):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"

    page = client.get("/book/call/?day=2026-09-17").content.decode()

    assert "Les heures sont celles du fuseau" in page
    assert "jeudi 17 septembre" in page


def test_mails_speak_french(service, make_booking):
    booking = make_booking(service, language="fr", time_zone="Europe/Paris")

    message = Message.objects.get(ref=f"practice:booked:{booking.pk}")
    subject = " ".join(message.subject.split())
    assert subject == "Réservé : Discovery call, le 17 septembre à 09:00"
    assert "jeudi 17 septembre 2026, 09:00–10:00 (Europe/Paris)" in message.text

from datetime import timedelta
from email.message import EmailMessage

import pytest

from demo.catcher import Folder


@pytest.fixture
def keep(settings, tmp_path, now):
    """Put a mail into the catcher's folder; returns its name."""
    settings.DATA = tmp_path
    folder = Folder(tmp_path / "outbox")

    def add(subject="Votre code", to="ana@example.org", minutes=0, html="", file=b""):
        message = EmailMessage()
        message["To"], message["Subject"] = to, subject
        message["List-Unsubscribe"] = "<http://localhost/unsubscribe/x/>"
        message.set_content("Code : 123456\nhttp://localhost/confirm/abc/")
        if html:
            message.add_alternative(html, subtype="html")
        if file:
            message.add_attachment(
                file, maintype="text", subtype="calendar", filename="séance.ics"
            )
        at = now + timedelta(minutes=minutes)
        return folder.keep(message.as_bytes(), to=[to], at=at).stem

    return add


@pytest.mark.django_db
def test_outbox_lists_the_newest_first(client, business, keep):
    old, new = keep("First"), keep("Second", minutes=5)
    page = client.get("/outbox/").context["page"]
    assert [mail.name for mail in page.mails] == [new, old]
    assert [mail.subject for mail in page.mails] == ["Second", "First"]


@pytest.mark.django_db
def test_the_hour_of_a_mail_is_one_that_html_knows(client, business, keep, now):
    keep(minutes=0.001)  # no more than three digits of a second are allowed
    text = client.get("/outbox/").content.decode()
    assert 'datetime="2026-09-15T10:30:00+0200"' in text


@pytest.mark.django_db
def test_outbox_finds_by_address_and_subject(client, business, keep):
    keep("Facture", to="lin@example.org")
    wanted = keep("Votre code", to="ana@example.org")
    page = client.get("/outbox/", {"q": "ANA code"}).context["page"]
    assert [mail.name for mail in page.mails] == [wanted]


@pytest.mark.django_db
def test_outbox_pages_both_ways(client, business, keep):
    names = [keep(str(number), minutes=number) for number in range(120)][::-1]
    first = client.get("/outbox/").context["page"]
    second = client.get("/outbox/", {"before": first.older}).context["page"]
    third = client.get("/outbox/", {"before": second.older}).context["page"]
    shown = [mail.name for page in (first, second, third) for mail in page.mails]
    assert shown == names
    assert (first.newer, third.older) == ("", "")
    assert second.newer == names[0]
    assert third.newer == second.mails[0].name


@pytest.mark.django_db
def test_outbox_is_empty_before_anything_is_sent(client, business, settings, tmp_path):
    settings.DATA = tmp_path
    assert client.get("/outbox/").context["page"].mails == []


@pytest.mark.django_db
def test_mail_shows_headers_text_and_frame(client, business, keep):
    name = keep(html="<html><head></head><body>Bonjour</body></html>")
    answer = client.get(f"/outbox/{name}/")
    assert answer.context["mail"].headers[3] == (
        "List-Unsubscribe",
        "<http://localhost/unsubscribe/x/>",
    )
    text = answer.content.decode()
    assert '<a href="http://localhost/confirm/abc/"' in text
    assert f'src="/outbox/{name}/html/"' in text


@pytest.mark.django_db
def test_mail_html_can_do_nothing(client, business, keep):
    name = keep(html="<html><head></head><body><script>1</script></body></html>")
    answer = client.get(f"/outbox/{name}/html/")
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy
    assert policy.endswith("sandbox allow-popups allow-popups-to-escape-sandbox")
    assert '<head><base target="_blank">' in answer.content.decode()


@pytest.mark.django_db
def test_attachment_is_downloaded_as_it_came(client, business, keep):
    name = keep(file=b"BEGIN:VCALENDAR")
    (file,) = client.get(f"/outbox/{name}/").context["mail"].attachments
    answer = client.get(f"/outbox/{name}/files/{file.index}/")
    assert answer.content == b"BEGIN:VCALENDAR"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["nothing-here", "20260915T083000000000-000001", "stripe"]
)
def test_unknown_mail_is_not_found(client, business, keep, path):
    keep(minutes=1)
    assert client.get(f"/outbox/{path}/").status_code == 404

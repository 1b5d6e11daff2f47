from datetime import timedelta

import pytest
from django.urls import reverse

from perenne.core import clock
from perenne.mail.actions.delivery import deliver
from perenne.mail.api import queue_mail
from perenne.mail.models import Delivery, Message

OUTBOX = "/desk/mail/outbox/"


@pytest.fixture
def mails(db, now):
    for number in range(3):
        queue_mail(
            ref=f"m:{number}",
            to=f"p{number}@example.org",
            subject=f"Receipt {number}",
            text="Thanks",
            html="<p>Thanks</p>",
            now=now,
        )
    return Message.objects.order_by("pk")


def _shown(response):
    return [row.subject for row in response.context["page"].rows]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", ["Receipt 2", "Receipt 1", "Receipt 0"]),
        ("?q=p1@example.org", ["Receipt 1"]),
        ("?q=receipt+2", ["Receipt 2"]),
        ("?state=done", []),
        ("?kind=letter", []),
    ],
)
def test_the_outbox_is_searched_and_filtered(owner_client, mails, asked, expected):
    assert _shown(owner_client.get(OUTBOX + asked)) == expected


def test_the_outbox_says_that_no_server_is_set(owner_client, settings, business):
    settings.SMTP_URL = ""
    assert len(owner_client.get(OUTBOX).context["problems"]) == 1


def test_the_mail_itself_may_do_nothing(owner_client, mails):
    response = owner_client.get(reverse("desk_mail_body", args=[mails[0].pk]))
    assert response.content == b"<p>Thanks</p>"
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
        "frame-ancestors 'self'; sandbox"
    )


def test_a_mail_shows_what_the_server_said(owner_client, mails):
    Delivery.objects.filter(message=mails[0]).update(smtp_code=451, smtp_reply="later")
    page = owner_client.get(reverse("desk_mail_message", args=[mails[0].pk]))
    assert "451 later" in page.content.decode()


def test_failed_ones_are_tried_again(owner_client, mail_server, now):
    mail_server.content_answers["ana@example.org"] = "554 no"
    queue_mail(ref="x", to="ana@example.org", subject="s", text="t", now=now)
    deliver()
    message = Message.objects.get()
    mail_server.content_answers.clear()
    owner_client.post(reverse("desk_mail_retry", args=[message.pk]))
    message.refresh_from_db()
    assert (message.state, message.failed) == ("queued", 0)
    with clock.frozen(now + timedelta(minutes=1)):
        assert deliver() == 1
    assert Delivery.objects.get().status == "sent"


def test_visitors_are_sent_to_sign_in(client, db):
    assert client.get(OUTBOX).headers["Location"] == f"/login/?next={OUTBOX}"

"""What comes back changes who is written to: once, and only on good evidence."""

from __future__ import annotations

import base64
import io
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from imap_server import Mailbox

from perenne.core.models import LogEntry
from perenne.mail.actions.bounces import read_bounce_mailbox, receive_bounce
from perenne.mail.actions.builds import build, sender_identity
from perenne.mail.actions.watch import release_hold, watch_letters
from perenne.mail.api import hold_of, start_broadcast
from perenne.mail.domain.manners import Counts, Limits, reason_to_hold
from perenne.mail.gateways.mailbox import MailboxUnreachable
from perenne.mail.models import Bounce, Delivery, Message, Suppression

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(make_letter, business, now):
    """A letter that left to three people."""
    letter = make_letter(["a@x.example", "b@x.example", "c@x.example"])
    start_broadcast(letter, now=now)
    Delivery.objects.filter(message_id=letter).update(status="sent", sent_at=now)
    Message.objects.filter(pk=letter).update(sent=3)
    return letter


def message_id_of(address):
    """Return the Message-ID that the engine gave the mail to an address."""
    row = Delivery.objects.select_related("message").get(address=address)
    built = build(row.message, sender=sender_identity())
    raw = built.joined(to=address, number=row.pk, at=row.sent_at, token="t")
    return raw.split(b"Message-ID: ")[1].split(b"\r\n")[0].decode()


def bounce(address, *, status="5.1.1", message_id="", own="<1@mx.example.net>"):
    return (
        f"From: MAILER-DAEMON@mx.example.net\nMessage-ID: {own}\nSubject: Undelivered\n"
        "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: {status}\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {message_id}\n\nx\n--b--\n"
    ).encode()


def complaint(message_id, *, kind="abuse"):
    return (
        "From: fbl@example.net\nMessage-ID: <2@fbl>\nContent-Type: multipart/report; boundary=b"
        "\n\n--b\nContent-Type: message/feedback-report\n\n"
        f"Feedback-Type: {kind}\nOriginal-Rcpt-To: a@x.example\n\n--b\n"
        f"Content-Type: message/rfc822\n\nMessage-ID: {message_id}\n\nx\n--b--\n"
    ).encode()


def suppressed():
    return sorted(Suppression.objects.values_list("address", "reason"))


def test_a_proven_hard_bounce_suppresses_the_address_once(sent, now):
    raw = bounce("a@x.example", message_id=message_id_of("a@x.example"))
    assert [receive_bounce(raw, now=now), receive_bounce(raw, now=now)] == [1, 0]
    assert suppressed() == [("a@x.example", "bounced")]
    assert Message.objects.get(pk=sent).bounced == 1
    assert LogEntry.objects.filter(verb="mail.bounce_recorded").count() == 1


def test_a_forwarded_mails_bounce_is_its_recipients(sent, now):
    raw = bounce("other@y.example", message_id=message_id_of("b@x.example"))
    receive_bounce(raw, now=now)
    assert suppressed() == [("b@x.example", "bounced")]


def test_a_made_up_bounce_suppresses_nobody(sent, now):
    guess = "<1.0123456789abcdef0123@boreal.example>"
    receive_bounce(bounce("a@x.example", message_id=guess), now=now)
    row = Bounce.objects.get()
    assert (row.kind, row.is_proven, suppressed()) == ("hard", False, [])
    assert Message.objects.get(pk=sent).bounced == 0


def test_a_bounce_of_nobody_we_wrote_to_leaves_no_trace(sent, now):
    assert receive_bounce(bounce("stranger@y.example"), now=now) == 0
    assert Bounce.objects.count() == 0


def test_a_soft_bounce_suppresses_at_the_fifth_letter(make_letter, business, now):
    for number in range(5):
        assert suppressed() == []
        letter = make_letter(["a@x.example"], ref=f"letter:{number}")
        Delivery.objects.filter(message_id=letter).update(status="sent", sent_at=now)
        raw = bounce("a@x.example", status="4.2.2", own=f"<{number}@mx>")
        receive_bounce(raw, now=now)
        # the same letter, told again, is no further failure
        receive_bounce(raw.replace(b"@mx>", b"@again>"), now=now)
    assert suppressed() == [("a@x.example", "bounced")]


def test_old_soft_bounces_do_not_count(make_letter, business, now):
    for number in range(5):
        at = now + timedelta(days=40 * number)
        letter = make_letter(["a@x.example"], ref=f"letter:{number}")
        Delivery.objects.filter(message_id=letter).update(status="sent", sent_at=at)
        receive_bounce(
            bounce("a@x.example", status="4.2.2", own=f"<{number}@mx>"), now=at
        )
    assert suppressed() == []


def test_a_complaint_suppresses(sent, now):
    receive_bounce(complaint(message_id_of("a@x.example")), now=now)
    assert suppressed() == [("a@x.example", "complained")]
    assert Message.objects.get(pk=sent).complained == 1


def test_a_report_about_a_forgery_is_no_complaint(sent, now):
    raw = complaint(message_id_of("a@x.example"), kind="auth-failure")
    assert (receive_bounce(raw, now=now), suppressed()) == (0, [])


def test_an_automatic_reply_leaves_no_trace(sent, now):
    raw = b"From: a@x.example\nAuto-Submitted: auto-replied\nSubject: away\n\nx"
    assert (receive_bounce(raw, now=now), Bounce.objects.count()) == (0, 0)


def test_a_bounce_is_kept_as_it_is(sent, now):
    receive_bounce(bounce("a@x.example"), now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Bounce.objects.update(kind="soft")
    Bounce.objects.update(address="", diagnostic="")


# --- by which way ---------------------------------------------------------------------------
def test_the_pipe_takes_in_a_mail(sent, now, monkeypatch, capsys):
    raw = bounce("a@x.example", message_id=message_id_of("a@x.example"))
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    call_command("mail_pipe")
    assert (capsys.readouterr().out, suppressed()) == (
        "1\n",
        [("a@x.example", "bounced")],
    )


def test_the_mailbox_is_read_and_each_mail_marked(sent, settings):
    raw = bounce("a@x.example", message_id=message_id_of("a@x.example"))
    box = Mailbox([raw, b"Subject: hello\n\nno bounce"])
    settings.BOUNCE_IMAP_URL = box.url
    try:
        assert [read_bounce_mailbox.func(), read_bounce_mailbox.func()] == [2, 0]
    finally:
        box.stop()
    assert (box.seen, suppressed()) == ({1, 2}, [("a@x.example", "bounced")])


def test_a_mailbox_that_refuses_us_marks_nothing(sent, settings):
    box = Mailbox([b"x"])
    settings.BOUNCE_IMAP_URL = box.url.replace("secret", "wrong")
    try:
        with pytest.raises(MailboxUnreachable):
            read_bounce_mailbox.func()
    finally:
        box.stop()
    assert box.seen == set()


def test_without_a_mailbox_nothing_is_read(settings):
    settings.BOUNCE_IMAP_URL = ""
    assert read_bounce_mailbox.func() == 0


BASIC = "Basic " + base64.b64encode(b"hook:secret").decode()


def post(client, provider, body, authorization=BASIC):
    return client.post(
        f"/hooks/mail/{provider}/",
        json.dumps(body),
        content_type="application/json",
        headers={"authorization": authorization},
    ).status_code


def test_brevos_hook_takes_in_a_bounce_once(client, sent, settings):
    settings.MAIL_HOOK_SECRET = "hook:secret"
    event = {
        "event": "hard_bounce",
        "email": "a@x.example",
        "id": 26224,
        "date": "2026-11-01 10:00:00",
        "ts_epoch": 1793527200000,
        "message-id": "<201798300811.5787683@relay.example.com>",
        "reason": "550 5.1.1 no such user",
    }
    assert [post(client, "brevo", event), post(client, "brevo", event)] == [200, 200]
    assert suppressed() == [("a@x.example", "bounced")]
    assert Bounce.objects.get().source == "hook:brevo"


def test_amazons_hook_takes_in_a_complaint(client, sent, settings):
    settings.MAIL_HOOK_SECRET = "hook:secret"
    notice = {
        "notificationType": "Complaint",
        "complaint": {"complainedRecipients": [{"emailAddress": "a@x.example"}]},
        "mail": {"messageId": "0101"},
    }
    body = {"Type": "Notification", "MessageId": "1", "Message": json.dumps(notice)}
    assert post(client, "ses", body) == 200
    assert suppressed() == [("a@x.example", "complained")]


@pytest.mark.parametrize("provider", ["brevo", "ses", "postmark", "mailgun"])
@pytest.mark.parametrize("secret", ["", "hook:other"])
def test_a_hook_without_proof_is_refused(client, sent, settings, provider, secret):
    settings.MAIL_HOOK_SECRET = secret
    settings.MAIL_HOOK_SIGNING_KEY = secret
    body = {"event": "hard_bounce", "email": "a@x.example"}
    assert (post(client, provider, body), Bounce.objects.count()) == (400, 0)


def test_amazons_confirmation_goes_to_amazon_only(client, settings, db):
    settings.MAIL_HOOK_SECRET = "hook:secret"
    body = {"Type": "SubscriptionConfirmation", "SubscribeURL": "https://127.0.0.1/x"}
    assert post(client, "ses", body) == 400


def test_an_unknown_provider_has_no_hook(client, db):
    assert post(client, "nobody", {}) == 404


# --- letters that stop themselves (R29) -------------------------------------------------------
LIMITS = Limits(complaint_bp=30, bounce_bp=500, min_complaints=2, min_bounces=10)


@pytest.mark.parametrize(
    ("sent", "bounced", "complained", "expected"),
    [
        (0, 0, 0, ""),
        (100, 0, 1, ""),
        (1000, 0, 2, ""),
        (1000, 0, 3, "complaints"),
        (100, 9, 0, ""),
        (190, 10, 0, "bounces"),
        (191, 10, 0, ""),
        (100, 50, 2, "complaints"),
    ],
)
def test_a_rate_holds_a_letter_at_its_limit(sent, bounced, complained, expected):
    assert reason_to_hold(Counts(sent, bounced, complained), LIMITS) == expected


def test_a_letter_holds_itself_and_tells_the_owner_once(sent, now):
    Message.objects.filter(pk=sent).update(sent=1000, complained=3)
    assert [watch_letters(now=now), watch_letters(now=now)] == [1, 0]
    letter = Message.objects.get(pk=sent)
    assert (letter.state, letter.held_for) == ("paused", "complaints")
    told = Message.objects.get(ref__startswith="mail:held:")
    assert (
        told.subject
        == "Votre lettre « News for {{ merge.name|you }} » s’est mise en pause"
    )
    assert LogEntry.objects.filter(verb="mail.letter_held").count() == 1


def test_a_held_letter_goes_on_only_when_it_is_released(sent, now):
    Message.objects.filter(pk=sent).update(sent=1000, complained=3)
    watch_letters(now=now)
    start_broadcast(sent, now=now)
    assert Message.objects.get(pk=sent).state == "paused"
    release_hold(sent, actor="owner", now=now)
    start_broadcast(sent, now=now)
    assert (Message.objects.get(pk=sent).state, hold_of(sent)) == ("running", None)
    assert watch_letters(now=now) == 0
    Message.objects.filter(pk=sent).update(sent=1500, complained=5)
    assert watch_letters(now=now) == 1

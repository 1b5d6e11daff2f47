import pytest

from perenne.mail.api import Attachment, queue_mail, queue_template
from perenne.mail.models import AttachedFile, Delivery, Message

pytestmark = pytest.mark.django_db


def _queue(now, **changes):
    queue_mail(
        **{
            "ref": "money:receipt:1",
            "to": "ana@example.org",
            "subject": "Your receipt",
            "text": "Thank you.",
            "now": now,
        }
        | changes
    )


def test_a_mail_waits_in_the_outbox_for_its_one_address(now):
    _queue(now, attachments=[Attachment("r.pdf", b"%PDF", "application/pdf")])
    message = Message.objects.get()
    assert (message.kind, message.state, message.total) == (
        "transactional",
        "queued",
        1,
    )
    assert list(Delivery.objects.values_list("address", "lane", "status")) == [
        ("ana@example.org", 0, "queued")
    ]
    assert list(AttachedFile.objects.values_list("filename", "content")) == [
        ("r.pdf", b"%PDF")
    ]


def test_the_same_ref_adds_nothing(now):
    _queue(now)
    _queue(now, to="bob@example.org", subject="Another")
    assert list(Message.objects.values_list("subject", flat=True)) == ["Your receipt"]
    assert list(Delivery.objects.values_list("address", flat=True)) == [
        "ana@example.org"
    ]


def test_a_subject_keeps_to_one_line(now):
    _queue(now, subject="Hello\r\nBcc: eve@example.org")
    assert Message.objects.get().subject == "Hello Bcc: eve@example.org"


def test_a_template_gives_subject_text_and_html(business, mail_templates, now):
    queue_template(
        ref="x:1",
        to="ana@example.org",
        template="tests_mail/receipt",
        context={"name": "Ana <b>"},
        language="fr",
        now=now,
    )
    message = Message.objects.get()
    assert message.subject == "Receipt for Ana <b>"
    assert message.text == (
        "Atelier Boréal thanks Ana <b> & co\n"
        "Atelier Boréal\nCamille Moreau EI\n12 rue des Tilleuls, 69003 Lyon\n"
    )
    assert "Thanks Ana &lt;b&gt;" in message.html
    assert "prefers-color-scheme: dark" in message.html
    assert "fonts.googleapis" not in message.html


def test_a_template_without_mjml_is_plain_text_alone(business, mail_templates, now):
    queue_template(
        ref="x:1",
        to="ana@example.org",
        template="tests_mail/plain",
        context={},
        language="en",
        now=now,
    )
    assert Message.objects.get().html == ""

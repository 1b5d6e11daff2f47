"""Bounces in the forms in which servers write them, none of them by a name of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from perenne.mail.domain.bounces.classify import classify
from perenne.mail.domain.bounces.mbox import mails_in
from perenne.mail.domain.bounces.read import read_bounce

REPLIES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "replies.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
SAMPLES = next(
    (
        folder / "shared" / "data" / "bounces"
        for folder in Path(__file__).parents
        if (folder / "shared" / "data" / "bounces").is_dir()
    ),
    None,
)


def read(head: str, body: str) -> list[tuple[str, str]]:
    found = read_bounce(f"{head}\n\n{body}".encode()).results
    return [(each.recipient, each.kind.value) for each in found]


def report(fields: str, words: str = "", returned: str = "") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example.net\nTo: us@example.org\nSubject: Undelivered\n"
        "MIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\n{words}\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n{fields}\n"
        f"--b\nContent-Type: message/rfc822\n\n{returned}\n--b--\n"
    ).encode()


@pytest.mark.parametrize(("kind", "reply"), REPLIES)
def test_a_reply_at_rcpt_is_hard_only_when_the_address_is_dead(kind, reply):
    texts = [reply, "in reply to RCPT TO command"]
    assert classify(action="failed", status="", texts=texts)[1].value == kind


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("Final-Recipient: rfc822; A@Example.ORG\nAction: failed\nStatus: 5.1.1", [("A@example.org", "hard")]),
        ("Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.2.2", [("a@example.org", "soft")]),
        ("Final-Recipient: rfc822; a@example.org\nAction: delayed\nStatus: 4.4.1", [("a@example.org", "soft")]),
        ("Final-Recipient: rfc822; a@example.org\nAction: delayed\nStatus: 4.1.1", [("a@example.org", "soft")]),
        ("Final-Recipient: rfc822; a@example.org\nAction: relayed\nStatus: 2.0.0", [("a@example.org", "delivered")]),
        ("Final-Recipient: rfc822; a@example.org\nAction: expanded\nStatus: 2.0.0", [("a@example.org", "delivered")]),
        ("Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.0.0", [("a@example.org", "hard")]),
        ("Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 4.0.0\nDiagnostic-Code: smtp; lookup said NXDOMAIN", [("a@example.org", "soft")]),
        (
            "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n\n"
            "Final-Recipient: rfc822; b@example.org\nAction: failed\nStatus: 5.7.1",
            [("a@example.org", "hard"), ("b@example.org", "soft")],
        ),
        # two recipients that no blank line parts
        (
            "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n"
            "Final-Recipient: rfc822; b@example.org\nAction: failed\nStatus: 5.2.2",
            [("a@example.org", "hard"), ("b@example.org", "soft")],
        ),
    ],
)  # fmt: skip
def test_a_delivery_status_names_each_recipient_and_its_fate(fields, expected):
    found = read_bounce(report(fields)).results
    assert [(each.recipient, each.kind.value) for each in found] == expected


def test_the_words_decide_where_the_status_says_nothing():
    words = "<a@example.org>: host mx.example.org said: 550 5.1.1 no such user"
    fields = "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.0.0"
    (found,) = read_bounce(report(fields, words)).results
    assert (found.kind.value, found.reason) == ("hard", "unknown_user")


def test_the_name_that_the_text_uses_is_the_recipients():
    fields = (
        "Original-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n"
        "Final-Recipient: rfc822; a1@host7.internal.example.org"
    )
    (found,) = read_bounce(report(fields, "a@example.org: no such user")).results
    assert found.recipient == "a@example.org"
    assert found.aliases == ("a1@host7.internal.example.org",)


def test_the_message_that_came_back_is_found():
    fields = "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1"
    returned = "Message-ID: <12.abc@example.org>\nTo: a@example.org"
    assert read_bounce(report(fields, "", returned)).message_ids == (
        "12.abc@example.org",
    )


def test_a_line_that_looks_like_a_status_inside_the_returned_mail_is_not_read():
    fields = "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1"
    returned = "Subject: x\n\nFinal-Recipient: rfc822; b@example.org\nAction: failed"
    found = read_bounce(report(fields, "", returned)).results
    assert [each.recipient for each in found] == ["a@example.org"]


SYSTEM = (
    "From: MAILER-DAEMON@mx.example.net\nTo: us@example.com\nSubject: failure notice"
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "Hi. This is the qmail-send program.\n\n<a@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
            "<b@example.org>:\n192.0.2.1 does not like recipient.\nRemote host said: 552 5.2.2 mailbox full\n\n"
            "--- Below this line is a copy of the message.\n\nTo: c@example.org",
            [("a@example.org", "hard"), ("b@example.org", "soft")],
        ),
        (
            "A message that you sent could not be delivered.\nThe following address(es) failed:\n\n  a@example.org\n"
            "    SMTP error from remote mail server after RCPT TO:<a@example.org>:\n    host mx [192.0.2.1]: 550 unknown user\n",
            [("a@example.org", "hard")],
        ),
        (
            "Votre message n'a pas pu être remis au destinataire suivant :\n\n  a@example.org : utilisateur inconnu\n",
            [("a@example.org", "hard")],
        ),
        (
            "Ihre Nachricht konnte nicht zugestellt werden:\n\nEmpfänger: a@example.org\nDas Postfach ist voll.\n",
            [("a@example.org", "soft")],
        ),
        (
            "No se pudo entregar el mensaje a:\n<a@example.org>: el usuario no existe\n",
            [("a@example.org", "hard")],
        ),
        (
            "   ----- Transcript of session follows -----\n>>> RCPT To:<a@example.org>\n<<< 550 5.1.1 <a@example.org>... User unknown\n",
            [("a@example.org", "hard")],
        ),
        (
            "The message has not yet been delivered:\n  a@example.org\nDelay reason: connection timed out\nattempts will continue\n",
            [("a@example.org", "soft")],
        ),
    ],
)  # fmt: skip
def test_a_notice_for_people_is_read(body, expected):
    assert read(SYSTEM, body) == expected


def test_an_unknown_user_in_the_answer_to_the_text_is_a_filters():
    body = (
        "<a@example.org>: host mx[192.0.2.1] said: 550 user unknown (in reply to end "
        "of DATA command)"
    )
    assert read(SYSTEM, body) == [("a@example.org", "soft")]


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "Subject: Réponse automatique : congés",
        "Subject: =?utf-8?q?Abwesenheitsnotiz?=",
        "Subject: Out of Office: until Monday",
        "Subject: 自動応答: 不在",
    ],
)
def test_an_automatic_reply_is_no_bounce(head):
    found = read(f"From: Ann <a@example.org>\nTo: us@example.com\n{head}", "I am away.")
    assert found == [("a@example.org", "autoreply")]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("From: a@example.org\nSubject: Re: Undelivered Mail", "Was it b@example.org?"),
        ("From: a@example.org\nSubject: Hello", "My user account is unknown to you."),
        ("", ""),
    ],
)
def test_a_persons_mail_is_nothing(head, body):
    assert read(head, body) == []


def test_a_feedback_report_names_who_complained():
    raw = (
        b"From: fbl@example.net\nSubject: FW: hello\nContent-Type: multipart/report; "
        b"report-type=feedback-report; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n"
        b"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
        b"Original-Rcpt-To: a@example.org\n--b\nContent-Type: message/rfc822\n\n"
        b"Message-ID: <7.x@example.com>\nTo: a@example.org\n\nhi\n--b--\n"
    )
    found = read_bounce(raw)
    assert [(each.recipient, each.kind.value) for each in found.results] == [
        ("a@example.org", "complaint")
    ]
    assert found.message_ids == ("7.x@example.com",)


def test_amazons_notice_is_read_from_its_json():
    inner = {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bouncedRecipients": [{"emailAddress": "a@example.org", "status": "5.1.1"}],
        },
    }
    body = json.dumps({"Type": "Notification", "Message": json.dumps(inner)})
    assert read("From: no-reply@sns.amazonaws.com", body) == [("a@example.org", "hard")]


@given(st.binary(max_size=3000))
def test_any_bytes_are_read_without_an_exception(raw):
    read_bounce(raw)


@given(st.integers(0, 900), st.binary(min_size=1, max_size=40))
def test_a_damaged_report_is_read_without_an_exception(at, noise):
    whole = report(
        "Final-Recipient: rfc822; a@example.org\nStatus: 5.1.1", "x", "To: b"
    )
    read_bounce(whole[:at] + noise + whole[at + len(noise) :])


def test_an_mbox_holds_several_mails():
    one = b"From MAILER-DAEMON Thu Apr 29 23:34:45 2021\nSubject: a\n\nFrom here on\n"
    two = b"From MAILER-DAEMON Thu Apr 29 23:34:46 2021\nSubject: b\n\nbody\n"
    assert list(mails_in(one + b"\n" + two)) == [one + b"\n", two]


def test_the_command_answers_a_line_per_file(tmp_path, capsys):
    path = tmp_path / "a.eml"
    path.write_bytes(report("Final-Recipient: rfc822; a@example.org\nStatus: 5.1.1"))
    call_command("mail_read_bounce", str(path), "--jsonl")
    assert json.loads(capsys.readouterr().out) == {
        "file": str(path),
        "results": [{"recipient": "a@example.org", "kind": "hard"}],
    }


def test_the_command_fails_for_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError):
        call_command("mail_read_bounce", str(tmp_path / "none.eml"))


@pytest.mark.skipif(SAMPLES is None, reason="the sample mails are not on this machine")
def test_the_sample_is_read_with_few_errors():
    wanted = found = wrong = 0
    for line in (SAMPLES / "expected.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        results = read_bounce((SAMPLES / row["file"]).read_bytes()).results
        read_as = {each.recipient.lower(): each.kind.value for each in results}
        for each in row["results"]:
            wanted += 1
            kind = read_as.get(each["recipient"].lower())
            found += kind is not None
            wrong += kind not in {None, each["kind"]}
    assert (wanted, found, wrong <= 8) == (145, 143, True)

from datetime import timedelta

import pytest

from perenne.mail.domain.verdict import Reply, Stage, Verdict, retry_delay, verdict


@pytest.mark.parametrize(
    ("stage", "code", "text", "expected"),
    [
        (Stage.CONTENT, 250, "2.0.0 queued as 4F1", Verdict.SENT),
        (Stage.CONTENT, 451, "4.3.0 try later", Verdict.RETRY),
        (Stage.CONTENT, 554, "5.7.1 spam", Verdict.FAILED),
        (Stage.RCPT, 450, "4.2.0 greylisted", Verdict.RETRY),
        (Stage.RCPT, 421, "4.7.0 slow down", Verdict.RETRY),
        (Stage.RCPT, 550, "5.1.1 <a@b>: unknown", Verdict.BOUNCED),
        (Stage.RCPT, 550, "5.2.1 disabled", Verdict.BOUNCED),
        (Stage.RCPT, 550, "5.7.1 policy", Verdict.FAILED),
        (Stage.RCPT, 552, "5.2.2 mailbox full", Verdict.FAILED),
        (Stage.RCPT, 550, "No such user here", Verdict.BOUNCED),
        (Stage.RCPT, 550, "rejected", Verdict.FAILED),
        (Stage.RCPT, 554, "5.7.1 <a@b>: Relay access denied", Verdict.TRANSPORT),
        (Stage.MAIL, 550, "5.7.1 not yours", Verdict.TRANSPORT),
        (Stage.MAIL, 451, "4.3.0 later", Verdict.RETRY),
        (Stage.DATA, 530, "5.7.0 authentication required", Verdict.TRANSPORT),
        (Stage.LOST, 0, "closed", Verdict.RETRY),
        (Stage.CONNECT, 0, "refused", Verdict.TRANSPORT),
        (Stage.RETURNED, 0, "", Verdict.PUT_BACK),
    ],
)
def test_what_a_reply_means(stage, code, text, expected):
    assert verdict(stage, Reply(code, text)) is expected


def test_patience_grows_and_ends():
    delays = [retry_delay(attempt) for attempt in range(1, 12)]
    assert delays[:3] == [timedelta(minutes=minutes) for minutes in (1, 5, 15)]
    assert (delays[9], delays[10]) == (timedelta(hours=16), None)

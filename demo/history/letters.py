"""Letters of the past: kept as sent, with the people they went to. Nothing was mailed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from demo.history import texts
from demo.history.story import DAYS, OWNER, Story, Work
from perenne.audience.api import confirmed_contacts
from perenne.audience.domain.blocks import plain_text
from perenne.audience.models import Letter, LetterReceipt
from perenne.core import log
from perenne.core.bulk import insert_rows
from perenne.mail.models import Message

_EVERY_DAYS = 14


def plan_letters(story: Story) -> None:
    """Plan a letter every other week, and one that is still a draft."""
    for number, day in enumerate(range(8, DAYS, _EVERY_DAYS)):
        subject = texts.LETTERS[number % len(texts.LETTERS)]
        story.plan(story.at(day, 7, 30), _sender(subject))
    story.plan(story.at(DAYS - 1, 17), _draft)


def send_past_letter(subject: str, at: datetime) -> int:
    """Keep a letter as sent to everybody subscribed then; return to how many."""
    blocks = [{"kind": "text", "text": texts.LETTER}]
    persons = list(confirmed_contacts().values_list("person_id", flat=True))
    finished = at + timedelta(seconds=5 + len(persons) // 50)
    letter = Letter.objects.create(
        subject=subject,
        blocks=blocks,
        state=Letter.State.SENT,
        started_at=at,
        sent_at=finished,
        recipients=len(persons),
        created_at=at - timedelta(days=1),
        updated_at=at,
    )
    message = Message.objects.create(
        ref=f"letter:{letter.pk}",
        kind=Message.Kind.LETTER,
        subject=subject,
        text=plain_text(blocks),
        list_unsubscribe_base=f"{settings.SITE_URL}/unsubscribe/",
        state=Message.State.DONE,
        total=len(persons),
        sent=len(persons),
        created_at=at,
        started_at=at,
        finished_at=finished,
    )
    Letter.objects.filter(pk=letter.pk).update(message_id=message.pk)
    rows = [(letter.pk, person) for person in persons]
    insert_rows(LetterReceipt, ("letter", "person"), rows)
    log.record(
        "audience.letter_sent", actor=OWNER, obj=letter, at=at, recipients=len(persons)
    )
    return len(persons)


def _sender(subject: str) -> Work:
    return lambda at: send_past_letter(subject, at)


def _draft(at: datetime) -> None:
    Letter.objects.create(
        subject="Ce que je prépare pour le printemps",
        blocks=[{"kind": "text", "text": texts.LETTER}],
        created_at=at,
        updated_at=at,
    )

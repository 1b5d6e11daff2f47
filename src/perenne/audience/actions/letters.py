"""Write letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.audience.domain.blocks import read_blocks
from perenne.audience.models import Letter, Purpose
from perenne.audience.queries.purposes import checked_purpose
from perenne.core import log
from perenne.core.errors import Refusal

if TYPE_CHECKING:
    from datetime import datetime


class LetterNotWritable(Refusal):
    """A letter that left cannot be changed."""

    sentence = _("This letter is on its way or gone: it cannot be changed any more.")


@transaction.atomic
def start_letter(*, subject: str, actor: str, now: datetime) -> Letter:
    """Return a new, empty letter."""
    letter = Letter.objects.create(
        subject=subject.strip()[:200],
        blocks=[{"kind": "text", "text": ""}],
        created_at=now,
        updated_at=now,
    )
    log.record("audience.letter_started", actor=actor, obj=letter, at=now)
    return letter


@transaction.atomic
def write_letter(
    letter_id: int,
    *,
    subject: str,
    preheader: str,
    blocks: list[dict[str, Any]],
    text: str,
    segment_id: int | None,
    purpose: str = Purpose.LETTER,
    actor: str,
    now: datetime,
) -> None:
    """Keep a draft's words.

    Raises  LetterNotWritable: it is scheduled, under way or gone; nothing was changed
    """
    changed = Letter.objects.filter(pk=letter_id, state=Letter.State.DRAFT).update(
        subject=" ".join(subject.split())[:200],
        preheader=" ".join(preheader.split())[:200],
        blocks=read_blocks(blocks),
        text=text.strip(),
        segment_id=segment_id,
        purpose=checked_purpose(purpose),
        updated_at=now,
    )
    if not changed:
        raise LetterNotWritable
    letter = Letter.objects.get(pk=letter_id)
    log.record("audience.letter_written", actor=actor, obj=letter, at=now)


@transaction.atomic
def copy_letter(letter_id: int, *, actor: str, now: datetime) -> Letter:
    """Return a new draft with the words of another letter."""
    letter = Letter.objects.get(pk=letter_id)
    copy = Letter.objects.create(
        subject=letter.subject,
        preheader=letter.preheader,
        blocks=letter.blocks,
        text=letter.text,
        purpose=letter.purpose,
        segment=letter.segment,
        created_at=now,
        updated_at=now,
    )
    log.record("audience.letter_copied", actor=actor, obj=copy, at=now, of=letter.pk)
    return copy


@transaction.atomic
def throw_away_letter(letter_id: int, *, actor: str, now: datetime) -> None:
    """Delete a draft.

    Raises  LetterNotWritable: it is no draft; nothing was changed
    """
    letter = Letter.objects.filter(pk=letter_id, state=Letter.State.DRAFT).first()
    if letter is None:
        raise LetterNotWritable
    log.record("audience.letter_thrown_away", actor=actor, obj=letter, at=now)
    letter.delete()

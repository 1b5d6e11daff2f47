"""Reads about letters: what they look like, who gets them, whether they are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nh3
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.utils import translation

from perenne.audience.domain.blocks import (
    Block,
    filled_in,
    html_of_text,
    merge_tokens,
    plain_text,
    read_blocks,
)
from perenne.audience.domain.checks import Check, letter_checks
from perenne.audience.domain.segments import Group
from perenne.audience.models import ContactStatus, Letter, LetterReceipt
from perenne.audience.queries.segment_counts import headcount
from perenne.audience.queries.segments import contacts_in, expression_in
from perenne.core.errors import NotFound
from perenne.core.queries import current_business
from perenne.mail.api import (
    broadcast_progress,
    hold_of,
    mail_context,
    mjml_to_html,
    suppressed_among,
)
from perenne.people.api import beginning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from perenne.mail.api import Hold, Progress
    from perenne.people.api import Person

_TAGS = {"p", "br", "strong", "em", "a", "ul", "li"}
_WAY_OUT = "{{ merge.unsubscribe_url }}"
_COUNTED_SUPPRESSED = 5000


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    """A letter as the mail app sends it, or as one person reads it."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class LetterAudience:
    """Whom a letter goes to.

    count       people subscribed and in the segment
    suppressed  of them, those whose address is suppressed; None when too many to look up
    is_exact    False: estimated, counting took too long
    """

    name: str
    count: int
    suppressed: int | None
    is_exact: bool = True


def letters_matching(search: str = "", state: str = "") -> QuerySet[Letter]:
    """Return letters whose subject begins with, or contains, the words; by state."""
    letters = Letter.objects.select_related("segment").defer("blocks", "text")
    if state:
        letters = letters.filter(state=state)
    if search.strip():
        letters = letters.filter(
            Q(subject__icontains=search.strip()) | beginning("subject", search.strip())
        )
    return letters


def letter_by_id(letter_id: int) -> Letter:
    """Return a letter.

    Raises  NotFound
    """
    letter = Letter.objects.select_related("segment").filter(pk=letter_id).first()
    if letter is None:
        raise NotFound(letter=letter_id)
    return letter


def render_letter(
    letter: Letter, *, now: datetime, values: dict[str, str] | None = None
) -> RenderedLetter:
    """Return a letter ready for the mail app; with `values`, as one person reads it.

    values  first_name and unsubscribe_url of that person
    """
    business = current_business()
    language = business.language if business else "fr"

    def words(text: str) -> str:
        return merge_tokens(text) if values is None else filled_in(text, values)

    way_out = _WAY_OUT if values is None else values.get("unsubscribe_url", "#")
    blocks = read_blocks(letter.blocks)
    with translation.override(language):
        context = mail_context(language=language, now=now) | {
            "preheader": words(letter.preheader),
            "blocks": [_shown(block, words) for block in blocks],
            "way_out": way_out,
        }
        source = render_to_string("audience/mail/letter.mjml", context)
        body = words(letter.text.strip() or plain_text(blocks))
        foot = render_to_string("audience/mail/letter_foot.txt", context)
    return RenderedLetter(
        subject=words(letter.subject),
        html=mjml_to_html(source),
        text=f"{body}\n\n{foot.strip()}\n",
    )


def _shown(block: Block, words: Any) -> dict[str, str]:
    shown = {key: words(value) for key, value in block.items()}
    if block["kind"] == "text":
        clean = nh3.clean(
            html_of_text(block["text"]),
            tags=_TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto"},
            link_rel=None,
        )
        shown["html"] = words(clean)
    return shown


def checks_of(letter: Letter, rendered: RenderedLetter) -> list[Check]:
    """Return the checks of a letter; `rendered` as it goes to the mail app."""
    return letter_checks(
        subject=letter.subject,
        blocks=read_blocks(letter.blocks),
        size_bytes=len(rendered.html.encode()),
        has_way_out=_WAY_OUT in rendered.html and _WAY_OUT in rendered.text,
    )


def contacts_for(letter: Letter, *, now: datetime) -> QuerySet[ContactStatus]:
    """Return the rows of the people a letter would go to now.

    Raises  SegmentInvalid: its segment asks for what nobody answers any more
    """
    expression = expression_in(letter.segment.expression) if letter.segment else Group()
    return contacts_in(expression, now=now, purpose=letter.purpose)


def audience_of(letter: Letter, *, now: datetime) -> LetterAudience:
    """Return how many people a letter would go to now."""
    contacts = contacts_for(letter, now=now)
    counted = headcount(contacts)
    suppressed = None
    if counted.is_exact and counted.people <= _COUNTED_SUPPRESSED:
        addresses = contacts.values_list("person__email", flat=True)
        suppressed = len(suppressed_among(list(addresses)))
    name = letter.segment.name if letter.segment else ""
    return LetterAudience(name, counted.people, suppressed, counted.is_exact)


def messages_under_way(purposes: list[str]) -> list[int]:
    """Return the mail app's messages of letters for these purposes that are being sent."""
    letters = Letter.objects.filter(
        purpose__in=purposes,
        state__in=[Letter.State.SENDING, Letter.State.PAUSED],
        message_id__isnull=False,
    )
    found = letters.values_list("message_id", flat=True)
    return [message_id for message_id in found if message_id is not None]


def receipts_after(letter_id: int, *, size: int = 1000) -> Iterator[LetterReceipt]:
    """Yield a letter's receipts with their person, read a thousand at a time.

    In the order of persons, which is the order of the index: a million costs a thousand
    times a thousand. Who withdrew since the letter's people were fixed is left out (R22).
    """
    last = 0
    still = ContactStatus.objects.filter(
        person_id=OuterRef("person_id"),
        purpose=OuterRef("letter__purpose"),
        status=ContactStatus.Status.SUBSCRIBED,
    )
    while True:
        rows = list(
            LetterReceipt.objects.filter(
                Exists(still), letter_id=letter_id, person_id__gt=last
            )
            .select_related("person")
            .only("person__email", "person__name", "letter_id")
            .order_by("person_id")[:size]
        )
        yield from rows
        if len(rows) < size:
            return
        last = rows[-1].person_id


def progress_of(letter: Letter) -> Progress | None:
    """Return how far a letter is, or None before its recipients were fixed."""
    return broadcast_progress(letter.message_id) if letter.message_id else None


def hold_on(letter: Letter) -> Hold | None:
    """Return why a letter paused itself (R29); None when it did not."""
    return hold_of(letter.message_id) if letter.message_id else None


def preview_values(person: Person | None) -> dict[str, str]:
    """Return the words of a preview: an example person's, or none."""
    from perenne.audience.domain.blocks import first_name

    return {
        "first_name": first_name(person.name) if person else "",
        "unsubscribe_url": "#",
    }

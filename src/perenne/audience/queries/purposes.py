"""What people can agree to: the shipped purposes and the owner's topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from perenne.audience.domain.statuses import SUBSCRIBED
from perenne.audience.models import ContactStatus, Purpose, Topic
from perenne.core import legal
from perenne.core.errors import NotFound
from perenne.core.queries import current_business

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet


def topics() -> QuerySet[Topic]:
    """Return every topic by name."""
    return Topic.objects.order_by("name")


def topic_by_id(topic_id: int) -> Topic:
    """Return a topic.

    Raises  NotFound
    """
    topic = Topic.objects.filter(pk=topic_id).first()
    if topic is None:
        raise NotFound(topic=topic_id)
    return topic


def purpose_labels() -> dict[str, str]:
    """Return the name of everything that can be agreed to, closed topics too, by purpose."""
    return _labels(list(topics()))


def _labels(found: list[Topic]) -> dict[str, str]:
    """Return letters first, then the topics, measurement last."""
    named = {topic.purpose: topic.name for topic in found}
    return {
        Purpose.LETTER.value: str(Purpose.LETTER.label),
        Purpose.OFFERS.value: str(Purpose.OFFERS.label),
        **named,
        Purpose.MEASURE.value: str(Purpose.MEASURE.label),
    }


def letter_purposes() -> list[tuple[str, str]]:
    """Return (purpose, name) of what letters can be written for now."""
    labels = _labels(list(topics().filter(is_open=True)))
    return [(key, name) for key, name in labels.items() if is_for_letters(key)]


def is_for_letters(purpose: str) -> bool:
    """Tell whether letters are written for a purpose; measurement is none."""
    return purpose != Purpose.MEASURE


def checked_purpose(purpose: str) -> str:
    """Return the purpose, which letters can be written for.

    Raises  NotFound: there is no such purpose
    """
    if purpose not in purpose_labels() or not is_for_letters(purpose):
        raise NotFound(purpose=purpose)
    return str(purpose)


def purposes_offered(person_id: int) -> dict[str, str]:
    """Return what a person can choose: what is open, and what they agreed to before."""
    held = ContactStatus.objects.filter(person_id=person_id, status=SUBSCRIBED)
    keys = set(held.values_list("purpose", flat=True))
    mine = [int(key[5:]) for key in keys if key.startswith("topic")]
    return _labels(list(topics().filter(Q(is_open=True) | Q(pk__in=mine))))


def topic_counts() -> dict[str, int]:
    """Return how many people agreed to each topic, by purpose; none is left out."""
    rows = ContactStatus.objects.filter(
        purpose__startswith="topic", status=SUBSCRIBED
    ).order_by()
    return dict(rows.values_list("purpose").annotate(n=Count("pk")))


def shipped_wording(purpose: str, *, language: str, on: date) -> str:
    """Return the words to agree to for a purpose, with the business's name in them.

    Raises  NotFound: there is no such purpose
    """
    business = current_business()
    values = {"business": business.name if business else "Pérenne"}
    kind = purpose
    if purpose not in Purpose.values:
        number = purpose.removeprefix("topic")
        if not purpose.startswith("topic") or not number.isdecimal():
            raise NotFound(purpose=purpose)
        kind, values["topic"] = "topic", topic_by_id(int(number)).name
    words = legal.value("consent_rules", f"{kind}_wording.{language}", on=on)
    return str(words).format(**values)

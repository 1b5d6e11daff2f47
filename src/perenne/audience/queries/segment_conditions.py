"""The conditions that the audience itself answers for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Max, Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import StrIndex, Substr
from django.utils.translation import gettext_lazy as _

from perenne.audience.models import (
    ContactStatus,
    Letter,
    LetterReceipt,
    PersonTag,
    Purpose,
    Tag,
)
from perenne.audience.queries.contacts import sources
from perenne.audience.queries.origins import origin_in_words
from perenne.audience.queries.purposes import purpose_labels
from perenne.audience.queries.segment_parts import SegmentPart
from perenne.people.api import Person

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from perenne.audience.domain.segments import Asked

_PERSON, _CONTACT, _LETTERS = _("Person"), _("Consent and source"), _("Letters")
_MOST_CHOICES = 200


def _tags() -> list[tuple[str, str]]:
    rows = Tag.objects.order_by("name").values_list("pk", "name")[:_MOST_CHOICES]
    return [(str(pk), name) for pk, name in rows]


def _tagged(asked: Asked) -> QuerySet[PersonTag, Any]:
    chosen = str(asked.value)
    held = PersonTag.objects.filter(tag_id=int(chosen) if chosen.isdecimal() else 0)
    return held.values("person_id")


def _named(asked: Asked) -> QuerySet[Person, Any]:
    wanted = {"is": "name__iexact", "contains": "name__icontains"}[asked.op]
    return Person.objects.filter(**{wanted: asked.value}).values("pk")


def _at_domain(asked: Asked) -> QuerySet[Person, Any]:
    words = str(asked.value).lower().lstrip("@")
    if asked.op == "is":
        return Person.objects.filter(email__endswith=f"@{words}").values("pk")
    behind = Substr("email", StrIndex("email", Value("@")))
    persons = Person.objects.annotate(behind=behind)
    return persons.filter(behind__contains=words).values("pk")


def _speaking(asked: Asked) -> QuerySet[Person, Any]:
    return Person.objects.filter(language=asked.value).values("pk")


def _languages() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def _from_campaign(asked: Asked) -> QuerySet[Person, Any]:
    compared = {"is": "iexact", "contains": "icontains"}[asked.op]
    persons = Person.objects.annotate(campaign=KT("source__utm_campaign"))
    return persons.filter(**{f"campaign__{compared}": asked.value}).values("pk")


def _contacts(found: Q) -> QuerySet[ContactStatus, Any]:
    return ContactStatus.objects.filter(found).values("person_id")


def _from_source(asked: Asked) -> QuerySet[ContactStatus, Any]:
    return _contacts(Q(purpose=Purpose.LETTER, source=asked.value))


def _sources() -> list[tuple[str, str]]:
    return [(name, origin_in_words(name)) for name in sources()]


def _joined(asked: Asked) -> QuerySet[ContactStatus, Any]:
    return _contacts(Q(purpose=Purpose.LETTER) & _at("joined_at", asked))


def _confirmed(asked: Asked) -> QuerySet[ContactStatus, Any]:
    return _contacts(Q(purpose=Purpose.LETTER) & _at("confirmed_at", asked))


def _agreed(asked: Asked) -> QuerySet[ContactStatus, Any]:
    return _contacts(
        Q(purpose=asked.value, status=ContactStatus.Status.SUBSCRIBED),
    )


def _purposes() -> list[tuple[str, str]]:
    return list(purpose_labels().items())


def _at(field: str, asked: Asked) -> Q:
    compared = {"since": "gte", "before": "lt"}[asked.op]
    return Q(**{f"{field}__{compared}": asked.value})


def _letters() -> list[tuple[str, str]]:
    rows = Letter.objects.filter(started_at__isnull=False).order_by("-started_at")
    return [
        (str(pk), subject)
        for pk, subject in rows.values_list("pk", "subject")[:_MOST_CHOICES]
    ]


def _got_letter(asked: Asked) -> QuerySet[LetterReceipt, Any]:
    chosen = str(asked.value)
    letter = int(chosen) if chosen.isdecimal() else 0
    return LetterReceipt.objects.filter(letter_id=letter).values("person_id")


def _letters_got(asked: Asked) -> QuerySet[LetterReceipt, Any]:
    by_person = LetterReceipt.objects.values("person_id").annotate(n=Count("pk"))
    return by_person.filter(n__gte=asked.value).values("person_id")


def _last_letter(asked: Asked) -> QuerySet[LetterReceipt, Any]:
    by_person = LetterReceipt.objects.values("person_id")
    by_person = by_person.annotate(last=Max("letter__started_at"))
    return by_person.filter(_at("last", asked)).values("person_id")


CONDITIONS: dict[str, SegmentPart] = {
    "tag": SegmentPart(
        label=_("Tag"),
        group=_PERSON,
        kind="choice",
        said=_("has the tag %s"),
        denied=_("does not have the tag %s"),
        list_choices=_tags,
        find=_tagged,
    ),
    "name": SegmentPart(label=_("Name"), group=_PERSON, kind="text", find=_named),
    "domain": SegmentPart(
        label=_("Address behind the @"), group=_PERSON, kind="text", find=_at_domain
    ),
    "language": SegmentPart(
        label=_("Language"),
        group=_PERSON,
        kind="choice",
        said=_("reads in %s"),
        denied=_("does not read in %s"),
        list_choices=_languages,
        find=_speaking,
    ),
    "joined": SegmentPart(label=_("Joined"), group=_CONTACT, kind="date", find=_joined),
    "confirmed": SegmentPart(
        label=_("Confirmed by e-mail"), group=_CONTACT, kind="date", find=_confirmed
    ),
    "source": SegmentPart(
        label=_("Source"),
        group=_CONTACT,
        kind="choice",
        said=_("came by %s"),
        denied=_("did not come by %s"),
        list_choices=_sources,
        find=_from_source,
    ),
    "campaign": SegmentPart(
        label=_("Campaign of the first visit"),
        group=_CONTACT,
        kind="text",
        find=_from_campaign,
    ),
    "agreed": SegmentPart(
        label=_("Agreed to"),
        group=_CONTACT,
        kind="choice",
        said=_("agreed to “%s”"),
        denied=_("did not agree to “%s”"),
        list_choices=_purposes,
        find=_agreed,
    ),
    "letter": SegmentPart(
        label=_("Was sent the letter"),
        group=_LETTERS,
        kind="choice",
        said=_("was sent “%s”"),
        denied=_("was not sent “%s”"),
        list_choices=_letters,
        find=_got_letter,
    ),
    "letters": SegmentPart(
        label=_("Letters sent to them"),
        group=_LETTERS,
        kind="number",
        find=_letters_got,
    ),
    "last_letter": SegmentPart(
        label=_("Last letter sent to them"),
        group=_LETTERS,
        kind="date",
        find=_last_letter,
    ),
}

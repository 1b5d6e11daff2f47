"""Reads of the site: posts, legal texts, and what a member finds at home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page as NumberedPage
from django.core.paginator import Paginator
from django.template.loader import render_to_string

from perenne.community.api import next_events
from perenne.core.queries import current_business
from perenne.courses.api import courses_for, next_lesson_of
from perenne.money.api import invoices_of_person, terms_text
from perenne.practice.api import upcoming_bookings
from perenne.website.models import HomePage, LegalText, PostPage

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

_POSTS_A_PAGE = 20
_INVOICES_SHOWN = 3
LEGAL_KINDS = ("notice", "terms", "privacy")


def posts() -> QuerySet[PostPage]:
    """Return the published posts, newest first."""
    return PostPage.objects.live().public().order_by("-published_on", "-pk")


def newest_posts(count: int) -> list[PostPage]:
    """Return the newest published posts."""
    return list(posts().defer("body")[:count])


def posts_page(number: str) -> NumberedPage[PostPage]:
    """Return one numbered page of posts; the first or last one when out of range."""
    return Paginator(posts().defer("body"), _POSTS_A_PAGE).get_page(number)


def home_page() -> HomePage | None:
    """Return the home page, or None before the first-run set-up."""
    return HomePage.objects.live().first()


def legal_text(kind: str, language: str, *, now: datetime) -> str | None:
    """Return a legal text in a language, or None when there is no such kind.

    The owner's own wording if there is one, else one made from the business (SL9, R40).
    """
    if kind == "terms":
        return terms_text(language)
    if kind not in LEGAL_KINDS:
        return None
    own = (
        LegalText.objects.filter(kind=kind, language=language, valid_from__lte=now)
        .order_by("-valid_from")
        .first()
    )
    if own is not None:
        return own.body
    name = language if language in {"fr", "en"} else "fr"
    return render_to_string(
        f"website/legal/{kind}.{name}.txt", {"business": current_business()}
    ).strip()


def missing_identity() -> list[str]:
    """Return the fields without which the legal notice is incomplete (R40, R49)."""
    business = current_business()
    if business is None:
        return []
    wanted = (
        "owner_name",
        "street",
        "city",
        "email",
        "phone",
        "siren",
        "host",
        "mediator",
    )
    return [name for name in wanted if not getattr(business, name)]


@dataclass(frozen=True, slots=True)
class MemberHome:
    """What is next for a member."""

    next_lesson: Any
    courses: list[Any]
    events: list[Any]
    bookings: list[Any]
    invoices: list[Any]

    @property
    def is_empty(self) -> bool:
        """Tell whether the member has nothing here yet."""
        return not (self.courses or self.events or self.bookings or self.invoices)


def member_home(person_id: int, *, now: datetime) -> MemberHome:
    """Return what a member's home shows: continue, courses, live events, sessions, documents."""
    courses = courses_for(person_id, now)
    return MemberHome(
        next_lesson=next_lesson_of(courses),
        courses=courses,
        events=next_events(person_id, now),
        bookings=upcoming_bookings(person_id, now),
        invoices=invoices_of_person(person_id, most=_INVOICES_SHOWN),
    )

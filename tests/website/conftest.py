from datetime import date, time, timedelta

import pytest

from perenne.courses.api import (
    LessonContent,
    add_course,
    add_lesson,
    publish_course,
    publish_lesson,
)
from perenne.courses.models import Section
from perenne.memberships.api import grant_pass
from perenne.money.api import Customer, Line, issue_invoice
from perenne.practice.api import Span, book, save_service
from perenne.streams.api import default_stream, ensure_default_streams
from perenne.website.api import create_starter_pages


@pytest.fixture
def site(business, now):
    """The starter pages, in French."""
    return create_starter_pages(
        title="Atelier Boréal", language="fr", now=now, actor="owner"
    )


@pytest.fixture
def fill_home(site, person, now):
    """Give the person so many courses, sessions to come and invoices."""

    def fill(count):
        ensure_default_streams(language="fr", now=now)
        for number in range(count):
            _open_course(person, f"Course {number}", now)
            _invoice(person, f"test:{number}", now)
        if count:
            _book(count, now)

    return fill


def _open_course(person, title, now):
    course = add_course(title=title, actor="owner", now=now)
    section = Section.objects.get(course=course)
    content = LessonContent(title="One", body="<p>Words</p>", minutes=10)
    lesson = add_lesson(section.pk, content=content, actor="owner", now=now)
    publish_lesson(lesson.pk, actor="owner", now=now)
    publish_course(course.pk, actor="owner", now=now)
    grant_pass(
        person_id=person.pk,
        resource=f"course:{course.pk}",
        source="order:1",
        starts_at=now,
        ends_at=None,
        actor="system",
        now=now,
    )


def _book(count, now):
    stream = default_stream("one_to_one")
    service = save_service(
        None,
        name="Call",
        slug="call",
        hours=[(day, Span(time(9), time(12))) for day in range(5)],
        stream_id=stream.pk,
        minutes=60,
        price_cents=0,
        actor="owner",
        now=now,
    )
    thursday = now.replace(hour=7, minute=0) + timedelta(days=2)
    for number in range(count):
        book(
            service.pk,
            starts_at=thursday + timedelta(days=7 * number),
            email="ana@example.org",
            name="Ana Silva",
            note="",
            time_zone="Europe/Paris",
            language="fr",
            actor="visitor",
            now=now,
        )


def _invoice(person, ref, now):
    issue_invoice(
        ref=ref,
        customer=Customer(name="Ana Silva", email=person.email),
        lines=[Line(description="An hour", unit_price_cents=9_000)],
        stream_id=default_stream("one_to_one").pk,
        currency="EUR",
        sold_on=date(2026, 9, 15),
        paid=True,
        due_on=None,
        person_id=person.pk,
        actor="owner",
        now=now,
    )

"""What is sold: the membership, the course, the download, and their offers."""

from __future__ import annotations

from datetime import datetime

import typst
from django.core.files.base import ContentFile

from demo.history import texts
from demo.history.story import DAYS, OWNER, Story
from perenne.community.api import save_event, take_seat
from perenne.courses.api import (
    LessonContent,
    MediaKind,
    add_course,
    add_download,
    add_lesson,
    add_section,
    keep_file,
    publish_course,
    publish_lesson,
    rename_section,
)
from perenne.courses.models import Section
from perenne.memberships.api import add_tier
from perenne.money.api import add_offer, change_price, set_grants

COURSE, CIRCLE, PLANS = "ecrire-pour-etre-lu", "cercle", "50-plans-de-lettres"
COURSE_CENTS, MONTH_CENTS, YEAR_CENTS, PLANS_CENTS = 19_000, 2_900, 29_000, 3_900


def plan_catalogue(story: Story) -> None:
    """Plan the day on which each product is put up."""
    story.plan(story.at(55, 16), lambda at: _add_plans(story, at))
    story.plan(story.at(118, 16), lambda at: _add_course(story, at))
    story.plan(story.at(265, 16), lambda at: _add_circle(story, at))
    story.plan(story.at(DAYS - 6, 16), lambda at: _add_live(story, at))


def _offer(story: Story, slug: str, stream: str, *, grant: str, at: datetime) -> int:
    offer = add_offer(
        slug=slug,
        stream_id=story.things[f"stream:{stream}"],
        actor=OWNER,
        now=at,
        **texts.OFFERS[slug],
    )
    kind, key = grant.split(":")
    set_grants(offer.pk, grants=[(kind, key)], actor=OWNER, now=at)
    story.things[f"offer:{slug}"] = offer.pk
    return offer.pk


def _price(offer_id: int, cents: int, interval: str, *, at: datetime) -> None:
    change_price(
        offer_id,
        amount_cents=cents,
        currency="EUR",
        interval=interval,
        actor=OWNER,
        now=at,
    )


def _add_plans(story: Story, at: datetime) -> None:
    media = keep_file(
        ContentFile(_booklet()),
        kind=MediaKind.FILE,
        name="50-plans-de-lettres.pdf",
        actor=OWNER,
        now=at,
    )
    download = add_download(
        title=texts.OFFERS[PLANS]["title"],
        media_id=media.pk,
        description=texts.OFFERS[PLANS]["summary"],
        actor=OWNER,
        now=at,
    )
    grant = f"download:{download.pk}"
    _price(
        _offer(story, PLANS, "products", grant=grant, at=at),
        PLANS_CENTS,
        "one_off",
        at=at,
    )


def _booklet() -> bytes:
    """Return the digital product: a small PDF of our own."""
    plans = "\n".join(
        f"== Plan {number}\nUne situation. Ce qui coince. Ce que vous proposez. "
        "Le premier pas."
        for number in range(1, 51)
    )
    source = f'#set text(lang: "fr", size: 11pt)\n= 50 plans de lettres\n{plans}\n'
    return bytes(typst.compile(source.encode(), format="pdf"))


def _add_course(story: Story, at: datetime) -> None:
    offer = texts.OFFERS[COURSE]
    course = add_course(
        title=offer["title"], summary=offer["summary"], actor=OWNER, now=at
    )
    lessons: list[int] = []
    for number, (title, rows) in enumerate(texts.LESSONS):
        if number == 0:
            section = Section.objects.get(course=course)
            rename_section(section.pk, title=title, actor=OWNER, now=at)
        else:
            section = add_section(course.pk, title=title, actor=OWNER, now=at)
        for name, minutes, text in rows:
            content = LessonContent(
                title=name, body=f"<p>{text}</p>{texts.EXERCISE}", minutes=minutes
            )
            lesson = add_lesson(section.pk, content=content, actor=OWNER, now=at)
            publish_lesson(lesson.pk, actor=OWNER, now=at)
            lessons.append(lesson.pk)
    publish_course(course.pk, actor=OWNER, now=at)
    story.things |= {"course": course.pk, "lessons": lessons}
    grant = f"course:{course.pk}"
    _price(
        _offer(story, COURSE, "courses", grant=grant, at=at),
        COURSE_CENTS,
        "one_off",
        at=at,
    )


def _add_circle(story: Story, at: datetime) -> None:
    tier = add_tier(name="Le Cercle", description=texts.TIER, actor=OWNER, now=at)
    story.things["tier"] = tier.pk
    offer = _offer(story, CIRCLE, "membership", grant=f"tier:{tier.pk}", at=at)
    _price(offer, MONTH_CENTS, "month", at=at)
    _price(offer, YEAR_CENTS, "year", at=at)


def _add_live(story: Story, at: datetime) -> None:
    """Invite the circle to a live evening that is still to come; Ana has her seat."""
    event = save_event(
        None,
        title="Atelier en direct : la première phrase",
        text="Apportez le début d’une lettre. Nous le reprenons ensemble, à voix haute.",
        starts_at=story.at(DAYS + 9, 18),
        minutes=90,
        time_zone="Europe/Paris",
        link="https://visio.example/atelier",
        place="",
        seats=30,
        tier_ids=[story.things["tier"]],
        actor=OWNER,
        now=at,
    )
    take_seat(event.pk, person_id=story.things["ana"], now=at)

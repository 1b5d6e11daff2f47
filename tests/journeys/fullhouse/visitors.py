"""What visitors read, subscribe to and book."""

from __future__ import annotations

import json
from datetime import time, timedelta

from perenne.audience.actions.signup_forms import add_signup_form
from perenne.audience.api import subscribe, unsubscribe_token
from perenne.mail.models import Message
from perenne.people.api import find_or_add_person, issue_owner_link
from perenne.practice.api import Span, book, cancel_booking, open_slots, save_service
from perenne.practice.queries.bookings import cancel_token
from perenne.streams.api import default_stream
from perenne.website.api import create_starter_pages
from perenne.website.models import BlogPage, PostPage
from tests.journeys.fullhouse.buying import ANA
from tests.journeys.fullhouse.catalogue import LESSON, OWNER
from tests.journeys.fullhouse.stops import Stop

STAMP = "%Y%m%dT%H%MZ"
BODY = [
    {"type": "text", "value": LESSON},
    {"type": "quote", "value": {"text": "Écrire, c'est choisir.", "author": "Zoé"}},
    {"type": "button", "value": {"label": "La lettre", "href": "/subscribe/"}},
    {
        "type": "embed",
        "value": {"url": "https://www.youtube.com/watch?v=abc123", "title": "Le film"},
    },
]


def open_site(shop):
    """Home, blog with a post of every block, legal texts, sign-in."""
    at = shop.ago(300)
    create_starter_pages(title="Atelier Boréal", language="fr", now=at, actor="owner")
    post = PostPage(
        title="Une page par semaine",
        slug="une-page",
        lead="Ce qu'un an de lettres m'a appris.",
        body=json.dumps(BODY),
        published_on=at.date(),
        first_published_at=at,
    )
    BlogPage.objects.get().add_child(instance=post)
    return [
        Stop("/"),
        Stop("/blog/"),
        Stop("/blog/une-page/"),
        Stop("/about/"),
        *(Stop(f"/legal/{kind}/") for kind in ("notice", "terms", "privacy")),
        Stop("/privacy/choices/"),
        Stop("/nowhere/", status=404),
        Stop("/login/"),
        Stop("/login/", press="main form .button--primary", fill={"email": ANA}),
        Stop("/enter/none/", status=410),
        Stop(f"/enter/{issue_owner_link(now=shop.now)}/"),
    ]


def open_letter(shop):
    """The sign-up, and every page a mail of the letter leads to."""
    form = add_signup_form(title="Les cinq plans", now=shop.ago(90), actor="owner")
    new, known, old = (
        _ask(shop, email, days=days)
        for email, days in (
            ("kim@example.org", 0),
            ("lou@example.org", 1),
            ("mo@example.org", 90),
        )
    )
    link = unsubscribe_token(
        find_or_add_person(email=ANA, language="fr", actor="visitor", now=shop.now).pk
    )
    button = "main form button[type=submit], main form .button--primary"
    return [
        Stop("/subscribe/"),
        Stop("/subscribe/", press=button, status=422),
        Stop(f"/subscribe/{form.slug}/"),
        Stop("/subscribe/sent/"),
        Stop(f"/confirm/{new}/"),
        Stop(f"/confirm/{known}/", press=button),
        Stop(f"/confirm/{old}/", status=410),
        Stop(f"/preferences/{link}/"),
        Stop(f"/preferences/{link}/", press=button),
        Stop(f"/unsubscribe/{link}/"),
        Stop(f"/unsubscribe/{link}/", press=button),
    ]


def _ask(shop, email, *, days):
    """Ask for the letter so many days ago; return the token in the mail."""
    at = shop.ago(days)
    subscribe(email=email, wording="J'accepte.", language="fr", now=at)
    mail = Message.objects.filter(ref__startswith="audience:confirm:").latest("pk")
    return mail.text.split("/confirm/")[1].split("/")[0]


def open_practice(shop):
    """Sessions to book, one booked, one called off."""
    at = shop.ago(30)
    service = save_service(
        None,
        slug="seance",
        hours=[(day, Span(time(9), time(12))) for day in range(5)],
        name="Séance en tête-à-tête",
        minutes=60,
        price_cents=9_000,
        place="En visioconférence",
        description="Vous apportez un texte, nous le travaillons ensemble.",
        stream_id=default_stream("one_to_one").pk,
        now=at,
        **OWNER,
    )
    slots = open_slots(
        service, start=shop.now, end=shop.now + timedelta(days=20), now=shop.now
    )
    booked, called_off = (_book(shop, service, slots[place]) for place in (5, 8))
    cancel_booking(called_off.pk, by_owner=False, actor="visitor", now=shop.now)
    free, taken = (slots[place].starts_at.strftime(STAMP) for place in (6, 5))
    kept, gone = cancel_token(booked), cancel_token(called_off)
    button = "main form .button--primary"
    typed = {"name": "Ana", "email": ANA}
    return [
        Stop("/book/"),
        Stop("/book/seance/"),
        Stop(f"/book/seance/?day={slots[6].starts_at:%Y-%m-%d}&tz=Asia/Tokyo"),
        Stop(f"/book/seance/{free}/"),
        Stop(f"/book/seance/{free}/", press=button, status=422),
        Stop(f"/book/seance/{taken}/", press=button, fill=typed, status=409),
        Stop(f"/book/done/{kept}/"),
        Stop(f"/book/cancel/{kept}/"),
        Stop(f"/book/cancel/{gone}/"),
    ]


def _book(shop, service, slot):
    return book(
        service.pk,
        starts_at=slot.starts_at,
        email=ANA,
        name="Ana Silva",
        note="",
        time_zone="Europe/Paris",
        language="fr",
        actor="visitor",
        now=shop.now,
    )

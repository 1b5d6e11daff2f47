"""The business, its owner, the sources of income and the site."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from demo.history import texts
from demo.history.story import OWNER, Story
from perenne.bilan.actions import choose_activity
from perenne.core.actions import set_up_business
from perenne.people.api import add_owner, find_or_add_person, open_account
from perenne.streams.api import ensure_default_streams
from perenne.website.api import create_starter_pages
from perenne.website.models import BlogPage, ContentPage, PostPage

if TYPE_CHECKING:
    from perenne.website.models import HomePage

MEMBER = "ana@example.org"


def set_up(story: Story) -> None:
    """Found Atelier Boréal on the first day."""
    start = story.at(0)
    set_up_business(actor=OWNER, now=start, **texts.IDENTITY)
    add_owner(
        email="camille@boreal.example",
        name="Camille Moreau",
        now=start,
        time_zone="Europe/Paris",
    )
    streams = ensure_default_streams(language="fr", now=start)
    story.things |= {f"stream:{stream.slug}": stream.pk for stream in streams}
    for slug in ("one-to-one", "membership", "courses", "products"):
        choose_activity(
            story.things[f"stream:{slug}"], activity="bnc_ssi", actor=OWNER, now=start
        )
    ana = find_or_add_person(
        email=MEMBER,
        name="Ana Silva",
        time_zone="Europe/Paris",
        actor="visitor",
        now=story.at(1),
        source={"page": "/"},
    )
    open_account(ana, now=story.at(1))
    story.things["ana"] = ana.pk


def write_site(story: Story) -> None:
    """Fill the home page, the page about the owner, and the blog."""
    home = create_starter_pages(
        title="Atelier Boréal", language="fr", now=story.at(0), actor=OWNER
    )
    _fill_home(home)
    about = ContentPage.objects.get(slug="about")
    about.lead, about.body = texts.ABOUT_LEAD, _text(texts.ABOUT)
    about.save()
    blog = BlogPage.objects.get(slug="blog")
    blog.lead = texts.BLOG_LEAD
    blog.save()
    for slug, title, lead, body, day in texts.POSTS:
        published = story.at(day, 8)
        post = PostPage(
            title=title,
            slug=slug,
            lead=lead,
            body=_text(body),
            published_on=story.day(day),
            first_published_at=published,
            last_published_at=published,
        )
        blog.add_child(instance=post)


def _fill_home(home: HomePage) -> None:
    home.lead = texts.HOME_LEAD
    home.call, home.call_href = texts.HOME_CALL, "/subscribe/"
    quote = {"type": "quote", "value": texts.HOME_QUOTE}
    home.body = json.dumps([{"type": "text", "value": texts.HOME}, quote])
    home.save()


def _text(html: str) -> str:
    return json.dumps([{"type": "text", "value": html}])

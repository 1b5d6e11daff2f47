"""Write the site: first pages, visitors' choices, legal texts."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Page, Site

from perenne.core import frontcache, log
from perenne.website.domain.choices import PURPOSES, VERSION, Choice
from perenne.website.models import (
    BlogPage,
    ContentPage,
    CookieChoice,
    HomePage,
    LegalText,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@transaction.atomic
def create_starter_pages(
    *, title: str, language: str, now: datetime, actor: str
) -> HomePage:
    """Create home, blog and an about page at first run; a second call changes nothing."""
    home = HomePage.objects.first()
    if home is not None:
        return home
    root = Page.get_first_root_node()
    with override(language):
        home = HomePage(
            title=title,
            slug="site",
            lead=_("Write here in two sentences what you do, and for whom."),
            call=_("Receive the letter"),
            call_href="/subscribe/",
        )
        root.add_child(instance=home)
        home.add_child(instance=BlogPage(title=_("Blog"), slug="blog"))
        home.add_child(instance=ContentPage(title=_("About"), slug="about"))
    Site.objects.all().delete()
    Site.objects.create(
        hostname="localhost", site_name=title, root_page=home, is_default_site=True
    )
    frontcache.drop()
    log.record("website.starter_pages_created", actor=actor, obj=home, at=now)
    return home


@transaction.atomic
def keep_choice(
    *,
    accepted: Iterable[str],
    choice_id: str = "",
    wording: str,
    language: str,
    method: str,
    now: datetime,
) -> Choice:
    """Keep the proof of a visitor's choice (R6) and return it for the cookie.

    accepted   purposes said yes to; unknown ones are ignored, all others are refused
    choice_id  of an earlier choice on the same device, so that a withdrawal is found
    method     "accept", "refuse" or "chosen"
    """
    yes = frozenset(accepted) & frozenset(PURPOSES)
    choice = Choice(choice_id or secrets.token_hex(16), yes)
    CookieChoice.objects.create(
        choice_id=choice.choice_id,
        at=now,
        accepted=sorted(yes),
        refused=sorted(frozenset(PURPOSES) - yes),
        wording=wording,
        wording_hash=hashlib.sha256(wording.encode()).hexdigest(),
        version=VERSION,
        language=language,
        method=method,
    )
    return choice


@transaction.atomic
def publish_legal_text(
    *, kind: str, language: str, body: str, now: datetime, actor: str
) -> LegalText:
    """Put the owner's own legal text in force from now on; earlier ones are kept."""
    text = LegalText.objects.create(
        kind=kind, language=language, body=body, valid_from=now
    )
    frontcache.drop()
    log.record("website.legal_text_published", actor=actor, obj=text, at=now)
    return text

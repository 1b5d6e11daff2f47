"""Keep the forms people subscribe with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from perenne.audience.actions.tags import tag_named
from perenne.audience.domain.wordings import plain_wording
from perenne.audience.models import Purpose, SignupForm
from perenne.audience.queries.purposes import checked_purpose
from perenne.audience.queries.signups import signup_form_by_slug
from perenne.core import frontcache, log
from perenne.core.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# Words that are addresses of other pages beside the forms.
_TAKEN = frozenset({"new", "sent"})
_LONGEST_SLUG = 50


class SignupFormUntitled(Refusal):
    """A form is known by its title."""

    sentence = _("Give the form a title of at most 200 characters.")
    field = "title"


@transaction.atomic
def add_signup_form(
    *, title: str, purpose: str = Purpose.LETTER, actor: str, now: datetime
) -> SignupForm:
    """Return a new form, open, at an address made from its title that never changes.

    Raises  SignupFormUntitled: nothing was added
    """
    form = SignupForm.objects.create(
        slug=_free_slug(title),
        title=_titled(title),
        purpose=checked_purpose(purpose),
        created_at=now,
    )
    log.record("audience.signup_form_added", actor=actor, obj=form, at=now)
    return form


@transaction.atomic
def keep_signup_form(
    slug: str,
    *,
    title: str,
    intro: str,
    wording: str,
    tags: Iterable[str],
    is_active: bool,
    actor: str,
    now: datetime,
) -> SignupForm:
    """Change what a form says and does; the shipped default form gets its row.

    Who is asked to confirm already keeps the words they saw.

    wording  "" for the shipped one in the visitor's language
    tags     names; new ones are added
    Raises   NotFound, SignupFormUntitled, TagEmpty: nothing was changed
    """
    form = signup_form_by_slug(slug)
    form.title = _titled(title)
    form.intro = intro.strip()
    form.wording = plain_wording(wording)
    form.is_active = is_active
    stuck = [tag_named(name, now=now) for name in tags]
    form.created_at = form.created_at or now
    form.save()
    form.tags.set(stuck)
    log.record(
        "audience.signup_form_kept",
        actor=actor,
        obj=form,
        at=now,
        wording=form.wording,
        tags=[tag.name for tag in stuck],
        is_active=is_active,
    )
    frontcache.drop()
    return form


def _titled(title: str) -> str:
    """Return a title with single spaces.

    Raises  SignupFormUntitled: it is empty or too long
    """
    wanted = " ".join(title.split())
    if not wanted or len(wanted) > 200:
        raise SignupFormUntitled
    return wanted


def _free_slug(title: str) -> str:
    """Return an address nobody has: the title's, or the title's and a number."""
    base = slugify(title)[:_LONGEST_SLUG].strip("-") or "form"
    known = set(
        SignupForm.objects.filter(slug__startswith=base).values_list("slug", flat=True)
    )
    known |= _TAKEN | {signup_form_by_slug("").slug}
    found, number = base, 2
    while found in known:
        found, number = f"{base}-{number}", number + 1
    return found

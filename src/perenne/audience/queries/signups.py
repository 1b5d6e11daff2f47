"""Reads about sign-up forms and the confirmations they wait for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.audience.domain.statuses import SUBSCRIBED
from perenne.audience.models import Confirmation, SignupForm
from perenne.audience.queries.contacts import statuses_of
from perenne.audience.queries.purposes import purposes_offered, shipped_wording
from perenne.core.errors import NotFound
from perenne.core.tokens import token_hash

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

DEFAULT_SLUG = "letter"


def signup_form(slug: str = "") -> SignupForm:
    """Return an open form; without slug the default one, shipped until there is one.

    Raises  NotFound: there is no such form, or it is closed
    """
    forms = SignupForm.objects.filter(is_active=True)
    form = forms.filter(slug=slug).first() if slug else default_form()
    if form is None or not form.is_active:
        raise NotFound
    return form


def default_form() -> SignupForm:
    """Return the default form, unsaved as long as nobody subscribed with it."""
    stored = SignupForm.objects.filter(is_default=True).first()
    return stored or SignupForm(slug=DEFAULT_SLUG, is_default=True, is_active=True)


def signup_forms() -> list[SignupForm]:
    """Return all forms, open or closed, the default one first."""
    others = SignupForm.objects.filter(is_default=False).order_by("title")
    return [default_form(), *others]


def signup_form_by_slug(slug: str) -> SignupForm:
    """Return a form, open or closed; "" means the default one.

    Raises  NotFound
    """
    default = default_form()
    if slug in {"", default.slug}:
        return default
    form = SignupForm.objects.filter(slug=slug).first()
    if form is None:
        raise NotFound(form=slug)
    return form


def tag_names(forms: Iterable[SignupForm]) -> dict[int, list[str]]:
    """Return the tags some forms stick on people, by form, in one query."""
    names: dict[int, list[str]] = {}
    rows = SignupForm.tags.through.objects.filter(
        signupform_id__in=[form.pk for form in forms if form.pk is not None]
    ).order_by("tag__name")
    for form_id, name in rows.values_list("signupform_id", "tag__name"):
        names.setdefault(form_id, []).append(name)
    return names


def wording_shown(form: SignupForm, *, language: str, on: date) -> str:
    """Return what people agree to: the owner's words, or the shipped ones (R19)."""
    return form.wording or shipped_wording(form.purpose, language=language, on=on)


def confirmation_by_token(token: str) -> Confirmation:
    """Return a confirmation by the token of its link, used, expired or not.

    Raises  NotFound
    """
    found = (
        Confirmation.objects.filter(token_hash=token_hash(token))
        .select_related("form", "wording")
        .first()
    )
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class PurposeChoice:
    """A purpose on the preferences page: its words, and whether it is agreed to."""

    key: str
    label: str
    wording: str
    is_on: bool


def purposes_for(person_id: int, *, language: str, on: date) -> list[PurposeChoice]:
    """Return every purpose as it stands for a person (AE15)."""
    rows = {row.purpose: row.status for row in statuses_of(person_id)}
    return [
        PurposeChoice(
            key=purpose,
            label=label,
            wording=shipped_wording(purpose, language=language, on=on),
            is_on=rows.get(purpose) == SUBSCRIBED,
        )
        for purpose, label in purposes_offered(person_id).items()
    ]

"""Subscribe with double opt-in (R20)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from perenne.audience.actions.consents import accept, ensure_contact
from perenne.audience.actions.proofs import prove, wording_of
from perenne.audience.actions.tags import tag_person
from perenne.audience.models import Basis, Confirmation, Consent, SignupForm
from perenne.audience.queries.contacts import is_subscribed
from perenne.audience.queries.links import unsubscribe_token
from perenne.audience.queries.signups import confirmation_by_token, signup_form
from perenne.core import clock, legal, log
from perenne.core.errors import Refusal
from perenne.core.tokens import new_token, token_hash
from perenne.mail.api import queue_template
from perenne.people.api import find_or_add_person, normal_address, person_by_email

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.people.api import Person

_QUIET_MINUTES = 10


class ConfirmationExpired(Refusal):
    """The link in the mail is too old."""

    sentence = _("This link has expired. Ask for a new one below.")
    http_status = 410


@transaction.atomic
def subscribe(
    *,
    email: str,
    name: str = "",
    form: str = "",
    wording: str,
    language: str,
    page: str = "",
    source: dict[str, Any] | None = None,
    evidence: dict[str, Any] | None = None,
    now: datetime,
) -> None:
    """Ask a visitor to confirm by mail; whoever looks on learns nothing about the address.

    Keeps the sign-up until its link expires and puts the mail into the outbox. Whoever is
    subscribed already gets a mail that says so. Within ten minutes the same address gets
    one mail.

    form      slug, "" for the default form
    wording   what was shown beside the box, in the visitor's language
    source    first touch, kept for new persons (AE23)
    Raises    InvalidAddress, NotFound: nothing was changed
    """
    kept = _stored(signup_form(form), now=now)
    address = normal_address(email)
    person = person_by_email(address)
    if person is not None and is_subscribed(person.pk, kept.purpose):
        _say_already(person, language=language, now=now)
        return
    if _asked_lately(address, now=now):
        return
    waiting = Confirmation(
        email=address,
        name=name.strip()[:200],
        language=language,
        form=kept,
        wording=wording_of(wording),
        page=page[:500],
        source=source or {},
        evidence=evidence or {},
    )
    _send_confirmation(waiting, now=now)
    log.record("audience.subscription_asked", actor="visitor", obj=waiting, at=now)


def _stored(form: SignupForm, *, now: datetime) -> SignupForm:
    """Return the form's row; the shipped default form gets one at its first use."""
    if form.pk is not None:
        return form
    return SignupForm.objects.get_or_create(
        is_default=True, defaults={"slug": form.slug, "created_at": now}
    )[0]


def _asked_lately(address: str, *, now: datetime) -> bool:
    since = now - timedelta(minutes=_QUIET_MINUTES)
    return Confirmation.objects.filter(
        email=address, used_at=None, created_at__gt=since
    ).exists()


def _say_already(person: Person, *, language: str, now: datetime) -> None:
    """Tell a subscriber by mail, once an hour at most, that they are subscribed."""
    path = reverse("audience_preferences", args=[unsubscribe_token(person.pk)])
    queue_template(
        ref=f"audience:already:{person.pk}:{now:%Y%m%d%H}",
        to=person.email,
        template="audience/mail/already",
        context={"preferences_url": settings.SITE_URL + path},
        language=language,
        now=now,
    )


def _send_confirmation(waiting: Confirmation, *, now: datetime) -> None:
    """Store a confirmation under a new token and put its mail into the outbox."""
    token = new_token()
    days = int(legal.value("consent_rules", "confirmation_days", on=now.date()))
    waiting.pk = None
    waiting.token_hash, waiting.used_at = token_hash(token), None
    waiting.created_at, waiting.expires_at = now, now + timedelta(days=days)
    waiting.save(force_insert=True)
    queue_template(
        ref=f"audience:confirm:{waiting.token_hash}",
        to=waiting.email,
        template="audience/mail/confirm",
        context={
            "wording": waiting.wording.text,
            "confirm_url": settings.SITE_URL
            + reverse("audience_confirm", args=[token]),
            "days": days,
        },
        language=waiting.language,
        now=now,
    )


@transaction.atomic
def confirm_subscription(
    token: str, *, evidence: dict[str, Any] | None = None, now: datetime
) -> Confirmation:
    """Subscribe the person behind a confirmation link; again changes nothing.

    Writes the person, the status, the proofs "given" (as asked) and "confirmed", the
    form's tags, and lifts an earlier "unsubscribed" from the suppression list.
    Raises  NotFound, ConfirmationExpired: nothing was changed
    """
    waiting = confirmation_by_token(token)
    if waiting.used_at is None and waiting.expires_at <= now:
        raise ConfirmationExpired
    first = Confirmation.objects.filter(pk=waiting.pk, used_at=None).update(used_at=now)
    if first:
        _take_in(waiting, evidence=evidence or {}, now=now)
    return waiting


def _take_in(waiting: Confirmation, *, evidence: dict[str, Any], now: datetime) -> None:
    person = find_or_add_person(
        email=waiting.email,
        name=waiting.name,
        language=waiting.language,
        source=waiting.source,
        actor="visitor",
        now=now,
    )
    form, who = waiting.form, f"person:{person.pk}"
    ensure_contact(person.pk, purpose=form.purpose, source=f"form:{form.slug}", now=now)
    accept(person.pk, purpose=form.purpose, email=person.email, actor=who, now=now)
    asked = {"asked_at": waiting.created_at.isoformat(), "form": form.slug}
    proofs = (
        (Consent.State.GIVEN, asked | waiting.evidence),
        (Consent.State.CONFIRMED, asked | evidence),
    )
    for state, details in proofs:
        prove(
            person.pk,
            purpose=form.purpose,
            state=state,
            basis=Basis.CONSENT,
            wording=waiting.wording,
            page=waiting.page,
            evidence=details,
            actor=who,
            now=now,
        )
    names = list(form.tags.values_list("name", flat=True))
    tag_person(person.pk, names=names, actor="system", now=now)
    log.record(
        "audience.subscription_confirmed", actor=who, obj=person, at=now, form=form.slug
    )


@transaction.atomic
def send_new_confirmation(token: str, *, now: datetime) -> None:
    """Send a new link for an expired one; nothing happens for one used or still valid.

    Raises  NotFound: nothing was changed
    """
    waiting = confirmation_by_token(token)
    expired = waiting.used_at is None and waiting.expires_at <= now
    if expired and not _asked_lately(waiting.email, now=now):
        _send_confirmation(waiting, now=now)


_KEPT_EXPIRED_DAYS = 30


@transaction.atomic
def purge_unconfirmed(*, now: datetime) -> int:
    """Forget sign-ups whose link expired a month ago (R20); return how many.

    Until then the expired link can still ask for a new one.
    """
    oldest = now - timedelta(days=_KEPT_EXPIRED_DAYS)
    purged, _rows = Confirmation.objects.filter(expires_at__lte=oldest).delete()
    if purged:
        log.record("audience.unconfirmed_purged", actor="system", at=now, count=purged)
    return purged


@task
def purge_unconfirmed_signups() -> None:
    """Every night: forget sign-ups nobody confirmed."""
    purge_unconfirmed(now=clock.now())

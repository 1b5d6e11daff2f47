"""The one-time link by which the owner comes in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.core.tokens import new_token, token_hash
from perenne.people.models import OwnerLink

if TYPE_CHECKING:
    from datetime import datetime

OWNER_LINK_LIVES = timedelta(hours=24)


class OwnerLinkNotValid(Refusal):
    """The link was used, is older than a day, or was replaced; nothing was changed."""

    sentence = _("This link was used already or is too old. Ask for a new one.")
    http_status = 410


@transaction.atomic
def issue_owner_link(*, now: datetime) -> str:
    """Return the token of a new one-time link; links issued before stop working."""
    token = new_token()
    OwnerLink.objects.filter(used_at=None).delete()
    link = OwnerLink.objects.create(
        token_hash=token_hash(token), created_at=now, expires_at=now + OWNER_LINK_LIVES
    )
    log.record("people.owner_link_issued", actor="system", obj=link, at=now)
    return token


@transaction.atomic
def use_owner_link(token: str, *, now: datetime) -> None:
    """Use a one-time link up: of two presses at once, one wins.

    Raises  OwnerLinkNotValid: nothing was changed
    """
    used = OwnerLink.objects.filter(
        token_hash=token_hash(token), used_at=None, expires_at__gt=now
    ).update(used_at=now)
    if used != 1:
        raise OwnerLinkNotValid
    log.record("people.owner_link_used", actor="owner", at=now)

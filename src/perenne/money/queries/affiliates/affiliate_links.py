"""The address of an affiliate's own page: signed, so that nobody can guess one."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer

from perenne.core.errors import NotFound
from perenne.money.models import Affiliate

_SALT = "perenne.money.affiliate"


def affiliate_token(affiliate: Affiliate) -> str:
    """Return what the address of the affiliate's page ends with."""
    return Signer(salt=_SALT).sign(str(affiliate.pk))


def affiliate_of_token(token: str) -> Affiliate:
    """Return whose page it is; NotFound for a forged address."""
    try:
        pk = Signer(salt=_SALT).unsign(token)
    except BadSignature:
        raise NotFound from None
    row = Affiliate.objects.filter(pk=int(pk)).select_related("person").first()
    if row is None:
        raise NotFound
    return row

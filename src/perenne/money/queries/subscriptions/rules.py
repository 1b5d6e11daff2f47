"""The owner's rules for running subscriptions."""

from __future__ import annotations

from perenne.money.domain.renewals.dunning import Dunning
from perenne.money.models import SubscriptionRules

_DEFAULT = Dunning()


def subscription_rules() -> SubscriptionRules:
    """Return the owner's row, or one of defaults that is not saved."""
    row = SubscriptionRules.objects.select_related("stay_coupon").filter(pk=1).first()
    return row or SubscriptionRules(pk=1, retry_days=list(_DEFAULT.retry_days))


def dunning() -> Dunning:
    """Return when a late payment is tried again and how long access waits for it."""
    row = subscription_rules()
    return Dunning(tuple(row.retry_days), row.grace_days, row.slack_days)

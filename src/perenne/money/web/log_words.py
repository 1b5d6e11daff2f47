"""What the log's verbs say on a screen: the verb's own words, in French too.

The filter `log_words` turns "money.debit_refused" into "Debit refused" and looks it up here.
"""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

LOG_WORDS = (
    pgettext_lazy("log", "Debit refused"),
    pgettext_lazy("log", "Declaration answered"),
    pgettext_lazy("log", "Declaration received"),
    pgettext_lazy("log", "Declaration settled"),
    pgettext_lazy("log", "Method lost"),
    pgettext_lazy("log", "Method page opened"),
    pgettext_lazy("log", "Method saved"),
    pgettext_lazy("log", "Offer added"),
    pgettext_lazy("log", "Offer changed"),
    pgettext_lazy("log", "Offer grants set"),
    pgettext_lazy("log", "Order corrected"),
    pgettext_lazy("log", "Order started"),
    pgettext_lazy("log", "Order under way"),
    pgettext_lazy("log", "Payment page opened"),
    pgettext_lazy("log", "Renewal stopped"),
    pgettext_lazy("log", "Subscription ended"),
    pgettext_lazy("log", "Subscription renewed"),
    pgettext_lazy("log", "Subscription started"),
)

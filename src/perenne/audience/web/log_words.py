"""What the log's verbs say on a screen: the verb's own words, in French too.

The filter `log_words` turns "audience.consent_chosen" into "Consent chosen" and looks it up here.
"""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

LOG_WORDS = (
    pgettext_lazy("log", "Consent chosen"),
    pgettext_lazy("log", "Consent recorded"),
    pgettext_lazy("log", "Consent withdrawn"),
    pgettext_lazy("log", "Contact added"),
    pgettext_lazy("log", "Contact suppressed"),
    pgettext_lazy("log", "Custom values set"),
    pgettext_lazy("log", "Person tagged"),
    pgettext_lazy("log", "Person untagged"),
    pgettext_lazy("log", "Subscription confirmed"),
    pgettext_lazy("log", "Prospects purged"),
    pgettext_lazy("log", "Purge allowed"),
    pgettext_lazy("log", "Purge stopped"),
    pgettext_lazy("log", "Topic kept"),
)

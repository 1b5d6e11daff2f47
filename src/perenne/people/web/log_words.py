"""What the log's verbs say on a screen: the verb's own words, in French too.

The filter `log_words` turns "people.account_opened" into "Account opened" and looks it up here.
"""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

LOG_WORDS = (
    pgettext_lazy("log", "Account opened"),
    pgettext_lazy("log", "Erasure asked"),
    pgettext_lazy("log", "Erasure extended"),
    pgettext_lazy("log", "Erasure taken back"),
    pgettext_lazy("log", "Note added"),
    pgettext_lazy("log", "Note changed"),
    pgettext_lazy("log", "Note removed"),
    pgettext_lazy("log", "Person added"),
    pgettext_lazy("log", "Person erased"),
)

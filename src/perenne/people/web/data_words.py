"""The names of fields in the file of somebody's own data, in French too.

Whatever is not named here is written as it is called in the file for machines.
"""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

_CATALOGUE = (
    ("address", pgettext_lazy("personal data", "address")),
    ("amount cents", pgettext_lazy("personal data", "amount cents")),
    ("asked at", pgettext_lazy("personal data", "asked at")),
    ("at", pgettext_lazy("personal data", "at")),
    ("audience of", pgettext_lazy("personal data", "audience of")),
    ("basis", pgettext_lazy("personal data", "basis")),
    ("company", pgettext_lazy("personal data", "company")),
    ("consents", pgettext_lazy("personal data", "consents")),
    ("country", pgettext_lazy("personal data", "country")),
    ("created at", pgettext_lazy("personal data", "created at")),
    ("currency", pgettext_lazy("personal data", "currency")),
    ("due on", pgettext_lazy("personal data", "due on")),
    ("email", pgettext_lazy("personal data", "email")),
    ("ends at", pgettext_lazy("personal data", "ends at")),
    ("evidence", pgettext_lazy("personal data", "evidence")),
    ("gross cents", pgettext_lazy("personal data", "gross cents")),
    ("invoices", pgettext_lazy("personal data", "invoices")),
    ("known since", pgettext_lazy("personal data", "known since")),
    ("language", pgettext_lazy("personal data", "language")),
    ("letters", pgettext_lazy("personal data", "letters")),
    ("money", pgettext_lazy("personal data", "money")),
    ("name", pgettext_lazy("personal data", "name")),
    ("notes", pgettext_lazy("personal data", "notes")),
    ("number", pgettext_lazy("personal data", "number")),
    ("offer", pgettext_lazy("personal data", "offer")),
    ("orders", pgettext_lazy("personal data", "orders")),
    ("page", pgettext_lazy("personal data", "page")),
    ("paid at", pgettext_lazy("personal data", "paid at")),
    ("paid until", pgettext_lazy("personal data", "paid until")),
    ("passes", pgettext_lazy("personal data", "passes")),
    ("person", pgettext_lazy("personal data", "person")),
    ("progress", pgettext_lazy("personal data", "progress")),
    ("purpose", pgettext_lazy("personal data", "purpose")),
    ("purposes", pgettext_lazy("personal data", "purposes")),
    ("reason", pgettext_lazy("personal data", "reason")),
    ("requests", pgettext_lazy("personal data", "requests")),
    ("resource", pgettext_lazy("personal data", "resource")),
    ("service", pgettext_lazy("personal data", "service")),
    ("sessions", pgettext_lazy("personal data", "sessions")),
    ("since", pgettext_lazy("personal data", "since")),
    ("source", pgettext_lazy("personal data", "source")),
    ("started at", pgettext_lazy("personal data", "started at")),
    ("starts at", pgettext_lazy("personal data", "starts at")),
    ("state", pgettext_lazy("personal data", "state")),
    ("status", pgettext_lazy("personal data", "status")),
    ("subject", pgettext_lazy("personal data", "subject")),
    ("subscriptions", pgettext_lazy("personal data", "subscriptions")),
    ("tags", pgettext_lazy("personal data", "tags")),
    ("terms", pgettext_lazy("personal data", "terms")),
    ("text", pgettext_lazy("personal data", "text")),
    ("time zone", pgettext_lazy("personal data", "time zone")),
    ("wording", pgettext_lazy("personal data", "wording")),
)
WORDS = frozenset(words for words, _translated in _CATALOGUE)

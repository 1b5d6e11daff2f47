"""Brevo, once Sendinblue: semicolons, days as DD-MM-YYYY, attributes in capitals."""

from __future__ import annotations

from perenne.portability.domain.formats.base import SourceFormat

FORMAT = SourceFormat(
    key="brevo",
    label="Brevo",
    signatures=(
        frozenset({"email", "addedtime", "modifiedtime"}),
        frozenset({"email", "emailblacklisted"}),
        frozenset({"email", "contactid", "addedtime"}),
    ),
    targets={
        "contactid": "",
        "extid": "",
        "nom": "last_name",
        "prenom": "first_name",
        "addedtime": "created_at",
        "modifiedtime": "",
        "emailblacklisted": "unsubscribed",
        "emailblocklisted": "unsubscribed",
        "blocklisted": "unsubscribed",
        "blacklisted": "unsubscribed",
        "smsblacklisted": "",
        "optin": "evidence",
        "doubleoptin": "evidence",
        "contacttimezone": "",
    },
    rest="new:text",
)

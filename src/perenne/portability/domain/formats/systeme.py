"""systeme.io's contacts, in English or French."""

from __future__ import annotations

from perenne.portability.domain.formats.base import SourceFormat

FORMAT = SourceFormat(
    key="systeme",
    label="systeme.io",
    signatures=(
        frozenset({"email", "dateregistered"}),
        frozenset({"email", "datedinscription"}),
        frozenset({"email", "registeredat", "tags"}),
    ),
    targets={
        "registeredat": "created_at",
        "nom": "last_name",
        "surname": "last_name",
        "locale": "",
        "sourceurl": "touch:page",
        "bounced": "",
    },
    rest="new:text",
)

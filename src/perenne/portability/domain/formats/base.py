"""What there is to know about a tool's file of contacts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from perenne.portability.domain.states import WORDS, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Where a column can go; beside these "field:<id>" (a custom field), "new:<kind>" (a custom
# field to be made of the column) and "touch:<word>" (where somebody first came from).
TARGETS = (
    "email", "name", "first_name", "last_name", "note", "created_at", "labels", "label",
    "status", "subscribed", "unsubscribed", "unsubscribed_at", "deleted_at", "paid",
    "complimentary", "evidence", "json",
)  # fmt: skip
# Of these a file has one column at most; what they say cannot be put together.
ALONE = frozenset({"email", "name", "first_name", "last_name", "created_at"})

# Target → header names in use, lower case, without punctuation.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "email": (
        "email", "emailaddress", "mail", "subscriberemail", "adresseemail", "courriel",
        "email1", "emailrequired",
    ),
    "name": ("name", "fullname", "nomcomplet", "displayname", "nom"),
    "first_name": ("firstname", "prenom", "prénom", "givenname"),
    "last_name": ("lastname", "nomdefamille", "surname", "familyname"),
    "note": ("note", "notes"),
    "status": ("status", "state", "statut", "état", "etat", "subscriptionstatus"),
    "subscribed": ("subscribedtoemails", "subscribed", "abonne", "abonné", "optin"),
    "unsubscribed": ("unsubscribed", "désinscrit", "desinscrit", "désabonné"),
    "labels": ("labels", "tags", "etiquettes", "étiquettes", "tag"),
    "created_at": (
        "createdat", "subscribedat", "creationdate", "startdate", "optintime",
        "dateregistered", "datedinscription", "inscritle",
    ),
    "unsubscribed_at": ("unsubscribedat", "unsubscriptiondate", "unsubtime"),
    "deleted_at": ("deletedat",),
    "complimentary": ("complimentaryplan",),
}  # fmt: skip


def plain(header: str) -> str:
    """Return a header in lower case without spaces and punctuation."""
    return "".join(letter for letter in header.lower() if letter.isalnum())


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFormat:
    """How one tool writes its contacts.

    key         stable, part of the source of who comes by it: "mailchimp"
    label       the tool's name
    signatures  sets of plain headers; a file that has all of one is the tool's
    targets     plain header → target, before the headers that everybody knows
    states      the tool's own words of state, lower case, before WORDS
    file_states beginning of a file's name → the state of all its rows
    vouched     a file without a state lists those who receive letters
    rest        target of columns that nothing else is known about: "" or "new:text"
    """

    key: str
    label: str
    signatures: tuple[frozenset[str], ...] = ()
    targets: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, State] = field(default_factory=dict)
    file_states: Mapping[str, State] = field(default_factory=dict)
    vouched: bool = False
    rest: str = ""

    def wrote(self, columns: Iterable[str]) -> bool:
        """Tell whether a file of those columns comes from the tool."""
        found = {plain(column) for column in columns}
        return any(signature <= found for signature in self.signatures)

    def mapping(self, columns: Iterable[str]) -> dict[str, str]:
        """Return column → target as proposed; "" leaves a column out."""
        columns = list(columns)
        chosen = {column: self.targets.get(plain(column), "") for column in columns}
        taken = set(chosen.values())
        by_plain = {plain(column): column for column in reversed(columns)}
        own = {column for column in columns if plain(column) in self.targets}
        for target, synonyms in SYNONYMS.items():
            if target in taken:
                continue
            for synonym in synonyms:
                column = by_plain.get(synonym)
                if column is not None and column not in own and not chosen[column]:
                    chosen[column] = target
                    break
        known = own | {column for column, target in chosen.items() if target}
        return {c: chosen[c] if c in known else self._rest(c) for c in columns}

    def _rest(self, column: str) -> str:
        """Return where a column goes that is not known; our own error column nowhere."""
        return "" if plain(column) in {"error", "erreur", "id"} else self.rest

    def state(self, word: str) -> State | None:
        """Return what a word of state means, None when we do not know the word."""
        lower = " ".join(word.lower().split())
        return self.states.get(lower, WORDS.get(lower))

    def state_of_file(self, file_name: str) -> State | None:
        """Return the state that a file's name gives to all its rows, or None."""
        stem = PurePosixPath(file_name.replace("\\", "/")).name.lower()
        for beginning, state in self.file_states.items():
            if stem.startswith(beginning):
                return state
        return None


ANY = SourceFormat(key="csv", label="CSV", vouched=True)

"""Read a bounce, a complaint or an automatic reply, in whatever form it comes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from perenne.mail.domain.bounces.addresses import (
    addresses_in,
    first_address,
    is_nobody,
    unique,
)
from perenne.mail.domain.bounces.arf import complaints_of
from perenne.mail.domain.bounces.auto import autoreply_of
from perenne.mail.domain.bounces.classify import classify
from perenne.mail.domain.bounces.dsn import Said, recipients_of
from perenne.mail.domain.bounces.fields import blocks_of, value
from perenne.mail.domain.bounces.notices import notice_in
from perenne.mail.domain.bounces.parts import Mail, take_apart
from perenne.mail.domain.bounces.prose import (
    Named,
    anyone_in,
    bare_names_in,
    named_in,
    own_words,
    returned_in,
    texts_of,
)
from perenne.mail.domain.bounces.report import Kind, Report, Result
from perenne.mail.domain.bounces.signs import is_bounce

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_RESULTS = 1000
_MAX_GUESSES = 3
_MESSAGE_ID = re.compile(
    r"^(?:x-original-)?message-id:\s{0,20}<?([^<>\s]{3,250})>?", re.I | re.M
)
_LIST_ROLE = re.compile(
    r"-(?:bounces?|admin|owner|request|errors?)(?:[+-][^@]{1,200})?@"
)
_DONE = {"delivered", "relayed", "expanded"}


def read_bounce(raw: bytes) -> Report:
    """Return what a mail reports about whom; an empty report when it is no bounce."""
    mail = take_apart(raw)
    whole = mail.text
    notice = notice_in(whole)
    if notice is not None:
        return notice
    text = own_words(whole)
    results = complaints_of(mail) or _failures(mail, text) or autoreply_of(mail)
    return Report(tuple(results[:_MAX_RESULTS]), tuple(_message_ids(mail, whole)))


def _failures(mail: Mail, text: str) -> list[Result]:
    """Return what servers say: by their machine part first, else by their words."""
    said = recipients_of(mail.status)
    besides = _not_recipients(mail)
    named = named_in(text, besides=besides)
    found = [row for row in said if row.names]
    if found:
        return [_from_status(row, _named_of(row, found, named), text) for row in found]
    if not said and not is_bounce(mail, text):
        return []
    row = said[0] if said else None
    return [_from_words(each, row, mail) for each in _guessed(mail, named, text)]


def _named_of(row: Said, rows: list[Said], named: list[Named]) -> Named | None:
    """Return what the human text says of a recipient, under whichever name."""
    by_address = {each.address.lower(): each for each in named}
    for name in (row.original, *row.names):
        if name.lower() in by_address:
            return by_address[name.lower()]
    alone = len(rows) == 1 and len(named) == 1
    return named[0] if alone and _same_person(row, named[0]) else None


def _same_person(row: Said, named: Named) -> bool:
    """Tell whether only the domain differs: a server wrote its own name there."""
    local = named.address.partition("@")[0].lower()
    return any(name.partition("@")[0].lower() == local for name in row.names)


def _from_status(row: Said, named: Named | None, text: str) -> Result:
    recipient = named.address if named is not None else row.names[0]
    if row.action in _DONE:
        kind, reason = Kind.DELIVERED, row.action
        words = row.diagnostic
    else:
        reason, kind, words = classify(
            action=row.action,
            status=row.status,
            texts=[
                row.diagnostic,
                *(named.texts if named else ()),
                *texts_of(text.splitlines()),
            ],
        )
    aliases = [name for name in row.names if name.lower() != recipient.lower()]
    return Result(recipient, kind, reason, row.status[:20], words[:500], tuple(aliases))


def _from_words(named: Named, row: Said | None, mail: Mail) -> Result:
    late = f"{mail.header('subject')}\n{own_words(mail.text)}"
    reason, kind, words = classify(
        action=row.action if row else "",
        status=row.status if row else "",
        texts=[row.diagnostic if row else "", *named.texts, mail.header("subject")],
        late=late,
    )
    return Result(named.address, kind, reason, "", words[:500])


def _guessed(mail: Mail, named: list[Named], text: str) -> list[Named]:
    """Return who a bounce without named recipients in its machine part is about."""
    besides, whole = _not_recipients(mail), texts_of(text.splitlines())
    exact = named_in(text, besides=besides, loosely=False)
    if exact:
        return exact
    failed = addresses_in(" ".join(mail.headers.get("x-failed-recipients", [])))
    if failed:
        return [Named(address, whole) for address in failed]
    if named:
        return named
    found = named_in(mail.header("subject"), besides=besides)
    if found:
        return [Named(each.address, (*each.texts, *whole)) for each in found]
    known = anyone_in(text, besides=besides)[:_MAX_GUESSES]
    if not known:
        domain = first_address(mail.header("from")).partition("@")[2]
        known = [f"{name}@{domain}" for name in bare_names_in(text) if domain]
    known = known or _returned_to(mail)
    return [Named(address, whole) for address in known]


def _returned_to(mail: Mail) -> list[str]:
    """Return the recipients of the mail that came back."""
    returned = mail.returned or returned_in(mail.text)
    for block in blocks_of(returned):
        for name in ("x-failed-recipients", "x-original-to", "delivered-to", "to"):
            found = anyone_in(value(block, name), besides=_not_recipients(mail))
            if found:
                return found[:_MAX_GUESSES]
    return []


def _not_recipients(mail: Mail) -> set[str]:
    """Return the addresses that a bounce names beside the recipients: ours and its own."""
    own = [first_address(mail.header("from")), *addresses_in(mail.header("to"))]
    own += addresses_in(mail.header("return-path"))
    found = {address.lower() for address in own if address and not is_nobody(address)}
    return found | {_LIST_ROLE.sub("@", address) for address in found}


def _message_ids(mail: Mail, text: str) -> list[str]:
    """Return the Message-IDs of the mail that the report is about."""
    texts: Iterable[str] = [
        mail.returned,
        *mail.feedback,
        *mail.status,
        returned_in(text) if not mail.returned else "",
        f"message-id: {mail.header('in-reply-to')}",
        text if not mail.returned else "",
    ]
    found = (_MESSAGE_ID.findall(each) for each in texts)
    return unique(each for group in found for each in group)[:5]

"""Bounces written for people: who is named in them, and with which words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from perenne.mail.domain.bounces.addresses import (
    ADDRESS,
    addresses_in,
    is_nobody,
    tidy,
)

if TYPE_CHECKING:
    from collections.abc import Collection

_MAX_LINES = 400
# Where the mail that came back begins.
_RETURNED = re.compile(
    r"^\W{0,80}(?:below this line is (?:a copy|the)|(?:this is )?a copy of (?:the|your) (?:original |returned )?(?:message|mail|header)"
    r"|(?:the |your )?(?:original|returned|unsent|undelivered|attached) (?:message|mail|e-?mail)(?: (?:text|header|content)s?)?(?: (?:follows|is|was|below|attached|included).{0,60})?\W{0,80}$"
    r"|(?:message|original message|mail) headers? (?:follow|of)|(?:the )?headers? (?:of|from) (?:the |your )?(?:original|message|mail)"
    r"|(?:enclosed|attached|following|here) is (?:a copy|the (?:original|header|message))|copy of (?:the )?(?:original|message)|the following is (?:a copy|the (?:original|first))"
    r"|(?:original )?message (?:follows|header|text follows|transcript)|unsent message|(?:the )?first \d+ lines of|start of (?:forwarded|returned|original)|text of (?:the )?(?:original|message)"
    r"|message d'origine|en-t[êe]tes? d|mensaje original|messaggio originale|mensagem original|urspr[üu]ngliche|originalnachricht|oorspronkelijk bericht|return-path: ?<|received: (?:from|by|\()|old message)",
    re.IGNORECASE,
)
_OWN_COPY = re.compile(
    r"^\W{0,4}(?:from|sender|reply-to|return-path|envelope-from|von|de|da|van|cc|x-\w+|message-id|in-reply-to|references|received|mail from|>>> mail from|reporting-mta|user-agent|list-\w+|date|subject|subj|sent|dkim-\w+|authentication-results|arc-\w+)\s?:",
    re.I,
)

_ADDR = rf"[<\"'(\[{{]{{0,2}}(?:mailto:|smtp:|rfc822;)?\s?({ADDRESS})[>\"')\]}}]{{0,2}}"
_LABEL = (
    r"(?:rcpt[ _]to|(?:final|original|failed|intended|invalid|bad|unknown|rejected|envelope|e-?mail)?[ -]?(?:recipient|addressee|user|mailbox|address)s?(?: address(?:es)?| name| is)?"
    r"|addressed to|failed (?:to|address|recipient)|delivery (?:failed|to)|undeliverable (?:to|address)|for|to|e-?mail|sent to|could not (?:send|deliver) (?:to|message to)|unable to deliver (?:to|message to)"
    r"|destinataires?|adresse|empf[äa]nger|an|para|destinatari[oi]s?|a|aan|ontvanger|宛先|メールアドレス|送信先|кому|адрес|получатель|收件人)"
)
# Most telling first: the first of these that names somebody is taken.
_NAMED: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # an address at the start of a line: alone, or with its reason behind it
        rf"^[\s>*\-•·|]{{0,8}}(?:\d{{1,2}}[.)]\s)?{_ADDR}(?:<mailto:[^>\s]{{3,120}}>?|\s?\({ADDRESS}\)|\s?<{ADDRESS}>)*\s?[,;:.]{{0,2}}\s{{0,20}}$",
        rf"^[\s>*\-•·|]{{0,8}}{_ADDR}(?:<mailto:[^>\s]{{3,120}}>?|\s?<{ADDRESS}>)?\s?(?:\(expanded from.{{0,200}}\))?\s?(?::|;|,|\.\.\.|-{{1,3}}|=|\(|on \d|is |was |has |does |could |not |\s{{2,}}|user|mailbox|no |unknown|\d{{3}} )",
        rf"^[\s>*\-•·|]{{0,8}}\"[^\"]{{1,80}}\"\s{{0,3}}<({ADDRESS})>\W{{0,3}}$",
        # a label before it
        rf"^\W{{0,8}}{_LABEL}\s?[:=;\-]\s{{0,20}}(?:\"?[\w .,'-]{{1,60}}\"?\s)?{_ADDR}",
        rf"rcpt to: ?<?({ADDRESS})>?",
        # the server's line, the address in it
        rf"^\W{{0,8}}[45]\d\d[ -](?:[45]\.\d{{1,3}}\.\d{{1,3}} )?{_ADDR}\s?(?:\.\.\.|:|-|user|is|no|unknown|recipient)",
        rf"(?:[45]\d\d[ -]|\b[45]\.\d\.\d{{1,3}}\b).{{0,120}}?{_ADDR}",
        # a sentence about it
        rf"(?:mail|message|e-?mail|courrier|courriel|nachricht|mensaje|messaggio|mensagem|bericht|письмо|deliver\w*|delivery|sen[dt]|entreg\w+|zugestellt|remis|envoy[ée]\w*|failed|livr\w+|address|addressed|adresse|mailbox|account|user|recipient|destinataire|empf[äa]nger|usuario|utente|reached?|error|problem|unknown|full|invalid|rejected|listed)\b.{{0,120}}?{_ADDR}",
        rf"{_ADDR}.{{0,120}}(?:not|n't|fail|unknown|full|invalid|reject|refus|exist|pas|nicht|n[ãa]o|no|не)\b",
    )
)


_EXACT = 5
_NEAR = 12
_REPLY_LINE = re.compile(
    r"(?:^|[\s:>'\"(])[45]\d\d(?:[ -]|$)(?!.{0,3}(?:days|hours|octets|bytes|kb))|[#\s(][45]\.\d\.\d",
    re.IGNORECASE,
)
_NOT_THEM = re.compile(
    r"\b(?:from|by|von|de|da|van|sender|contact|e-?mail to|write to|mail to|see|via)[\s:]{1,3}[<\"'(\[]{0,2}\Z",
    re.IGNORECASE,
)
_LIST_OF_NAMES = re.compile(
    r"(?:following|these) (?:recipient|address|user|mailbox|name)s?\b|not delivered to\b.{0,30}:\s*$",
    re.IGNORECASE,
)
_BARE_NAME = re.compile(r"\A\s{1,12}([A-Za-z0-9][\w.+-]{1,40})(?:\s{2,}.{0,200})?\s*\Z")


@dataclass(frozen=True, slots=True)
class Named:
    """A recipient that the text names, and what it says of them.

    texts  the most exact first: the lines at the address, the server's replies between
           here and the next recipient, all that stands there
    """

    address: str
    texts: tuple[str, ...]


def own_words(text: str) -> str:
    """Return the text up to the mail that came back."""
    lines = text.splitlines()[:_MAX_LINES]
    for number, line in enumerate(lines):
        if _RETURNED.match(line[:200]) and any(each.strip() for each in lines[:number]):
            return "\n".join(lines[:number])
    return "\n".join(lines)


def returned_in(text: str) -> str:
    """Return what follows the server's own words: the mail that came back, or ""."""
    return "\n".join(text.splitlines()[len(own_words(text).splitlines()) :])


def named_in(
    text: str, *, besides: Collection[str] = (), loosely: bool = True
) -> list[Named]:
    """Return the recipients that a text names, in order, each once.

    besides  addresses that are the sender's or the mail system's own, in lower case
    loosely  also where an address only stands in a sentence about a failure
    """
    lines = [_unfolded(line)[:600] for line in text.splitlines()[:_MAX_LINES]]
    for pattern in _NAMED if loosely else _NAMED[:_EXACT]:
        hits = _hits(lines, pattern, besides)
        if hits:
            return _with_words(lines, hits)
    return []


def anyone_in(text: str, *, besides: Collection[str] = ()) -> list[str]:
    """Return every address of a text that may be the recipient's."""
    return [
        address
        for address in addresses_in(text)
        if address.lower() not in besides and not is_nobody(address)
    ]


def bare_names_in(text: str) -> list[str]:
    """Return names without a domain that stand in a list of failed recipients."""
    lines = text.splitlines()[:_MAX_LINES]
    for number, line in enumerate(lines):
        if _LIST_OF_NAMES.search(line):
            start = next(
                (
                    at
                    for at in range(number + 1, min(number + 4, len(lines)))
                    if _BARE_NAME.match(lines[at])
                ),
                None,
            )
            if start is not None:
                matches = map(_BARE_NAME.match, lines[start : start + 50])
                return [match[1] for match in takewhile(bool, matches) if match]
    return []


def _unfolded(line: str) -> str:
    return line.replace("\u00a0", " ").replace("\u200b", "").rstrip()


def _hits(
    lines: list[str], pattern: re.Pattern[str], besides: Collection[str]
) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    seen: set[str] = set()
    for number, line in enumerate(lines):
        if "@" not in line or _OWN_COPY.match(line):
            continue
        match = pattern.search(line)
        ours = match is not None and _NOT_THEM.search(line[: match.start(1)])
        address = tidy(match[1]) if match and not ours else ""
        low = address.lower()
        if (
            address
            and low not in seen
            and low not in besides
            and not is_nobody(address)
        ):
            seen.add(low)
            found.append((number, address))
    return found


def _with_words(lines: list[str], hits: list[tuple[int, str]]) -> list[Named]:
    """Return each recipient with the lines up to the next; all of them if there is one."""
    ends = [number for number, _address in hits[1:]] + [len(lines)]
    alone = len(hits) == 1
    return [
        Named(
            address,
            texts_of(
                lines if alone else lines[start : max(end, start + 1)],
                at=start if alone else 0,
            ),
        )
        for (start, address), end in zip(hits, ends, strict=True)
    ]


def texts_of(lines: list[str], *, at: int = 0) -> tuple[str, ...]:
    """Return what lines say, the most exact first: near a line, in replies, altogether."""
    near = list(takewhile(str.strip, lines[at : at + _NEAR]))
    replies = [line for line in lines if _REPLY_LINE.search(line)]
    return "\n".join(near), "\n".join(replies), "\n".join(lines)

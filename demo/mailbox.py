"""Read the mails that the catcher kept, newest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING

from perenne.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

_NAME = re.compile(r"\d{8}T\d{12}-\d{6,}")
_HEAD_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Letterhead:
    """A mail as the list shows it; name is its file's, without the extension."""

    name: str
    at: datetime
    to: str
    subject: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of mails. older, newer: where the pages beside it begin, "" at the ends."""

    mails: list[Letterhead]
    older: str
    newer: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a mail; index is its place among the mail's parts."""

    index: int
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail opened. headers in their order; html "" when it has none."""

    head: Letterhead
    headers: list[tuple[str, str]]
    text: str
    html: str
    attachments: list[Attached]


def shelf(folder: Path, *, search: str = "", before: str = "", size: int = 50) -> Shelf:
    """Return one page of the folder; only what it shows is opened.

    search  words of the address or the subject
    before  name of the first mail of this page; "" for the newest
    """
    names = sorted(_names(folder), reverse=True)
    start = next((n for n, name in enumerate(names) if not before or name <= before), 0)
    found: list[Letterhead] = []
    for head in _heads(folder, names[start:]):
        if _matches(head, search):
            found.append(head)
        if len(found) > size:
            break
    older = found[size].name if len(found) > size else ""
    return Shelf(
        found[:size], older, _newer(folder, names[:start], search=search, size=size)
    )


def _newer(folder: Path, names: list[str], *, search: str, size: int) -> str:
    """Return the name at which the page before begins."""
    first = ""
    count = 0
    for head in _heads(folder, names[::-1]):
        if _matches(head, search):
            first, count = head.name, count + 1
        if count == size:
            break
    return first


def open_mail(folder: Path, name: str) -> Mail:
    """Return one mail.

    Raises  NotFound
    """
    if not _NAME.fullmatch(name) or not (folder / f"{name}.eml").is_file():
        raise NotFound
    content = (folder / f"{name}.eml").read_bytes()
    message: EmailMessage = BytesParser(policy=policy.default).parsebytes(content)
    return Mail(
        head=_head(name, message),
        headers=[(key, str(value)) for key, value in message.items()],
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=list(_attached(message)),
    )


def _names(folder: Path) -> Iterator[str]:
    if folder.is_dir():
        yield from (
            path.stem for path in folder.glob("*.eml") if _NAME.match(path.stem)
        )


def _heads(folder: Path, names: list[str]) -> Iterator[Letterhead]:
    parser = BytesParser(policy=policy.default)
    for name in names:
        with (folder / f"{name}.eml").open("rb") as file:
            head = file.read(_HEAD_BYTES)
        yield _head(name, parser.parsebytes(head, headersonly=True))


def _head(name: str, message: EmailMessage) -> Letterhead:
    at = datetime.strptime(name[:21], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    to = message["Delivered-To"] or message["To"] or ""
    return Letterhead(name, at, str(to), str(message["Subject"] or ""))


def _matches(head: Letterhead, search: str) -> bool:
    words = search.casefold().split()
    shown = f"{head.to} {head.subject}".casefold()
    return all(word in shown for word in words)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _attached(message: EmailMessage) -> Iterator[Attached]:
    for index, part in enumerate(message.walk()):
        filename = part.get_filename()
        if filename:
            content = part.get_payload(decode=True)
            data = content if isinstance(content, bytes) else b""
            yield Attached(index, filename, part.get_content_type(), data)

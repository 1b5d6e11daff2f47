"""The mailbox that returned mail goes to, read over IMAP."""

from __future__ import annotations

import imaplib
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = 30
_MOST = 200
_MAX_BYTES = 1_000_000


class MailboxUnreachable(Exception):
    """The server did not answer, or refused us; nothing was marked as read."""


def for_each_unseen(url: str, handle: Callable[[bytes], object]) -> int:
    """Hand over unread mails, oldest first, and mark each as read behind it.

    url  imaps://user:password@host[:port][/folder], or imap:// to this machine
    A mail whose handling fails stays unread and comes again.
    Raises  MailboxUnreachable
    """
    parts = urlsplit(url)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    try:
        server = _connect(parts)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxUnreachable(str(error)) from error
    try:
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        _expect(server.select(f'"{folder}"'))
        return _hand_over(server, handle)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxUnreachable(str(error)) from error
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _connect(parts: Any) -> imaplib.IMAP4:
    if parts.scheme == "imap":
        return imaplib.IMAP4(parts.hostname, parts.port or 143, timeout=_SECONDS)
    return imaplib.IMAP4_SSL(
        parts.hostname,
        parts.port or 993,
        ssl_context=ssl.create_default_context(),
        timeout=_SECONDS,
    )


def _hand_over(server: imaplib.IMAP4, handle: Callable[[bytes], object]) -> int:
    found = _expect(server.uid("SEARCH", "UNSEEN"))
    numbers = found[0].split()[:_MOST] if found and found[0] else []
    for number in numbers:
        uid = number.decode("ascii")
        answer = _expect(server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{_MAX_BYTES}>)"))
        raw = next((row[1] for row in answer if isinstance(row, tuple)), b"")
        handle(raw)
        _expect(server.uid("STORE", uid, "+FLAGS.SILENT", "(\\Seen)"))
    return len(numbers)


def _expect(answer: tuple[str, Any]) -> Any:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(str(data))
    return data

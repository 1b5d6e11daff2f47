"""Several mails in one file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# "From sender date", behind a blank line and before a header: the usual mark (mboxrd).
_MARK = re.compile(
    rb"(?:\A|\r?\n\r?\n)(?=From [^\r\n]{3,300}\d\d:\d\d[^\r\n]{0,60}\r?\n[A-Za-z>][\w-]{1,60}[: ])"
)


def mails_in(data: bytes) -> Iterator[bytes]:
    """Return the mails of a file: one, or those of an mbox."""
    if not data.startswith(b"From "):
        yield data
        return
    starts = [found.end() for found in _MARK.finditer(data)] or [0]
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        yield data[start:end]

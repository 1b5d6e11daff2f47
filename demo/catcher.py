"""A mail server that delivers nothing: every message becomes a file to look at.

`python -m demo.catcher --port P --folder F`. It listens on this machine only and knows
nothing of Django, so that it stays small.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope, Session

HOST = "127.0.0.1"
LARGEST_BYTES = 32 * 1024 * 1024


class Folder:
    """Keeps messages as <instant>-<number>.eml: sorted by name is sorted by time."""

    def __init__(self, path: Path) -> None:
        """Create the folder if it is missing."""
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._numbers = itertools.count(1)

    def keep(self, content: bytes, *, to: list[str], at: datetime) -> Path:
        """Write one message at once or not at all; the envelope becomes headers."""
        name = f"{at:%Y%m%dT%H%M%S%f}-{next(self._numbers):06d}"
        envelope = "".join(f"Delivered-To: {address}\r\n" for address in to)
        draft = self.path / f"{name}.part"
        draft.write_bytes(envelope.encode() + content)
        return draft.replace(self.path / f"{name}.eml")

    async def handle_DATA(  # noqa: N802 - the server's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Answer the server once a message is on disk."""
        content = envelope.original_content or b""
        self.keep(content, to=envelope.rcpt_tos, at=datetime.now(UTC))
        return "250 2.0.0 Kept"


async def serve(port: int, folder: Path) -> None:
    """Take mail until SIGTERM or SIGINT."""
    keeper, stopped = Folder(folder), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(lambda: receiver(keeper), HOST, port)
    async with server:
        await stopped.wait()


def receiver(folder: Folder) -> SMTP:
    """Return the protocol of one connection."""
    return SMTP(
        folder,
        hostname="catcher.localhost",
        ident="Mail catcher",
        enable_SMTPUTF8=True,
        data_size_limit=LARGEST_BYTES,
    )


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="Catch mail in a folder.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    choices = parser.parse_args()
    asyncio.run(serve(choices.port, choices.folder))


if __name__ == "__main__":
    main()
